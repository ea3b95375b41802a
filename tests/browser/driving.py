"""Steps that journeys share."""

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
    """Follow the navigation to a page."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    page.get_by_role("heading", name=title, level=1).wait_for()
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
