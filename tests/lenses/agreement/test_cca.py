"""Canonical correlations: reference forms, held-out truth, laws, degenerate input."""

import numpy as np
import pytest
from sklearn.cross_decomposition import CCA

from core.engines.subspaces.held_out import held_out_correlations, summaries
from core.engines.subspaces.joint import folds_of, joint
from core.engines.subspaces.subspaces import canonical
from core.errors import NotApplicable
from core.lenses.agreement.cca import cca
from tests.spaces import space_of


def related(rng, shape=(200, 6, 5), shared=2, noise=0.5):
    n, d, e = shape
    factors = rng.normal(size=(n, shared))
    x = np.hstack([factors, rng.normal(size=(n, d - shared))])
    y = np.hstack(
        [factors + noise * rng.normal(size=(n, shared)), rng.normal(size=(n, e - shared))]
    )
    return space_of(x @ rng.normal(size=(d, d))), space_of(y @ rng.normal(size=(e, e)))


def basis(vectors, variance=1.0):
    """Left singular vectors that hold a share of the variance, with what they make of the data."""
    centered = vectors.astype(float) - vectors.mean(axis=0, dtype=float)
    u, s, vt = np.linalg.svd(centered, full_matrices=False)
    kept = int(np.searchsorted(np.cumsum(s**2) / (s**2).sum(), variance - 1e-12)) + 1
    return u[:, :kept], (u * s)[:, :kept] @ vt[:kept]


def test_correlations_equal_those_of_orthonormal_bases(rng):
    x, y = related(rng)
    expected = np.linalg.svd(basis(x.vectors)[0].T @ basis(y.vectors)[0], compute_uv=False)
    found = canonical(joint(x.vectors, y.vectors)).correlations
    assert found == pytest.approx(expected[: len(found)], abs=1e-9)


def test_variates_equal_those_of_scikit_learn(rng):
    x, y = related(rng)
    reference = CCA(3, scale=False, max_iter=20_000, tol=1e-14)
    theirs = reference.fit_transform(x.vectors.astype(float), y.vectors.astype(float))
    ours = canonical(joint(x.vectors, y.vectors)).variates(x.vectors, y.vectors, 3)
    for their, our in zip(theirs, ours, strict=True):
        for k in range(3):
            assert abs(np.corrcoef(their[:, k], our[:, k])[0, 1]) == pytest.approx(1, abs=1e-6)


def test_variates_have_variance_one_and_correlate_pairwise_only(rng):
    x, y = related(rng)
    fit = canonical(joint(x.vectors, y.vectors))
    u, v = fit.variates(x.vectors, y.vectors, 5)
    assert u.T @ u / 200 == pytest.approx(np.eye(5), abs=1e-8)
    assert u.T @ v / 200 == pytest.approx(np.diag(fit.correlations), abs=1e-8)


@pytest.mark.parametrize("variance", [0.8, 0.99, 1.0])
def test_svcca_and_pwcca_equal_their_definitions(rng, variance):
    x, y = related(rng)
    (qx, kept), (qy, _) = basis(x.vectors, variance), basis(y.vectors, variance)
    u, rho, _ = np.linalg.svd(qx.T @ qy, full_matrices=False)
    alpha = np.abs((qx @ u).T @ kept).sum(axis=1)
    seen = joint(x.vectors, y.vectors)
    svcca, pwcca = summaries(seen, variance)(seen.scatter[1])
    assert svcca == pytest.approx(rho.mean(), abs=1e-8)
    assert pwcca == pytest.approx(alpha @ rho / alpha.sum(), abs=1e-8)


def test_held_out_correlations_equal_those_computed_fold_by_fold(rng):
    x, y = related(rng)
    folds, expected = folds_of(x), np.zeros(3)
    for fold in range(5):
        test = folds == fold
        fit = canonical(joint(x.vectors[~test], y.vectors[~test]))
        u, v = fit.variates(x.vectors[test], y.vectors[test], 3)
        one = [np.corrcoef(u[:, k], v[:, k])[0, 1] for k in range(3)]
        expected += np.array(one) * test.mean()
    found = held_out_correlations(x.vectors, y.vectors, folds)
    assert found.held_out[:3] == pytest.approx(expected, abs=1e-9)


def test_number_of_shared_factors_is_found():
    found = cca(*related(np.random.default_rng(3), (2000, 12, 10), shared=4))
    assert found.shared_dimensions.value == 4
    truth = 1 / np.sqrt(1.25)  # correlation of a factor with itself plus noise of deviation 0.5
    assert found.first_correlation.value == pytest.approx(truth, abs=0.03)


def test_unrelated_spaces_fool_fitted_correlations_only():
    rng = np.random.default_rng(0)
    found = cca(
        space_of(rng.normal(size=(150, 20))), space_of(rng.normal(size=(150, 20))), components=1
    )
    assert found.correlations.lines["fitted"][0] > 0.4
    assert not found.held_out_correlation.differs_from_chance
    assert found.svcca.chance.low <= found.svcca.value <= found.svcca.chance.high


def test_an_invertible_linear_map_of_either_space_changes_nothing(rng):
    x, y = related(rng)
    bent = space_of(x.vectors @ rng.normal(size=(6, 6)) + 3)
    before, after = cca(x, y, components=3), cca(bent, y, components=3)
    assert after.held_out_correlation.value == pytest.approx(
        before.held_out_correlation.value, abs=1e-4
    )


