"""A few yes/no questions that describe vectors: an autoencoder whose code is bits."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Codes, Floats, Mask, Vectors
from core.estimates import Estimate, Interval
from core.numerics.adam import Adam
from core.numerics.clusters import k_means, nearest_center
from core.numerics.tiles import in_order
from core.readouts import Curve
from core.statistics.estimating import from_mean

HIDDEN, BATCH, RATE, PENALTY = 128, 256, 5e-3, 0.02
RESTARTS = 3
_FLIPS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)


@dataclass(frozen=True, eq=False)
class Questions:
    """Bits of every item, and the vectors that each bit adds.

    Attributes
    ----------
    bits
        ``(n_items, n_bits)`` answers.
    atoms, offset
        ``(n_bits, n_dims)`` and ``(n_dims,)``: a vector is ``bits @ atoms + offset``.
    """

    bits: Mask
    atoms: Floats
    offset: Floats

    def decode(self, bits: Mask) -> Floats:
        """The vectors that some answers stand for."""
        vectors: Floats = bits @ self.atoms + self.offset
        return vectors


def fitted_questions(  # noqa: PLR0917 - a training run
    vectors: Vectors, fit: Mask, n_bits: int, steps: int
) -> Questions:
    """The best of three runs of a Bernoulli autoencoder, fitted to some of the rows.

    Encoder of one hidden layer, sigmoid, bits drawn with a straight-through gradient, linear
    decoder; squared error plus ``lambda p (1 - p)``, lambda rising. The decoder is then solved for
    the hard bits.
    """

    def run(seed: int) -> tuple[float, Questions]:
        bits = _trained(vectors, fit, n_bits, steps=steps, seed=seed)
        questions = _solved(vectors, fit, bits)
        return float(np.square(vectors[fit] - questions.decode(bits[fit])).sum()), questions

    runs = in_order(run, range(RESTARTS))
    return min(runs, key=lambda one: one[0])[1]


def relative_error(vectors: Vectors, decoded: Floats) -> Floats:
    """``(n_items,)`` squared error over the mean squared distance from the mean."""
    wide = vectors.astype(np.float64)
    spread = np.square(wide - wide.mean(axis=0)).sum(axis=1).mean()
    errors: Floats = np.square(wide - decoded).sum(axis=1) / spread
    return errors


def clustered(vectors: Vectors, fit: Mask, n_bits: int) -> Floats:
    """Every vector as the nearest of ``2^bits`` centers; ten bits at most."""
    centers = k_means(np.ascontiguousarray(vectors[fit]), 2 ** min(n_bits, 10))
    return centers[nearest_center(vectors, centers)[0]].astype(np.float64)


def projected(vectors: Vectors, fit: Mask, n_axes: int, *, signs: bool) -> Floats:
    """Every vector along as many principal axes: as real numbers, or as one bit each."""
    middle = vectors[fit].mean(axis=0, dtype=np.float64)
    _, _, axes = np.linalg.svd(vectors[fit] - middle, full_matrices=False)
    axes = axes[:n_axes]
    along = (vectors - middle) @ axes.T
    if signs:
        along = np.where(along > 0, 1, -1) * np.abs(along[fit]).mean(axis=0)
    rebuilt: Floats = middle + along @ axes
    return rebuilt


def explained(error: Estimate) -> Estimate:
    """One minus a relative error, at least 0, with its interval."""
    low, high = error.ends
    inside = [float(np.clip(1 - end, 0, 1)) for end in (error.value, high, low)]
    return Estimate(inside[0], Interval(inside[1], inside[2], "one minus that of the error"))


def flip_curve(
    questions: Questions,
    vectors: Vectors,
    bits: Mask,
    *,
    clusters: Codes,
    rng: np.random.Generator,
) -> Curve:
    """Error of vectors rebuilt from bits of which some are flipped at random."""
    numbers = []
    for share in _FLIPS:
        flipped = bits ^ (rng.random(bits.shape) < share)
        numbers.append(from_mean(relative_error(vectors, questions.decode(flipped)), clusters))
    return Curve.of(np.array(_FLIPS), {"error": numbers}, ("share of bits flipped", "error"))


def entropies(bits: Mask) -> Floats:
    """Entropy of each bit in bits: 1 for a fair bit, 0 for a constant one."""
    share = np.clip(bits.mean(axis=0), 1e-12, 1 - 1e-12)
    entropy: Floats = -share * np.log2(share) - (1 - share) * np.log2(1 - share)
    return entropy


def _solved(vectors: Vectors, fit: Mask, bits: Mask) -> Questions:
    """The decoder that leaves least for these bits, by a ridge too small to matter."""
    middle = vectors[fit].mean(axis=0, dtype=np.float64)
    share = bits[fit].mean(axis=0)
    rows = bits[fit] - share
    moments = rows.T @ rows + 1e-6 * len(rows) * np.eye(bits.shape[1])
    atoms = np.linalg.solve(moments, rows.T @ (vectors[fit] - middle))
    return Questions(bits, atoms, middle - share @ atoms)


def _trained(vectors: Vectors, fit: Mask, n_bits: int, *, steps: int, seed: int) -> Mask:
    """Hard bits ``(n_items, n_bits)`` after one run; gradients by hand, single precision."""
    rng = np.random.default_rng(seed)
    middle, scale = vectors[fit].mean(axis=0), vectors[fit].std(dtype=np.float64) or 1
    rows = (vectors - middle) / np.float32(scale)
    known, d = rows[fit], rows.shape[1]

    def drawn(n_in: int, n_out: int) -> Vectors:
        weights: Vectors = (rng.standard_normal((n_in, n_out)) / np.sqrt(n_in)).astype(np.float32)
        return weights

    first, second, atoms = drawn(d, HIDDEN), drawn(HIDDEN, n_bits), drawn(n_bits, d)
    shift, level, offset = (np.zeros(n, np.float32) for n in (HIDDEN, n_bits, d))
    adam = Adam([first, second, atoms, shift, level, offset], RATE)
    for step in range(steps):
        batch = known[rng.integers(len(known), size=BATCH)]
        hidden = np.maximum(batch @ first + shift, 0)
        p = 1 / (1 + np.exp(-(hidden @ second + level)))
        bits = (rng.random(p.shape) < p).astype(np.float32)
        wrong = 2 * (bits @ atoms + offset - batch) / (BATCH * d)
        penalty = PENALTY * step / steps * (1 - 2 * p) / p.size
        inner = (wrong @ atoms.T + penalty) * p * (1 - p)  # the bits' gradient, straight through
        outer = (inner @ second.T) * (hidden > 0)
        moved = [batch.T @ outer, hidden.T @ inner, bits.T @ wrong]
        moved += [outer.sum(axis=0), inner.sum(axis=0), wrong.sum(axis=0)]
        adam.step(moved, 1 - 0.9 * step / steps)
    hidden = np.maximum(rows @ first + shift, 0)
    return np.asarray(hidden @ second + level > 0)
