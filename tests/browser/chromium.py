"""A Chrome or Chromium for the browser tests: the one that is there, else one that can be had.

``python -m tests.browser.chromium`` gets one where none is there, and says in one line what to do
where that is not possible.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLE = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
MISSING = (
    "The browser tests did not run: there is no Chrome or Chromium on PATH or in Playwright's "
    "cache, and none could be installed. Install one, or name it: EXPLORER_CHROMIUM=/path/to/it"
)
# Text is measured in DejaVu, which Debian's Chromium does not bring.
DEBIAN = ("chromium", "fonts-dejavu-core")


def chromium() -> str | None:
    """The browser that ``EXPLORER_CHROMIUM`` names, else the first that is there; None if none."""
    if named := os.environ.get("EXPLORER_CHROMIUM"):
        return shutil.which(named)
    return next((str(path) for path in _places() if Path(path).is_file()), None)


def _places() -> Iterator[str | Path]:
    yield from filter(None, map(shutil.which, NAMES))
    yield APPLE
    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def _install() -> None:
    """Playwright's own browser, which needs its download server; else Debian's, as root."""
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(playwright, check=False, capture_output=True).returncode == 0:
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends")):
            packages = DEBIAN if step[0] == "install" else ()
            subprocess.run(["apt-get", *step, *packages], check=False, env=quiet)  # noqa: S607


def main() -> int:
    """Get a browser where none is there; exit status 1 where that is not possible."""
    if chromium() is None and "EXPLORER_CHROMIUM" not in os.environ:
        _install()
    if chromium() is None:
        print(MISSING)  # noqa: T201 - the terminal is its interface
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
