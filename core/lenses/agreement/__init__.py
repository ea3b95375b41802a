"""Whether several spaces arrange the same items alike."""
