"""A few yes/no questions that describe vectors: an autoencoder whose code is bits."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.arrays import Floats, Mask, Vectors
from core.numerics.clusters import k_means, nearest_center
from core.progress import tick

HIDDEN, BATCH, RATE, PENALTY = 128, 256, 5e-3, 0.02
RESTARTS = 3


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


def asked(  # noqa: PLR0917 - a training run
    vectors: Vectors, fit: Mask, n_bits: int, steps: int
) -> Questions:
    """The best of three runs of a Bernoulli autoencoder, fitted to some of the rows.

    Encoder of one hidden layer, sigmoid, bits drawn with a straight-through gradient, linear
    decoder; squared error plus ``lambda p (1 - p)``, lambda rising. The decoder is then solved for
    the hard bits.
    """
    best: tuple[float, Questions] | None = None
    for seed in range(RESTARTS):
        bits = _trained(vectors, fit, n_bits, steps=steps, seed=seed)
        found = _solved(vectors, fit, bits)
        left = float(np.square(vectors[fit] - found.decode(bits[fit])).sum())
        if best is None or left < best[0]:
            best = left, found
        tick((seed + 1) / RESTARTS)
    assert best is not None  # noqa: S101 - there is at least one run
    return best[1]


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


def entropies(bits: Mask) -> Floats:
    """Entropy of each bit in bits: 1 for a fair coin, 0 for a bit that is always the same."""
    share = np.clip(bits.mean(axis=0), 1e-12, 1 - 1e-12)
    found: Floats = -share * np.log2(share) - (1 - share) * np.log2(1 - share)
    return found


def _solved(vectors: Vectors, fit: Mask, bits: Mask) -> Questions:
    """The decoder that leaves least for these bits, by a ridge too small to matter."""
    middle = vectors[fit].mean(axis=0, dtype=np.float64)
    share = bits[fit].mean(axis=0)
    rows = bits[fit] - share
    moments = rows.T @ rows + 1e-6 * len(rows) * np.eye(bits.shape[1])
    atoms = np.linalg.solve(moments, rows.T @ (vectors[fit] - middle))
    return Questions(bits, atoms, middle - share @ atoms)


def _trained(vectors: Vectors, fit: Mask, n_bits: int, *, steps: int, seed: int) -> Mask:
    """Hard bits ``(n_items, n_bits)`` after one run."""
    import torch  # noqa: PLC0415 - seconds to import

    generator = torch.Generator().manual_seed(seed)
    middle, scale = vectors[fit].mean(axis=0), vectors[fit].std() or 1
    rows = torch.from_numpy((vectors - middle) / np.float32(scale))
    known, d = rows[torch.from_numpy(fit)], rows.shape[1]

    def drawn(*shape: int) -> Any:
        made = torch.randn(*shape, generator=generator) / np.sqrt(shape[0])
        return made.requires_grad_()

    first, second, atoms = drawn(d, HIDDEN), drawn(HIDDEN, n_bits), drawn(n_bits, d)
    shift, level, offset = (torch.zeros(n, requires_grad=True) for n in (HIDDEN, n_bits, d))
    weights = [first, second, atoms, shift, level, offset]
    optimizer = torch.optim.Adam(weights, lr=RATE)

    def share(some: Any) -> Any:
        return ((some @ first + shift).relu() @ second + level).sigmoid()

    for step in range(steps):
        batch = known[torch.randint(len(known), (BATCH,), generator=generator)]
        p = share(batch)
        bits = torch.bernoulli(p, generator=generator)
        through = bits + p - p.detach()
        error = (through @ atoms + offset - batch).square().sum(1).mean() / d
        rising = PENALTY * step / steps
        loss = error + rising * (p * (1 - p)).mean()
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - 0.9 * step / steps)
        optimizer.step()
    with torch.no_grad():
        hard: Mask = (share(rows) > 0.5).numpy()
    return hard
