"""What the canvas is sent, and what is made of what it sends back."""

import base64
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.regions import Polygon, inside
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.maps.draw import blobs
from explorer.maps.draw.canvas import BUNDLE, data_of, gesture
from explorer.maps.draw.codes import LEVELS, coded
from explorer.maps.draw.view import Colors, Gesture, MapView, category_colors
from explorer.maps.panels.gestures import _drawn

FRONTEND = BUNDLE.parents[1] / "frontend"


@pytest.fixture
def view(rng):
    """A thousand points far from the origin, in three classes."""
    positions = rng.normal(size=(1000, 2)) * [3, 1] + [1e6, -2e6]
    return MapView(positions, Colors("class", rng.integers(3, size=1000), ("a", "b", "c")))


@pytest.fixture
def rng():
    """Seeded."""
    return np.random.default_rng(0)


def decoded(address, dtype):
    """The array of a data address."""
    return np.frombuffer(base64.b64decode(address.partition(",")[2]), dtype)


@pytest.mark.parametrize("name", ["canvas.js", "dock.js", "reel.js", "file.js", "widget.js"])
def test_the_bundle_was_made_from_the_sources_beside_it(name):
    digest = hashlib.sha256()
    sources = sorted((FRONTEND / "src").iterdir())
    style = FRONTEND.parent / "alone" / "page.css"
    for path in (FRONTEND / "build.mjs", FRONTEND / "package-lock.json", style, *sources):
        digest.update(path.read_bytes())
    first = BUNDLE.with_name(name).read_text(encoding="utf-8").partition("\n")[0]
    assert first.endswith(digest.hexdigest()), "run `make frontend`"


def test_the_licenses_of_what_is_bundled_stand_beside_it():
    text = Path(BUNDLE.with_name("canvas.licenses.txt")).read_text(encoding="utf-8")
    assert "regl-scatterplot" in text
    assert "Permission is hereby granted" in text


def test_places_come_back_from_what_is_sent_to_a_millionth_of_the_map(view):
    sent = data_of(view)
    x, y, half = sent["frame"]
    places = decoded(sent["positions"], np.float32).reshape(2, -1).T * half + [x, y]
    assert np.abs(places - view.positions).max() < 1e-6 * half
    assert np.abs(decoded(sent["positions"], np.float32)).max() <= 1


def test_colors_are_one_byte_a_point_and_the_legend_counts_them(view):
    sent = data_of(view)
    codes = decoded(sent["codes"], np.uint8)
    assert len(codes) == 1000
    counts = {entry["name"]: entry["count"] for entry in sent["legend"]["entries"]}
    assert counts == dict(zip("abc", np.bincount(codes).tolist(), strict=True))


def test_a_change_of_colors_changes_only_the_address_of_the_colors(view):
    one = data_of(view)
    other = data_of(MapView(view.positions, Colors("x", np.zeros(1000, np.int64), ("all",))))
    assert one["positions"] == other["positions"]
    assert one["codes"] != other["codes"]


def test_numbers_keep_their_order_and_the_undefined_has_a_color_of_its_own():
    values = np.array([3.0, np.nan, 1.0, 2.0])
    codes, palette, legend = coded(Colors("x", values=values))
    assert codes[2] < codes[3] < codes[0] < LEVELS == codes[1]
    assert palette[LEVELS] == theme.UNDEFINED
    assert legend["undefined"] == 1


def test_values_of_one_number_or_none_are_drawn():
    for values in (np.full(5, 2.0), np.full(5, np.nan)):
        codes, palette, _ = coded(Colors("x", values=values))
        assert codes.max() < len(palette)


def test_more_classes_than_colors_are_grouped_and_the_legend_says_how_many():
    colors = category_colors("c", pd.Series([str(i) for i in range(150)]).repeat(2))
    codes, palette, legend = coded(colors)
    assert legend["entries"][-1]["name"] == f"other ({150 - theme.MOST_COLORS:,} values)"
    assert len(set(palette[:-1])) == theme.MOST_COLORS
    assert (codes == theme.MOST_COLORS).sum() == 2 * (150 - theme.MOST_COLORS)


def test_no_points_are_a_map_too():
    sent = data_of(MapView(np.zeros((0, 2)), Colors("x", np.zeros(0, np.int64), ("all",))))
    assert sent["n"] == 0


def test_a_lasso_is_a_polygon_a_click_a_place_and_escape_clears():
    sent = {"kind": "lasso", "mode": "add", "id": "7", "x": [0, 1, 1], "y": [0, 0, 1]}
    assert gesture(sent) == Gesture((Polygon((0, 1, 1), (0, 0, 1)),), mode="add", id="7")
    sent = {"kind": "click", "mode": "new", "id": "8", "x": [0.5], "y": [2]}
    assert gesture(sent).clicked == (0.5, 2)
    sent = {"kind": "clear", "mode": "new", "id": "9", "x": [], "y": []}
    assert gesture(sent).act == "clear"
    assert gesture(None) == Gesture()


