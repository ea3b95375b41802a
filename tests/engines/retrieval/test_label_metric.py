"""Fréchet means over labels: what they reach on paths, trees and graphs, and what to score next."""

import numpy as np
import pytest

from core.engines.retrieval.label_metric import LabelMetric
from core.errors import BadParameter, NotApplicable

PATH = LabelMetric.of_order("01234")


def complete(n):
    names = [str(at) for at in range(n)]
    return LabelMetric.of_edges([f"{a} | {b}" for a in names for b in names if a < b], names)


def balanced():
    """A binary tree of 15 nodes: leaves first, then what is above them."""
    paths = [tuple(f"{at:03b}"[:n] for n in range(4)) for at in range(8)]
    inner = [path[:n] for n in (3, 2, 1) for path in paths]
    every = list(dict.fromkeys([*paths, *inner]))
    return LabelMetric.of_tree(every, [path[-1] for path in every])


def swept(metric, scored):
    shares = np.random.default_rng(0).dirichlet(np.full(len(scored), 0.3), 20_000)
    return set(metric.best(shares, np.array(scored)).argmax(axis=1))


def test_a_sweep_between_the_ends_of_a_path_reaches_all_of_it():
    share = np.linspace(0, 1, 41)
    found = PATH.best(np.stack([1 - share, share], axis=1), np.array([0, 4])).argmax(axis=1)
    assert found[share == 0.25] == 1
    assert list(dict.fromkeys(found)) == [0, 1, 2, 3, 4]
    assert PATH.reached(np.array([0, 4])).all()
    assert PATH.reached(np.array([1, 3])).tolist() == [False, True, True, True, False]


def test_a_complete_graph_reaches_what_is_scored_and_nothing_else():
    assert complete(5).reached(np.array([0, 4])).tolist() == [True, False, False, False, True]
    assert not complete(5).tree


def test_the_leaves_of_a_balanced_tree_reach_every_node():
    tree = balanced()
    assert len(tree) == 15
    assert tree.distances.max() == 6
    assert tree.reached(np.arange(8)).all()
    assert swept(tree, range(8)) == set(range(15))


def test_what_is_between_is_what_drawn_scores_reach():
    edges = ["a|b|1", "b|c|2", "b|d|1", "d|e|3", "d|f|1", "f|g|1"]
    tree = LabelMetric.of_edges(edges, "abcdefg")
    assert tree.tree
    assert (
        set(np.flatnonzero(tree.reached(np.array([0, 4])))) == swept(tree, [0, 4]) == {0, 1, 3, 4}
    )


def test_the_rule_is_the_bayes_rule_for_squared_distance(rng):
    shares = rng.dirichlet(np.full(5, 0.5), 2_000)
    every = np.arange(5)
    risk = PATH.expected(shares, every)
    frechet, argmax = PATH.best(shares, every), np.eye(5)[shares.argmax(axis=1)]
    assert ((frechet * risk).sum(axis=1) <= (argmax * risk).sum(axis=1) + 1e-12).all()


def test_the_label_to_score_next_reaches_most():
    (first, reached, far), *_ = PATH.suggestions(np.array([1, 2]))
    assert (first, reached) == (4, 4)
    assert far == pytest.approx(2.5)
    assert PATH.suggestions(np.array([0, 4])) == []


def test_labels_that_tie_share_the_prediction():
    assert PATH.best(np.array([[0.5, 0.5]]), np.array([0, 1]))[0] == pytest.approx(
        [0.5, 0.5, 0, 0, 0]
    )


def test_equal_vectors_are_at_no_distance_and_opposite_ones_at_two():
    metric = LabelMetric.of_vectors(np.array([[1.0, 0], [2, 0], [-1, 0]]), "abc")
    assert metric.distances[0] == pytest.approx([0, 0, 2])


def test_edges_are_refused_in_words():
    with pytest.raises(BadParameter, match="got 'a - b'"):
        LabelMetric.of_edges(["a - b"], "ab")
    with pytest.raises(BadParameter, match="above 0"):
        LabelMetric.of_edges(["a | b | 0"], "ab")
    with pytest.raises(NotApplicable, match="none leads to c"):
        LabelMetric.of_edges(["a | b"], "abc")
