"""Made spaces hold what was asked for, and lenses find it where theory says that they do."""

import numpy as np
import pytest

from core.catalog import catalog
from core.playground.made import made_space, truths

SINGLE = {"n_classes": 1, "modalities": False, "noise": 0.0}


def test_vectors_have_length_one_and_modalities_the_gap_between_them():
    space = made_space(modality_gap=1.2)
    assert np.linalg.norm(space.vectors, axis=1) == pytest.approx(1, abs=1e-6)
    sides = [space.vectors[space.names("modality") == name] for name in ("image", "text")]
    assert sides[0][:, -1] - sides[1][:, -1] == pytest.approx(1.2, abs=1e-6)


def test_turning_one_slider_moves_the_same_items():
    first, second = made_space(modality_gap=0.2), made_space(modality_gap=1.0)
    rest = [space.vectors[:, :-1] for space in (first, second)]
    lengths = [np.linalg.norm(one, axis=1, keepdims=True) for one in rest]
    assert rest[0] / lengths[0] == pytest.approx(rest[1] / lengths[1], abs=1e-5)


def test_class_centers_are_as_far_apart_as_asked():
    space = made_space(**{**SINGLE, "n_classes": 3, "class_distance": 12.0, "n_items": 900})
    names = space.names("label")
    centers = [space.unit[names == name].mean(axis=0) for name in space.values("label")]
    apart = [np.linalg.norm(a - b) for a in centers for b in centers if a is not b]
    assert np.ptp(apart) < 0.05 * np.mean(apart)


@pytest.mark.parametrize("imbalance", [1.0, 4.0, 20.0])
def test_the_largest_class_is_so_many_times_as_large(imbalance):
    counts = made_space(n_items=2000, imbalance=imbalance).items["class"].value_counts()
    assert counts.max() / counts.min() == pytest.approx(imbalance, rel=0.05)


def test_so_many_partners_are_exchanged_and_items_copied():
    space = made_space(wrong_pairs=30.0, duplicates=0.0, noise=0.0)
    n = len(space) // 2
    assert (space.items["item"].to_numpy()[n:] != np.arange(n)).mean() == pytest.approx(0.3)
    copied = made_space(duplicates=25.0, modalities=False)
    assert len(np.unique(copied.vectors, axis=0)) == pytest.approx(0.75 * len(copied))


@pytest.mark.parametrize(
    "asked",
    [
        {"modality_gap": 1.0, "noise": 0.0, "wrong_pairs": 20.0},
        {**SINGLE, "intrinsic_dimension": 3, "n_items": 1000},
        {**SINGLE, "intrinsic_dimension": 5, "n_items": 1000},
        {"class_distance": 0.0, "modalities": False, "imbalance": 4.0},
    ],
)
def test_lenses_find_the_truth_within_their_interval(asked):
    space, known = made_space(**asked), truths(**asked)
    assert known
    for (key, reading), truth in known.items():
        if key == "length.collapse":
            continue  # its own test: one in twenty intervals misses
        found = getattr(catalog()[key](space), reading)
        low, high = found.ends
        assert low - 1e-3 <= truth <= high + 1e-3, (key, reading, found)


def test_nothing_is_known_where_theory_is_silent():
    known = truths(n_classes=5, noise=1.0, modalities=False, class_distance=3.0)
    assert set(known) == {("length.collapse", "length_correlation")}
    assert not truths(n_classes=5, modalities=False, class_distance=3.0, length_effect=1.0)


def test_the_first_items_of_more_are_those_of_fewer():
    few, many = (made_space(n_items=n, imbalance=4.0) for n in (100, 500))
    assert few.vectors[:100] == pytest.approx(many.vectors[:100], abs=1e-6)
    assert (few.items["class"][:100] == many.items["class"][:100]).all()
