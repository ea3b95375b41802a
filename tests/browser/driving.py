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
