"""Image-text spaces made of two arrays."""

import numpy as np
import pandas as pd
import pytest

from core.space import EmbeddingSpace


@pytest.fixture
def image_text():
    """Make a space of images `x` and texts `y`; row i of both is pair i unless said otherwise."""

    def make(x, y, pair_x=None, pair_y=None, **columns):
        items = pd.DataFrame(
            {
                "kind": ["image"] * len(x) + ["text"] * len(y),
                "pair": [
                    *(range(len(x)) if pair_x is None else pair_x),
                    *(range(len(y)) if pair_y is None else pair_y),
                ],
                **columns,
            }
        )
        roles = {"modality": "kind", "pair": "pair"} | {name: name for name in columns}
        return EmbeddingSpace("made", np.vstack([x, y]), items, roles)

    return make


@pytest.fixture
def clouds(rng):
    """60 pairs with a gap, in 6 dimensions."""
    content = rng.normal(size=(60, 6))
    x = content + 0.4 * rng.normal(size=(60, 6)) + 0.8
    y = content + 0.4 * rng.normal(size=(60, 6)) - [0.8, 0.4, 0, 0, 0, 0]
    return x, y
