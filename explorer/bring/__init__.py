"""Files and encoders: how data comes in. Uses session, work, items."""
