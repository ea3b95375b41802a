"""Attention as a low-pass filter over the tokens of a text.

The direct-current part of token states ``Z`` (n tokens by d) is their mean in every row; the
high-frequency part ``HC[Z] = Z - 1 1^T Z / n`` is the rest: what tells tokens apart. Attention with
rows that sum to one leaves the former alone and shrinks the latter by at most ``sigma_a``, the
largest singular value of ``HC[A] = (I - 1 1^T / n) A``:
``|HC[A Z W]|_F <= sigma_a |W|_2 |HC[Z]|_F`` (Zhou et al. 2025, after Wang et al. 2022).
"""

import numpy as np
from scipy.sparse.linalg import svds

from core.arrays import AnyFloats, Floats
from core.statistics.resampling import SEED

TOLERANCE = 1e-5  # relative, of a squared singular value
_SMALL = 32  # tokens: up to here a whole decomposition is the faster one


def high_frequency_share(states: AnyFloats) -> float:
    """``|HC[Z]|_F^2 / |Z|_F^2``: 0 where all tokens are equal, 1 where they cancel out.

    Parameters
    ----------
    states
        ``(n_tokens, width)``; 0 for all zeros.
    """
    total = np.square(states, dtype=np.float64).sum()
    mean = states.mean(axis=0, dtype=np.float64)
    if not total > 0:
        return 0.0
    return float(np.clip(1 - len(states) * (mean @ mean) / total, 0, 1))


def high_frequency_gain(attention: AnyFloats) -> Floats:
    """``(n_heads,)`` largest singular value of the high-frequency part of attention matrices.

    By Lanczos iteration, which is power iteration that keeps what it has seen, to
    :data:`TOLERANCE`; short texts by a whole decomposition. In ``[0, sqrt(n_tokens / 2)]``: 0 where
    all tokens attend alike (to all, or to one), so that nothing tells them apart any more; 1 where
    each attends to itself; the most where half attend to one token and half to another.

    Parameters
    ----------
    attention
        ``(n_heads, n_tokens, n_tokens)``, rows that sum to one.
    """
    centered = attention - attention.mean(axis=1, keepdims=True)
    if centered.shape[1] <= _SMALL:
        values: Floats = np.linalg.svd(centered.astype(np.float64), compute_uv=False)[:, 0]
        return values
    return np.array([_largest(head) for head in centered])


def uniform_gain(n_tokens: int, *, causal: bool) -> float:
    """Gain of uniform attention: to all tokens, which is 0, or to those up to each one.

    The latter is what a causal mask lets through by itself, and grows with length.
    """
    if not causal:
        return 0.0
    even = np.tril(np.ones((n_tokens, n_tokens))) / np.arange(1, n_tokens + 1)[:, None]
    return float(high_frequency_gain(even[None])[0])


def is_causal(attention: AnyFloats) -> bool:
    """Whether no token attends to one that comes after it, in any head."""
    return not bool(np.triu(attention, 1).any())


def logit_spread(attention: AnyFloats) -> Floats:
    """``(n_heads,)`` standard deviation of the logits inside a row, root mean square over rows.

    A logit is the logarithm of a weight but for a constant of its row; weights of zero are masked
    out, or too small to be distinguished from it.
    """
    seen = attention > 0
    logits = np.log(np.where(seen, attention, 1).astype(np.float64))
    count = np.maximum(seen.sum(axis=-1), 1)
    mean = logits.sum(axis=-1) / count
    variance = np.square(np.where(seen, logits - mean[..., None], 0)).sum(axis=-1) / count
    spread: Floats = np.sqrt(variance.mean(axis=-1))
    return spread


def analytic_gain(n_tokens: AnyFloats, spread: AnyFloats) -> Floats:
    """The analytic curve of the paper for Gaussian queries and keys, by length and logit spread.

    ``sqrt(n / (2 sqrt(1 + exp(-2 s^2)) (n - 1)^(3/2) + 1))``. The paper calls it an upper bound;
    for spreads of 1 and more the true value lies above it at all usual lengths, so it only
    shows the trend.
    """
    damped = 2 * np.sqrt(1 + np.exp(-2 * spread**2)) * (n_tokens - 1) ** 1.5
    gain: Floats = np.sqrt(n_tokens / (damped + 1))
    return gain


def _largest(matrix: AnyFloats) -> float:
    """Largest singular value; 0 where only rounding is left."""
    n = len(matrix)
    if np.linalg.norm(matrix) <= n * np.finfo(np.float32).eps:
        return 0.0
    start = np.random.default_rng(SEED).standard_normal(n).astype(matrix.dtype)
    values = svds(matrix, k=1, tol=TOLERANCE, v0=start, return_singular_vectors=False)
    return float(values[0])
