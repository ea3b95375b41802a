"""The map in a browser: seconds to the first frame, and from a lasso to the inspector.

Headless Chromium with software rendering opens the app's own map and, beside it, a page with a
chart of Plotly alone. The first frame counts from the moment the last array arrived; the whole from
the visit of the page, the first map from that of a server just started; the brush from the move of
the hand over a histogram until the points are drawn in the browser, the median of a drag; the
lasso from the release of the mouse until the number of selected items is painted, and until the
points are drawn anew. Then, of a bare ``.npy`` of 256 dimensions given to the command, the first
map of a first start and of a second one with the same file and workspace folder: from the command,
and in brackets from the visit of the page, by a browser that waits for it. What does not answer
within a minute is nan. EXPLORER_CHROMIUM names the browser.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import numpy as np
from map_points import points
from playwright.sync_api import Browser, Error, Page, sync_playwright
from timing import arguments

CHROMIUM = os.environ.get("EXPLORER_CHROMIUM") or shutil.which("chromium")
GOALS = {10_000: 0.5, 100_000: 1.0, 1_000_000: 3.0}  # seconds to the first frame
LASSO_GOAL = 2.0
FIRST_GOAL = 12.0  # seconds, of a million points
BRUSH_GOAL = 100.0  # milliseconds
SECOND_GOAL = 3.0  # seconds, of a second start
WIDE = 256  # dimensions of the bare vectors
BLOCK = 50_000  # rows of them written at once
PATIENCE = 60_000  # milliseconds
HERE = Path(__file__).parent
LASSO = ((0.15, 0.15), (0.5, 0.12), (0.6, 0.5), (0.4, 0.9), (0.12, 0.6))  # shares of the map

# Notes when the data arrived (over HTTP, or else in a large message) and when points were drawn.
WATCH = """
window.seen = {};
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
    constructor(...given) {
        super(...given);
        this.addEventListener("message", ({ data }) => {
            if ((data.size ?? data.byteLength) > 50000) window.seen.arrived = performance.now();
        });
    }
};
const drawn = () => {
    const chart = document.querySelector(".js-plotly-plot");
    if (chart?._fullLayout?._plots?.xy?._scene) return true;
    return [...document.querySelectorAll("*")].some((each) =>
        each.shadowRoot?.querySelector(".frame[data-ready]"));
};
const look = () => {
    if (!drawn()) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => {
        window.seen.drawn = performance.now();
        const arrays = performance.getEntriesByType("resource")
            .filter(({ name }) => name.includes("/array/")).map((each) => each.responseEnd);
        if (arrays.length) window.seen.arrived = Math.max(...arrays);
    }));
};
requestAnimationFrame(look);

const painted = (name) => requestAnimationFrame(() => setTimeout(() => {
    window.seen[name] = performance.now();
}));
const maps = () => [...document.querySelectorAll("*")].flatMap((each) =>
    [...(each.shadowRoot?.querySelectorAll(".frame[data-version]") ?? [])]);
