"""Class separability: known answers, laws, agreement with scikit-learn, refusals, coverage."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics

from core.engines.neighborhoods import search as neighborhoods
from core.errors import NotApplicable
from core.estimates import Estimate, Undefined
from core.lenses.classes import _silhouette_estimates as silhouette_estimates
from core.lenses.classes.separability import separability
from tests.spaces import space_of

ENDS = ("low", "high")
COVERING = ("neighbor_purity", "silhouette", "silhouette_cosine", "fisher_ratio", "davies_bouldin")


def blobs(rng, n, distance, n_classes=3):
    codes = rng.integers(0, n_classes, n)
    vectors = rng.normal(size=(n, 6)) + 3
    vectors[np.arange(n), codes] += distance
    return space_of(vectors, np.array([f"class {c}" for c in codes]))


@pytest.fixture
def space(rng):
    return blobs(rng, 90, 2)


def values(space, **knobs):
    result = separability(space, **knobs)
    return {r.name: getattr(result, r.name) for r in separability.readings if r.score}


def test_values_agree_with_scikit_learn(space):
    found, labels = values(space), space.names("label")
    vectors = space.vectors.astype(np.float64)
    expected = {
        "silhouette": metrics.silhouette_score(vectors, labels),
        "silhouette_cosine": metrics.silhouette_score(vectors, labels, metric="cosine"),
        "davies_bouldin": metrics.davies_bouldin_score(vectors, labels),
        "calinski_harabasz": metrics.calinski_harabasz_score(vectors, labels),
    }
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value, rel=1e-6)
    scale = (len(space) - 3) / 2
    assert found["fisher_ratio"].value == pytest.approx(expected["calinski_harabasz"] / scale)


@pytest.mark.parametrize("scale", [1e-20, 1e20])
def test_scale_changes_no_value_interval_or_chance_level(space, scale):
    before, after = (
        values(replace(space, vectors=space.vectors * by), metric="euclidean") for by in (1, scale)
    )
    for name, found in after.items():
        expected = before[name]
        assert found.value == pytest.approx(expected.value, rel=1e-4), name
        for part in ("interval", "chance"):
            ends = [getattr(getattr(one, part), end) for one in (found, expected) for end in ENDS]
            assert ends[:2] == pytest.approx(ends[2:], rel=1e-3, abs=1e-6), name


@pytest.mark.parametrize("variant", ["LDA trace", "best dimension"])
def test_scale_changes_no_variant_of_the_fisher_ratio(space, variant):
    before, after = (
        values(replace(space, vectors=space.vectors * by), variant=variant)["fisher_ratio"].value
        for by in (1, 1e20)
    )
    assert after == pytest.approx(before, rel=1e-5)


def test_classes_on_two_points_have_a_fisher_ratio():
    points = np.repeat(np.eye(5)[:2], 32, axis=0)
    found = values(space_of(points, ["a", "b"] * 32), variant="LDA trace")["fisher_ratio"]
    assert found.value == pytest.approx(0, abs=1e-6)


def test_the_error_of_large_clusters_does_not_take_all_pairs_of_items(rng, monkeypatch):
    space = blobs(rng, 400, 3)
    pair = np.arange(400) // 40  # of one pair's items, which lie together, a part tells the rest
    paired = replace(
        space,
        vectors=space.vectors + 2 * rng.normal(size=(10, 6)).astype(np.float32)[pair],
        items=space.items.assign(pair=pair),
        roles={**space.roles, "pair": "pair"},
    )
    exact = separability(paired).silhouette.interval
    monkeypatch.setattr(silhouette_estimates, "_FOR_ERROR", 100)
    sizes = []
    measured = silhouette_estimates.silhouette_influence
    monkeypatch.setattr(
        silhouette_estimates,
        "silhouette_influence",
        lambda distances, codes: (sizes.append(len(codes)), measured(distances, codes))[1],
    )
    sampled = separability(paired).silhouette.interval
    assert max(sizes) <= 200
    assert sampled.high - sampled.low == pytest.approx(exact.high - exact.low, rel=0.5)


def test_thorntons_index_is_the_accuracy_of_the_nearest_other_item(space):
    distances = metrics.pairwise_distances(space.vectors)
    np.fill_diagonal(distances, np.inf)
    labels = space.names("label")
    expected = (labels[distances.argmin(axis=1)] == labels).mean()
    assert values(space, k=1, metric="euclidean")["neighbor_purity"].value == expected


def test_classes_far_apart_are_pure(rng):
    found = values(blobs(rng, 120, 60))
    assert found["neighbor_purity"].value == 1
    assert found["neighbor_purity"].interval.low > 0.9
    assert found["silhouette"].value > 0.9
    assert found["davies_bouldin"].value < 0.2


def test_labels_that_mean_nothing_are_at_chance(rng):
    for name, found in values(blobs(rng, 200, 0)).items():
        assert found.chance.low <= found.value <= found.chance.high or not (
            found.differs_from_chance
        ), name


def test_every_measure_improves_as_classes_move_apart(rng):
    near, far = (values(blobs(np.random.default_rng(1), 90, d)) for d in (1, 4))
    for name, found in far.items():
        assert (found.value > near[name].value) is (name != "davies_bouldin")


def test_euclidean_measures_ignore_translation_and_cosine_ones_length(space, rng):
    before = values(space, metric="euclidean")
    moved = values(replace(space, vectors=2 * space.vectors + 5), metric="euclidean")
    for name in ("neighbor_purity", "silhouette", "fisher_ratio", "davies_bouldin"):
        assert moved[name].value == pytest.approx(before[name].value, rel=1e-4)
    lengths = rng.uniform(1, 3, (len(space), 1))
    stretched = values(replace(space, vectors=space.vectors * lengths))
    for name in ("neighbor_purity", "silhouette_cosine"):
        assert stretched[name].value == pytest.approx(values(space)[name].value, rel=1e-5)


@pytest.mark.parametrize("variant", ["trace ratio", "LDA trace", "best dimension"])
def test_every_reading_of_the_fisher_ratio_has_its_own_chance_level(space, variant):
    found = values(space, variant=variant)["fisher_ratio"]
    assert found.differs_from_chance or found.interval is None
    assert found.value > found.chance.high


def test_bars_name_the_weakest_class_first(rng):
    space = blobs(rng, 150, 5)
    labels = space.names("label").copy()
    labels[:20] = "noise"
    bars = separability(space_of(space.vectors, labels)).purity_by_class
    assert bars.names[0] == "noise"
    assert bars.band is not None


def test_identical_points_leave_the_ratios_undefined():
    found = values(space_of(np.ones((8, 3)), ["a", "b"] * 4))
    assert isinstance(found["fisher_ratio"], Undefined)
    assert isinstance(found["davies_bouldin"], Undefined)
    assert found["silhouette"].value == 0
    assert found["neighbor_purity"].value == pytest.approx(3 / 7)


def test_a_class_for_every_item_has_no_silhouette(rng):
    found = values(space_of(rng.normal(size=(6, 2)), list("abcdef")))
    assert isinstance(found["silhouette"], Undefined)
    assert isinstance(found["calinski_harabasz"], Undefined)
    assert found["neighbor_purity"].value == 0


def test_fewer_items_than_dimensions_are_fine(rng):
    found = values(space_of(rng.normal(size=(6, 40)), ["a", "b"] * 3), variant="LDA trace")
    assert all(isinstance(value, Estimate) for value in found.values())


def test_zero_vectors_have_no_direction_but_a_place(space):
    vectors = space.vectors.copy()
    vectors[4] = 0
    found = separability(replace(space, vectors=vectors))
    assert np.isnan(found.by_item.values[4])
    assert np.isnan(found.purity_by_item.values[4])
    assert np.isfinite(found.euclidean_by_item.values[4])
    euclidean = separability(replace(space, vectors=vectors), metric="euclidean")
    assert np.isfinite(euclidean.purity_by_item.values[4])


def test_only_zero_vectors_are_refused():
    with pytest.raises(NotApplicable, match="2 vectors that are not zero; found 0"):
        separability(space_of(np.zeros((6, 2)), ["a", "b"] * 3))


def test_one_class_is_refused(rng):
    with pytest.raises(NotApplicable, match="compares label values"):
        separability(space_of(rng.normal(size=(6, 2)), ["a"] * 6))


def test_large_spaces_are_sampled_and_say_so(rng, monkeypatch):
    space = blobs(rng, 400, 3)
    exact = values(space, metric="euclidean")
    monkeypatch.setattr(silhouette_estimates, "MOST_ITEMS", 300)
    monkeypatch.setattr(silhouette_estimates, "JUDGED", 100)
    monkeypatch.setattr(neighborhoods, "MOST_EXACT", 300)
    monkeypatch.setattr(neighborhoods, "QUERIES", 100)
    result = separability(space, metric="euclidean")
    assert result.silhouette.sample == result.neighbor_purity.sample == (100, 400)
    assert result.silhouette_cosine.sample is None
    assert np.isfinite(result.euclidean_by_item.values).sum() == 100
    assert result.silhouette.value == pytest.approx(exact["silhouette"].value, abs=0.05)
    assert result.neighbor_purity.value == pytest.approx(exact["neighbor_purity"].value, abs=0.1)


def test_ratios_of_scatter_survive_an_offset_of_a_million(rng):
    space = blobs(rng, 200, 2)
    near, far = (
        separability(space),
        separability(replace(space, vectors=space.vectors + np.float32(1e6))),
    )
    for name in ("fisher_ratio", "calinski_harabasz"):
        expected = getattr(near, name).value
        assert getattr(far, name).value == pytest.approx(expected, rel=0.02)  # float32 at 1e6


def test_items_that_coincide_and_too_many_classes_are_different_reasons():
    same = separability(space_of(np.full((20, 3), 0.1), np.arange(20) % 2))
    assert same.fisher_ratio == Undefined("needs items that differ")
    single = separability(space_of(np.random.default_rng(0).normal(size=(8, 3)), np.arange(8)))
    assert single.calinski_harabasz == Undefined("needs more items than classes")


@pytest.mark.slow
def test_intervals_cover():
    """Over draws of the items, 95 % of the intervals hold what the measure is on average."""
    drawn = [values(blobs(np.random.default_rng(seed), 100, 2), k=5) for seed in range(200)]
    for name in COVERING:
        expected = np.mean([found[name].value for found in drawn])
        inside = [f[name].interval.low <= expected <= f[name].interval.high for f in drawn]
        assert np.mean(inside) >= 0.95 - 1.96 * np.sqrt(0.95 * 0.05 / 200), name
