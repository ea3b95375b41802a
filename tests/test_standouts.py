"""What stands out: findings on one scale, the largest first."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core.estimates import Chance, Estimate, Interval, Undefined
from core.readouts import ItemPairs, ItemScores, Table
from core.space import EmbeddingSpace
from core.standouts import MAP, READERS, hidden_by_map, standouts
from explorer.measures.standouts import SHOWN


@pytest.fixture
def space(rng):
    items = pd.DataFrame({"kind": np.repeat(["a", "b"], 10), "words": np.arange(20)})
    roles = {"label": "kind", "length": "words"}
    return EmbeddingSpace("s", np.float32(rng.normal(size=(20, 3))), items, roles)


def told(value, low, high, chance=0.0):
    return Estimate(value, Interval(low, high, "known"), Chance(chance, "known"))


def results(space):
    gained = ItemScores(np.arange(20.0), "places")
    pairs = ItemPairs(np.array([0, 4]), np.array([1, 5]), np.array([0.0, 0.3]), "distance")
    rows = pd.DataFrame({"first": ["a"], "second": ["b"]})
    margins = np.where(np.arange(20) == 3, -1.0, 1.0)
    return {
        "modality.gap_shift": SimpleNamespace(
            recall_change=told(0.04, 0.02, 0.06), places_gained=gained
        ),
        "classes.pairs": SimpleNamespace(
            lowest_separability=Estimate(0.7),
            pairs=Table(rows),
            by_item=ItemScores(margins, "odds"),
        ),
        "geometry.outliers": SimpleNamespace(duplicates=Estimate(0.05), pairs=pairs),
        "length.collapse": SimpleNamespace(length_correlation=told(-0.2, -0.3, -0.1)),
    }


def test_the_largest_finding_comes_first_and_each_has_its_items(space):
    found = standouts(space, results(space))
    assert [one.lens for one in found] == [
        *("classes.pairs", "length.collapse", "geometry.outliers", "modality.gap_shift")
    ]
    rows = {one.lens: one.rows.tolist() for one in found}
    assert rows["classes.pairs"] == [3]
    assert rows["geometry.outliers"] == [0, 1]
    assert rows["length.collapse"] == [18, 19]
    assert rows["modality.gap_shift"] == [18, 19]
    assert "a and b overlap" in found[0].says
    assert "costs 4.0 points" in found[-1].says


def test_copies_of_one_another_stand_side_by_side(space):
    pairs = ItemPairs(np.array([2, 1, 0]), np.array([9, 5, 9]), np.zeros(3), "distance")
    given = {"geometry.outliers": SimpleNamespace(duplicates=Estimate(0.3), pairs=pairs)}
    assert standouts(space, given)[0].rows.tolist() == [0, 2, 9, 1, 5]


def test_what_chance_explains_or_cannot_be_told_does_not_stand_out(space):
    given = results(space)
    given["modality.gap_shift"].recall_change = told(0.04, -0.02, 0.06)
    given["classes.pairs"].lowest_separability = Undefined("one class")
    given["geometry.outliers"].duplicates = Estimate(0.0)
    given["length.collapse"].length_correlation = told(0.01, -0.1, 0.1)
    assert standouts(space, given) == []


def test_a_map_that_hides_the_gap_is_said_with_its_items(rng):
    kinds = np.repeat(["image", "text"], 100)
    vectors = np.float32(rng.normal(size=(200, 4)) * 0.3)
    vectors[:, 3] = np.where(kinds == "image", 1, -1)
    items = pd.DataFrame({"kind": kinds})
    space = EmbeddingSpace("two", vectors, items, {"modality": "kind"})
    found = hidden_by_map(space, vectors[:, :2])
    assert found is not None
    assert found.says.startswith("The map hides the gap: ")
    assert len(found.rows)
    assert standouts(space, {}, (found,)) == [found]
    assert found.lens == MAP
    assert hidden_by_map(space, vectors[:, 2:]) is None  # this one shows it
    assert (
        hidden_by_map(space.where(np.arange(200) % 10 == 0), vectors[::10, :2]) is None
    )  # too few


def test_a_few_items_that_nobody_finds_do_not_stand_out(space):
    values = ItemScores(np.where(np.arange(20) < 2, 0.0, 1.0), "times")
    few = SimpleNamespace(antihubs=told(0.002, 0.001, 0.004), by_item=values)
    many = SimpleNamespace(antihubs=told(0.1, 0.05, 0.2), by_item=values)
    assert standouts(space, {"geometry.hubness": few}) == []
    assert standouts(space, {"geometry.hubness": many})[0].rows.tolist() == [0, 1]


def test_what_every_finding_shows_has_a_name_of_its_own():
    assert set(SHOWN) == {MAP, *READERS}
    assert len(set(SHOWN.values())) == len(SHOWN)
