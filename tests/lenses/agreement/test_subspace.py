"""Shared subspaces: planted factors, local CKA by definition, splits, ties, degenerate input."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from core.engines.subspaces.joint import joint
from core.engines.subspaces.subspaces import local_cka, regression
from core.errors import NotApplicable
from core.lenses.agreement._partner_estimates import share_matched
from core.lenses.agreement._partners import Outcomes, matched, splits
from core.lenses.agreement.subspace import subspace
from core.statistics.ties import Places
from tests.spaces import space_of


def planted(rng, n=400, shared=5, private=30):
    """A few shared factors among louder private ones, in spaces of 50 and 60 dimensions."""
    factors, spaces = rng.normal(size=(n, shared)), []
    for width in (50, 60):
        own = np.hstack([factors, 3 * rng.normal(size=(n, private))])
        spaces.append(space_of(own @ rng.normal(size=(shared + private, width))))
    return tuple(spaces)


def cka(x, y):
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return np.linalg.norm(x.T @ y) ** 2 / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)


def test_local_cka_equals_adding_each_pair_to_the_anchors(rng):
    x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 3))
    y[:, 0] += x[:, 0]
    seen = joint(x[:30], y[:30])
    queries = x[30:] - seen.mean_x, y[30:] - seen.mean_y
    found = local_cka(seen.scatter, 30, queries)
    for i in range(10):
        for j in range(10):
            expected = cka(np.vstack([x[:30], x[30 + i]]), np.vstack([y[:30], y[30 + j]]))
            assert found[i, j] == pytest.approx(expected, abs=1e-12)


def test_regression_is_least_squares(rng):
    x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 3))
    xx, xy, _ = joint(x, y).scatter
    expected, *_ = np.linalg.lstsq(x - x.mean(axis=0), y - y.mean(axis=0))
    assert regression(xx, xy, 0) == pytest.approx(expected, abs=1e-9)


def test_planted_factors_match_in_a_subspace_of_their_size_only():
    found = subspace(*planted(np.random.default_rng(0)), queries=80, seeds=1)
    assert found.size.value == 5
    assert found.matching.value > 0.9
    assert found.local_matching.value > 0.9
    assert found.full_matching.value < 0.3
    affine = found.by_size.lines["affine map, first to second"]
    assert affine.argmax() == 2  # sizes 1, 2, 5, 10, ...
    assert found.matching.chance.value == pytest.approx(1 / 80)
    assert found.top_5.chance.value == pytest.approx(5 / 80)


def test_spaces_that_share_everything_need_no_subspace():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, 8))
    stretched = x * np.linspace(1, 2, 8) @ stats.ortho_group.rvs(8, random_state=1)
    found = subspace(space_of(x), space_of(stretched), queries=50, seeds=1)
    assert found.full_matching.value == found.top_1.value == 1
    assert found.by_item.values[~np.isnan(found.by_item.values)] == pytest.approx(1)


def test_three_matched_of_five_hundred_are_no_more_than_chance():
    n = 500
    ranks, hits = np.full(n, 200.0), np.arange(n) < 3
    found = Outcomes(np.arange(n), Places.of(ranks, 0), hits * 1.0, np.full(n, n), 0.0)
    assert share_matched(found, np.arange(n)).interval.low > 1 / n
    assert not share_matched(found, np.arange(n)).differs_from_chance
    more = replace(found, hits=(np.arange(n) < 12) * 1.0)
    assert share_matched(more, np.arange(n)).differs_from_chance


def test_unrelated_spaces_match_by_chance_only():
    rng = np.random.default_rng(2)
    spaces = space_of(rng.normal(size=(400, 8))), space_of(rng.normal(size=(400, 6)))
    found = subspace(*spaces, queries=80)
    assert not found.top_10.differs_from_chance
    assert found.matching.value < 0.1


def test_exchanging_the_spaces_exchanges_the_directions(rng):
    x, y = planted(rng, 200)
    there, back = subspace(x, y, seeds=1), subspace(y, x, seeds=1)
    assert there.matching.value == back.matching_back.value
    assert there.matching_back.value == back.matching.value


def test_more_anchors_align_better():
    x, y = planted(np.random.default_rng(0), 800)
    few, many = (subspace(x, y, anchors=n, queries=100, seeds=1) for n in (60, 600))
    assert few.matching.value < many.matching.value


def test_an_assignment_of_tied_candidates_does_not_know_the_answer():
    assert matched(np.ones((400, 400))).sum() < 8  # of a random order: one on average
    pairs = np.kron(np.eye(100), np.ones((2, 2)))  # each candidate twice
    assert 30 < matched(pairs).sum() / 2 < 70
    assert matched(np.eye(30)).all()
    assert matched(np.ones((400, 400)) + 1e-15 * np.eye(400)).sum() < 8  # rounding is no answer


def test_one_shared_direction_of_two_signs_matches_by_chance(rng):
    """At subspace size 1 every cosine is 1 or -1: half of the candidates are level."""
    signs = np.where(rng.random(300) < 0.5, -1.0, 1.0)[:, None]
    found = subspace(space_of(signs), space_of(2 * signs), seeds=1)
    assert found.size.value == 1
    assert found.matching.value < 0.15
    assert found.top_5.value == pytest.approx(5 / 30, abs=0.02)


def test_splits_are_disjoint_and_keep_pairs_together():
    pairs = np.repeat(np.arange(50), 2)
    for split in splits(pairs, (20, 40), 3):
        parts = [set(pairs[rows]) for rows in (split.queries, split.validation)]
        anchors = set(pairs[split.anchors])
        assert len(split.queries) == len(split.validation) == 20
        assert len(split.anchors) == 40
        assert not (parts[0] & parts[1] or parts[0] & anchors or parts[1] & anchors)


def test_queries_never_take_part_in_the_fit(rng):
    """Partners that only the queries have in common are not found."""
    x, y = planted(rng, 300)
    split = splits(np.arange(300), (60, 240), 1)[0]
    broken = y.vectors.copy()
    broken[split.anchors] = rng.permutation(broken[split.anchors])
    broken[split.validation] = rng.permutation(broken[split.validation])
    assert subspace(x, space_of(broken), queries=60, seeds=1).matching.value < 0.1


def test_duplicates_and_repeated_columns_do_no_harm(rng):
    x, y = planted(rng, 200)
    doubled = np.hstack([x.vectors, x.vectors])
    twice = space_of(np.repeat(doubled[:100], 2, axis=0))
    found = subspace(twice, y, seeds=1)
    assert 0 <= found.matching.value <= 1


def test_fewer_pairs_than_dimensions_still_have_an_answer(rng):
    x, y = space_of(rng.normal(size=(60, 300))), space_of(rng.normal(size=(60, 200)))
    found = subspace(x, y)
    assert found.by_size.x[-1] <= 36 / 5


def test_a_space_without_variation_is_refused(rng):
    with pytest.raises(NotApplicable, match="needs vectors that differ"):
        subspace(space_of(rng.normal(size=(60, 3))), space_of(np.full((60, 2), 0.1)))


def test_items_of_a_single_pair_cannot_be_split(rng):
    alike = space_of(rng.normal(size=(60, 3)), pair=np.zeros(60))
    with pytest.raises(NotApplicable, match="1 pairs or groups are too few"):
        subspace(alike, alike)


def test_too_few_pairs_are_refused(rng):
    with pytest.raises(NotApplicable, match="needs 50 items"):
        subspace(*planted(rng, 49))


@pytest.mark.slow
def test_interval_covers_the_retrieval_of_many_queries():
    def drawn(seed, n):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(n, 4))
        return space_of(x), space_of(x + 0.5 * rng.normal(size=(n, 4)))

    truth = np.mean(
        [subspace(*drawn(seed, 1000), queries=50, seeds=10).top_1.value for seed in range(10)]
    )
    inside = 0
    for seed in range(100):
        found = subspace(*drawn(seed + 50, 300), queries=50, seeds=1).top_1.interval
        inside += found.low <= truth <= found.high
    assert inside / 100 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 100)


@pytest.mark.slow
def test_intervals_of_matching_cover_what_other_items_would_give():
    """Errors of an assignment come in cycles, and other anchors give another map."""
    mixing = [np.random.default_rng(99).normal(size=(25, width)) for width in (30, 40)]

    def drawn(rng, n=120):
        shared = rng.normal(size=(n, 5))
        own = (np.hstack([shared, 1.5 * rng.normal(size=(n, 20))]) for _ in mixing)
        return [space_of(rows @ mix) for rows, mix in zip(own, mixing, strict=True)]

    found = [subspace(*drawn(np.random.default_rng(seed))) for seed in range(80)]
    for name in ("matching", "full_matching", "local_matching", "top_1"):
        numbers = [getattr(each, name) for each in found]
        truth = np.mean([number.value for number in numbers])
        inside = [n.interval.low <= truth <= n.interval.high for n in numbers]
        assert np.mean(inside) >= 0.93, name
