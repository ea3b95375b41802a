"""Drive the app in process."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from explorer.workspace import jobs

ROOT = Path(__file__).parents[2]


def settled(app: AppTest, page: str | None = None) -> AppTest:
    """Run until every job the page asks for is done, and no page shows a traceback."""
    if page is not None:
        app.switch_page(f"../pages/{page}.py")
    for _ in range(12):
        app.run()
        assert not app.exception, app.exception
        if not any(button.label == "Stop" for button in app.button):
            return app
        jobs().settle()
    message = "the page never comes to rest"
    raise AssertionError(message)
