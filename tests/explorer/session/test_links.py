"""A link restores what was shown, or says what is missing; a foreign one does no harm."""

import base64
import io
import json
import re
import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.catalog import catalog
from core.columns import Filter
from core.errors import BadParameter
from core.space import EmbeddingSpace
from explorer.keep.startup import Startup, set_startup, startup
from explorer.look.forms import key_of
from explorer.look.theme import LONGEST, plain
from explorer.maps.draw.camera import Camera, camera_of
from explorer.session.current import filtered
from explorer.session.links import MOST_WORDS, Link, read, written
from explorer.session.workspace import registry
from explorer.shell.restoring import _checked, _checked_knobs
from tests.explorer.driving import DIGITS, FEW, NETWORK, ROOT, seen, settled

pytestmark = pytest.mark.slow  # whole pages are run

THREES = FEW[DIGITS]().items.query("digit == '3'").index
LINK = Link("0" * 32, "mine", {"map.projection": "pca"}, camera=(0.0, 0.0, 1.0))
SOUND = written(LINK)


@pytest.fixture(scope="module")
def run():
    """Start the app anew, at few digits, with the given workspace folder or none."""
    before = startup()

    def start(folder=None):
        set_startup(Startup(demo=True, workspace=folder))
        st.cache_resource.clear()
        return AppTest.from_file(str(ROOT / "explorer" / "shell" / "app.py"), default_timeout=60)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("explorer.session.workspace.DEMOS", FEW)
        yield start
    set_startup(before)
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def link(run):
    """A link to the map that is :func:`shown`, as it is offered there."""
    return copied(shown(run()))


def copied(app):
    """The parameter of the link that the app offers."""
    app.session_state["link.box"] = True
    settled(app)
    (text,) = [code.value for code in app.code if "link=" in code.value]
    return text.partition("link=")[2]


def shown(app, condition="digit = '3'"):
    """A map of the digits by t-SNE in 3-D, colored by ink, with a selection."""
    app.query_params["space"] = DIGITS
    app.session_state["dock"] = "Trust"  # which holds how the map is judged
    settled(app, "map")
    app.selectbox(key="map.search.kind").set_value("Condition")
    app.run()
    app.text_input(key="map.search.Condition").set_value(condition)
    app.segmented_control(key="map.view").set_value("3-D")
    app.selectbox(key="map.color").set_value("ink")
    app.slider(key="map.k").set_value(7)
    return settled(app)


def visited(app, link):
    app.query_params["link"] = link
    app.session_state["dock"] = "Trust"
    return settled(app, "map")


def changed(link, **parts):
    said = json.loads(zlib.decompress(base64.urlsafe_b64decode(link)))
    return encoded(json.dumps({**said, **parts}).encode())


def encoded(raw):
    return base64.urlsafe_b64encode(zlib.compress(raw)).decode()


def test_a_link_restores_space_map_colors_and_selection_in_a_new_session(run, link):
    again = visited(run(), link)
    assert again.selectbox(key="space").value == DIGITS
    assert again.segmented_control(key="map.view").value == "3-D"
    assert again.selectbox(key="map.color").value == "ink"
    assert again.slider(key="map.k").value == 7
    picked = again.session_state["session"].selection
    assert picked.index.equals(THREES)
    assert "digit = '3'" in picked.origin


def test_a_link_says_where_the_map_looks(run, link):
    assert read(link).camera == ()  # a map in 3-D has none
    first = shown(run())
    first.segmented_control(key="map.view").set_value("2-D")
    first.session_state["map.camera"] = Camera(3.5, -1.0, 4.0)  # the canvas tells it in a browser
    flat = copied(first)
    assert read(flat).camera == (3.5, -1.0, 4.0)
    again = visited(run(), flat)
    assert again.session_state["map.camera.wanted"][0] == Camera(3.5, -1.0, 4.0)


@pytest.mark.parametrize(
    "numbers",
    [
        *([], [1, 2], [0, 0, -1], [0, 0, 1e5], ["0", 0, 1], [1e300, 0, 1], [10**400, 0, 1]),
        *([float("nan"), 0, 1], [0, float("inf"), 1], [0, 0, float("nan")]),
    ],
)
def test_a_camera_that_cannot_be_is_none(numbers):
    assert camera_of(numbers) is None


