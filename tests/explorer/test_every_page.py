"""Every page opens on every demo space, and stays thin.

Nothing else starts the app here: what it shares between sessions would be gone for these.
"""

from pathlib import Path

import pytest

from core.demo import COURSES, DEMOS
from tests.explorer.driving import PAGES, ROOT, SCRIPTS, settled, started

# One of each kind of space opens every page; the others the pages that read what they are about.
KINDS = {
    "Shapes and captions", "Digits, raw pixels", next(iter(COURSES)), "Docstrings",
    "Docstring tokens", "Clips of shapes", "Crops and tags", "Queries and targets",
}  # fmt: skip
ABOUT = ("map", "data", "retrieval")
OPENED = [(demo, page) for demo in DEMOS for page in (PAGES if demo in KINDS else ABOUT)]


@pytest.mark.parametrize("page", SCRIPTS)
def test_a_page_is_thin(page):
    assert len(Path(ROOT / "pages" / f"{page}.py").read_text().splitlines()) <= 60


@pytest.fixture(scope="module")
def visit(request):
    """The app at one demo space, started once for all pages of it."""
    app = started()
    app.query_params["space"] = request.param
    return settled(app, "data")


@pytest.mark.slow
@pytest.mark.parametrize(("visit", "page"), OPENED, indirect=["visit"], scope="module")
def test_a_page_opens_on_a_demo_space(visit, page, request):
    settled(visit, page)
    assert visit.selectbox(key="space").value == request.node.callspec.params["visit"]
