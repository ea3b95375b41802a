"""Where the pages and the settings lie: inside an installed package, or in the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = (_PACKAGE / "pages").is_dir()

PAGES = (_PACKAGE if _INSTALLED else _PACKAGE.parent) / "pages"
SETTINGS = _PACKAGE / "settings.toml" if _INSTALLED else PAGES.parent / ".streamlit" / "config.toml"