def test_a_box_on_a_turned_map_holds_what_is_seen_in_it():
    places = np.array([[100.0, 50, 6], [100, 50, 8], [104, 52, 7], [102, 48, 7]])
    view = MapView(places, Colors("x", np.zeros(4, np.int64), ("all",)))
    cx, cy = data_of(view)["frame"][:2]
    turned = [[0, 0, -1], [0, 1, 0]]  # from the side: depth runs from right to left
    sent = {"kind": "box", "mode": "new", "id": "1", "turn": turned}
    right = {"x": [cx + 0.5, cx + 2, cx + 2, cx + 0.5], "y": [cy - 9, cy - 9, cy + 9, cy + 9]}
    done = gesture(sent | right)
    assert inside(_drawn(view, done), done.regions[0]).tolist() == [True, False, False, False]
    flat = gesture(sent | right | {"turn": None})
    assert _drawn(view, flat) is view.positions


@pytest.fixture
def client(monkeypatch):
    """The routes of the map, served."""
    monkeypatch.setattr(blobs, "_served", False)
    return TestClient(Starlette(routes=blobs.routes()))


def test_an_array_is_served_once_and_known_by_its_tag(client, rng):
    array = rng.normal(size=100).astype(np.float32)
    address = blobs.address(array)
    answer = client.get(address)
    assert np.array_equal(np.frombuffer(answer.content, np.float32), array)
    again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert blobs.address(array.copy()) == address


def test_an_address_cannot_be_guessed(client):
    assert client.get("/canvas/guess/array/0").status_code == 404
    good = blobs.address(np.ones(3))
    assert client.get(good[:-1] + "x").status_code == 404


def test_arrays_beyond_the_budget_are_given_up_oldest_first(client, monkeypatch):
    monkeypatch.setattr(blobs, "BUDGET", 2000)
    old, new = (blobs.address(np.full(1200, fill, np.uint8)) for fill in (1, 2))
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_a_card_shows_columns_in_words_and_leaves_out_bytes_and_empty_cells(client):
    items = pd.DataFrame({"n": [1, 2], "text": ["<b>one</b>", None], "raw": [b"x", b"y"]})
    space = EmbeddingSpace("s", np.eye(2, dtype=np.float32), items, {"text": "text"})
    card = blobs.cards(space)["card"]
    assert client.get(f"{card}/0").json()["lines"] == [
        ["text", "<b>one</b>"],
        ["n", "1"],
    ]
    assert ["n", "2"] in client.get(f"{card}/1").json()["lines"]
    assert client.get(f"{card}/2").status_code == 404
    assert "pictures" not in blobs.cards(space)


def test_a_card_of_a_bare_vector_names_the_item_and_numbers_have_six_digits(client):
    vectors = np.eye(2, dtype=np.float32)
    bare = EmbeddingSpace("s", vectors, pd.DataFrame(index=[7, 9]))
    assert client.get(f"{blobs.cards(bare)['card']}/1").json()["lines"] == [["item", "9"]]
    table = pd.DataFrame({"price": [40.636077193799196, np.nan], "n": [1234567, 2]})
    priced = blobs.cards(EmbeddingSpace("s", vectors, table))["card"]
    assert client.get(f"{priced}/0").json()["lines"] == [["price", "40.6361"], ["n", "1234567"]]
    assert client.get(f"{priced}/1").json()["lines"] == [["n", "2"]]


def test_without_a_server_there_are_no_cards(monkeypatch):
    monkeypatch.setattr(blobs, "_served", False)
    space = EmbeddingSpace("s", np.eye(2, dtype=np.float32), pd.DataFrame({"a": [1, 2]}))
    assert blobs.cards(space) is None


def test_a_map_in_three_dimensions_is_sent_whole_and_a_click_has_its_depth(rng):
    positions = rng.normal((5, 0, -7), size=(40, 3))
    sent = data_of(MapView(positions, Colors("c", np.zeros(40, np.int64), ("all",))))
    x, y, half, z = sent["frame"]
    places = decoded(sent["positions"], np.float32).reshape(3, -1).T * half + [x, y, z]
    assert sent["solid"]
    assert places == pytest.approx(positions, abs=1e-5)
    clicked = {"kind": "click", "mode": "new", "id": "1", "x": [0.5], "y": [2], "z": 3}
    assert gesture(clicked).clicked == (0.5, 2, 3)
