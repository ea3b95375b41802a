"""One similarity for every pair of several spaces; what pairs have in common is done once."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from core.arrays import AnyPositions, Floats, Vectors
from core.engines.similarity import estimates as similarity
from core.engines.similarity import overlap
from core.engines.similarity.estimates import Measured
from core.engines.similarity.products import Compared, linear_products, narrow
from core.engines.subspaces.held_out import held_out_correlations, rotated_cosine, sizes
from core.engines.subspaces.joint import MOST_DIMS, folds_of, joint, permuted, reduced
from core.engines.subspaces.subspaces import overlaps, rotation
from core.errors import NotApplicable
from core.estimates import Undefined
from core.space import EmbeddingSpace

Measure = Literal["cka_debiased", "cka", "mutual_knn", "cca", "procrustes"]
Compare = Callable[[int, int], Measured | Undefined]

COMPONENTS = 10  # of canonical correlation


def comparison(
    measure: Measure, spaces: Sequence[EmbeddingSpace], near: Sequence[AnyPositions]
) -> Compare:
    """A function of the positions of two spaces that gives their similarity.

    Parameters
    ----------
    measure
        Which similarity.
    spaces
        With the same items in the same order.
    near
        ``(n, k + 1)`` nearest neighbors of every item in each space.
    """
    match measure:
        case "mutual_knn":
            return lambda i, j: overlap.mutual_knn(near[i], near[j])
        case "cka" | "cka_debiased":
            return _kernels(measure, spaces)
        case "cca":
            vectors, folds = _reduced(spaces), folds_of(spaces[0])
            return _where_defined(
                lambda i, j: held_out_correlations(vectors[i], vectors[j], folds).mean(COMPONENTS)
            )
        case "procrustes":
            vectors = _reduced(spaces)
            return _where_defined(lambda i, j: shape_similarity(vectors[i], vectors[j]))


def _where_defined(compare: Compare) -> Compare:
    """A space that does not vary leaves its own pairs undefined, not those of the others."""

    def compared(i: int, j: int) -> Measured | Undefined:
        try:
            return compare(i, j)
        except NotApplicable as constant:
            return Undefined(str(constant))

    return compared


def _reduced(spaces: Sequence[EmbeddingSpace]) -> list[Vectors]:
    return [reduced(space.vectors, MOST_DIMS) for space in spaces]


def _kernels(measure: Literal["cka", "cka_debiased"], spaces: Sequence[EmbeddingSpace]) -> Compare:
    vectors = [narrow(space.vectors) for space in spaces]
    own = [linear_products(x, x) for x in vectors]

    def compare(i: int, j: int) -> Measured | Undefined:
        seen = Compared(linear_products(vectors[i], vectors[j]), own[i], own[j])
        if measure == "cka":
            return similarity.cka(seen)
        return similarity.cka_debiased(seen, spaces[0].items.index)

    return compare


def shape_similarity(x: Vectors, y: Vectors) -> Measured:
    """Squared cosine of two arrangements after the best rotation: 1 minus the Procrustes disparity.

    Raises
    ------
    NotApplicable
        If a space does not vary.
    """
    seen = joint(x, y)
    size = sizes(seen)
    inner, left, right = overlaps(rotation(seen), x, y)
    cosine = rotated_cosine(inner, left, right)

    def level(cross: Floats) -> Floats:
        return np.array([(np.linalg.svd(cross, compute_uv=False).sum() / size) ** 2])

    (chance,) = permuted(level, x, y)
    lengths = np.sqrt(left) * np.sqrt(right)
    return Measured(
        cosine.value**2,
        2 * cosine.value * cosine.influence,
        chance,
        inner / np.where(lengths > 0, lengths, 1),
    )
