"""Work off the page: jobs, results, what they cost. Uses session."""
