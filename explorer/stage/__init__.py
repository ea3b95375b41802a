"""Reels on a page: the gap on a slider, training played back, lessons; may use the maps."""
