"""Mutual nearest neighbors: explicit forms, laws, chance, interval, degenerate input."""

import numpy as np
import pytest

from core.engines.similarity import overlap
from core.errors import NotApplicable
from core.estimates import Undefined
from core.lenses.agreement.mutual_knn import mutual_knn
from tests.spaces import space_of


def related(rng, n=60, noise=0.5):
    shared = 2 * rng.normal(size=(n, 2))
    x = np.hstack([shared, rng.normal(size=(n, 4))])
    y = np.hstack([shared + noise * rng.normal(size=(n, 2)), rng.normal(size=(n, 3))])
    return space_of(x), space_of(y)


def cosines(s):
    unit = s.vectors / np.linalg.norm(s.vectors.astype(float), axis=1, keepdims=True)
    return unit @ unit.T


def neighbors(s, k):
    similarity = cosines(s)
    np.fill_diagonal(similarity, -np.inf)
    return np.argsort(-similarity, axis=1, kind="stable")[:, :k]


def hsic(k, m):
    n = len(k)
    k, m = k - np.diag(np.diag(k)), m - np.diag(np.diag(m))
    total = (k * m.T).sum() + k.sum() * m.sum() / ((n - 1) * (n - 2))
    return (total - 2 * (k @ m).sum() / (n - 2)) / (n * (n - 3))


def masked(k, *lists):
    mask = np.ones_like(k)
    for indices in lists:
        own = np.zeros_like(k)
        np.put_along_axis(own, indices, 1, axis=1)
        mask *= own
    return k * mask


def test_mutual_knn_equals_the_sets_counted_one_by_one(rng):
    x, y = related(rng)
    shared = [
        len(set(a) & set(b)) / 7 for a, b in zip(neighbors(x, 7), neighbors(y, 7), strict=True)
    ]
    found = mutual_knn(x, y, k=7)
    assert found.by_item.values == pytest.approx(shared)
    assert found.mutual_knn.value == pytest.approx(np.mean(shared))


def test_cycle_knn_equals_going_there_and_back_one_by_one(rng):
    x, y = related(rng)
    near_x, near_y = neighbors(x, 5), neighbors(y, 5)
    back = [any(i in near_x[j] for j in near_y[i]) for i in range(60)]
    found = mutual_knn(x, y, k=5)
    assert found.cycle_knn.value == pytest.approx(np.mean(back))
    assert mutual_knn(y, x, k=5).cycle_knn_back.value == found.cycle_knn.value


def test_cknna_equals_the_masked_gram_form(rng):
    x, y = related(rng)
    near_x, near_y = neighbors(x, 5), neighbors(y, 5)
    k, m = cosines(x), cosines(y)
    both = hsic(masked(k, near_x, near_y), masked(m, near_x, near_y))
    own = hsic(masked(k, near_x), masked(k, near_x)) * hsic(masked(m, near_y), masked(m, near_y))
    assert mutual_knn(x, y, k=5).cknna.value == pytest.approx(both / np.sqrt(own), abs=1e-6)


def test_curve_holds_the_agreement_of_every_smaller_k(rng):
    x, y = related(rng)
    curve = mutual_knn(x, y, k=20).by_k
    for j, share, chance in zip(curve.x, *curve.lines.values(), strict=True):
        assert share == pytest.approx(mutual_knn(x, y, k=int(j)).mutual_knn.value)
        assert chance == pytest.approx(j / 59)


def test_interval_is_that_of_leaving_out_one_item_at_a_time(rng, monkeypatch):
    monkeypatch.setattr(overlap, "PERMUTATIONS", overlap.FEWEST_TIMES)
    x, y = related(rng, 30)
    left_out = []
    for i in range(30):
        keep = np.arange(30) != i
        left_out.append(mutual_knn(x.where(keep), y.where(keep), k=4).mutual_knn.value)
    error = np.sqrt(29 / 30 * ((left_out - np.mean(left_out)) ** 2).sum())
    found = mutual_knn(x, y, k=4).mutual_knn.interval
    assert (found.high - found.low) / 2 == pytest.approx(2.045230 * error, rel=1e-5)  # t with 29


@pytest.mark.parametrize("reading", ["mutual_knn", "cycle_knn", "cknna"])
def test_chance_level_is_the_mean_over_permuted_rows(rng, reading, monkeypatch):
    x, y = related(rng, 40)
    chance = getattr(mutual_knn(x, y, k=4), reading).chance
    monkeypatch.setattr(overlap, "PERMUTATIONS", overlap.FEWEST_TIMES)
    drawn = []
    for _ in range(60):
        shuffled = space_of(rng.permutation(y.vectors))
        drawn.append(getattr(mutual_knn(x, shuffled, k=4), reading).value)
    error = np.std(drawn) * np.sqrt(1 / 60 + (reading == "cknna") / 200)
    assert np.mean(drawn) == pytest.approx(chance.value, abs=4 * error)


