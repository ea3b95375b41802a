"""Where the data of the demos lies: inside an installed package, or in the checkout."""

from pathlib import Path

_CORE = Path(__file__).resolve().parents[1]

ASSETS = _CORE / "assets" if (_CORE / "assets").is_dir() else _CORE.parent / "assets"
