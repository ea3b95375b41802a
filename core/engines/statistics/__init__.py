"""Intervals, chance levels, samples and ranks: what makes a number an estimate."""
