"""A map mixes what the space keeps apart, or keeps it apart."""

import numpy as np
import pandas as pd
import pytest

from core.engines.maps.mixing import mixing
from core.space import EmbeddingSpace


@pytest.fixture
def two(rng):
    """Two kinds that one direction tells apart, the last; and which is which."""
    kinds = np.repeat([0, 1], 200)
    vectors = rng.normal(size=(400, 6)) * 0.3
    vectors[:, -1] = np.where(kinds == 0, 2, -2)
    return EmbeddingSpace("two", np.float32(vectors), pd.DataFrame({"row": range(400)})), kinds


def test_a_map_along_the_direction_that_tells_them_apart_mixes_them(two):
    space, kinds = two
    found = mixing(space, space.vectors[:, :2], kinds)
    assert found.in_space == 1
    assert found.on_map == pytest.approx(0.5, abs=0.05)  # as often as of the other kind
    assert found.lost.value == pytest.approx(found.in_space - found.on_map)
    assert found.lost.ends[0] > 0.4
    assert len(found.rows) > 100


def test_a_map_that_shows_the_direction_loses_nothing(two):
    space, kinds = two
    found = mixing(space, space.vectors[:, [0, 5]], kinds)
    assert found.lost.value == 0
    assert not len(found.rows)


def test_of_many_items_some_are_asked_among_all(rng):
    kinds = np.arange(1_500) % 2
    vectors = np.float32(rng.normal(size=(1_500, 4)))
    space = EmbeddingSpace("mixed", vectors, pd.DataFrame({"row": range(1_500)}))
    found = mixing(space, vectors[:, :2], kinds)
    assert found.lost.sample == (1_000, 1_500)
    assert found.lost.ends[0] < 0 < found.lost.ends[1]  # neither keeps them apart
