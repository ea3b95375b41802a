"""How far an item lies from the mean of every class, in units of the spread within classes.

Regularized linear discriminant analysis: two classes are separated by whose mean is nearer in the
metric of the common scatter within classes. Means and metric come from other items than those that
are judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from core.arrays import Codes, Floats, Mask, Vectors
from core.numerics import moments
from core.numerics.tiles import blocks, in_order

_ROWS = 2048
_LEAST = 1e-9  # of the scatter: what is taken to be left where classes have no spread


@dataclass(frozen=True, eq=False)
class Discriminants:
    """Cross-validated discriminants of items whose scatter is known, for any labels they may have.

    Attributes
    ----------
    vectors
        ``(n_items, n_dims)``.
    folds
        ``(n_items,)`` fold in which each item is judged.
    learned
        ``(n_items,)`` which items means and metric may come from; all of them are judged.
    scatters
        ``(n_folds, n_dims, n_dims)`` second moments, about `center`, of the items outside a fold.
    center
        ``(n_dims,)``; taken off for precision only.
    shrinkage
        Share of the scatter within classes that is replaced by a sphere of the same size.
    """

    vectors: Vectors
    folds: Codes
    learned: Mask
    scatters: Floats
    center: Floats
    shrinkage: float

    @classmethod
    def of(
        cls, vectors: Vectors, folds: Codes, shrinkage: float, *, learned: Mask | None = None
    ) -> "Discriminants":
        """Reads all items once; labels are not needed yet. None: all items may be learned from."""
        center = moments.mean(vectors)
        learned = np.ones(len(folds), bool) if learned is None else learned
        parts = [np.flatnonzero(learned & (folds == fold)) for fold in range(int(folds.max()) + 1)]
        inside = np.stack([_moments(vectors, rows, center) for rows in parts])
        return cls(vectors, folds, learned, inside.sum(axis=0) - inside, center, shrinkage)

    def distances(self, codes: Codes, n_classes: int) -> Iterator[tuple[Codes, Floats]]:
        """Half the squared distance of items from every class mean, a block of items at a time.

        Yields positions ``(m,)`` and distances ``(m, n_classes)``, less what an item has in common
        for all classes; infinite for a class of which no item lies outside the fold.
        """
        n_folds = len(self.scatters)
        members = (codes + n_classes * self.folds)[self.learned]
        vectors = self.vectors if self.learned.all() else self.vectors[self.learned]
        inside = moments.class_sums(vectors, members, n_classes * n_folds)
        inside = inside.reshape(n_folds, n_classes, -1)
        counts = np.bincount(members, minlength=n_classes * n_folds).reshape(n_folds, n_classes)
        inside -= counts[:, :, None] * self.center
        sums, sizes = inside.sum(axis=0) - inside, counts.sum(axis=0) - counts
        for fold in range(n_folds):
            means = sums[fold] / np.maximum(sizes[fold], 1)[:, None]
            yield from self._judged(fold, means, sizes[fold])

    def _judged(self, fold: int, means: Floats, sizes: Codes) -> Iterator[tuple[Codes, Floats]]:
        known = np.flatnonzero(sizes)
        between = means[known].T * sizes[known] @ means[known]
        within = (self.scatters[fold] - between) / sizes.sum()
        size = (
            max(np.trace(within), _LEAST * np.trace(self.scatters[fold]) / sizes.sum())
            / len(within)
            or 1.0
        )
        within *= 1 - self.shrinkage
        within[np.diag_indices_from(within)] += max(self.shrinkage, 1e-6) * size
        factor = linalg.cho_factor(within, overwrite_a=True, check_finite=False)
        weights = linalg.cho_solve(factor, means[known].T, check_finite=False)
        offsets = 0.5 * np.einsum("cd,dc->c", means[known], weights)
        rows = np.flatnonzero(self.folds == fold)

        def judge(part: slice) -> tuple[Codes, Floats]:
            items = rows[part]
            away = self.vectors[items] - self.center
            halves = np.full((len(items), len(sizes)), np.inf)
            halves[:, known] = offsets - away @ weights
            return items, halves

        yield from in_order(judge, blocks(len(rows), _ROWS))


def _moments(vectors: Vectors, rows: Codes, center: Floats) -> Floats:
    total = np.zeros((vectors.shape[1],) * 2)
    for part in blocks(len(rows), _ROWS):
        away = vectors[rows[part]] - center
        total += away.T @ away
    return total
