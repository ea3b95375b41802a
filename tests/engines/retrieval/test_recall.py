"""Recall of the true nearest items under another score."""

import numpy as np
import pytest

from core.engines.retrieval.recall import recall, recall_among, truth
from core.numerics.unit import unit_rows


@pytest.fixture
def vectors(rng):
    return unit_rows(rng.normal(size=(5000, 12)).astype(np.float32))


QUERIES = np.arange(0, 5000, 50)


def cosine(vectors):
    return lambda rows: vectors[QUERIES] @ vectors[rows].T


def brute_force(scores, true, k):
    """Expected share of hits among the k best when ties are broken at random."""
    found = np.zeros(len(QUERIES))
    for at, query in enumerate(QUERIES):
        own, near = scores[at].copy(), true.item[true.query == at]
        own[query] = -np.inf
        last = np.sort(own)[-k]
        above, tied = own > last, own == last
        chance = above + tied * (k - above.sum()) / tied.sum()
        found[at] = chance[near].sum() / k
    return found


def test_the_true_scores_find_everything(vectors):
    assert (recall(cosine(vectors), truth(vectors, QUERIES, 10)) == 1).all()


def test_coarse_scores_agree_with_brute_force_over_all_ties(vectors):
    true = truth(vectors, QUERIES, 10)
    coarse = np.round(4 * vectors[QUERIES] @ vectors.T).astype(np.float32)
    found = recall(lambda rows: coarse[:, rows].copy(), true)
    assert np.allclose(found, brute_force(coarse, true, 10))


def test_equal_scores_are_at_chance(vectors):
    true = truth(vectors, QUERIES, 10)
    found = recall(lambda rows: np.zeros((100, rows.stop - rows.start), np.float32), true)
    assert found == pytest.approx(true.chance)


def test_the_order_of_the_items_does_not_matter(vectors, rng):
    coarse = np.round(4 * vectors[QUERIES] @ vectors.T).astype(np.float32)
    found = recall(lambda rows: coarse[:, rows].copy(), truth(vectors, QUERIES, 10))
    order = rng.permutation(5000)
    place = np.argsort(order)[QUERIES]
    moved = recall(lambda rows: coarse[:, order[rows]], truth(vectors[order], place, 10))
    assert np.allclose(moved, found)


def test_copies_count_as_well_as_the_item_they_copy(rng):
    few = unit_rows(rng.normal(size=(40, 6)).astype(np.float32))
    vectors = np.tile(few, (3, 1))
    true = truth(vectors, np.arange(5), 1)
    assert len(true.item) == 10  # of each query, its two copies
    only = np.full((5, 120), -1, np.float32)
    only[np.arange(5), np.arange(5) + 80] = 1
    assert (recall(lambda rows: only[:, rows].copy(), true) == 1).all()


@pytest.mark.parametrize("decimals", [8, 1], ids=["untied", "tied"])
def test_scores_held_at_once_have_the_same_recall_in_parts_too(vectors, decimals):
    true = truth(vectors, QUERIES, 10)
    coarse = np.round(vectors[QUERIES] @ vectors.T, decimals)
    whole = recall_among(coarse.copy(), true)
    assert np.allclose(whole, recall(lambda rows: coarse[:, rows].copy(), true))
    parts = [slice(0, 33), slice(33, 100)]
    found = [recall_among(coarse[part].copy(), true.asked(part)) for part in parts]
    assert np.array_equal(np.concatenate(found), whole)


def test_what_may_not_be_found_comes_after_all_else(vectors, rng):
    true = truth(vectors, QUERIES, 10)
    allowed = rng.random((100, 5000)) < 0.02
    allowed[true.query, true.item] = True
    coarse = np.round(vectors[QUERIES] @ vectors.T, 1)
    found = recall_among(coarse.copy(), true, allowed)
    assert np.allclose(found, brute_force(np.where(allowed, coarse, -9), true, 10))
    assert found.mean() > 1.2 * recall_among(coarse, true).mean()
