"""Company of labels: kinds of scenes, naming by parts, tags of items, words, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.columns import tags_of
from core.engines.company import ppmi
from core.errors import BadParameter
from core.estimates import Undefined
from core.lenses.retrieval.colocation import colocation
from core.space import EmbeddingSpace

ROLES = {"label": "thing", "group": "scene", "tags": "tags"}


def crops(rng, *, noise=3.5, n_scenes=400):
    """Six kinds of scenes of eight things each, four in a scene; things look like nothing else."""
    kind = np.repeat(rng.integers(6, size=n_scenes), 4)
    which = np.concatenate([rng.choice(8, 4, replace=False) for _ in range(n_scenes)])
    thing = kind * 8 + which
    vectors = rng.normal(size=(48, 32))[thing] * 2 + rng.normal(scale=noise, size=(len(thing), 32))
    items = pd.DataFrame({"thing": [f"thing {at:02}" for at in thing]})
    items["scene"] = np.repeat(np.arange(n_scenes), 4)
    items["tags"] = items.groupby("scene")["thing"].transform("; ".join)
    return EmbeddingSpace("crops", vectors, items, ROLES)


def test_company_and_sight_complement_each_other(rng):
    found = colocation(crops(rng))
    assert found.gain.interval.low > 0
    best = max(found.named_by_sight.value, found.named_by_company.value)
    assert found.named_jointly.value > best + 0.1
    assert found.named_by_company.value == pytest.approx(1 / 5, abs=0.08)


def test_the_nearest_label_by_company_is_of_the_same_kind_and_by_sight_of_any(rng):
    rows = colocation(crops(rng)).neighbors.rows
    kind = rows["label"].str[-2:].astype(int) // 8
    same = {
        part: (rows[f"nearest by {part}"].str.slice(6, 8).astype(int) // 8 == kind).mean()
        for part in ("company", "sight", "joint")
    }
    assert same["company"] == 1
    # Scenes of a kind hold each two of it equally often: J - I has eigenvalues 7 and -1, the cosine
    # of two rows U sqrt(S) is 6 / 14, and 0 beside; by sight those of random directions add to it.
    sight = rng.normal(scale=1 / np.sqrt(32), size=(20_000, 47))
    right = (6 / 14 + sight[:, :7].max(axis=1) > sight[:, 7:].max(axis=1)).mean()
    assert same["joint"] >= right - 3 * np.sqrt(right * (1 - right) / 48)
    assert same["sight"] < 0.4


def test_the_joint_table_opens_as_a_space_of_labels(rng):
    made = colocation(crops(rng), company=0.0).joint
    assert len(made) == 48
    assert made.norms == pytest.approx(1, abs=1e-5)


def test_without_a_label_each_tag_is_hidden_in_turn(rng):
    space = crops(rng, n_scenes=100)
    once = replace(space, roles={"tags": "tags"}).take(np.arange(0, 400, 4))
    found = colocation(once, fewest=2)
    hidden = found.by_item.values[~np.isnan(found.by_item.values)]
    assert set(np.round(hidden * 12) % 1) <= {0}
    assert found.named_by_company.differs_from_chance


def test_words_of_the_scenes_tell_what_company_does(rng):
    space = crops(rng)
    kinds = space.items["thing"].str[-2:].astype(int) // 8
    said = space.items.assign(text=[f"{'abcdef'[kind]}x seen" for kind in kinds])
    found = colocation(replace(space, items=said, roles={**ROLES, "text": "text"}))
    assert found.named_by_words.differs_from_chance
    assert isinstance(colocation(space).named_by_words, Undefined)


def test_information_is_of_what_occurs_more_often_than_by_chance():
    counts = np.array([[0, 4, 0], [4, 0, 0], [0, 0, 2]])
    assert ppmi(counts.astype(float))[0, 1] == pytest.approx(np.log(10 / 4))
    assert ppmi(counts.astype(float))[0, 2] == 0


@pytest.mark.parametrize("cell", [["a", "b c"], '["a", "b c"]', "a|b c", "a; b c", "a, b c,"])
def test_tags_are_lists_or_texts_with_marks(cell):
    assert tags_of([cell, None]) == [("a", "b c"), ()]


def test_few_labels_and_scenes_of_one_are_refused(rng):
    few = colocation(crops(rng, n_scenes=8)).gain
    assert "tags of 5 scenes or more, found" in few.reason
    space = crops(rng)
    alone = replace(
        space, items=space.items.assign(tags=space.items["thing"]), roles={"tags": "tags"}
    )
    assert "scenes with two of them, found 0" in colocation(alone).gain.reason


def test_some_part_must_have_a_weight(rng):
    with pytest.raises(BadParameter, match="must be above 0"):
        colocation(crops(rng), company=0.0, sight=0.0)


def test_a_tag_of_two_words_is_one_where_no_mark_parts_any():
    assert tags_of(["red circle", "blue ring"]) == [("red circle",), ("blue ring",)]
