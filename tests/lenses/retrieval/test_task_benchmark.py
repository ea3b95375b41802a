"""A benchmark of tasks: chance, the section's numbers, means of tasks, tuned weights, spaces."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.errors import NotApplicable
from core.estimates import Undefined
from core.lenses.retrieval.task_benchmark import example, task_benchmark
from core.space import EmbeddingSpace

ROLES = {"pair": "target", "label": "task", "domain": "kind", "side": "side"}


def asked(rng, noise=(0.0, 1e6), n=120, d=24, **more):
    """A task for each noise of what asks, beside its target; every two tasks of a kind."""
    made = []
    for task, scale in enumerate(noise):
        targets = rng.normal(size=(n, d))
        both = np.concatenate([targets + scale * rng.normal(size=targets.shape), targets])
        rows = pd.DataFrame({"target": np.tile(np.arange(n), 2) + 1000 * task})
        rows["side"] = np.repeat(["query", "target"], n)
        made.append((both, rows.assign(task=f"task {task}", kind=f"kind {task // 2}")))
    vectors, items = zip(*made, strict=True)
    table = pd.concat(items, ignore_index=True).assign(**more)
    return EmbeddingSpace("asked", np.concatenate(vectors).astype(np.float32), table, ROLES)


def of(space, **knobs):
    return task_benchmark(space, queries="query", **knobs)


def test_identical_vectors_are_always_found_and_random_ones_once_in_a_pool(rng):
    rows = of(asked(rng), pool=100).by_task.rows
    assert rows["precision"].iloc[0] == 1
    assert rows["precision"].iloc[1] == pytest.approx(0.01, abs=3 * np.sqrt(0.01 * 0.99 / 120))
    assert rows["pool"].tolist() == [100, 100]
    alone = of(asked(rng, noise=(1e6,)), pool=100)
    assert not alone.precision.differs_from_chance
    assert alone.precision.chance.value == pytest.approx(0.01)


def test_tasks_count_alike_in_kinds_and_kinds_alike(rng):
    found = of(asked(rng, noise=(0.0, 0.0, 2.0)))
    shares = found.by_task.rows["precision"]
    assert found.precision.value == pytest.approx((1 + shares[2]) / 2)
    assert found.by_kind.values == pytest.approx([1, shares[2]])


def test_precision_falls_with_the_pool_from_one_half_of_what_is_left(rng):
    line = of(asked(rng, noise=(1.5,))).difficulty.lines["task 0"]
    assert (np.diff(line) < 0).all()
    assert of(asked(rng, noise=(1e6,))).difficulty.lines["task 0"][0] == pytest.approx(
        0.5, abs=0.15
    )


def test_pools_are_expected_as_they_are_when_drawn(rng):
    space = asked(rng, noise=(1.5,))
    unit = space.unit.astype(np.float64)
    scores = unit[:120] @ unit[120:].T
    own, drawn = np.diag(scores), []
    for _ in range(300):
        order = rng.permuted(np.tile(np.arange(119), (120, 1)), axis=1)[:, :9]
        others = order + (order >= np.arange(120)[:, None])
        drawn.append((np.take_along_axis(scores, others, 1).max(axis=1) < own).mean())
    spread = np.std(drawn) / np.sqrt(300)
    assert of(space, pool=10).precision.value == pytest.approx(np.mean(drawn), abs=4 * spread)


def test_what_depends_on_image_and_text_needs_both(rng):
    (space,), knobs = example(rng).spaces, example(rng).knobs
    found = task_benchmark(space, pool=100, **knobs)
    line = found.by_weight.lines["all"]
    assert line[[0, -1]] == pytest.approx([0.1, 0.1])
    assert found.by_task.rows["weight"].tolist() == [0.5]
    assert of(asked(rng)).composed_gain.reason.startswith("needs queries of two parts")


def test_several_queries_for_a_target_are_one_observation(rng):
    space = asked(rng, noise=(1.5,))
    rows = np.concatenate([np.arange(120), np.arange(240)])
    items = space.items.iloc[rows].reset_index(drop=True)
    copied = of(EmbeddingSpace("twice", space.vectors[rows], items, ROLES))
    once = of(space)
    assert copied.precision.value == pytest.approx(once.precision.value)
    assert copied.precision.interval.low == pytest.approx(once.precision.interval.low, abs=0.002)


def test_the_error_of_a_mean_of_small_tasks_is_that_of_their_means(rng):
    found = of(asked(rng, noise=(1.0, 1.5, 2.0, 2.5), n=10, d=6))
    hits = found.by_item.values[np.isfinite(found.by_item.values)].reshape(4, 10)
    error = np.sqrt((hits.var(axis=1, ddof=1) / 10).sum()) / 4
    low, high = found.precision.ends
    assert (high - low) / 2 == pytest.approx(
        stats.t.ppf(0.975, 39) * error * np.sqrt(40 / 39), rel=1e-6
    )


def test_another_space_is_compared_query_by_query(rng):
    space = asked(rng, noise=(1.5, 1.0))
    noisy = space.vectors + rng.normal(size=space.vectors.shape).astype(np.float32)
    found = of(space, other=replace(space, name="noisy", vectors=noisy))
    assert found.lead.interval.low > 0
    assert found.spaces.columns == ("asked", "noisy")
    assert of(space, other=space).lead.value == 0


def test_small_tasks_and_spaces_without_sides_are_told(rng):
    assert (
        "task of 10 queries with a target, found 5"
        in of(asked(rng, n=5, noise=(0.0,) * 3)).precision.reason
    )
    bare = replace(asked(rng), roles={"pair": "target"})
    with pytest.raises(NotApplicable, match="by a 'side' column, or two"):
        task_benchmark(bare)
    assert of(asked(rng)).lead == Undefined("no other space is chosen")


def test_chance_of_equal_pools_is_binomial(rng):
    chance = of(asked(rng, noise=(1e6,) * 8, n=10, d=6)).precision.chance
    low, high = stats.binom.ppf([0.025, 0.975], 80, 0.1) / 80
    assert (chance.low, chance.high) == pytest.approx((low, high))
    assert chance.value == pytest.approx(0.1)


def test_items_without_a_modality_neither_ask_nor_are_found(rng):
    space = asked(rng, noise=(0.5, 0.5))
    kinds = space.items["side"].map({"query": "text", "target": "image"}).astype(object)
    gone = rng.random(len(space)) < 0.1
    roles = {role: column for role, column in ROLES.items() if role != "side"} | {"modality": "way"}
    held = replace(space, items=space.items.assign(way=kinds.mask(gone, None)), roles=roles)
    told = held.where(~gone)
    assert task_benchmark(held).precision.value == task_benchmark(told).precision.value
    assert np.isnan(task_benchmark(held).by_item.values[gone]).all()
    assert "have no modality" in task_benchmark.left_out(held)
