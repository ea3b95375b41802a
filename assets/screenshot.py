"""Take the picture in the README: ``python -m assets.screenshot`` (with Debian's Chromium)."""

import io
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.chromium import chromium

PORT = 8649
TARGET = Path(__file__).parent / "screenshot.png"
IDLE = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState ===
    'notRunning' && !document.querySelector('[data-testid=stProgress]')"""


def main() -> None:
    """Start the app, search on the UMAP map, keep what is seen."""
    command = [sys.executable, "-m", "explorer", "--port", str(PORT), "--no-workspace"]
    app = subprocess.Popen(command)  # noqa: S603 - this interpreter and our own app
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium(),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            page = browser.new_page(viewport={"width": 1360, "height": 1060})
            page.wait_for_timeout(5_000)
            page.goto(f"http://localhost:{PORT}/map?map.projection=UMAP")
            page.wait_for_timeout(1_000)
            page.wait_for_function(IDLE, timeout=120_000)
            search = page.get_by_role("textbox", name="Search")
            search.fill("large ring")
            search.press("Enter")
            page.wait_for_timeout(4_000)
            page.wait_for_function(IDLE, timeout=120_000)
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    finally:
        app.terminate()
    picture.quantize(128).save(TARGET, optimize=True)


if __name__ == "__main__":
    main()