def test_a_link_restores_what_is_compared_and_how_the_lens_of_the_colors_ran(run):
    first = shown(run())
    first.multiselect(key="compare").select(NETWORK)
    settled(first)
    color = "lens: geometry.hubness.by_item"
    first.session_state["session"].last_knobs["geometry.hubness", DIGITS] = {"k": 7}
    first.session_state["measure.lens"] = "geometry.hubness"  # then its values are colors
    settled(first)
    first.selectbox(key="map.color").set_value(color)
    settled(first)
    link = copied(first)
    again = visited(run(), link)
    assert again.multiselect(key="compare").value == [NETWORK]
    assert again.selectbox(key="map.color").value == color
    assert again.session_state["session"].last_knobs["geometry.hubness", DIGITS]["k"] == 7


def test_a_value_of_a_column_is_a_knob_of_a_link_where_the_column_has_it(rng):
    items = pd.DataFrame({"side": ["image", "text"] * 4})
    space = EmbeddingSpace("s", rng.normal(size=(8, 3)), items, {"modality": "side"})
    knobs = catalog()["modality.contrastive_loss"].knobs
    assert _checked_knobs(knobs, {"left": "text", "right": "audio"}, space) == {"left": "text"}
    left = next(knob for knob in knobs if knob.name == "left")
    other = replace(space, items=items.replace("text", "audio"))
    assert key_of(left, space, "a") == key_of(left, space, "a") != key_of(left, other, "a")


def test_a_link_says_which_colors_and_spaces_are_missing(run, link):
    controls = {"map.projection": "pca", "map.color": "lens: no.such.field"}
    link = changed(link, controls=controls, compared=[["lost", "0" * 32]])
    said = " ".join(one.value for one in visited_data(run(), link).warning)
    assert f"“{plain('lens: no.such.field')}”, which is not known here" in said
    assert "“lost”, which is not open here" in said


