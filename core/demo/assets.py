"""Where the data of the demos lies."""

from pathlib import Path

ASSETS = Path(__file__).parents[2] / "assets"
