"""Intervals, chance levels, samples and splits: what makes a number an estimate."""
