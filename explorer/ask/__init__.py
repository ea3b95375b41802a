"""Questions to the model that made a space. Uses session, work, items."""
