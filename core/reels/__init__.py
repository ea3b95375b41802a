"""Reels: frames of a map over one or two sliders with readings at each; may use every lens."""
