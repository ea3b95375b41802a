"""Steps that journeys share."""

import re

from playwright.sync_api import Page


def idle(page: Page) -> None:
    """Wait until the script has run and no job is under way."""
    page.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid=stApp]');
            return app && app.getAttribute('data-test-script-state') === 'notRunning'
                && !document.querySelector('[data-testid=stProgress]');
        }""",
        timeout=120_000,
    )
    page.wait_for_timeout(300)


def go(page: Page, title: str) -> None:
    """Follow the navigation to a page; to one of a family by the page of all measures."""
    bar = page.get_by_test_id("stTopNav")
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
    frame.wait_for(timeout=60_000)
    return frame


def drag(page: Page, frame, path, *, keys: tuple[str, ...] = ()) -> None:
    """Drag over the map along places given as shares of its width and height."""
    box = frame.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in path]
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
    page.wait_for_function(
        "() => document.querySelector('.stBidiComponent') !== null",
    )
    said = frame.locator("[aria-live]")
    said.filter(has_text=re.compile(r"\w")).wait_for(state="attached")
    return said.inner_text()


def wait_selected(page, frame, accept):
    """Wait until the number of selected points is as it should be."""
    for _ in range(100):
        if accept(count(frame, "selected")):
            return count(frame, "selected")
        page.wait_for_timeout(100)
    raise AssertionError(frame.locator(".status").inner_text())


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a list of choices."""
    field = page.get_by_role("combobox", name=re.compile(f"^{re.escape(label)}"))
    wanted = page.get_by_role("option", name=option, exact=True)
    for _ in range(10):  # a list that opens while the page moves closes again
        field.click()
        page.wait_for_timeout(300)
        if wanted.is_visible():
            break
    wanted.click()
    idle(page)


def drawn_again(page: Page, frame, before: str | None) -> None:
    """Wait until a map is drawn in another state than `before`, its version."""
    for _ in range(300):
        if frame.get_attribute("data-version") != before:
            return
        page.wait_for_timeout(100)
    raise AssertionError(before)


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
