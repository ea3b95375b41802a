"""What is looked at where there are more items, or classes, than a lens takes."""

import importlib

import numpy as np
import pandas as pd
import pytest

from core.catalog import catalog
from core.errors import Degenerate
from core.space import EmbeddingSpace


def space_of(label, rng) -> EmbeddingSpace:
    kinds = {"shape": rng.integers(0, 4, len(label)), "size": rng.integers(0, 3, len(label))}
    items = pd.DataFrame({"label": label, **kinds}).astype(str)
    vectors = np.float32(rng.normal(size=(len(label), 6)))
    return EmbeddingSpace("kinds", vectors, items, {"label": "label"})


@pytest.mark.parametrize(
    ("key", "module"),
    [
        ("compression.bernoulli_code", "bernoulli_code"),
        ("compression.feature_multiplexing", "_categories"),
        ("compression.field_dims", "field_dims"),
        ("compression.token_stability", "token_stability"),
    ],
)
def test_a_number_of_a_sample_says_of_how_many(key, module, rng, monkeypatch):
    monkeypatch.setattr(
        importlib.import_module(f"core.lenses.compression.{module}"), "MOST_ITEMS", 80
    )
    lens, space = catalog()[key], space_of(np.arange(300) % 2, rng)
    result = lens(*[space] * lens.arity[0])
    used, available = getattr(result, lens.headline).sample
    assert used in {80, 160} and available == 300


@pytest.mark.parametrize("key", ["compression.feature_multiplexing", "compression.field_dims"])
def test_of_many_classes_the_largest_are_predicted_and_it_says_so(key, rng):
    label = np.concatenate([np.repeat(np.arange(50), 8), 1000 + np.arange(200)])
    lens, space = catalog()[key], space_of(label, rng)
    assert lens(*[space] * lens.arity[0]).auc.sample == (32 * 8, 600)


def test_labels_that_name_items_are_no_classes_to_predict(rng):
    with pytest.raises(Degenerate, match=r"two classes of 4 items"):
        catalog()["compression.feature_multiplexing"].run(space_of(np.arange(100), rng))