def test_chance_range_is_that_of_maps_fitted_to_permuted_partners(rng):
    """Permuting the partners of each fold alone would give a range 0.7 times as wide."""
    x, y = related(rng, (120, 4, 4))
    folds = folds_of(x)
    drawn = [
        held_out_correlations(x.vectors, rng.permutation(y.vectors), folds).mean(2)
        for _ in range(500)
    ]
    values = np.array([measured.value for measured in drawn])
    assert values.mean() == pytest.approx(0, abs=4 * values.std() / np.sqrt(500))
    high = np.mean([measured.chance.high for measured in drawn])
    assert high == pytest.approx(1.96 * values.std(), rel=0.15)
    outside = np.mean([abs(measured.value) > measured.chance.high for measured in drawn])
    assert outside == pytest.approx(0.05, abs=0.03)


def test_item_distance_averages_to_one_minus_the_correlation(rng):
    found = cca(*related(rng), components=2)
    assert found.by_item.values.mean() == pytest.approx(
        1 - found.held_out_correlation.value, abs=1e-9
    )


def test_pairs_are_never_split_between_folds(rng):
    pair = np.tile(np.arange(30), 2)
    vectors = rng.normal(size=(60, 3))
    folds = folds_of(space_of(vectors, pair=pair))
    assert (folds[:30] == folds[30:]).all()
    groups = np.repeat(np.arange(12), 5).astype(str)
    folds = folds_of(space_of(vectors, group=groups))
    assert all(len(set(folds[groups == name])) == 1 for name in set(groups))


def test_fewer_items_than_dimensions_are_cut_to_components_that_can_be_fitted(rng):
    found = cca(*related(rng, (60, 100, 80)), variance=1.0)
    assert len(found.correlations.x) == 4  # 48 fitted items, ten for each
    assert found.svcca.value == pytest.approx(1, abs=1e-6)  # as many dimensions as items
    assert found.svcca.chance.value == pytest.approx(1, abs=1e-6)


def test_a_space_without_variation_is_refused(rng):
    x, _ = related(rng)
    with pytest.raises(NotApplicable, match="needs vectors that differ"):
        cca(x, space_of(np.full((200, 3), 0.1)))


def test_one_item_that_alone_differs_is_refused(rng):
    x, _ = related(rng)
    lone = np.full((200, 3), 0.1)
    lone[7] = 5
    with pytest.raises(NotApplicable, match="all but a few"):
        cca(x, space_of(lone))


def test_a_repeated_column_changes_nothing(rng):
    x, y = related(rng)
    doubled = space_of(np.hstack([x.vectors, x.vectors[:, :2]]))
    before, after = cca(x, y, components=3), cca(doubled, y, components=3)
    assert after.held_out_correlation.value == pytest.approx(
        before.held_out_correlation.value, abs=1e-4
    )


def test_items_of_a_single_pair_are_refused(rng):
    vectors = rng.normal(size=(30, 3))
    alike = space_of(vectors, pair=np.zeros(30))
    with pytest.raises(NotApplicable, match="needs two pairs or more"):
        cca(alike, alike)


def test_halves_that_do_not_vary_leave_no_interval(rng):
    """Two items apart from the others, held out in turn: a half has one of them at most."""
    vectors = np.zeros((40, 3))
    folds = folds_of(space_of(vectors))
    vectors[[folds.argmin(), folds.argmax()]] = 1
    found = cca(space_of(vectors), space_of(rng.normal(size=(40, 3))))
    assert found.held_out_correlation.interval is None
    assert found.correlations.bands["held out"].low.min() == -1


@pytest.mark.slow
def test_interval_covers_the_held_out_correlation_of_many_items(monkeypatch):
    monkeypatch.setattr("core.engines.subspaces.joint.PERMUTATIONS", 10)
    mixing = np.random.default_rng(5)
    maps = mixing.normal(size=(4, 4)), mixing.normal(size=(4, 4))

    def drawn(rng, n):
        factors = rng.normal(size=(n, 4))
        noisy = factors + [0.4, 0.8, 30, 30] * rng.normal(size=(n, 4))
        return space_of(factors @ maps[0]), space_of(noisy @ maps[1])

    truth = np.mean(1 / np.sqrt(1 + np.array([0.4, 0.8]) ** 2))
    inside = 0
    for seed in range(300):
        x, y = drawn(np.random.default_rng(seed), 300)
        found = cca(x, y, components=2).held_out_correlation.interval
        inside += found.low <= truth <= found.high
    assert inside / 300 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300)


@pytest.mark.slow
def test_interval_covers_over_other_items_to_fit(monkeypatch):
    """Few items, of which components and directions depend: the judged alone cover 40 % of it."""
    monkeypatch.setattr("core.engines.subspaces.joint.PERMUTATIONS", 5)
    fixed = np.random.default_rng(1)
    centers, turn = fixed.normal(size=(4, 16)), np.linalg.qr(fixed.normal(size=(16, 16)))[0]
    found = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        x = centers[rng.integers(4, size=100)] + np.linspace(1.6, 0.4, 16) * rng.normal(
            size=(100, 16)
        )
        found.append(cca(space_of(x), space_of(x @ turn + 0.8 * rng.normal(size=(100, 16)))))
    for name in ("held_out_correlation", "first_correlation"):
        numbers = [getattr(each, name) for each in found]
        expected = np.mean([number.value for number in numbers])
        inside = [n.interval.low <= expected <= n.interval.high for n in numbers]
        assert np.mean(inside) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200), name
