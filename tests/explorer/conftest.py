"""The app in process, without a browser."""

import pytest

from tests.explorer.driving import started

WHOLE = {"app", "page"}  # fixtures that run the app


def pytest_collection_modifyitems(items):
    """The quick loop leaves out what runs whole pages."""
    for item in items:
        if "explorer" in item.path.parts and WHOLE & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def app():
    """The app, freshly started."""
    return started()
