"""Take the pictures in the README: ``python -m assets.screenshot`` (with Debian's Chromium)."""

import io
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import chromium

PORT = 8649
HERE, BASE = Path(__file__).parent, f"http://localhost:{PORT}"
SIZE, LOW = {"width": 1440, "height": 900}, {"width": 1440, "height": 680}
IDLE = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState ===
    'notRunning' && !document.querySelector('[data-testid=stProgress]')"""


def main() -> None:
    """Start the app, go through a step of a lesson, search on the map, keep what is seen."""
    command = [sys.executable, "-m", "explorer", "--port", str(PORT), "--no-workspace"]
    app = subprocess.Popen([*command, "--no-token"])  # noqa: S603 - this interpreter, our own app
    try:
        _until_it_answers()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium(),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            _take(browser.new_page(viewport=LOW), "lesson.png", _lesson)
            _take(browser.new_page(viewport=SIZE), "screenshot.png", _workbench)
    finally:
        app.terminate()


def _take(page: Page, name: str, show: Callable[[Page], None]) -> None:
    show(page)
    page.wait_for_timeout(3_000)
    page.wait_for_function(IDLE, timeout=120_000)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    few = picture.quantize(256, Image.Quantize.MAXCOVERAGE)  # keeps colors of small things, too
    few.save(HERE / name, optimize=True)


def _lesson(page: Page) -> None:
    """The gap under the hand, nearly closed."""
    page.goto(f"{BASE}/lessons?lesson=gap&at=3")
    page.get_by_role("button", name="It falls").click()  # a prediction, to see the answer
    slider = page.get_by_role("slider").first
    slider.wait_for(timeout=120_000)
    for _ in range(14):
        slider.press("ArrowRight")


def _workbench(page: Page) -> None:
    page.goto(BASE)
    page.wait_for_timeout(2_000)
    page.wait_for_function(IDLE, timeout=120_000)
    search = page.get_by_role("textbox", name="Search")
    search.fill("large ring")
    search.press("Enter")


def _until_it_answers() -> None:
    for _ in range(240):
        try:
            urlopen(BASE).close()
        except URLError:
            time.sleep(0.25)
        else:
            return


if __name__ == "__main__":
    main()
