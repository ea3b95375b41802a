"""Stratified samples."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.estimates import Estimate
from core.space import EmbeddingSpace
from core.statistics.sampling import of_sample, stratified


def space_of(labels) -> EmbeddingSpace:
    items = pd.DataFrame({"label": labels})
    return EmbeddingSpace("made", np.ones((len(items), 2)), items, {"label": "label"})


def test_every_class_gives_its_share_to_within_one(rng):
    labels = rng.permutation(["a"] * 600 + ["b"] * 300 + ["c"] * 100)
    chosen = stratified(space_of(labels), 50)
    assert len(np.unique(chosen)) == 50
    assert (np.diff(chosen) > 0).all()
    for name, share in {"a": 30, "b": 15, "c": 5}.items():
        assert abs((labels[chosen] == name).sum() - share) <= 1


def test_the_same_seed_draws_the_same_items_and_another_draws_others():
    space = space_of(["a", "b"] * 100)
    assert np.array_equal(stratified(space, 20), stratified(space, 20))
    assert not np.array_equal(stratified(space, 20), stratified(space, 20, seed=1))


def test_a_sample_as_large_as_the_space_is_the_space():
    assert stratified(space_of(["a", "b"]), 5).tolist() == [0, 1]


def test_items_of_a_class_are_equally_likely():
    space = space_of(["a"] * 10 + ["b"] * 30)
    counts = np.bincount(
        np.concatenate([stratified(space, 8, seed=seed) for seed in range(400)]), minlength=40
    )
    assert counts.min() > 45
    assert counts.max() < 120


def test_estimates_of_a_result_say_what_they_are_of_and_keep_what_they_said():
    @dataclass(frozen=True)
    class Result:
        whole: Estimate
        own: Estimate
        other: int

    result = Result(Estimate(1.0), Estimate(2.0, sample=(3, 9)), 5)
    assert of_sample(result, 7, 7) == result
    assert of_sample(result, 4, 7) == Result(
        Estimate(1.0, sample=(4, 7)), Estimate(2.0, sample=(3, 9)), 5
    )
