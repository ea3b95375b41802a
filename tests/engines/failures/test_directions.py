"""Directions that failures share: planted ones are found, named, and judged on other queries."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.engines.failures.directions import directions
from core.engines.failures.found import found
from core.engines.failures.slices import slices
from core.engines.failures.ways import ways
from core.space import EmbeddingSpace

ROLES = {"modality": "kind", "pair": "pair", "text": "words"}
N = 400


def planted(rng, d=24):
    """Captions of images; those of one direction, the small ones, look like a blue image.

    What is found instead is then blue: the right one moved along the axis of color.
    """
    own = rng.normal(size=(N, d)) / np.sqrt(d)
    small = np.arange(N) % 4 == 0
    blue = np.arange(N) % 2 == 1
    image = np.hstack([own, np.outer(small, [1.0]), np.outer(blue, [2.0])])
    text = image.copy()
    text[small, -1] = 2.0  # the caption says blue, which its image is not
    items = pd.DataFrame({"kind": np.repeat(["image", "text"], N), "pair": np.tile(range(N), 2)})
    items["size"] = np.tile(np.where(small, "small", "large"), 2)
    items["color"] = np.tile(np.where(blue, "blue", "red"), 2)
    items["words"] = np.where(items["size"] == "small", "tiny spot", "broad area")
    vectors = np.concatenate([image, text]).astype(np.float32)
    return EmbeddingSpace("planted", vectors, items, ROLES)


@pytest.fixture
def made(rng):
    return found(planted(rng), way=0)


def test_the_end_toward_failures_is_named_for_what_fails(made):
    ways = directions(made)
    toward, away = (one for one in ways.parts if one.kind == "asks")
    assert toward.name.startswith("toward failures: size: small")
    assert made.failed[toward.of].mean() > 0.6
    assert made.failed[away.of].mean() == 0
    assert ways.told.value > 0.95
    along = toward.along[made.queries]
    assert along[made.fails].mean() > along[~made.fails].mean()


def test_the_way_of_error_is_named_for_what_changes(made):
    told = slices(made, directions(made).parts)
    (worst, *_) = (one for one in told if one.part.kind == "errs" and one.differs)
    assert worst.part.name == "errs from size: small (100%)"
    assert worst.failures == 1
    assert worst.lift > 2


def test_failures_drawn_by_chance_follow_no_direction(made, rng):
    drawn = replace(made, failed=(rng.uniform(size=N) < 0.3).astype(float))
    ways = directions(drawn)
    assert not ways.told.differs_from_chance
    assert not any(one.differs for one in slices(drawn, ways.parts))


def test_where_nothing_fails_no_end_is_told(made):
    none = directions(replace(made, failed=np.zeros(N)))
    assert none.told is None
    assert {one.kind for one in none.parts} == {"errs"}


def test_without_columns_or_texts_directions_have_numbers(made):
    space = made.space
    bare = replace(
        space, items=space.items[["kind", "pair"]], roles={"modality": "kind", "pair": "pair"}
    )
    names = [one.name for one in directions(replace(made, space=bare)).parts]
    assert names[0] == "toward failures"
    assert all(name.startswith("errs in direction") for name in names[2:])


def test_queries_that_are_all_of_one_pair_tell_no_direction(rng):
    items = pd.DataFrame({"label": np.tile(["a", "b", "b"], 30), "pair": 0}).astype(str)
    space = EmbeddingSpace(
        "one pair", rng.normal(size=(90, 8)), items, {"label": "label", "pair": "pair"}
    )
    way = [one.says for one in ways(space)].index("any item → same label")
    made = found(space, way=way)
    assert min(made.fails.sum(), (~made.fails).sum()) >= 10
    told = directions(made)
    assert told.told is None
    assert not [one for one in told.parts if one.kind == "asks"]


def test_a_direction_without_ends_has_no_parts_there(rng):
    vectors = rng.normal(size=(90, 8))
    vectors[1::2] = -vectors[::2]  # pairs of opposites, one of which fails as the other does
    items = pd.DataFrame({"label": np.arange(90) % 4, "pair": np.arange(90) // 2}).astype(str)
    roles = {"label": "label", "pair": "pair"}
    space = EmbeddingSpace("opposites", vectors, items, roles)
    way = [one.says for one in ways(space)].index("any item → same label")
    parts = directions(found(space, way=way)).parts
    assert all(one.of.any() for one in parts)
