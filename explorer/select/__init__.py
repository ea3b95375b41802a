"""What is selected, and what sets it apart. Uses session, work, items."""
