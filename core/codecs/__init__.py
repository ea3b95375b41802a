"""From vectors to fewer bits and back: one file a codec, which may use engines below it."""