window.addEventListener("pointerup", () => {
    window.seen.up ??= performance.now();
    const before = maps()[0]?.dataset.version;
    const redrawn = () => maps()[0]?.dataset.version === before
        ? requestAnimationFrame(redrawn) : painted("redrawn");
    if (before) redrawn();
    const shown = () => [...document.querySelectorAll("[data-testid=stMetric]")]
        .some((each) => each.textContent.includes("Selected"));
    const watch = new MutationObserver(() => {
        if (!shown()) return;
        watch.disconnect();
        painted("inspector");
    });
    watch.observe(document, { subtree: true, childList: true });
}, true);
"""


MOST_PLOTLY = 200_000  # beyond, the selection of a lasso over half of them closes the connection


@dataclass
class Times:
    """Seconds of one visit, milliseconds of a brush; NaN where it was given up."""

    way: str
    n: int
    frame: float = np.nan
    whole: float = np.nan
    lasso: float = np.nan
    redrawn: float = np.nan
    selected: str = "no answer"
    first: float = np.nan
    brush: float = np.nan


def main() -> None:
    """Measure and print."""
    sizes = arguments(__doc__, list(GOALS)).n
    print(f"load of the machine: {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores")
    head = f"{'way':10} {'points':>9} {'first s':>8} {'goal':>5} {'brush ms':>8} {'goal':>5} "
    head += f"{'frame s':>8} {'goal':>5} {'whole s':>8} {'lasso s':>8}"
    print(f"{head} {'goal':>5} {'redrawn s':>9}  selected", flush=True)
    for n in sizes:
        with tempfile.TemporaryDirectory() as folder:
            given = (_saved(Path(folder), n), "--no-demo", "--no-workspace")
            with _served("explorer", *given) as app:
                _print(_visit("the map", f"{app}/?dock=Selection", n))
    _print_starts(sizes)
    plotly = ("streamlit", "run", str(HERE / "map_plotly.py"), "--server.headless=true")
    with _served(*plotly) as app:
        for n in sizes:
            if n <= MOST_PLOTLY:
                _print(_visit("Plotly", f"{app}/?n={n}", n))


def _print_starts(sizes: list[int]) -> None:
    print(f"\n{'.npy':10} {'vectors':>15} {'first s':>14} {'goal':>5} {'second s':>14} {'goal':>5}")
    for n in sizes:
        with tempfile.TemporaryDirectory() as folder:
            given = (_bare(Path(folder), n), "--no-demo", "--workspace", f"{folder}/workspace")
            first, second = (_first_map(given) for _ in range(2))
        print(
            f"{'the map':10} {f'{n:,} x {WIDE}':>15} {first:>14} {FIRST_GOAL:5.0f} {second:>14} "
            f"{SECOND_GOAL:5.0f}",
            flush=True,
        )
    print()


def _bare(folder: Path, n: int) -> str:
    """Clusters in many dimensions, written block by block."""
    path, rng = folder / "bare.npy", np.random.default_rng(0)
    centers = rng.normal(size=(20, WIDE)).astype(np.float32)
    written = np.lib.format.open_memmap(path, "w+", np.float32, (n, WIDE))
    for start in range(0, n, BLOCK):
        rows = min(BLOCK, n - start)
        noise = rng.standard_normal((rows, WIDE), np.float32)
        written[start : start + rows] = centers[rng.integers(20, size=rows)] + noise
    written.flush()
    return str(path)


def _first_map(given: tuple[str, ...]) -> str:
    """Seconds from the command, and from the visit of a page, until a map is drawn."""
    with _browser() as browser:
        page, began = _new(browser), time.monotonic()
        with _served("explorer", *given) as address:
            visited = time.monotonic()
            try:
                drawn = _drawn(page, address)["drawn"]  # what is kept for the next start is written
            except Error:  # what Playwright raises where the answer never comes
                return f"{np.nan}"
    return f"{visited - began + drawn:.2f} ({drawn:.2f})"


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = ["--headless", "--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            yield browser
        finally:
            browser.close()


def _new(browser: Browser) -> Page:
    """A new visitor's page, which notes when arrays arrive and points are drawn."""
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(WATCH)
    return page


def _print(one: Times) -> None:
    goal = GOALS.get(one.n, np.nan)
    print(
        f"{one.way:10} {one.n:9,} {one.first:8.2f} {FIRST_GOAL:5.0f} {one.brush:8.1f} "
        f"{BRUSH_GOAL:5.0f} {one.frame:8.2f} {goal:5.1f} {one.whole:8.2f} "
        f"{one.lasso:8.2f} {LASSO_GOAL:5.1f} {one.redrawn:9.2f}  {one.selected}",
        flush=True,
    )


