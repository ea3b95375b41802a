"""Failures of searches: planted slices, confusions, ties, and what a change does to them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.engines.retrieval.failures import changes, found, slices, ways
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


def test_planted_failures_are_found_with_what_was_found_instead(rng):
    space = planted(rng)
    made = found(space, way=texts(space))
    asked = made.queries - 300
    failing = asked % 3 == 0
    assert made.failed.tolist() == failing.astype(float).tolist()
    assert (made.right == asked).all()
    assert (made.instead[failing] == (asked[failing] + 1) % 300).all()
    assert made.rate().value == pytest.approx(1 / 3)


def test_the_slice_that_fails_comes_first_and_says_how_surely(rng):
    space = planted(rng)
    made = found(space, way=texts(space))
    first, size, color, *others = slices(space, made, {"half": made.queries < 450})
    assert first.name == "size: small"
    assert (first.share.value, first.beside, first.failures) == (1, 0, 1)
    assert first.lift == np.inf
    # what is found is large and of the next color: two things in three, and nine in ten, are others
    assert [size.name, color.name] == ["size confused", "color confused"]
    assert [size.share.value, color.share.value] == [1, 1]
    assert [size.beside, color.beside] == pytest.approx([2 / 3, 0.9])
    assert {one.kind for one in others} == {"column", "region"}
    assert all(one.difference.interval.low <= 0 for one in others)


def test_a_change_that_mends_a_slice_is_told_of_that_slice(rng):
    space = planted(rng)
    mended = space.vectors.copy()
    mended[300:450] = mended[:150]
    way = texts(space)
    before, after = found(space, way=way), found(replace(space, vectors=mended), way=way)
    kept = slices(space, before, {})
    told = dict(zip([one.name for one in kept], changes(space, (before, after), kept), strict=True))
    assert told["size: small"].value == pytest.approx(-0.5)
    assert told["size: small"].interval.high < 0
    assert told["size: large"].value == 0
    assert told["color confused"].value == pytest.approx(-1 / 6)


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
