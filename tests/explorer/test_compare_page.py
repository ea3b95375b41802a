"""The page that compares maps: two at a time, or several over time."""

import numpy as np
import pytest

from core.demo import DEMOS
from core.regions import Polygon
from explorer.maps.compare import frames, two_maps
from explorer.maps.compare import page as compare_page
from explorer.maps.draw.reel import Played
from explorer.maps.draw.view import Gesture
from tests.explorer.driving import DIGITS as PIXELS
from tests.explorer.driving import NETWORK, SHAPES, seen, settled

pytestmark = pytest.mark.slow  # whole pages are run


@pytest.fixture
def done():
    """What is done on a reel, the last thing last: a gesture, and where the sliders stand."""
    return [(Gesture(), ())]


@pytest.fixture
def played(monkeypatch, done):
    """The reels that were played, and where their sliders start."""
    seen = []

    def play(reel, *_, start=None, **__):
        seen.append((reel, start))
        return Played(None, *done[-1])

    for module in (compare_page, frames):
        monkeypatch.setattr(module, "play", play)
    return seen


@pytest.fixture
def page(app):
    """The maps of the digits, as pixels and as features of a network."""
    app.query_params["space"] = PIXELS
    return settled(app, "compare")


def compared(page, view=None):
    """With the second space beside the first, in one of the views."""
    page.multiselect(key="compare").select(NETWORK)
    if view is not None:
        page.session_state["compare.view"] = view
    return settled(page)


def metrics(page):
    return {metric.label: float(metric.value) for metric in page.metric}


def test_the_first_look_is_at_two_different_maps(page):
    assert page.selectbox(key="compare.left").value == f"{PIXELS}: PCA"
    assert page.selectbox(key="compare.right").value == f"{PIXELS}: UMAP, seed 0"
    assert 0 < metrics(page)["Neighbors exchanged"] < 0.99  # less than by chance


def test_of_many_items_nothing_is_made_unasked(app, monkeypatch):
    monkeypatch.setattr(two_maps, "MOST_UNASKED", 0)
    app.query_params["space"] = PIXELS
    page = settled(app, "compare")
    assert page.selectbox(key="compare.right").value == f"{PIXELS}: PCA"
    said = "This is the same map twice"
    assert any(said in caption.value for caption in page.caption)
    compared(page)
    assert not any(said in caption.value for caption in page.caption)


def test_a_map_beside_itself_differs_in_nothing(page):
    page.selectbox(key="compare.right").select(f"{PIXELS}: PCA")
    settled(page)
    assert metrics(page)["Neighbors exchanged"] == 0
    captions = " ".join(caption.value for caption in page.caption)
    assert "0% of its variance does not fit" in captions
    assert "No group of items changed" in captions


def test_a_second_space_is_shown_beside_the_first(page):
    compared(page)
    assert page.selectbox(key="compare.right").value == f"{NETWORK}: PCA"
    assert 0.3 < metrics(page)["Neighbors exchanged"] < 0.9
    assert sum("trustworthiness" in caption.value for caption in page.caption) == 2


def test_the_groups_that_changed_most_are_selected_by_one_click(page):
    compared(page)
    first = page.button(key="compare.group.0")
    first.click()
    settled(page)
    selection = page.session_state["session"].selection
    assert selection.space == PIXELS
    assert selection.origin.removeprefix("changed most: ") in first.label
    assert f"{len(selection):,} items" in first.label


@pytest.mark.parametrize("color", ["change of neighbors", "distance moved", "digit"])
def test_what_differs_is_a_color(page, color):
    compared(page)
    page.selectbox(key="compare.color").select(color)
    settled(page)
    assert not page.warning


def test_one_map_turns_into_the_other_on_a_reel(page, played):
    compared(page, "Morph")
    reel, start = played[-1]
    assert start == 0
    assert len(reel.path.places) == 2
    names = [track.name for track in reel.tracks]
    assert names[2:] == [f"Trustworthiness for {space}" for space in (PIXELS, NETWORK)]
    page.session_state["compare.share"] = 50
    settled(page)
    assert played[-1][1] == (reel.n_frames - 1) / 2


