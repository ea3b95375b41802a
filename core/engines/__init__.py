"""What several lenses share, named for what it does; uses numerics and statistics, no lens."""