HOSTILE = [
    "![](https://evil.example/x.png)",
    "[log in](https://evil.example)",
    "www.evil.example, me@evil.example",
    ":material/search: :red[x] :smile: $x^2$ <b>`x`</b>",
    "# x\n\n- y\n1. z",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_words_are_no_markdown(text):
    drawn = plain(text)
    assert not re.search(r"(?<!\\)[^\w\s\\\u2060]|\n", drawn)  # all is escaped, on one line
    seen = drawn.replace("\\", "")  # what comes of it, in which Streamlit looks for addresses
    assert not re.search(r"https?:/|www\.|@\w|:[\w+]+[:/\[]", seen)
    assert seen.replace("\u2060", "") == " ".join(text.split())


def test_plain_words_are_cut():
    assert plain("a" * LONGEST) == "a" * LONGEST
    assert plain("a" * 10_000) == "a" * LONGEST + "…"


def test_long_words_in_a_link_are_cut():
    long = "a" * 20_000
    link = read(written(replace(LINK, name=long, origin=long, compared=((long, "0" * 32),))))
    assert link.name == link.origin == link.compared[0][0] == "a" * MOST_WORDS


@pytest.mark.parametrize("text", HOSTILE[:2])
def test_words_of_a_link_are_drawn_as_they_are(run, link, tmp_path, text):
    controls = {"map.projection": "pca", "map.color": text}
    asked = changed(link, controls=controls, compared=[[text, "0" * 32]], origin=text)
    app = visited_data(run(), asked)
    assert app.session_state["session"].selection.origin == text
    lost = visited_data(run(), changed(link, fingerprint=text, name=text))
    kept = visited_data(run(tmp_path / "one"), changed(link, selected="", kept=text))
    for page, drawn in ((app, [*app.warning, *app.caption]), (lost, lost.warning)):
        assert any(plain(text) in one.value for one in drawn)
        assert not any(text in one.value for one in [*page.warning, *page.caption])
    assert any("another workspace folder" in one.value for one in kept.warning)
    assert not any(text in one.value for one in kept.warning)


def test_a_large_selection_is_kept_in_the_folder_and_missed_without_it(run, tmp_path, monkeypatch):
    monkeypatch.setattr("explorer.maps.panels.link.INLINE", 10)
    link = copied(shown(run(tmp_path / "one")))
    again = visited(run(tmp_path / "one"), link)
    assert len(again.session_state["session"].selection) == len(THREES)
    other = tmp_path / "two"
    for folder, says in ((other, "another workspace folder"), (None, "started without one")):
        elsewhere = visited_data(run(folder), link)
        assert any(says in one.value for one in elsewhere.warning)
        assert elsewhere.selectbox(key="space").value == DIGITS


def test_a_link_of_a_large_selection_leaves_the_names_of_selections_alone(
    run, tmp_path, monkeypatch
):
    monkeypatch.setattr("explorer.maps.panels.link.INLINE", 10)
    first = shown(run(tmp_path / "one"))
    copied(first)  # of a selection without a name
    first.button(key="selections.keep").click()
    settled(first)
    first.button(key="selections.use.selection 1").click()
    settled(first)
    link = copied(first)  # of the named one, as it came back
    assert list(named_after_a_restart(run(tmp_path / "one"))) == ["selection 1"]
    first.button(key="selections.drop.selection 1").click()
    settled(first)
    assert len(visited(run(tmp_path / "one"), link).session_state["session"].selection) == len(
        THREES
    )
    assert named_after_a_restart(run(tmp_path / "one")) == {}


def named_after_a_restart(app):
    app.query_params["space"] = DIGITS
    (known,) = settled(app, "map").session_state["session"].named.values()
    return known


def test_a_kept_selection_of_another_space_is_refused(run, tmp_path, monkeypatch):
    monkeypatch.setattr("explorer.maps.panels.link.INLINE", 10)
    link = copied(shown(run(tmp_path / "one")))
    other = FEW[NETWORK]()  # as many items, so that the mask would fit
    link = changed(link, fingerprint=other.fingerprint, name=NETWORK)
    again = visited_data(run(tmp_path / "one"), link)
    assert any("one of another space" in one.value for one in again.warning)
    assert again.selectbox(key="space").value == NETWORK
    assert again.session_state["session"].selection is None


def visited_data(app, link):
    """Visit a page that comes to rest at once, so that its notices are still there."""
    app.query_params["link"] = link
    return settled(app, "data")


def npz():
    stream = io.BytesIO()
    np.savez(stream, vectors=np.random.default_rng(0).normal(size=(len(FEW[DIGITS]()), 5)))
    return stream.getvalue()


def opened(app):
    settled(app, "data")
    app.file_uploader[0].upload("mine.npz", npz())
    settled(app)
    next(one for one in app.button if one.label == "Open this space").click()
    return settled(app)


def test_a_link_compares_with_each_space_once_and_under_its_own_name(run, tmp_path):
    first = opened(opened(run(tmp_path / "one")))  # "mine", and once more as "mine (2)"
    first.selectbox(key="space").set_value(DIGITS)
    settled(first, "map")
    first.multiselect(key="compare").set_value(["mine (2)", "mine"])
    settled(first)
    link = copied(first)
    assert visited(first, link).multiselect(key="compare").value == ["mine (2)", "mine"]
    again = visited(run(tmp_path / "one"), link)  # the folder keeps them as one
    (only,) = again.multiselect(key="compare").value
    assert only.startswith("mine")


def test_a_link_that_compares_a_space_with_itself_does_not(run, link):
    itself = [["another name", read(link).fingerprint]]
    again = visited(run(), changed(link, compared=itself))
    assert again.selectbox(key="space").value == DIGITS
    assert again.multiselect(key="compare").value == []


def test_a_link_says_which_space_is_missing_and_restores_once_it_is_open(run):
    first = opened(run())
    first.session_state["dock"] = "Trust"
    settled(first, "map")
    first.slider(key="map.k").set_value(9)
    settled(first)
    link = copied(first)
    again = visited_data(run(), link)
    assert any("needs the space “mine”" in one.value for one in again.warning)
    assert again.selectbox(key="space").value != "mine"
    opened(again)
    again.session_state["dock"] = "Trust"
    settled(again, "map")
    assert again.selectbox(key="space").value == "mine"
    assert again.slider(key="map.k").value == 9


def test_a_link_is_read_as_it_was_written():
    assert read(SOUND) == LINK


@pytest.mark.parametrize(
    "text",
    [
        *("", "junk", "é", base64.urlsafe_b64encode(b"junk").decode()),
        *(encoded(b"[" * 20_000 + b"]" * 20_000), encoded(b'{"a":' * 9_000 + b"1" + b"}" * 9_000)),
        *(encoded(b"[]"), encoded(b"null"), changed(SOUND, camera=[10**400, 0, 1])),
        changed(SOUND, camera=7),
        changed(SOUND, name=7),
        changed(SOUND, name="\ud800"),
        changed(SOUND, controls={"map.color": "\ud800"}),
        changed(SOUND, controls=["map.color"]),
        changed(SOUND, compared=["mine"]),
    ],
)
def test_what_is_no_link_is_refused(text):
    with pytest.raises(BadParameter, match="cannot be read"):
        read(text)


def test_a_bomb_in_a_link_is_refused():
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 50_000_000)).decode()
    with pytest.raises(BadParameter, match="cannot be read"):
        read(bomb)


