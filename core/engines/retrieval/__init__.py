"""Whether partners find each other, exactly, in blocks."""
