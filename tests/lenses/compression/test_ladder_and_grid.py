"""Laws of cutting dimensions and layers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.estimates import Undefined
from core.lenses.compression._signals import signal
from core.lenses.compression._truncation import (
    nestedness,
    prefixes,
    prefixes_for,
    sizes,
    smallest,
)
from core.lenses.compression.grid import grid
from core.lenses.compression.ladder import ladder
from core.numerics.unit import unit_rows
from core.space import EmbeddingSpace


@pytest.fixture(scope="module")
def ordered():
    return ladder.example(np.random.default_rng(0)).spaces[0]


def test_all_dimensions_are_the_vectors_themselves(ordered):
    wanted = signal(ordered, "neighbors")
    found = prefixes(ordered.unit[wanted.rows], wanted, sizes(ordered.n_dims))
    assert (found[-1] == 1).all()


@pytest.mark.parametrize("kind", ["pair", "label", "neighbors"])
def test_first_dimensions_are_judged_as_vectors_of_their_own_by_every_signal(joint, kind, rng):
    wanted = signal(joint, kind)
    signals = [wanted, wanted.searching(joint.unit, rng.random(len(joint)) < 0.5)]
    rows, dims = joint.unit[wanted.rows], sizes(joint.n_dims)
    found = prefixes_for(rows, signals, dims)
    for one, by_size in zip(signals, found, strict=True):
        alone = [one.quality(unit_rows(np.ascontiguousarray(rows[:, :count]))) for count in dims]
        assert np.array_equal(by_size, alone)


def test_a_rotated_copy_is_no_longer_ordered_and_its_principal_dimensions_are_as_good(ordered, rng):
    turn = np.linalg.qr(rng.normal(size=(128, 128)))[0]
    turned = replace(ordered, vectors=ordered.vectors @ turn)
    before, after = ladder(ordered), ladder(turned)
    assert after.truncation_index.value < before.truncation_index.value - 0.2
    assert not after.truncation_index.differs_from_chance
    assert after.smallest_principal == before.smallest_principal
    assert after.smallest_truncated.value > before.smallest_truncated.value


def test_the_smallest_size_keeps_the_quality_from_there_on():
    dims = np.array([4, 8, 16, 32])
    assert smallest(np.array([0.96, 0.5, 0.97, 1.0]), dims, 0.95) == 16
    assert smallest(np.array([0.96, 0.97, 0.97, 1.0]), dims, 0.95) == 4


def test_partners_are_searched_among_the_other_modality_alone(joint):
    wanted = signal(joint, "pair")
    seen = joint.take(wanted.rows)
    kinds, pairs = seen.names("modality"), seen.names("pair")
    sides = [np.flatnonzero(kinds == kind) for kind in ("image", "text")]
    hits = np.zeros(len(seen))
    for here, there in (sides, sides[::-1]):
        best = there[(seen.unit[here] @ seen.unit[there].T).argmax(axis=1)]
        hits[here] = pairs[best] == pairs[here]
    assert np.array_equal(wanted.quality(seen.unit), hits[wanted.true.queries])


@pytest.mark.parametrize("kind", ["pair", "label", "neighbors"])
def test_half_of_the_items_is_judged_like_a_space_of_its_own(joint, kind, rng):
    half = rng.random(len(joint)) < 0.5
    if kind == "pair":
        half = np.isin(joint.names("pair"), np.unique(joint.names("pair"))[::2])
    wanted = signal(joint, kind)
    part = wanted.within(joint, half)
    assert half[part.rows].all()
    assert half[part.others].all()
    assert set(part.rows) | set(part.others) == set(np.flatnonzero(half))
    assert part.true.n_items == len(part.rows)
    assert part.quality(joint.unit[part.rows]).shape == (len(part.true.queries),)


@pytest.mark.parametrize("kind", ["pair", "label", "neighbors"])
def test_queries_that_search_half_of_the_items_find_nothing_else(joint, kind, rng):
    half = rng.random(len(joint)) < 0.5
    wanted = signal(joint, kind)
    part = wanted.searching(joint.unit, half)
    assert np.array_equal(part.true.queries, wanted.true.queries)
    if kind != "pair":
        assert half[wanted.rows[part.true.item]].all()
        assert not part.allowed[:, ~half[wanted.rows]].any()
    if kind == "neighbors":
        assert (part.quality(joint.unit[wanted.rows]) == 1).all()


def test_an_interval_counts_that_queries_search_the_same_items(ordered):
    found = ladder(ordered)
    assert found.truncation_index.interval.method == "10 random halves of 400 items"
    spaces = grid.example(np.random.default_rng(0)).spaces
    assert "random halves" in grid(*spaces).nestedness.interval.method


def test_too_few_dimensions_are_no_ladder(joint):
    narrow = replace(joint, vectors=joint.vectors[:, :5])
    assert ladder(narrow).truncation_index == Undefined("needs 8 dimensions, found 5")


def test_nestedness_is_0_for_random_dimensions_and_1_for_first_that_do_as_well_as_all():
    drawn = np.array([0.2, 0.5, 1.0])
    assert nestedness(drawn, drawn) == 0
    assert nestedness(np.ones(3), drawn) == 1
    assert np.isnan(nestedness(np.ones(3), np.ones(3)))


def test_better_layers_are_better_at_every_size_and_the_last_cell_is_the_full_layer():
    spaces = grid.example(np.random.default_rng(0)).spaces
    found = grid(*spaces)
    assert (np.diff(found.quality.values, axis=0) > 0).all()
    assert found.quality.values[-1, -1] == found.full_quality.value


def test_shuffled_columns_fall_back_to_random_ones(rng):
    spaces = grid.example(np.random.default_rng(0)).spaces
    order = rng.permutation(64)
    shuffled = [replace(space, vectors=space.vectors[:, order]) for space in spaces]
    assert abs(grid(*shuffled).nestedness.value) < 0.45 < grid(*spaces).nestedness.value


def test_without_labels_the_neighbors_of_the_last_layer_are_sought():
    spaces = grid.example(np.random.default_rng(0)).spaces
    items = pd.DataFrame({"item": spaces[0].items["item"]})
    bare = [EmbeddingSpace(space.name, space.vectors, items) for space in spaces]
    assert grid(*bare).full_quality.value == 1
