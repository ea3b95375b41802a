"""Prompts as classes: their vectors, their parents, and what is no hierarchy."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.engines.retrieval import naming
from core.engines.retrieval.naming import prompted
from core.errors import BadParameter, NotApplicable
from core.space import EmbeddingSpace


@pytest.fixture
def space(rng):
    """Ten items; two prompts of two coarse classes each, and one of each of four fine ones."""
    items = pd.DataFrame(
        {
            "kind": ["round", "straight"] * 5
            + ["round", "straight"] * 2
            + ["Round"] * 2
            + ["straight"] * 2,
            "shape": ["ring", "bar"] * 5 + [None] * 4 + ["ring", "circle", "bar", "cross"],
            "level": [None] * 10 + ["kind"] * 4 + ["shape"] * 4,
        }
    ).astype("string")
    return EmbeddingSpace("shapes", rng.normal(size=(18, 6)), items, {"level": "level"})


def test_a_class_is_the_unit_mean_of_its_unit_prompts(space):
    (coarse, _), items = prompted(space, ())
    mean = space.unit[[10, 12]].astype(np.float64).mean(axis=0)
    assert coarse.vectors[0] == pytest.approx(mean / np.linalg.norm(mean))
    assert items.tolist() == [*range(10)]


def test_levels_go_from_few_classes_to_many_and_name_their_parents(space):
    (coarse, fine), items = prompted(space, ())
    assert (coarse.name, fine.name) == ("kind", "shape")
    assert fine.classes == ("bar", "circle", "cross", "ring")
    assert [coarse.classes[parent] for parent in fine.parents] == ["straight", "round"] * 2
    assert coarse.true(space.items.iloc[items]).tolist() == [0, 1] * 5
    assert coarse.true(space.items[["shape"]]) is None


def changed(space, row, column, value):
    items = space.items
    items.loc[items.index[row], column] = value
    return replace(space, items=items)


@pytest.mark.parametrize(
    ("row", "column", "value", "says"),
    [
        (17, "level", "season", "'season' is no column"),
        (17, "shape", None, "needs its class in the column 'shape'"),
        (17, "kind", "bent", "these are none: bent"),
        (17, "shape", "ring", "one parent of level 'kind'; found Round, straight"),
        (slice(14, None), "shape", "ring", "single class"),
    ],
)
def test_what_is_no_hierarchy_is_refused(space, row, column, value, says):
    with pytest.raises(NotApplicable, match=says):
        prompted(changed(space, row, column, value), ())


def test_a_typed_line_has_a_form(space):
    with pytest.raises(BadParameter, match=r"level \| class \| prompt \| parent"):
        prompted(space, ("circle",))


def test_without_prompts_and_model_there_is_nothing_to_name_by(space):
    with pytest.raises(NotApplicable, match="needs prompts"):
        prompted(replace(space, roles={}), ())


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_of_levels_of_as_many_classes_the_one_that_names_parents_is_the_finer(rng, names):
    coarse, fine = names
    items = pd.DataFrame(
        {
            "level": [None] * 4 + [coarse] * 2 + [fine] * 2,
            coarse: ["x", "y"] * 2 + ["x", "y"] * 2,
            fine: ["u", "v"] * 2 + [None] * 2 + ["u", "v"],
        }
    ).astype("string")
    space = EmbeddingSpace("two", rng.normal(size=(8, 4)), items, {"level": "level"})
    (above, below), _ = prompted(space, ())
    assert (above.name, below.name) == (coarse, fine)
    assert below.parents.tolist() == [0, 1]


def test_a_parent_that_no_level_holds_is_refused(space, monkeypatch):
    class Model:
        def encode_texts(self, texts):
            return np.eye(6, dtype=np.float32)[: len(texts)]

    monkeypatch.setattr(naming, "encoder_of", lambda _: Model())
    with pytest.raises(NotApplicable, match="'shape' has the fewest classes, so that none lies"):
        prompted(space, ("shape|ring||round", "shape|bar||straight"))
    (above, below), _ = prompted(
        space, ("shape|ring||round", "shape|bar||straight", "zone|round", "zone|straight")
    )
    assert (above.name, below.name, below.parents.tolist()) == ("zone", "shape", [1, 0])