@pytest.mark.parametrize("k", [5.0, True, "5", 1, 51])
def test_only_a_whole_number_is_how_many_neighbors_a_link_asks_for(rng, k):
    space = EmbeddingSpace("s", rng.normal(size=(8, 3)), pd.DataFrame(index=range(8)))
    controls = {"map.projection": "pca", "map.view": "2-D", "map.metric": "cosine"}
    asked = Link(space.fingerprint, "s", controls)
    assert controls.items() <= _checked(asked, space).items()
    assert "map.k" not in _checked(replace(asked, controls={**controls, "map.k": k}), space)
    assert _checked(replace(asked, controls={**controls, "map.k": 5}), space)["map.k"] == 5


@pytest.mark.parametrize(
    "controls",
    [
        {"map.projection": "nope", "map.view": "9-D"},
        {"map.projection": "umap", "map.metric": 3, "map.color": ""},
        {"map.projection": "pca", "map.color": "no such column", "map.k": True, "session": 1},
    ],
)
def test_values_no_control_can_take_are_left_out(run, link, controls):
    knobs = {"n_neighbors": 1e9, "seed": "x", "method": True, "session": 1}
    app = visited(run(), changed(link, controls=controls, knobs=knobs, selected="junk"))
    assert app.selectbox(key="space").value == DIGITS
    assert app.metric


def compared(app, view, color):
    """Both spaces of the digits in one view: t-SNE with a knob of its own, beside PCA."""
    app.query_params.update({"space": DIGITS, "compare": NETWORK})
    settled(app, "map")
    app.selectbox(key="map.projection").set_value("tsne")
    settled(app)
    app.slider(key="map.tsne.perplexity").set_value(12)
    settled(app)
    settled(app, "compare")
    app.session_state["compare.view"] = view
    settled(app)
    app.selectbox(key="compare.color").set_value(color)
    return settled(app)


def visited_comparison(app, link):
    app.query_params["link"] = link
    return settled(app, "compare")


def test_a_link_restores_two_maps_with_their_settings_their_colors_and_the_view(run):
    first = compared(run(), "Morph", "change of neighbors")
    first.session_state["compare.share"] = 40
    first.session_state["map.k"] = 9
    settled(first)
    titles = [first.selectbox(key=f"compare.{side}").value for side in ("left", "right")]
    assert titles == [f"{name}: t-SNE, perplexity 12.0, seed 0" for name in (DIGITS, NETWORK)]
    link, exchanged = copied(first), first.metric[0].value
    again = visited_comparison(run(), link)
    assert [again.selectbox(key=f"compare.{side}").value for side in ("left", "right")] == titles
    assert again.multiselect(key="compare").value == [NETWORK]
    assert again.segmented_control(key="compare.view").value == "Morph"
    assert again.selectbox(key="compare.color").value == "change of neighbors"
    assert again.session_state["compare.share"] == 40
    assert again.metric[0].value == exchanged
    assert read(copied(again)).maps == read(link).maps


def test_a_link_restores_maps_over_time_at_their_frame(run):
    first = compared(run(), "Over time", "distance traveled")
    first.toggle(key="frames.trails").set_value(False)
    first.session_state["frames.at"] = NETWORK
    settled(first)
    link = copied(first)
    again = visited_comparison(run(), link)
    assert again.selectbox(key="compare.left").value.endswith("t-SNE, perplexity 12.0, seed 0")
    assert again.selectbox(key="compare.color").value == "distance traveled"
    assert again.session_state["frames.at"] == NETWORK
    assert not again.toggle(key="frames.trails").value


def test_a_link_of_two_maps_of_which_one_space_is_not_open_restores_the_other(run):
    link = copied(compared(run(), "Side by side", "ink"))
    again = visited_comparison(run(), changed(link, compared=[["lost", "0" * 32]]))
    left, right = (again.selectbox(key=f"compare.{side}").value for side in ("left", "right"))
    assert left == f"{DIGITS}: t-SNE, perplexity 12.0, seed 0"
    assert right.startswith(DIGITS)
    assert again.selectbox(key="compare.color").value == "ink"