def test_what_is_drawn_around_on_the_way_is_what_lies_there_then(page, played, done):
    compared(page, "Morph")
    reel = played[-1][0]
    half = (reel.n_frames - 1) / 2
    places = reel.path.places.mean(axis=0)  # half way
    right = places[:, 0] > np.median(places[:, 0])
    low, high = places.min(axis=0) - 1, places.max(axis=0) + 1
    middle = float(np.median(places[:, 0]))
    box = Polygon((middle, high[0], high[0], middle), (low[1], low[1], high[1], high[1]))
    done.append((Gesture((box,), id="1"), (half,)))
    settled(page)
    selection = page.session_state["session"].selection
    assert selection.origin == "drawn on the map"
    assert set(selection.index) == set(reel.space.items.index[reel.rows[right]])


def test_what_is_clicked_at_a_step_is_the_item_of_that_step(page, played, done):
    page.session_state["compare.view"] = "Over time"
    page.selectbox(key="space").select(SHAPES)
    settled(page)
    reel = played[-1][0]
    assert reel.sliders[0].stops == ("image", "text")
    for step, kind in enumerate(("image", "text")):
        place = reel.places((step,))[7]
        done.append((Gesture(clicked=(place[0], place[1]), id=f"at {kind}"), (float(step),)))
        settled(page)
        selection = page.session_state["session"].selection
        items = DEMOS[SHAPES]().items.loc[selection.index]
        assert items["modality"].tolist() == [kind]


def test_spaces_and_columns_are_frames(page, played):
    page.session_state["compare.view"] = "Over time"
    settled(page)
    assert "Nothing to play here" in page.info[0].value
    compared(page)
    assert played[-1][0].sliders[0].stops == (PIXELS, NETWORK)
    page.selectbox(key="space").select(SHAPES)
    page.multiselect(key="compare").set_value([])
    settled(page)
    assert played[-1][0].sliders[0].stops == ("image", "text")
    page.selectbox(key="compare.color").select("distance traveled")
    settled(page)
    assert "Median way over all frames" in " ".join(caption.value for caption in page.caption)


def test_a_map_over_time_says_whose_trails_it_draws(page):
    compared(page, "Over time")
    assert "centroid of each color" in " ".join(caption.value for caption in page.caption)
    page.toggle(key="frames.trails").set_value(False)
    settled(page)
    assert "Trail" not in " ".join(caption.value for caption in page.caption)


def test_a_map_of_the_gallery_is_put_beside_the_last_one(page):
    settled(page, "map")
    page.selectbox(key="map.projection").select("tsne")
    settled(page)
    page.session_state["dock"] = "Trust"
    page.session_state["map.gallery"] = True
    settled(page)
    page.button(key="gallery.compare.0").click()
    page.run()
    assert page.selectbox(key="compare.left").value == f"{PIXELS}: t-SNE, seed 0"
    assert page.selectbox(key="compare.right").value == f"{PIXELS}: PCA"


def test_of_three_items_the_maps_that_can_be_made_are_drawn(app, tmp_path):
    np.save(tmp_path / "tiny.npy", np.eye(3, 2))
    settled(app, "data")
    app.file_uploader[0].upload("tiny.npy", (tmp_path / "tiny.npy").read_bytes())
    settled(app)
    next(one for one in app.button if one.label == "Open this space").click()
    settled(app)
    page = settled(app, "compare")
    assert page.selectbox(key="compare.right").options == ["tiny: PCA"]
    assert [text.value for text in page.markdown].count("**tiny\\: PCA**") == 2
    (why,) = seen(page.warning)  # one of the three is zero, and has no neighbors
    assert "compared over the same 3 or more items" in why
