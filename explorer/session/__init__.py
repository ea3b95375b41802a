"""What is open and chosen in a session, and the way from page to page. Uses keep and look."""