@pytest.mark.parametrize(
    "maps",
    [
        [[9, "pca", {}]],
        [[-1, "pca", {}]],
        [[0, "nope", {}]],
        [[0, "pca", {"n_components": 3, "session": 1}]],
        [[0, "tsne", {"perplexity": 1e9, "seed": "x"}]] * 40,
    ],
)
def test_maps_that_cannot_be_made_are_left_out(run, maps):
    link = Link(FEW[DIGITS]().fingerprint, DIGITS, {"compare.view": "Sideways"}, maps=maps)
    again = visited_comparison(run(), written(link))
    assert again.segmented_control(key="compare.view").value == "Side by side"
    assert re.fullmatch(f"{DIGITS}: (PCA|t-SNE, seed 0)", again.selectbox(key="compare.left").value)


@pytest.mark.parametrize("maps", [7, [7], [["0", "pca", {}]], [[0, "pca", 7]], [[0, 7, {}]]])
def test_a_link_whose_maps_cannot_be_read_is_refused(maps):
    with pytest.raises(BadParameter, match="cannot be read"):
        read(changed(SOUND, maps=maps))


@pytest.mark.parametrize("within", [False, True])
def test_a_link_restores_filters_and_what_they_are_asked_of(run, within):
    first = shown(run(), condition="digit = '3'")
    state = first.session_state["session"]
    base = state.selection.index if within else None
    filters = (Filter("ink", low=285.0, high=313.0), Filter("digit", values=("5",), negated=True))
    space = registry().get(f"demo:{DIGITS}")
    state.selection = before = filtered(space, filters, base)
    link = copied(first)
    after = visited(run(), link).session_state["session"].selection
    assert 0 < len(before) < len(space)
    assert after.index.equals(before.index)
    assert after.filters == before.filters
    assert (after.base is not None) == within


@pytest.mark.parametrize(
    "filters", [[{"column": "ink"}], ["ink"], [{"column": "ink", "low": "x", "high": None}], 3]
)
def test_filters_that_cannot_be_read_are_no_link(filters):
    with pytest.raises(BadParameter, match="cannot be read"):
        read(changed(SOUND, filters=filters))


def test_filters_of_columns_that_are_not_there_are_said(run, link):
    one = {"column": "digit", "low": 1.0, "high": None, "values": [], "negated": False}
    for column in ("digit", "nowhere"):
        app = visited(run(), changed(link, filters=[one | {"column": column}], selected=""))
        assert any("columns that this space does not have" in said for said in seen(app.warning))
        assert app.session_state["session"].selection is None


@pytest.mark.parametrize("by", ["link", "reload"])
def test_a_link_and_a_reload_restore_changed_roles(run, by):
    first = run()
    first.query_params["space"] = DIGITS
    settled(first, "data")
    first.segmented_control(key="data.tab").set_value("Columns and quality")
    settled(first)
    next(one for one in first.selectbox if one.label == "Group").set_value("digit")
    settled(first)
    first.button(key="roles.apply").click()
    settled(first, "data")
    settled(first, "map")
    first.selectbox(key="map.search.kind").set_value("Condition")
    first.run()
    first.text_input(key="map.search.Condition").set_value("digit = '3'")
    settled(first)
    link, said = copied(first), dict(first.query_params)
    picked = first.session_state["session"].selection.index
    assert picked.equals(THREES)
    again = run()
    if by == "link":
        visited(again, link)
    else:
        for key in ("space", "roles", "picked"):
            again.query_params[key] = said[key]
    settled(again, "data")
    state = again.session_state["session"]
    assert state.selection.index.equals(picked)
    assert registry().get(state.spaces[DIGITS], state.id).roles["group"] == "digit"
    assert registry().get(f"demo:{DIGITS}").roles["group"] == "half"


def test_roles_of_columns_that_are_not_there_are_said(run, link):
    own = json.loads(zlib.decompress(base64.urlsafe_b64decode(link)))["fingerprint"]
    for roles in ({"label": "nowhere"}, {"nothing": "digit"}):
        app = visited(run(), changed(link, fingerprint="0" * 32, own=own, roles=roles))
        assert any("not those of columns" in said for said in seen(app.warning))