def test_chance_level_of_mutual_knn_is_k_over_the_other_items(rng):
    chance = mutual_knn(*related(rng), k=6).mutual_knn.chance
    assert chance.value == pytest.approx(6 / 59)
    assert chance.low < chance.value < chance.high


def test_more_noise_means_less_agreement(rng):
    pairs = [related(rng, 400, noise) for noise in (0, 0.5, 2, 20)]
    levels = [mutual_knn(*pair).mutual_knn.value for pair in pairs]
    assert levels == sorted(levels, reverse=True)


def test_duplicates_are_counted_as_ties(rng):
    x, y = related(rng, 20)
    assert mutual_knn(x, y, k=2).ties.value == 0
    five = space_of(np.repeat(x.vectors[:4], 5, axis=0))
    found = mutual_knn(five, y, k=2)
    assert found.ties.value == 1


def test_two_collapsed_spaces_agree_by_chance_and_say_that_all_is_tied():
    found = mutual_knn(space_of(np.ones((90, 3))), space_of(np.ones((90, 2))), k=3)
    assert not found.mutual_knn.differs_from_chance
    assert found.ties.value == 1


def test_disjoint_neighborhoods_agree_on_nothing():
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    across = np.arange(12) * 5 % 12  # neighbors become five steps apart
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    found = mutual_knn(space_of(circle), space_of(circle[across]), k=2)
    assert found.mutual_knn.value == 0
    assert found.cknna.value < 0.01


def test_k_is_cut_to_leave_one_item_out(rng):
    found = mutual_knn(*related(rng, 4), k=100)
    assert found.by_k.x[-1] == 2
    assert 0 <= found.mutual_knn.value <= 1


def test_beyond_the_limit_a_stated_sample_stands_in(rng, monkeypatch):
    monkeypatch.setattr("core.lenses.agreement.mutual_knn.MOST_ITEMS", 50)
    found = mutual_knn(*related(rng, 80))
    assert found.mutual_knn.sample == found.cknna.sample == found.ties.sample == (50, 80)
    assert np.isfinite(found.by_item.values).sum() == 50


def test_permuting_the_rows_moves_the_neighbors_along(rng):
    x, _ = related(rng)
    order = rng.permutation(60)
    moved = overlap.permuted(neighbors(x, 5), order)
    assert np.array_equal(moved, neighbors(x.take(order), 5))


def test_a_space_whose_similarities_vanish_has_no_cknna():
    eye = space_of(np.eye(6))
    assert isinstance(mutual_knn(eye, eye, k=2).cknna, Undefined)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_fewer_than_four_items_are_refused(rng, n):
    with pytest.raises(NotApplicable, match=f"needs 4 items; 'made' has {n}"):
        mutual_knn(*related(rng, n))


def test_zero_vectors_are_left_out(rng):
    x, y = related(rng, 30)
    holed = x.vectors.copy()
    holed[3] = 0
    found = mutual_knn(space_of(holed), y)
    keep = np.arange(30) != 3
    assert np.isnan(found.by_item.values[3])
    assert found.mutual_knn.value == mutual_knn(x.where(keep), y.where(keep)).mutual_knn.value


@pytest.mark.slow
def test_interval_covers_the_mean_of_repeated_draws(monkeypatch):
    monkeypatch.setattr(overlap, "PERMUTATIONS", overlap.FEWEST_TIMES)
    drawn = [
        mutual_knn(*related(np.random.default_rng(seed), 100)).mutual_knn for seed in range(300)
    ]
    truth = np.mean([e.value for e in drawn])
    inside = np.mean([e.interval.low <= truth <= e.interval.high for e in drawn])
    assert inside >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300)


def test_the_same_level_vectors_of_other_items_agree_no_more_than_chance():
    """Who is drawn of the level ones in one space says nothing of who is in the other."""
    found, expected = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        bits = np.sign(rng.normal(size=(80, 2)))
        order = rng.permutation(80)
        found.append(mutual_knn(space_of(bits), space_of(bits[order]), k=10).mutual_knn.value)
        same = [(rows[:, None] == rows).all(axis=2) for rows in (bits, bits[order])]
        for level in same:
            np.fill_diagonal(level, val=False)
        shares = [np.minimum(10 / level.sum(axis=1, keepdims=True), 1) * level for level in same]
        expected.append((shares[0] * shares[1]).sum(axis=1).mean() / 10)
    error = np.std(np.subtract(found, expected)) / np.sqrt(20)
    assert np.mean(found) == pytest.approx(np.mean(expected), abs=3 * error)
    assert error < 0.003
