"""What a notebook calls: spaces from what is at hand, measures, reports, the app. Top."""
