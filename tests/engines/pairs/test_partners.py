"""Who shows the same thing as whom."""

import numpy as np
import pandas as pd

from core.engines.pairs.partners import partners
from core.space import EmbeddingSpace


def found(items, **roles):
    space = EmbeddingSpace("pairs", np.ones((len(items), 2), np.float32), items, roles)
    return list(partners(space))


def test_the_partner_is_of_another_modality_where_there_is_one():
    items = pd.DataFrame({"of": [1, 1, 2, 1, 2], "kind": ["a", "a", "a", "b", "b"]})
    assert found(items, pair="of", modality="kind") == [3, 3, 4, 0, 2]


def test_without_modalities_it_is_the_first_other_item():
    items = pd.DataFrame({"of": ["x", "y", "x", "x"]})
    assert found(items, pair="of") == [2, -1, 0, 0]


def test_within_one_modality_it_is_the_first_other_item():
    items = pd.DataFrame({"of": [1, 1, 2, 2], "kind": ["a", "a", "a", "b"]})
    assert found(items, pair="of", modality="kind") == [1, 0, 3, 2]


def test_an_item_without_a_modality_is_not_of_another_one():
    items = pd.DataFrame({"of": [1, 1, 1, 2, 2], "kind": ["a", None, "b", "a", None]})
    assert found(items, pair="of", modality="kind") == [2, 0, 0, 4, 3]
    items = pd.DataFrame({"of": [1, 1, 1, 1], "kind": [None, "a", "a", "b"]})
    assert found(items, pair="of", modality="kind") == [1, 3, 3, 1]
    assert found(items.assign(kind=None), pair="of", modality="kind") == [1, 0, 0, 0]


def test_an_item_of_no_pair_has_none():
    items = pd.DataFrame({"of": [1.0, np.nan, 1.0, np.nan]})
    assert found(items, pair="of") == [2, -1, 0, -1]
