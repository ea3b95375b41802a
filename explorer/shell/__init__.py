"""The way in: command, frame of every page, links and restoring, security. Top."""
