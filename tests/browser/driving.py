"""Steps that journeys share."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from playwright import sync_api
from playwright.sync_api import Page, expect

PATIENCE = 120_000  # milliseconds: how long anything may take where the machine is busy
T = TypeVar("T")
Place = tuple[float, float]
RESTS = """(() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app?.getAttribute('data-test-script-state') === 'notRunning'
        && !document.querySelector('[data-testid=stProgress]');
})()"""


def until(page: Page, read: Callable[[], T], accept: Callable[[T], bool]) -> T:
    """What is read, once it is as it should be: where Playwright has no `expect` for it."""
    for _ in range(PATIENCE // 100):
        if accept(found := read()):
            return found
        page.wait_for_timeout(100)
    raise AssertionError(found)


def at_rest(page: Page, read: Callable[[], T], *, rest: int = 500) -> T:
    """What is read, once it has been the same for so many milliseconds."""
    seen = [read()]

    def again():
        page.wait_for_timeout(rest)
        seen.append(read())
        return seen[-2:]

    return until(page, again, lambda last: last[0] == last[1])[1]


def along(page: Page, places: Iterable[Place], act: Callable[..., None], there) -> Place:
    """Act at places in turn, more slowly each time around, until something is there to stay."""
    for rest in (300, 1_000, 3_000):
        for place in places:
            act(*place)
            page.wait_for_timeout(rest)
            if there():
                page.wait_for_timeout(rest)  # or it was of the place before
                if there():
                    return place
    raise AssertionError(places)


def idle(page: Page) -> None:
    """Wait until the script has run and no job is under way, and neither begins again at once."""

    def script():
        page.wait_for_function(f"() => {RESTS}")
        page.wait_for_timeout(300)
        return page.evaluate(RESTS)

    until(page, script, bool)


def go(page: Page, title: str) -> None:
    """Follow the navigation to a page; to one of a family by the page of all measures."""
    bar = page.get_by_test_id("stTopNav")
    bar.get_by_role("link").first.wait_for()
    if not bar.get_by_role("link", name=title, exact=True).count():
        go(page, "Measures")
        bar = page.get_by_test_id("stMain")
    bar.get_by_role("link", name=title, exact=True).click()
    page.get_by_role("heading", name=title, level=1).wait_for()
    idle(page)


def dock(page: Page, name: str) -> None:
    """Look at a tab beside the map."""
    tabs = page.get_by_role("radiogroup", name="Beside the map")
    tabs.get_by_role("radio", name=name, exact=True).click()
    idle(page)


def canvas(page: Page):
    """The map, once its points are drawn."""
    frame = page.locator(".frame[data-ready]").first
    frame.wait_for()
    return frame


def places_on(frame, path) -> list[Place]:
    """Where places lie on the page that are given as shares of the width and height of a map."""
    box = frame.bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in path]


def drag(page: Page, frame, path, *, keys: tuple[str, ...] = ()) -> None:
    """Drag over the map along places given as shares of its width and height."""
    places = places_on(frame, path)
    for key in keys:
        page.keyboard.down(key)
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)
    page.mouse.up()
    for key in keys:
        page.keyboard.up(key)


def count(frame, what):
    """The number before a word in the status line."""
    found = re.search(rf"([\d,]+) {what}", frame.locator(".status").inner_text())
    return int(found[1].replace(",", "")) if found else 0


def point(page, frame):
    """Go to a point by keyboard, and return the text that is read out."""
    frame.focus()
    page.keyboard.press("ArrowRight")
    said = frame.locator("[aria-live]")
    said.filter(has_text=re.compile(r"\w")).wait_for(state="attached")
    return said.inner_text()


def wait_selected(page, frame, accept):
    """The number of selected points, once it is as it should be."""
    return until(page, lambda: count(frame, "selected"), accept)


def selected_said(page):
    """The number of selected items that the server says."""
    return (
        page.get_by_test_id("stMetric").filter(has_text="Selected").get_by_test_id("stMetricValue")
    )


def enlarged(page, frame, accept):
    """How many times a map is enlarged, once it is as it should be; at no time more than 80."""

    def read():
        zoom = float(frame.get_attribute("data-zoom") or 1)
        assert zoom <= 80
        return zoom

    return until(page, read, accept)


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a list of choices."""
    field = page.get_by_role("combobox", name=re.compile(f"^{re.escape(label)}"))
    wanted = page.get_by_role("option", name=option, exact=True)
    for _ in range(10):  # a list that opens while the page moves closes again
        field.click()
        with suppress(sync_api.TimeoutError):
            wanted.click(timeout=3_000)
            break
    expect(field).to_have_value(option)
    idle(page)


def tools_below(frame) -> tuple[float, float]:
    """How many pixels the upper and the lower end of the tools lie below the top of the points."""
    tools, stage = (frame.locator(f".{one}").bounding_box() for one in ("tools", "stage"))
    return tools["y"] - stage["y"], tools["y"] + tools["height"] - stage["y"]


def painted(frame, *, accent: bool = False) -> int:
    """How many pixels are painted above the points: all, or those in the color of the theme."""
    return frame.evaluate(
        """(frame, accent) => {
            const over = frame.querySelector("canvas.over");
            const { data } = over.getContext("2d").getImageData(0, 0, over.width, over.height);
            const said = getComputedStyle(frame).getPropertyValue("--st-primary-color").trim();
            const wanted = [1, 3, 5].map((i) => parseInt(said.slice(i, i + 2), 16));
            let found = 0;
            for (let i = 0; i < data.length; i += 4)
                found += data[i + 3] > 40
                    && (!accent || wanted.every((tone, j) => Math.abs(data[i + j] - tone) < 24));
            return found;
        }""",
        accent,
    )
