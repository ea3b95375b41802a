"""Every page opens on every demo space, and stays thin."""

from pathlib import Path

import pytest

from core.catalog import family
from core.demo import DEMOS
from tests.explorer.driving import ROOT, settled

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
FAMILIES = ["modality", "contrastive", "length", "agreement", "classes", "geometry"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_thin(page):
    assert len(Path(ROOT / "pages" / f"{page}.py").read_text().splitlines()) <= 60


@pytest.mark.slow
@pytest.mark.parametrize("demo", DEMOS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_on_a_demo_space(app, page, demo):
    app.query_params["space"] = demo
    app.run()
    settled(app, page)
    assert app.selectbox(key="space").value == demo


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_every_lens_of_a_family_shows_its_numbers_or_says_what_it_needs(app, name):
    others = list(DEMOS)[1:]
    app.query_params["space"] = others[0] if name == "agreement" else next(iter(DEMOS))
    app.query_params["compare"] = others[1]
    settled(app, name)
    for lens in family(name):
        key = lens.key.partition(".")[2]
        app.segmented_control(key=f"{name}.lens").set_value(key)
        settled(app)
        assert app.subheader[0].value == lens.question
        assert app.metric or app.info or app.warning, lens.key


def test_the_app_without_demo_data_says_what_to_do(app, monkeypatch):
    monkeypatch.setattr(
        "explorer.startup._asked", __import__("explorer.startup").startup.Startup(demo=False)
    )
    for page in PAGES:
        settled(app, page)
        texts = [box.value for box in app.info] + [box.value for box in app.caption]
        assert any("Upload" in text or "upload" in text for text in texts), page


def test_the_space_is_remembered_across_pages(app):
    settled(app)
    name = list(DEMOS)[1]
    app.selectbox(key="space").set_value(name)
    settled(app)
    settled(app, "classes")
    assert app.selectbox(key="space").value == name


def test_a_lens_that_cannot_look_says_why(app):
    app.query_params["space"] = list(DEMOS)[1]
    settled(app, "modality")
    assert "needs a 'modality' column" in app.info[0].value


def test_a_changed_knob_changes_the_number_and_nothing_else_is_computed_again(app):
    settled(app, "contrastive")
    before = [metric.value for metric in app.metric]
    app.slider(key="contrastive.uniformity.t").set_value(4.0)
    settled(app)
    assert [metric.value for metric in app.metric] != before
    app.slider(key="contrastive.uniformity.t").set_value(2.0)
    app.run()
    assert [metric.value for metric in app.metric] == before
