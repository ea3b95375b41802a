"""The contrastive loss of a batch: agreement with PyTorch's cross-entropy, ranks, derivative."""

import numpy as np
import pandas as pd
import pytest

from core.engines.losses.batch_loss import Products, batch, contrast, loss_influence
from core.engines.pairs.modalities import Modalities
from core.engines.pairs.pairs import Pairs
from core.space import EmbeddingSpace


def numbered(n):
    return EmbeddingSpace("axes", np.eye(n), pd.DataFrame(index=range(n)))


def made(rng, n, d=16):
    x = rng.normal(size=(n, d))
    y = x + rng.normal(size=(n, d))
    return tuple((v / np.linalg.norm(v, axis=1, keepdims=True)).astype(np.float32) for v in (x, y))


def logits(x, y, temperature):
    return x.astype(np.float64) @ y.T.astype(np.float64) / temperature


def cross_entropy(values):
    shifted = values - values.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - np.diagonal(shifted)


@pytest.mark.parametrize("temperature", [0.01, 0.07, 1.0])
@pytest.mark.parametrize("n", [1, 2, 3, 150])
def test_the_loss_is_the_mean_of_both_cross_entropies(rng, n, temperature):
    x, y = made(rng, n)
    found = contrast(x, y, temperature)
    forth = cross_entropy(logits(x, y, temperature))
    back = cross_entropy(logits(y, x, temperature))
    assert found.losses[0] == pytest.approx(forth, abs=1e-10)
    assert found.losses[1] == pytest.approx(back, abs=1e-10)
    assert found.loss == pytest.approx((forth.mean() + back.mean()) / 2, abs=1e-10)


def test_the_loss_agrees_with_torch(rng):
    torch = pytest.importorskip("torch")
    x, y = made(rng, 60)
    values = torch.tensor(logits(x, y, 0.05))
    target = torch.arange(60)
    entropy = torch.nn.functional.cross_entropy
    expected = (entropy(values, target) + entropy(values.T, target)) / 2
    assert contrast(x, y, 0.05).loss == pytest.approx(float(expected), abs=1e-10)


def test_items_that_all_coincide_lose_the_logarithm_of_their_number():
    x = np.tile(np.float32([1, 0]), (50, 1))
    found = contrast(x, x, 0.01)
    assert found.loss == pytest.approx(np.log(50))
    assert found.places.mean.tolist() == [25.5] * 50
    assert found.hits(1) == pytest.approx(np.full(50, 1 / 50))


def test_ranks_count_the_more_similar_candidates(rng):
    x, y = made(rng, 90, d=4)
    found = contrast(x, y, 0.1)
    similarity = logits(x, y, 1)
    own = np.diagonal(similarity)
    assert found.places.above.tolist() == (similarity > own[:, None]).sum(axis=1).tolist()
    assert found.places_back.above.tolist() == (similarity > own).sum(axis=0).tolist()


@pytest.mark.parametrize("temperature", [0.05, 1.0])
def test_influence_is_the_derivative_of_the_weighted_loss(rng, temperature):
    n = 12
    x, y = made(rng, n)
    values = np.exp(logits(x, y, temperature))

    def weighted(weights):
        forth, back = np.log(values @ weights), np.log(weights @ values)
        return weights @ (forth + back - 2 * np.log(np.diagonal(values))) / 2

    influence = sum(loss_influence(x, y, contrast(x, y, temperature))) / 2
    base, step = np.full(n, 1 / n), 1e-6
    for pair in range(n):
        towards = (1 - step) * base + step * np.eye(n)[pair]
        slope = (weighted(towards) - weighted(base)) / step
        assert n * influence[pair] == pytest.approx(slope, abs=1e-4)


def test_a_batch_holds_one_pair_of_each_value(rng):
    left, right = np.repeat(np.arange(10), 3), 10 + np.arange(30)
    clusters = np.concatenate([np.arange(10), np.repeat(np.arange(10), 3)])
    two = Modalities(numbered(40), np.arange(10), right, clusters, "unused")
    whole = batch(two, Pairs(left, right), 100)
    assert sorted(whole.left) == list(range(10))
    assert (clusters[whole.right] == whole.left).all()
    some = batch(two, Pairs(left, right), 4)
    assert len(some) == len(set(some.left)) == 4


@pytest.mark.parametrize("far", [0.0, 0.9, 0.999999])
def test_copies_stay_tied_where_products_are_known_from_before_a_shift(rng, far):
    """Scaled rows that were shifted onto each other magnify the rounding of their products."""
    rows = np.repeat(rng.normal(size=(40, 6)) + 4, 2, axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    delta = far * rows.mean(axis=0)
    of, squared = rows @ delta, delta @ delta
    moved = rows - delta
    scales = 1 / np.linalg.norm(moved, axis=1)
    unit = moved * scales[:, None]
    products = Products(rows @ rows.T, squared - of, -of, scales, scales)
    for found in (contrast(unit, unit, 0.1), contrast(unit, unit, 0.1, products=products)):
        for places in (found.places, found.places_back):
            assert (places.above == 0).all()
            assert (places.tied == 1).all()
            assert places.hits(1) == pytest.approx(0.5)
