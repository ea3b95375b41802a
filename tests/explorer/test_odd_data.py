"""The map page over data with little to show: no column, few items, vectors all alike."""

import numpy as np
import pandas as pd
import pytest

from core.space import EmbeddingSpace
from explorer.maps.page import DOCKS
from tests.explorer.driving import settled, started

pytestmark = pytest.mark.slow  # whole pages are run


def _space(vectors, **columns):
    items = pd.DataFrame(columns, index=range(len(vectors)))
    return EmbeddingSpace("odd", np.asarray(vectors, np.float32), items, {c: c for c in columns})


_RNG = np.random.default_rng(0)
ODD = {
    "bare": _space(_RNG.normal(size=(60, 5))),
    "one item": _space([[1, 2, 3]], text=["alone"]),
    "two items": _space([[1, 0], [0, 1]], label=["a", "b"]),
    "four items": _space(
        _RNG.normal(size=(4, 3)), modality=["image", "text"] * 2, pair=[1, 1, 2, 2]
    ),
    "constant": _space(np.ones((30, 4)), label=["a", "b"] * 15),
    "zero": _space(np.zeros((30, 4)), label=["a", "b"] * 15),
    "one dimension": _space(np.arange(30)[:, None], label=["a", "b"] * 15),
    "one modality": _space(_RNG.normal(size=(40, 6)), modality=["image"] * 40),
    "empty column": _space(_RNG.normal(size=(40, 6)), label=[None] * 40),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("dock", DOCKS)
def test_every_dock_is_drawn_beside_the_map_of_odd_data(name, dock, monkeypatch):
    monkeypatch.setattr("explorer.session.workspace.DEMOS", {"odd": lambda: ODD[name]})
    app = started()
    app.query_params["dock"] = dock
    settled(app, "map")
    assert not app.error


def test_groups_are_found_where_there_is_no_column_and_become_one(monkeypatch):
    monkeypatch.setattr("explorer.session.workspace.DEMOS", {"odd": lambda: ODD["bare"]})
    app = started()
    app.query_params["dock"] = "Columns"
    settled(app, "map")
    (said,) = (one.value for one in app.caption if "No column" in one.value)
    assert said.endswith("Groups that are found become one.")
    app.session_state["groups"] = True
    app.session_state["groups.how.3"] = "k-means"
    settled(app)
    app.button(key="groups.open").click()
    settled(app)
    assert app.selectbox(key="map.color").value == "group"


def test_what_takes_long_to_group_says_how_long_and_waits_to_be_asked(monkeypatch):
    monkeypatch.setattr("explorer.session.workspace.DEMOS", {"odd": lambda: ODD["bare"]})
    monkeypatch.setattr("explorer.maps.docks.groups.ASK_FROM", 0.0)
    app = started()
    app.query_params["dock"] = "Columns"
    app.session_state["groups"] = True
    settled(app, "map")
    (said,) = (one.value for one in app.info if "Finding them" in one.value)
    assert said.endswith("and how stable they are under 5 seconds more.")
    assert not [one for one in app.markdown if "groups**" in one.value]
    app.button(key="groups.go").click()
    settled(app)
    assert [one for one in app.markdown if "groups**" in one.value]


@pytest.mark.parametrize(
    ("name", "said", "why"),
    [
        ("one item", "1 item · 3 dimensions", "All items lie at one place"),
        ("constant", "30 items · 4 dimensions", "All items lie at one place"),
        ("bare", "60 items · 5 dimensions", "The two directions along which"),
    ],
)
def test_what_is_said_of_few_items_and_of_equal_ones_is_true(name, said, why, monkeypatch):
    monkeypatch.setattr("explorer.session.workspace.DEMOS", {"odd": lambda: ODD[name]})
    told = []
    monkeypatch.setattr("explorer.maps.page.show", lambda view, _: told.append(view.reason))
    app = settled(started(), "map")
    assert said in [caption.value for caption in app.caption]
    assert told[-1].startswith(why)