def _saved(folder: Path, n: int) -> str:
    vectors, codes = points(n)
    path = folder / f"points-{n}.npz"
    np.savez(path, vectors=vectors, label=codes)
    return str(path)


@contextmanager
def _served(module: str, *given: str) -> Iterator[str]:
    """The address of an app while it runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ports = ["--server.port"] if module == "streamlit" else ["--no-token", "--port"]
    command = [sys.executable, "-m", module, *given, *ports, str(port)]
    with tempfile.TemporaryFile() as said:  # its warnings are not part of the table
        process = subprocess.Popen(command, stdout=said, stderr=said)  # noqa: S603 - our own app
        try:
            if not _answers(f"http://localhost:{port}/_stcore/health"):
                said.seek(0)
                sys.exit(f"the app did not start:\n{said.read().decode()}")
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(60)


def _answers(address: str) -> bool:
    """Whether a server that was just started answers within two minutes."""
    for _ in range(1200):
        with suppress(OSError), urlopen(address, timeout=1):  # noqa: S310 - our own server
            return True
        time.sleep(0.1)
    return False


def _visit(way: str, address: str, n: int) -> Times:
    """Visit the page twice: the first time the server computes the map."""
    found = Times(way, n)
    with _browser() as browser:
        with suppress(Error):  # what Playwright raises where the answer never comes
            found.first = _drawn(_new(browser), address)["drawn"]
            page = _new(browser)
            seen = _drawn(page, address)
            found.frame, found.whole = seen["drawn"] - seen["arrived"], seen["drawn"]
            found.lasso, found.redrawn, found.selected = _lasso(page, way)
        if way == "the map":
            with suppress(Error):
                found.brush = _brush(_new(browser), address.replace("Selection", "Columns"))
    return found


def _drawn(page: Page, address: str) -> dict[str, float]:
    """Seconds from a visit of the page until the data arrived, and until points were drawn."""
    page.goto(address)
    page.wait_for_function("() => window.seen.drawn")
    seen = page.evaluate("window.seen")
    _idle(page)
    return {name: at / 1000 for name, at in seen.items()}


def _brush(page: Page, address: str) -> float:
    """Milliseconds from the hand on a histogram to the points drawn anew: the median of a drag."""
    _drawn(page, address)
    chart = page.locator(".histogram").first
    chart.wait_for()
    box = chart.evaluate("each => each.getBoundingClientRect().toJSON()")
    frame, found = page.locator(".frame").first, []
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 20)
    page.mouse.down()
    for share in np.linspace(0.3, 0.8, 11):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 20)
        page.wait_for_timeout(150)
        found.append(float(frame.get_attribute("data-brushed") or "nan"))
    page.mouse.up()
    return float(np.nanmedian(found))


def _idle(page: Page) -> None:
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')"
        "?.getAttribute('data-test-script-state') === 'notRunning'"
    )
    page.wait_for_timeout(1500)


def _lasso(page: Page, way: str) -> tuple[float, float, str]:
    """Seconds from the end of a lasso to the inspector and to the points; the number selected."""
    area = page.locator(".frame" if way == "the map" else ".js-plotly-plot .nsewdrag").first
    if way == "the map":
        area.get_by_role("button", name="Lasso (L)").click()
    box = area.evaluate("each => each.getBoundingClientRect().toJSON()")
    corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in LASSO]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner)
    page.evaluate("delete window.seen.up")
    page.mouse.up()
    wanted = ["inspector", "redrawn"] if way == "the map" else ["inspector"]
    page.wait_for_function("names => names.every((name) => window.seen[name])", arg=wanted)
    seen = page.evaluate("window.seen")
    value = page.get_by_test_id("stMetric").filter(has_text="Selected")
    selected = value.get_by_test_id("stMetricValue").inner_text()
    after = [(seen.get(name, np.nan) - seen["up"]) / 1000 for name in ("inspector", "redrawn")]
    return after[0], after[1], selected


if __name__ == "__main__":
    main()
