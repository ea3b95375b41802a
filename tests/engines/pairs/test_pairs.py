"""Pairs across two modalities."""

import numpy as np
import pandas as pd
import pytest

from core.engines.pairs.pairs import paired, sides
from core.errors import BadParameter, NotApplicable
from core.space import EmbeddingSpace


def made(kinds, pairs):
    items = pd.DataFrame({"kind": list(kinds), "pair": pairs})
    roles = {"modality": "kind", "pair": "pair"}
    return EmbeddingSpace("made", np.ones((len(items), 2)), items, roles)


def test_an_image_with_several_captions_repeats():
    pairs = paired(made("ittit", [1, 1, 1, 2, 2]), "i", "t")
    assert list(zip(pairs.left, pairs.right, strict=True)) == [(0, 1), (0, 2), (3, 4)]


def test_items_without_a_pair_are_left_out():
    pairs = paired(made("itit", [1, 1, None, None]), "i", "t")
    assert list(zip(pairs.left, pairs.right, strict=True)) == [(0, 1)]


def test_sides_may_differ_in_number():
    left, right = sides(made("itt", [1, 2, 3]), "i", "t")
    assert (left.tolist(), right.tolist()) == ([0], [1, 2])


def test_the_same_modality_twice_is_refused():
    with pytest.raises(BadParameter, match="two different modalities; both sides are 'i'"):
        paired(made("it", [1, 1]), "i", "i")


def test_no_common_pair_is_refused():
    with pytest.raises(NotApplicable, match="No 'i' item shares a value of 'pair'"):
        paired(made("it", [1, 2]), "i", "t")


def test_a_class_given_as_a_pair_is_refused():
    with pytest.raises(NotApplicable, match=r"shared by 150 items.*'label'"):
        paired(made("i" * 150 + "t" * 150, ["cat"] * 300), "i", "t")
