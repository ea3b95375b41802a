"""Attention as a filter: known answers, limits and references of its high-frequency gain."""

import numpy as np
import pytest

from core.engines.attention.low_pass import (
    analytic_gain,
    high_frequency_gain,
    high_frequency_share,
    is_causal,
    logit_spread,
    uniform_gain,
)


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def attention(rng, n, spread, heads=3):
    return softmax(spread * rng.normal(size=(heads, n, n)))


@pytest.mark.parametrize("n", [2, 20, 33, 100, 200])
@pytest.mark.parametrize("spread", [0.1, 1.0, 4.0])
def test_the_gain_is_the_largest_singular_value_of_the_high_frequency_part(rng, n, spread):
    weights = attention(rng, n, spread)
    centered = (np.eye(n) - 1 / n) @ weights
    known = np.linalg.svd(centered, compute_uv=False)[:, 0]
    for given in (weights, weights.astype(np.float32)):
        assert high_frequency_gain(given) == pytest.approx(known, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("n", [3, 50])
def test_attention_that_is_alike_for_all_tokens_has_gain_zero(n):
    uniform = np.full((1, n, n), 1 / n, np.float32)
    one = np.zeros((1, n, n), np.float32)
    one[..., 0] = 1
    assert high_frequency_gain(uniform) == pytest.approx([0], abs=1e-6)
    assert high_frequency_gain(one) == pytest.approx([0], abs=1e-6)


@pytest.mark.parametrize("n", [4, 64])
def test_tokens_that_keep_to_themselves_have_gain_one_and_halves_the_most(n):
    halves = np.zeros((1, n, n))
    halves[0, : n // 2, 0] = halves[0, n // 2 :, 1] = 1
    assert high_frequency_gain(np.eye(n)[None]) == pytest.approx([1])
    assert high_frequency_gain(halves) == pytest.approx([np.sqrt(n / 2)])


def test_no_step_of_attention_leaves_more_than_its_gain(rng):
    weights = attention(rng, 60, 2.0, heads=1)
    gain = high_frequency_gain(weights)[0]
    states = rng.normal(size=(60, 16)) + 3

    def high(z):
        return np.linalg.norm(z - z.mean(axis=0))

    assert high(weights[0] @ states) <= gain * high(states)


def test_the_gain_falls_with_length_and_rises_with_the_spread_of_the_logits(rng):
    by_length = [high_frequency_gain(attention(rng, n, 0.5)).mean() for n in (8, 32, 128, 512)]
    by_spread = [high_frequency_gain(attention(rng, 64, s)).mean() for s in (0.1, 0.5, 1, 2, 4)]
    assert np.all(np.diff(by_length) < 0)
    assert np.all(np.diff(by_spread) > 0)


def test_the_analytic_curve_is_no_bound_but_has_the_direction(rng):
    assert high_frequency_gain(attention(rng, 128, 2.0)).min() > analytic_gain(
        np.array(128.0), np.array(2.0)
    )
    assert high_frequency_gain(attention(rng, 128, 0.3)).max() < analytic_gain(
        np.array(128.0), np.array(0.3)
    )
    assert np.all(np.diff(analytic_gain(np.array([8.0, 32, 128]), np.ones(3))) < 0)
    assert np.all(np.diff(analytic_gain(np.full(3, 64.0), np.array([0.1, 1, 3]))) > 0)


def test_a_causal_mask_alone_lets_more_through_the_longer_the_text():
    assert uniform_gain(30, causal=False) == 0
    gains = [uniform_gain(n, causal=True) for n in (2, 8, 40, 100)]
    assert gains[0] == pytest.approx(0.5)
    assert np.all(np.diff(gains) > 0)


def test_causal_attention_is_told_from_attention_both_ways(rng):
    both = attention(rng, 12, 1.0)
    assert is_causal(np.tril(both))
    assert not is_causal(both)


def test_the_spread_of_logits_is_read_off_the_weights_however_they_are_masked(rng):
    assert logit_spread(attention(rng, 400, 1.5)) == pytest.approx([1.5] * 3, rel=0.02)
    logits = 1.5 * rng.normal(size=(1, 400, 400))
    masked = softmax(np.where(np.tri(400, dtype=bool), logits, -np.inf))
    assert logit_spread(masked) == pytest.approx([1.5], rel=0.03)
    assert logit_spread(np.full((1, 9, 9), 1 / 9)) == pytest.approx([0], abs=1e-9)


def test_the_share_is_zero_for_equal_tokens_and_one_where_they_cancel(rng):
    states = rng.normal(size=(20, 6))
    assert high_frequency_share(np.ones((20, 6), np.float32)) == pytest.approx(0, abs=1e-7)
    assert high_frequency_share(states - states.mean(axis=0)) == pytest.approx(1)
    assert high_frequency_share(np.zeros((20, 6))) == 0
    high = states - states.mean(axis=0)
    share = np.square(high).sum() / np.square(states).sum()
    assert high_frequency_share(states) == pytest.approx(share)
    assert high_frequency_share(7 * states) == pytest.approx(share)
