"""Charts that would be axes alone are told from those that show something."""

import numpy as np
import pandas as pd
import pytest

from core.readouts import (
    Bars,
    Curve,
    Distribution,
    Heatmap,
    ItemPairs,
    ItemScores,
    Plane,
    Table,
    nothing,
)
from explorer.measures.drawing import _is_empty, _is_nothing


@pytest.mark.parametrize("kind", [Distribution, Curve, Bars, Heatmap, Plane])
def test_a_readout_that_shows_nothing_is_not_drawn(kind):
    assert _is_empty(nothing(kind, "axis", 3))


def test_reference_points_alone_are_drawn():
    assert not _is_empty(Plane((), np.zeros(0), np.zeros(0), "x", "y", {"corner": (0.0, 0.0)}))
    assert not _is_empty(Curve(np.arange(2), {"line": np.zeros(2)}, "x", "y"))


@pytest.mark.parametrize(
    ("value", "nothing"),
    [
        (ItemScores(np.full(3, np.nan), "a", "low"), True),
        (ItemScores(np.array([np.nan, 1.0]), "a", "low"), False),
        (ItemPairs(np.zeros(0, int), np.zeros(0, int), np.zeros(0), "distance"), True),
        (Table(pd.DataFrame({"a": []})), True),
        (Table(pd.DataFrame({"a": [1]})), False),
        (Curve(np.zeros(0), {}, "x", "y"), True),
    ],
)
def test_a_readout_without_a_value_is_nothing_to_draw_or_list(value, nothing):
    assert _is_nothing(value) == nothing
