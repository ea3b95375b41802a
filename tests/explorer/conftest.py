"""The app in process, without a browser."""

import pytest

from tests.explorer.driving import FEW, started

WHOLE = {"app", "full_app", "page"}  # fixtures that run the app


def pytest_collection_modifyitems(items):
    """The quick loop leaves out what runs whole pages."""
    for item in items:
        if "explorer" in item.path.parts and WHOLE & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def demos(monkeypatch):
    """The app opens with few spaces of few items: its pages are drawn sooner."""
    monkeypatch.setattr("explorer.session.workspace.DEMOS", FEW)


@pytest.fixture
def app(demos):
    """The app, freshly started."""
    return started()


@pytest.fixture
def full_app():
    """The app, freshly started, with every demo space."""
    return started()
