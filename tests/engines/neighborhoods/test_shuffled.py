"""Distances with shuffled columns are the same for whoever asks first."""

from dataclasses import replace

import numpy as np
import pytest

from core.engines.neighborhoods import shuffled
from core.engines.neighborhoods.shuffled import shuffled_distances


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_lenses_of_one_space_share_them_to_the_depth_that_each_asks_for(joint, metric, monkeypatch):
    space = joint.take(np.arange(80))
    alone = {k: shuffled_distances(replace(space), k, metric) for k in (5, 9)}
    drawn, find = [], shuffled.nearest_across
    monkeypatch.setattr(
        shuffled, "nearest_across", lambda *given: drawn.append(given) or find(*given)
    )
    for k in (9, 5, 9):
        assert np.array_equal(shuffled_distances(space, k, metric), alone[k])
    assert len(drawn) == len(alone[9])
    shuffled_distances(space, 10, metric)
    assert len(drawn) == 2 * len(alone[9])
