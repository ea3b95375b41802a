"""The same items are found in several spaces."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.catalog import catalog
from core.errors import NotApplicable
from core.matching import match, matched
from core.space import EmbeddingSpace


def named(names, role="pair"):
    items = pd.DataFrame({"id": names})
    vectors = np.arange(2.0 * len(names)).reshape(-1, 2)
    return EmbeddingSpace("made", vectors, items, {role: "id"} if role else {})


def test_pairs_match_whatever_their_order():
    left, right = matched(named(["a", "b", "c"]), named(["c", "x", "a"]))
    assert left.items["id"].tolist() == right.items["id"].tolist() == ["a", "c"]
    assert right.vectors.tolist() == [[4, 5], [0, 1]]


def test_position_decides_when_a_space_has_no_pairs():
    spaces = named(["a", "b"], role=None), named(["x", "y"])
    assert matched(*spaces) == spaces


def test_unequal_counts_without_pairs_are_refused_with_the_counts():
    with pytest.raises(NotApplicable, match="'made' with 2 items, 'made' with 3 items"):
        matched(named(["a", "b"], role=None), named(["x", "y", "z"]))


def test_pairs_without_a_common_value_are_refused():
    with pytest.raises(NotApplicable, match="no value in common"):
        matched(named(["a"]), named(["b"]))


def test_pairs_of_several_items_in_another_order_are_refused():
    left, right = named(["a", "a", "b", "b"]), named(["b", "b", "a", "a"])
    with pytest.raises(NotApplicable, match="not in the same order"):
        matched(left, right)
    assert matched(left, replace(left, name="other"))[1].name == "other"


def test_items_without_a_pair_are_not_taken_for_each_other():
    left, right = matched(named(["a", None, "b"]), named([None, "b", "a"]))
    assert left.items["id"].tolist() == right.items["id"].tolist() == ["a", "b"]
    several = named([None, "b", None, "a"])
    assert [len(space) for space in matched(named(["a", None, "b"]), several)] == [2, 2]


def test_a_lens_refuses_spaces_with_too_few_items_in_common():
    for key in ("agreement.cka", "agreement.cca", "agreement.mutual_knn"):
        lens = catalog()[key]
        few = lens.min_items - 1
        names = [f"p{i}" for i in range(60)]
        others = names[:few] + [f"q{i}" for i in range(60 - few)]
        with pytest.raises(NotApplicable, match=f"columns have {few} in common"):
            lens(named(names), named(others))


def test_a_pair_and_a_modality_together_name_an_item(joint, rng):
    order = rng.permutation(len(joint))
    left, right = matched(joint, joint.take(order))
    assert np.array_equal(left.vectors, right.vectors)


def test_items_named_by_pair_alone_do_not_match_items_named_by_pair_and_modality(joint):
    with pytest.raises(NotApplicable, match="'joint' with 120 items, 'made' with 2 items"):
        matched(joint, named(["a", "b"]))


def test_one_space_is_left_alone(joint):
    assert matched(joint) == (joint,)
    other = replace(joint, name="other")
    assert [len(space) for space in matched(joint, other)] == [120, 120]


def described(order, **columns):
    """A space over the items 0 to 9 in some order, with columns of values of the items."""
    cells = {name: np.array(cells)[order] for name, cells in columns.items()}
    items = pd.DataFrame(cells, index=pd.RangeIndex(10))
    vectors = np.arange(30.0).reshape(10, 3)[order]
    return EmbeddingSpace("made", vectors, items)


ORDER = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7]
IDS = [f"doc-{i}" for i in range(10)]


@pytest.mark.parametrize(
    "columns", [{"id": IDS}, {"row": range(10)}, {"note": ["x"] * 10, "text": IDS}]
)
def test_a_column_of_names_that_spaces_share_matches_them_in_any_order(columns):
    found = match(described(list(range(10)), **columns), described(ORDER, **columns))
    np.testing.assert_array_equal(found.spaces[0].vectors, found.spaces[1].vectors)
    assert found.by in {"'id'", "'row'", "'text'"}


def test_text_names_items_before_numbers_do():
    left, right = described(list(range(10)), id=IDS), described(ORDER, id=IDS)
    left, right = (
        replace(space, items=space.items.assign(at=range(10))[["at", "id"]])
        for space in (left, right)
    )
    assert match(left, right).by == "'id'"


def test_counters_of_rows_say_no_more_than_the_position():
    left, right = (described(list(range(10)), row=range(10)) for _ in range(2))
    assert match(left, right).by == "position"
    with pytest.raises(NotApplicable, match="'made' with 10 items, 'made' with 5 items"):
        match(left, replace(right.take(np.arange(5)), items=right.items[:5]))


@pytest.mark.parametrize("gone", [[4], [0, 9], [8, 3]])
def test_rows_that_one_space_lost_do_not_make_them_incomparable(gone):
    whole = described(list(range(10)))
    kept = np.setdiff1d(np.arange(10), gone)
    found = match(whole, whole.take(kept))
    assert found.by == "the rows of their files" and len(found.spaces[0]) == len(kept)
    np.testing.assert_array_equal(found.spaces[0].vectors, found.spaces[1].vectors)


def test_spaces_that_lost_different_rows_match_by_those_they_share():
    whole = described(list(range(10)))
    left, right = (whole.take(np.setdiff1d(np.arange(10), [gone])) for gone in (2, 5))
    found = match(left, right)
    np.testing.assert_array_equal(found.spaces[0].vectors, found.spaces[1].vectors)
    assert len(found.spaces[0]) == 8


def numbered(start=0, role="pair", **columns):
    items = pd.DataFrame({"id": range(start, start + 40), **columns})
    vectors = np.arange(80.0).reshape(40, 2)
    return EmbeddingSpace("made", vectors, items, {role: "id"} if role else {})


POEMS, RECIPES = [f"line {i} of a poem" for i in range(40)], [f"step {i} in it" for i in range(40)]


@pytest.mark.parametrize("kind", [int, str])
@pytest.mark.parametrize(("role", "start"), [("pair", 0), ("pair", 7), (None, 7)])
def test_equal_numbers_of_unrelated_texts_do_not_match(kind, role, start):
    spaces = [numbered(start, role, text=texts) for texts in (POEMS, RECIPES)]
    spaces = [replace(one, items=one.items.assign(id=one.items["id"].map(kind))) for one in spaces]
    spaces[1] = spaces[1].take(np.arange(39))
    with pytest.raises(NotApplicable, match=r"equal numbers in 'id' differ in 'text', as the"):
        match(*spaces)


@pytest.mark.parametrize("other", [
    {"text": POEMS}, {"text": [line.upper() for line in POEMS]}, {"caption": RECIPES},
    {"text": RECIPES, "kind": ["a", "b"] * 20}, {"text": POEMS[:20] + RECIPES[20:]},
])  # fmt: skip
def test_numbers_match_where_some_text_agrees_or_none_is_shared(other):
    first = numbered(text=POEMS, kind=["a", "b"] * 20)
    assert match(first, numbered(**other)).by == "'id'"


def test_labels_that_agree_by_chance_make_no_items_the_same(rng):
    labels = [rng.permutation(["a", "b"] * 20) for _ in range(2)]
    left, right = numbered(label=labels[0], text=POEMS), numbered(label=labels[1], text=RECIPES)
    equal = float((labels[0] == labels[1]).mean())
    assert equal < 0.55  # 0.5 by chance
    with pytest.raises(NotApplicable, match="'label', 'text'"):
        match(left, right)


def test_texts_name_items_whatever_else_differs():
    names = [f"doc{i}" for i in range(40)]
    left, right = (
        replace(one, items=one.items.assign(id=names))
        for one in (numbered(text=POEMS), numbered(text=RECIPES))
    )
    assert match(left, right).by == "'id'"


def test_labels_in_another_order_contradict_the_position():
    labels = list("aabbccddee")
    left, right = described(list(range(10)), label=labels), described(ORDER, label=labels)
    with pytest.raises(NotApplicable, match="'label' has the same values in another order"):
        match(left, right)
    assert match(left, left.take(np.arange(10))).by == "position"
