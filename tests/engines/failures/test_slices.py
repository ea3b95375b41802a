"""Failures of searches: planted slices, confusions, ties, and what a change does to them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.engines.failures.found import found
from core.engines.failures.parts import by_columns, by_confusions
from core.engines.failures.slices import changes, slices
from core.engines.failures.ways import ways
from core.errors import NotApplicable
from core.space import EmbeddingSpace

ROLES = {"modality": "kind", "pair": "pair"}


def planted(rng, n=300, d=64):
    """Texts are the vector of their image; those of every third, small, that of the next image.

    An image is a name, a color and a shape in dimensions of their own.
    """
    color, shape = np.arange(n) % 10, np.arange(n) // 10 % 3
    own = rng.normal(size=(n, d)) / np.sqrt(d)
    image = np.hstack([own, np.eye(10)[color], np.eye(3)[shape]])
    small = np.arange(n) % 3 == 0
    partner = np.where(small, (np.arange(n) + 1) % n, np.arange(n))
    text = image[partner]
    items = pd.DataFrame(
        {"kind": np.repeat(["image", "text"], n), "pair": np.tile(np.arange(n), 2)}
    )
    items["color"] = np.tile([f"color {c}" for c in color], 2)
    items["size"] = np.tile(np.where(small, "small", "large"), 2)
    items["words"] = np.tile(np.arange(n), 2)
    vectors = np.concatenate([image, text]).astype(np.float32)
    return EmbeddingSpace("planted", vectors, items, ROLES)


def texts(space):
    return [way.says.startswith("text") for way in ways(space)].index(True)


def test_failures_are_the_same_in_a_cone_however_narrow(rng):
    space = planted(rng)
    made, *others = (
        found(cone, way=texts(space))
        for height in (30, 1e3, 1e5)
        for cone in [
            replace(
                space,
                vectors=np.column_stack([space.vectors, np.full(600, height, np.float32)]),
            )
        ]
    )
    assert 0.3 < made.failed.mean() < 0.4
    for other in others:
        assert np.array_equal(other.failed, made.failed)
        assert np.array_equal(other.instead[made.fails], made.instead[made.fails])


def test_planted_failures_are_found_with_what_was_found_instead(rng):
    space = planted(rng)
    made = found(space, way=texts(space))
    asked = made.queries - 300
    failing = asked % 3 == 0
    assert made.failed.tolist() == failing.astype(float).tolist()
    assert (made.right == asked).all()
    assert (made.instead[failing] == (asked[failing] + 1) % 300).all()
    assert made.rate().value == pytest.approx(1 / 3)


def told(space, made):
    return slices(made, [*by_columns(made), *by_confusions(made)])


def test_the_slice_that_fails_comes_first_and_says_how_surely(rng):
    space = planted(rng)
    first, *others = told(space, found(space, way=texts(space)))
    assert first.part.name == "size: small"
    assert (first.share.value, first.beside, first.failures) == (1, 0, 1)
    assert first.lift == np.inf
    assert first.differs
    # what is found is large and of the next color: two things in three, and nine in ten, are others
    sure = {one.part.name: one for one in others if one.differs and one.difference.value > 0}
    assert {"size confused", "color confused"} <= set(sure)
    size, color = sure["size confused"], sure["color confused"]
    assert [size.share.value, color.share.value] == [1, 1]
    assert [size.beside, color.beside] == pytest.approx([2 / 3, 0.9])
    assert size.difference.interval.low > 0
    pairs = {name for name in sure if " found as " in name}
    assert "size: small found as large" in pairs
    assert {f"color: color {c} found as color {(c + 1) % 10}" for c in range(10)} <= pairs
    assert not any(one.differs for one in others if one.part.name.startswith("color: color 1,"))


def test_what_is_told_of_many_slices_is_rarely_told_of_failures_drawn_by_chance(rng):
    space, called = planted(rng), 0
    made = found(space, way=texts(space))
    for _ in range(40):
        drawn = replace(made, failed=(rng.uniform(size=len(made.failed)) < 0.3).astype(float))
        called += any(one.differs for one in slices(drawn, by_columns(drawn)))
    assert called <= 40 * (0.05 + 2 * np.sqrt(0.05 * 0.95 / 40))


def test_ten_queries_that_happen_not_to_fail_are_not_said_to_fail_less(rng):
    space = planted(rng)
    made = found(space, way=texts(space))
    rare = replace(made, failed=(np.arange(len(made.failed)) % 20 == 11).astype(float))
    (part,) = (one for one in by_columns(rare) if one.name == "color: color 0")
    (only,) = slices(rare, [part])
    assert only.share.value == 0
    assert not only.differs
    assert only.difference.interval.high > 0


def test_values_of_two_columns_of_the_same_queries_are_one_slice(rng):
    space = planted(rng)
    again = replace(space, items=space.items.assign(extent=space.items["size"]))
    names = [one.name for one in by_columns(found(again, way=texts(again)))]
    assert "size: small, extent: small" in names
    assert "size: small" not in names


def test_where_nothing_fails_there_are_no_slices(rng):
    space = planted(rng)
    same = replace(space, vectors=np.tile(space.vectors[:300], (2, 1)))
    assert told(same, found(same, way=0)) == []


def test_a_change_that_mends_a_slice_is_told_of_that_slice(rng):
    space = planted(rng)
    mended = space.vectors.copy()
    mended[300:450] = mended[:150]
    way = texts(space)
    before, after = found(space, way=way), found(replace(space, vectors=mended), way=way)
    kept = told(space, before)
    names = [one.part.name for one in kept]
    by_slice = dict(zip(names, changes((before, after), kept), strict=True))
    assert by_slice["size: small"].by.value == pytest.approx(-0.5)
    assert by_slice["size: small"].by.interval.high < 0
    assert by_slice["size: small"].differs
    assert by_slice["size: large"].by.value == 0
    assert by_slice["size: large"].by.interval.low < 0 < by_slice["size: large"].by.interval.high
    assert not by_slice["size: large"].differs
    assert by_slice["color confused"].by.value == pytest.approx(-1 / 6)


def test_changes_are_of_the_same_queries(rng):
    space = planted(rng)
    one, other = (found(space, way=way) for way in (0, 1))
    with pytest.raises(NotApplicable, match="same queries"):
        changes((one, other), told(space, one))


def test_level_answers_share_the_failure(rng):
    space = planted(rng, n=30)
    alike = replace(space, vectors=np.ones_like(space.vectors))
    made = found(alike, way=0)
    assert made.failed == pytest.approx(29 / 30)
    assert made.ranks == pytest.approx(15.5)


def test_labels_are_asked_for_by_other_items(rng):
    space = replace(planted(rng), roles={"label": "color"})
    made = found(space, way=0)
    assert (made.right != made.queries).all()
    assert len(made.queries) == 600


def test_a_space_without_right_answers_is_refused(rng):
    with pytest.raises(NotApplicable, match="tells no right answers"):
        ways(replace(planted(rng), roles={}))
