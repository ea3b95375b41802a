"""One, two and three senses, and clouds that are only stretched."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import silhouette_samples

from core.estimates import Undefined
from core.lenses.classes._senses import senses as parted
from core.lenses.classes._senses import silhouettes
from core.lenses.classes.senses import senses
from core.numerics.unit import unit_rows
from core.space import EmbeddingSpace
from tests.test_offsets import D, cone_of_moved, moved, on_grid


def occurrences(count, rng, noise=0.12):
    centers = np.linalg.qr(rng.normal(size=(24, 24)))[0][:count]
    rows = centers[np.arange(90) % count] + noise * rng.normal(size=(90, 24))
    return unit_rows(rows.astype(np.float32))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_as_many_senses_are_found_as_were_planted(count, rng):
    found = parted(occurrences(count, rng))
    assert found.count == count
    pairs = {(code, at % count) for at, code in enumerate(found.codes)}
    assert len(pairs) == count  # each sense is one of the planted ones


def test_a_stretched_cloud_is_one_sense(rng):
    rows = np.eye(24)[0] + rng.normal(size=(90, 24)) * np.array([0.5] + [0.05] * 23)
    assert parted(unit_rows(rows.astype(np.float32))).count == 1


def test_silhouettes_are_those_of_scikit_learn(rng):
    rows, codes = rng.normal(size=(60, 4)).astype(np.float32), rng.integers(3, size=60)
    assert silhouettes(rows, codes) == pytest.approx(silhouette_samples(rows, codes), abs=1e-5)


def test_labels_with_few_items_are_left_out(joint):
    assert isinstance(senses(joint, fewest=60).senses_per_label, Undefined)
    assert len(senses(joint).labels.rows) == 3


@pytest.mark.parametrize("count", [1, 2])
def test_labels_that_all_agree_leave_room_for_others(count, rng):
    rows = np.vstack([occurrences(count, rng) for _ in range(5)])
    items = pd.DataFrame({"label": np.repeat(list("abcde"), 90)})
    found = senses(EmbeddingSpace("words", rows, items, {"label": "label"})).senses_per_label
    assert found.value == count
    assert found.interval.low == pytest.approx(max(1, count - 0.434), abs=1e-3)
    assert found.interval.high == pytest.approx(count + 0.434, abs=1e-3)
    assert found.differs_from_chance is (count > 1)


def test_typical_items_are_told_by_their_text(rng):
    words = senses.example(rng).spaces[0]
    items = words.items.assign(context=[f"{word} in context" for word in words.items["word"]])
    space = replace(words, items=items, roles={"label": "word", "text": "context"})
    told = senses(space).labels.rows.set_index("label")["typical items"]
    assert told["two"] == "two in context | two in context"
    assert set(senses(words).labels.rows["typical items"].str.count(r"\|")) == {0, 1, 2}


def test_senses_after_a_large_offset_are_those_of_a_cone_without_it(rng):
    rows = rng.normal(size=(180, D)) + 20 * (np.arange(180) % 2)[:, None] * np.eye(D)[2]
    items = pd.DataFrame({"label": np.repeat(["one", "two", "three"], 60)})
    words = EmbeddingSpace("words", on_grid(rows), items.assign(n=range(180)), {"label": "label"})
    far, cone = senses(moved(words, 1e5)), senses(cone_of_moved(words, 1e5))
    assert far.senses_per_label.value == cone.senses_per_label.value == 2
    assert far.by_item.values == pytest.approx(cone.by_item.values, abs=1e-4)
    same = far.sense.values == cone.sense.values
    assert all(same[at : at + 60].mean() in {0, 1} for at in (0, 60, 120))  # but for their numbers
