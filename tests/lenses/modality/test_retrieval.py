"""Retrieval: known ranks, agreement with a sort, many captions an image, ties, chance, coverage."""

from functools import partial

import numpy as np
import pytest
from scipy import stats

from core.engines.retrieval import partner_search as engine
from core.engines.retrieval.partner_search import reciprocal_chance
from core.errors import BadParameter, NotApplicable
from core.lenses.modality.retrieval import retrieval as lens
from core.statistics.influence import clustered_median_interval, clustered_proportion_interval
from core.statistics.ties import Places

retrieval = lens
NUMBERS = [reading.name for reading in lens.readings if reading.score]


def unit(vectors):
    vectors = np.asarray(vectors, np.float32).astype(np.float64)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def sorted_ranks(x, y, pair_x, pair_y):
    """Best place of a partner, by sorting all similarities."""
    similarity = unit(x) @ unit(y).T
    order = np.argsort(-similarity, axis=1)
    partner = np.asarray(pair_x)[:, None] == np.asarray(pair_y)[order]
    return np.where(partner.any(axis=1), partner.argmax(axis=1) + 1, np.nan)


def test_coinciding_partners_are_found_at_once(image_text, rng):
    x = rng.normal(size=(50, 8))
    found = retrieval(image_text(x, 4 * x))
    for name in NUMBERS:
        assert getattr(found, name).value == 1
    assert len(found.found_instead.first) == 0


def test_ranks_agree_with_sorting_all_similarities(image_text, clouds):
    x, y = clouds
    found = retrieval(image_text(x, y))
    there = sorted_ranks(x, y, range(60), range(60))
    back = sorted_ranks(y, x, range(60), range(60))
    assert found.partner_rank.values.tolist() == [*there, *back]
    assert found.recall_at_5.value == pytest.approx((there <= 5).mean())
    assert found.recall_at_10_back.value == pytest.approx((back <= 10).mean())
    assert found.mrr.value == pytest.approx((1 / there).mean())
    assert found.median_rank_back.value == np.quantile(back, 0.5, method="inverted_cdf")


def test_several_captions_count_with_the_best_and_unpaired_items_are_candidates(image_text, rng):
    x, y = rng.normal(size=(25, 5)), rng.normal(size=(70, 5))
    pair_x, pair_y = np.arange(25), rng.integers(0, 40, 70)
    found = retrieval(image_text(x, y, pair_x, pair_y), left="image", right="text")
    there = sorted_ranks(x, y, pair_x, pair_y)
    back = sorted_ranks(y, x, pair_y, pair_x)
    assert np.array_equal(found.partner_rank.values, [*there, *back], equal_nan=True)
    assert found.recall_at_1.value == pytest.approx(np.mean(there[~np.isnan(there)] <= 1))
    assert found.recall_at_5_back.value == pytest.approx(np.mean(back[~np.isnan(back)] <= 5))
    groups = len(np.unique(pair_y[pair_y < 25]))
    assert f"{groups} pairs" in found.recall_at_1_back.interval.method


def test_tiles_of_unequal_size_change_nothing(image_text, rng):
    x, y = rng.normal(size=(70, 4)), rng.normal(size=(1100, 4))
    pair_y = np.arange(1100) % 200
    found = retrieval(image_text(x, y, pair_y=pair_y), left="image", right="text")
    assert found.partner_rank.values[:70].tolist() == [*sorted_ranks(x, y, range(70), pair_y)]


def test_a_collapsed_space_is_at_chance(image_text):
    found = retrieval(image_text(np.ones((21, 3)), np.ones((21, 3))))
    for name in NUMBERS:
        number = getattr(found, name)
        assert number.value == pytest.approx(number.chance.value), name
        assert not number.differs_from_chance, name
    assert np.unique(found.partner_rank.values).tolist() == [11]


def test_a_collapsed_space_of_several_captions_an_image_is_at_chance(image_text):
    pair_y = np.repeat(np.arange(10), [1, 2, 3, 4, 5, 5, 4, 3, 2, 1])
    found = retrieval(image_text(np.ones((10, 3)), np.ones((30, 3)), pair_y=pair_y))
    for name in NUMBERS:
        number = getattr(found, name)
        assert number.value == pytest.approx(number.chance.value), name


def test_four_directions_each_twice_are_found_half_the_time(image_text):
    """Images and texts are the same: one of two copies is the partner."""
    x = np.repeat(np.eye(4), 2, axis=0)
    found = retrieval(image_text(x, x))
    for number in (found.recall_at_1, found.recall_at_1_back):
        assert number.value == pytest.approx(0.5)
        assert number.chance.value == pytest.approx(0.125)
    assert found.median_rank.value == 1
    assert found.mrr.value == pytest.approx(0.75)


def test_captions_that_occur_twice_count_as_in_a_random_order(image_text, rng):
    """400 pairs, 40 % of whose captions occur twice."""
    caption = np.concatenate([np.arange(240), np.repeat(np.arange(240, 320), 2)])
    directions = rng.normal(size=(320, 64))
    found = retrieval(image_text(directions[caption], directions[caption]))
    assert found.recall_at_1.value == pytest.approx(0.8)
    assert found.recall_at_1.differs_from_chance


def test_a_tie_takes_half_a_place(image_text):
    x = np.eye(4)
    y = np.eye(4)[[0, 0, 2, 3]]
    found = retrieval(image_text(x, y))
    assert found.partner_rank.values[:4].tolist() == [1.5, 2.5, 1, 1]


