"""Neighbors of a small cloud and their affinities."""

import numpy as np
import pytest

from core.engines.maps.affinities import affinities
from core.numerics.neighbors import nearest


@pytest.fixture
def neighbors(rng):
    return nearest(np.float32(rng.normal(size=(90, 6))), 30, "euclidean")


@pytest.fixture
def graph(neighbors):
    return affinities(neighbors.distances**2, neighbors.indices, 10.0)
