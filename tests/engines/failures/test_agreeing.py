"""How often what is found first agrees with what is right, by column."""

import numpy as np
import pandas as pd
import pytest

from core.engines.failures.agreeing import agreeing
from core.engines.failures.found import found
from core.space import EmbeddingSpace

N = 40


@pytest.fixture
def mixed_up(rng):
    """Every second caption finds the picture of the next pair, of its shape and another color."""
    image = np.eye(N)
    text = image.copy()
    text[::2] = np.eye(N)[1::2]
    color = np.tile(["red", "blue"], N // 2)
    shape = np.repeat(np.tile(["ring", "bar"], N // 4), 2)
    items = pd.DataFrame(
        {
            "kind": np.repeat(["image", "text"], N),
            "id": np.tile(np.arange(N), 2),
            "color": np.tile(color, 2),
            "shape": np.tile(shape, 2),
        }
    )
    roles = {"modality": "kind", "pair": "id"}
    vectors = np.concatenate([image, text]) + 1e-3 * rng.normal(size=(2 * N, N))
    return EmbeddingSpace("mixed up", vectors.astype(np.float32), items, roles)


def test_a_column_that_mistakes_keep_is_told_better_than_one_that_they_change(mixed_up):
    told = dict(agreeing(found(mixed_up, way=0)))
    assert list(told) == ["shape", "color"]
    assert told["shape"].value == 1
    assert told["color"].value == pytest.approx(0.5)
    assert told["color"].chance.value == pytest.approx(0.5)
    assert told["shape"].interval.low > 0.9
    assert told["color"].interval.low < 0.5 < told["color"].interval.high


def test_items_without_a_value_are_not_counted(mixed_up):
    known = mixed_up.items["id"] % 4 < 2  # a pair, and the one that is found instead
    items = mixed_up.items.assign(color=mixed_up.items["color"].where(known))
    told = dict(
        agreeing(found(EmbeddingSpace("s", mixed_up.vectors, items, mixed_up.roles), way=0))
    )
    assert told["color"].interval.method == f"Wilson over {N // 2} items"
