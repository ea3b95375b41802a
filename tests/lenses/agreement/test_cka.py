"""Centered kernel alignment: explicit Gram forms, laws, chance level, degenerate input."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import NotApplicable
from core.estimates import Undefined
from core.lenses.agreement.cka import cka
from tests.spaces import space_of


def related(rng, shape=(60, 6, 4), noise=1.0):
    n, d, e = shape
    shared = rng.normal(size=(n, 2))
    x = np.hstack([shared, rng.normal(size=(n, d - 2))])
    y = np.hstack([shared + noise * rng.normal(size=(n, 2)), rng.normal(size=(n, e - 2))])
    return space_of(x), space_of(y)


def gram(s):
    vectors = s.vectors.astype(float)
    return vectors @ vectors.T


def gaussian(s, bandwidth=1.0):
    vectors = s.vectors.astype(float)
    squared = ((vectors[:, None] - vectors) ** 2).sum(axis=-1)
    return np.exp(-squared / (2 * bandwidth**2 * np.median(squared)))


def centered(k):
    h = np.eye(len(k)) - 1 / len(k)
    return h @ k @ h


def u_centered(k):
    n = len(k)
    k = k - np.diag(np.diag(k))
    sums = k.sum(axis=1)
    u = k - (sums[:, None] + sums) / (n - 2) + k.sum() / ((n - 1) * (n - 2))
    np.fill_diagonal(u, 0)
    return u


def cosine(a, b):
    return (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())


@pytest.mark.parametrize("shape", [(60, 6, 4), (30, 50, 20), (12, 3, 40)])
def test_linear_forms_equal_the_explicit_gram_forms(rng, shape):
    x, y = related(rng, shape)
    found = cka(x, y)
    assert found.cka.value == pytest.approx(cosine(centered(gram(x)), centered(gram(y))), abs=1e-9)
    expected = cosine(u_centered(gram(x)), u_centered(gram(y)))
    assert found.cka_debiased.value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("bandwidth", [0.5, 1.0])
def test_gaussian_forms_equal_the_explicit_gram_forms(rng, bandwidth):
    x, y = related(rng)
    k, m = gaussian(x, bandwidth), gaussian(y, bandwidth)
    found = cka(x, y, bandwidth=bandwidth)
    assert found.rbf_cka.value == pytest.approx(cosine(centered(k), centered(m)), abs=1e-6)
    expected = cosine(u_centered(k), u_centered(m))
    assert found.rbf_cka_debiased.value == pytest.approx(expected, abs=1e-6)


def test_item_agreement_is_the_correlation_of_rows_of_the_centered_matrices(rng):
    x, y = related(rng)
    k, m = u_centered(gram(x)), u_centered(gram(y))
    found = cka(x, y).by_item.values
    for i in (0, 7, 59):
        others = np.arange(60) != i
        expected = np.corrcoef(k[i, others], m[i, others])[0, 1]
        assert found[i] == pytest.approx(expected, abs=1e-9)


def test_interval_is_that_of_leaving_out_one_item_at_a_time(rng):
    x, y = related(rng, (20, 6, 4))
    left_out = []
    for i in range(20):
        keep = np.arange(20) != i
        left_out.append(cka(x.where(keep), y.where(keep)).cka_debiased.value)
    error = np.sqrt(19 / 20 * ((left_out - np.mean(left_out)) ** 2).sum())
    found = cka(x, y).cka_debiased
    half = (found.interval.high - found.interval.low) / 2
    assert half == pytest.approx(2.093024 * error, rel=1e-5)  # t with 19 degrees of freedom
    assert "jackknife over 20 items" in found.interval.method


@pytest.mark.parametrize("shape", [(40, 3, 3), (40, 30, 20), (25, 2, 40)])
@pytest.mark.parametrize("reading", ["cka", "cka_debiased", "rbf_cka", "rbf_cka_debiased"])
def test_closed_form_chance_level_equals_that_of_permuted_rows(rng, shape, reading):
    x, y = related(rng, shape)
    chance = getattr(cka(x, y), reading).chance
    kernel = gaussian if "rbf" in reading else gram
    center = u_centered if "debiased" in reading else centered
    k, m = center(kernel(x)), center(kernel(y))
    drawn = []
    for _ in range(1000):
        order = rng.permutation(len(m))
        drawn.append(cosine(k, m[np.ix_(order, order)]))
    spread = np.std(drawn)
    assert np.mean(drawn) == pytest.approx(chance.value, abs=4 * spread / np.sqrt(1000))
    inside = np.mean((np.array(drawn) >= chance.low) & (np.array(drawn) <= chance.high))
    assert inside == pytest.approx(0.95, abs=0.025)


@pytest.mark.parametrize(
    ("shape", "bandwidth"),
    [((12, 100, 100), 0.5), ((10, 2, 2), 0.2), ((30, 5, 5), 0.2), ((30, 5, 5), 1.0)],
)
def test_chance_range_holds_for_few_items_outliers_and_narrow_kernels(shape, bandwidth):
    rng = np.random.default_rng(0)
    x, y = related(rng, shape)
    x = space_of(np.vstack([x.vectors[:-1], 50 * x.vectors[-1:]]))
    found = cka(x, y, bandwidth=bandwidth)
    for reading in ("cka", "cka_debiased", "rbf_cka", "rbf_cka_debiased"):
        chance = getattr(found, reading).chance
        k, m = (gaussian(s, bandwidth) if "rbf" in reading else gram(s) for s in (x, y))
        center = u_centered if "debiased" in reading else centered
        k, m = center(k), center(m)
        orders = (rng.permutation(len(m)) for _ in range(1000))
        drawn = np.array([cosine(k, m[np.ix_(order, order)]) for order in orders])
        inside = np.mean((drawn >= chance.low) & (drawn <= chance.high))
        assert inside >= 0.88, reading
        assert (0 if "debiased" not in reading else -1) <= chance.low <= chance.high <= 1


@pytest.mark.parametrize("scale", [1e-20, 1e20])
def test_vectors_of_any_size_give_the_same_numbers(rng, scale):
    x, y = related(rng)
    before, after = cka(x, y), cka(space_of(x.vectors * scale), space_of(y.vectors / scale))
    for reading in ("cka", "cka_debiased", "rbf_cka", "rbf_cka_debiased"):
        found, expected = getattr(after, reading), getattr(before, reading)
        assert found.value == pytest.approx(expected.value, abs=1e-5)
        assert found.chance.high == pytest.approx(expected.chance.high, abs=1e-5)
        assert found.interval.low == pytest.approx(expected.interval.low, abs=1e-5)


def test_one_item_apart_from_coinciding_ones_is_no_error(rng):
    alone = np.ones((20, 5))
    alone[0] = np.arange(5)
    found = cka(space_of(alone), space_of(rng.normal(size=(20, 7))))
    assert 0 <= found.cka.value <= 1
    assert 0 <= found.cka.chance.low <= found.cka.chance.high <= 1


def test_a_linear_map_that_stretches_one_direction_lowers_it(rng):
    x, _ = related(rng)
    assert cka(x, space_of(x.vectors * [9, 1, 1, 1, 1, 1])).cka_debiased.value < 0.8


def test_swapping_the_spaces_keeps_every_number(rng):
    x, y = related(rng)
    there, back = cka(x, y), cka(y, x)
    assert there.cka_debiased.value == pytest.approx(back.cka_debiased.value, abs=1e-12)
    assert there.rbf_cka.value == pytest.approx(back.rbf_cka.value, abs=1e-6)


def test_more_noise_means_less_agreement(rng):
    levels = [
        cka(*related(rng, (400, 6, 4), noise=noise)).cka_debiased.value for noise in (0, 1, 4)
    ]
    assert levels == sorted(levels, reverse=True)


def test_few_items_in_many_dimensions_fool_the_biased_form_only():
    rng = np.random.default_rng(0)
    x, y = space_of(rng.normal(size=(10, 50))), space_of(rng.normal(size=(10, 50)))
    found = cka(x, y)
    assert found.cka.value > 0.75
    assert abs(found.cka_debiased.value) < 0.4
    assert not found.cka.differs_from_chance
    assert not found.cka_debiased.differs_from_chance


def test_unit_length_is_a_different_number_and_a_knob(rng):
    x, y = related(rng)
    expected = cka(replace(x, vectors=x.unit), replace(y, vectors=y.unit)).cka.value
    assert cka(x, y, unit=True).cka.value == pytest.approx(expected, abs=1e-6)
    assert cka(x, y).cka.value != pytest.approx(expected, abs=1e-3)


def test_members_of_one_pair_count_as_one_in_the_interval(rng):
    x, y = related(rng, (40, 6, 4))
    once = cka(x, y).cka_debiased
    pair, kind = np.tile(np.arange(40), 2), np.repeat(["a", "b"], 40)
    twice = [space_of(np.tile(s.vectors, (2, 1)), pair=pair, modality=kind) for s in (x, y)]
    both = cka(*twice).cka_debiased
    assert "40 pairs" in both.interval.method
    widths = [e.interval.high - e.interval.low for e in (once, both)]
    assert widths[1] == pytest.approx(widths[0], rel=0.15)


def test_beyond_five_thousand_items_the_gaussian_kernel_is_a_stated_sample(rng, monkeypatch):
    monkeypatch.setattr("core.lenses.agreement.cka.MOST_ITEMS", 100)
    found = cka(*related(rng, (300, 6, 4)))
    assert found.rbf_cka.sample == (100, 300)
    assert found.cka.sample is None


def test_a_space_without_variation_has_no_agreement():
    rng = np.random.default_rng(0)
    found = cka(space_of(rng.normal(size=(9, 3))), space_of(np.full((9, 2), 0.1)))
    for name in ("cka", "cka_debiased", "rbf_cka", "rbf_cka_debiased"):
        assert isinstance(getattr(found, name), Undefined)
    assert np.isnan(found.by_item.values).all()


def test_items_equally_far_apart_have_a_biased_value_only():
    found = cka(space_of(np.eye(8)), space_of(np.eye(8)))
    assert found.cka.value == pytest.approx(1)
    assert isinstance(found.cka_debiased, Undefined)


def test_an_item_far_from_all_others_is_named(rng):
    x, y = related(rng)
    far = x.vectors.copy()
    far[3] *= 1e6
    found = cka(replace(x, vectors=far), y)
    assert "item 3 lies so far from all others" in found.cka_debiased.reason
    assert 0 <= found.cka.value <= 1


def test_mostly_coinciding_items_have_no_median_distance(rng):
    vectors = np.vstack([np.full((30, 3), 0.3), rng.normal(size=(3, 3))])
    found = cka(space_of(vectors), space_of(rng.normal(size=(33, 3))))
    assert "median distance above 0" in found.rbf_cka.reason


def test_four_items_are_enough_for_a_value_but_not_for_an_interval(rng):
    found = cka(*related(rng, (4, 6, 4)))
    assert -1 <= found.cka_debiased.value <= 1
    assert found.cka_debiased.interval is None


@pytest.mark.parametrize("n", [1, 2, 3])
def test_fewer_than_four_items_are_refused(rng, n):
    with pytest.raises(NotApplicable, match=f"needs 4 items; 'made' has {n}"):
        cka(*related(rng, (n, 6, 4)))


def test_different_counts_without_pairs_are_refused(rng):
    x, y = related(rng)
    with pytest.raises(NotApplicable, match="must hold the same items"):
        cka(x, y.take(np.arange(20)))


@pytest.mark.slow
@pytest.mark.parametrize("n", [60, 200])
def test_interval_of_the_debiased_form_covers_the_value_of_infinitely_many_items(n):
    truth = cka(*related(np.random.default_rng(1), (200_000, 6, 4))).cka_debiased.value
    inside = 0
    for seed in range(400):
        found = cka(*related(np.random.default_rng(seed + 10), (n, 6, 4))).cka_debiased.interval
        inside += found.low <= truth <= found.high
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400) <= inside / 400
