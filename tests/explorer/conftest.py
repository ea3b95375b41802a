"""The app in process, without a browser."""

import pytest

from tests.explorer.driving import started


@pytest.fixture
def app():
    """The app, freshly started."""
    return started()