def test_swapping_the_sides_swaps_the_directions(image_text, clouds):
    space = image_text(*clouds)
    there = retrieval(space, left="image", right="text")
    back = retrieval(space, left="text", right="image")
    assert there.recall_at_1 == back.recall_at_1_back
    assert there.mrr_back == back.mrr


def test_noisier_partners_are_found_less_often(image_text, rng):
    x = rng.normal(size=(80, 6))
    noise = rng.normal(size=(80, 6))
    recalls = [retrieval(image_text(x, x + s * noise)).recall_at_1.value for s in (0.1, 0.5, 1, 3)]
    assert recalls == sorted(recalls, reverse=True)


def test_recall_grows_with_k_and_reaches_one(image_text, clouds):
    curve = retrieval(image_text(*clouds)).recall_by_k
    assert curve.x.tolist() == [1, 2, 3, 5, 10, 20, 50]
    for line in curve.lines.values():
        assert (np.diff(line) >= 0).all()


def test_failures_are_listed_with_what_was_found_instead(image_text):
    """Two captions are swapped: each image finds the other's."""
    x = np.eye(5)
    found = retrieval(image_text(x, x[[1, 0, 2, 3, 4]] + 0.1 * x)).found_instead
    listed = dict(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert listed == {0: 6, 1: 5, 5: 1, 6: 0}
    assert found.values.tolist() == [2, 2, 2, 2]


def test_chance_is_that_of_drawing_candidates_at_random(rng):
    partners, n = np.array([1, 1, 1, 5, 2]), 30
    survival = Places.by_chance(partners, n).survival(n)
    for k in (1, 5, 10):
        hit = np.mean([1 - stats.hypergeom.pmf(0, n, c, k) for c in partners])
        assert 1 - survival[k] == pytest.approx(hit)
    best = np.concatenate(
        [[rng.permutation(n)[:c].min() + 1 for _ in range(4000)] for c in partners]
    )
    mean_reciprocal = -np.diff(survival) @ (1 / np.arange(1, n + 1))
    assert mean_reciprocal == pytest.approx(np.mean(1 / best), abs=0.01)
    assert np.argmax(survival <= 0.5) == pytest.approx(np.median(best), abs=1)


@pytest.mark.parametrize(("candidates", "queries"), [(30, 30), (1000, 100), (1, 4)])
def test_the_range_of_the_reciprocal_place_holds_95_percent_of_random_orders(
    rng, candidates, queries
):
    chance = reciprocal_chance(np.linspace(1, 0, candidates + 1), queries)
    drawn = (1 / rng.integers(1, candidates + 1, (10_000, queries))).mean(axis=1)
    assert chance.value == pytest.approx(drawn.mean(), rel=0.01)
    outside = [np.mean(drawn < chance.low - 1e-12), np.mean(drawn > chance.high + 1e-12)]
    assert max(outside) < 0.03


def test_shuffled_partners_are_at_chance(image_text, rng):
    x = rng.normal(size=(300, 8))
    found = retrieval(image_text(x, x, pair_y=rng.permutation(300)))
    for name in NUMBERS:
        assert getattr(found, name).differs_from_chance is False, name


def test_a_sample_of_queries_stands_in_for_all(image_text, clouds, monkeypatch):
    x, y = clouds
    whole = retrieval(image_text(x, y)).partner_rank.values
    monkeypatch.setattr(engine, "MOST_COMPARISONS", 60 * 40)
    found = retrieval(image_text(x, y))
    asked = ~np.isnan(found.partner_rank.values)
    assert asked.sum() == 40
    assert found.recall_at_1.sample == (20, 60)
    assert found.partner_rank.values[asked].tolist() == whole[asked].tolist()


def test_spaces_that_cannot_be_searched_are_refused(image_text, clouds):
    space = image_text(*clouds)
    with pytest.raises(BadParameter, match="two different modalities"):
        retrieval(space, left="text", right="text")
    with pytest.raises(NotApplicable, match="shares a value"):
        retrieval(image_text(*clouds, pair_y=range(100, 160)))


def test_two_pairs_are_enough(image_text):
    found = retrieval(image_text(np.eye(2), np.eye(2)))
    assert found.recall_at_1.value == 1
    assert found.recall_at_10.value == 1


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.3, 0.9])
def test_intervals_of_clustered_searches_cover_the_truth(level):
    """Five captions an image, their success depending on the image."""
    hits = dict.fromkeys(("share", "median"), 0)
    a = 2.0
    low = stats.beta(a * level, a * (1 - level))
    median = np.floor(np.quantile(low.rvs(400_000, random_state=0), 0.5) * 50)
    for seed in range(400):
        rng = np.random.default_rng(seed)
        images = low.rvs(120, random_state=rng)
        clusters = np.repeat(np.arange(120), 5)
        found = rng.random(600) < images[clusters]
        interval = clustered_proportion_interval(found, clusters)
        hits["share"] += interval.low <= level <= interval.high
        ranks = np.floor(images[clusters] * 50)
        below = ranks <= np.quantile(ranks, 0.5, method="inverted_cdf")
        interval = clustered_median_interval(
            below, clusters, partial(np.quantile, ranks, method="inverted_cdf")
        )
        hits["median"] += interval.low <= median <= interval.high
    error = 3 * np.sqrt(0.95 * 0.05 / 400)
    assert hits["share"] / 400 == pytest.approx(0.95, abs=error)
    assert hits["median"] / 400 >= 0.95 - error
