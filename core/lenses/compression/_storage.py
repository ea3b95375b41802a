"""What every codec keeps at every size, and which of them nothing beats."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from core.arrays import Codes, Floats, Mask, Vectors
from core.recipes import Recipe, recipe_of

MOST_PROBED = 2_000  # items on either side of the class probe
_PENALTY = 0.01  # of the mean variance, on the weights


@dataclass(frozen=True, eq=False)
class CodecResult:
    """What one way to store vectors keeps.

    Attributes
    ----------
    title, way
        The recipe in words, with its size and without.
    bytes_per_item, shared_bytes
        What an item takes, and what all items share.
    recall
        ``(n_queries,)`` of the true neighbors.
    hits
        ``(n_probed,)`` whether a probe of the decoded vectors names the class; empty without.
    found
        ``(n_pairs,)`` recall of the partner; empty without.
    """

    title: str
    way: str
    bytes_per_item: float
    shared_bytes: int
    recall: Floats
    hits: Mask = field(default_factory=lambda: np.zeros(0, bool))
    found: Floats = field(default_factory=lambda: np.zeros(0))

    def size(self, n_items: float) -> float:
        """Bytes of an index of so many items."""
        return self.bytes_per_item * n_items + self.shared_bytes


def recipes(n_dims: int) -> list[Recipe]:
    """Every codec at several sizes, as far as there are dimensions for them."""
    chosen = [recipe_of(name) for name in ("float16", "bfloat16", "int8", "int4", "binary")]
    chosen += [recipe_of("recurrent_binary", knobs={"loops": loops}) for loops in (1, 3)]
    fewer = sorted({n_dims // 2, n_dims // 4, n_dims // 8} - {0})
    for dims in reversed(fewer):
        chosen += [recipe_of("float32", dims, "first"), recipe_of("float32", dims, "principal")]
        chosen += [recipe_of("int8", dims, "principal")]
    half = max(1, n_dims // 2)
    chosen += [recipe_of("float32", half, "random_dimensions"), recipe_of("int8", half)]
    chosen += [
        recipe_of("product_quantization", knobs={"n_blocks": n_blocks})
        for n_blocks in sorted({max(1, n_dims // 4), max(1, n_dims // 16)})
    ]
    chosen += [recipe_of("deduplication"), recipe_of("row_hashing")]
    return chosen


def best_within(results: Sequence[CodecResult], most: float) -> CodecResult:
    """The one that finds most among those of at most so many bytes an item; else the smallest."""
    small = [one for one in results if one.bytes_per_item <= most]
    if not small:
        return min(results, key=lambda one: one.bytes_per_item)
    return max(small, key=lambda one: float(one.recall.mean()))


def ways(results: Sequence[CodecResult]) -> dict[str, tuple[int, ...]]:
    """Positions of what is stored in one way at several sizes, from small to large."""
    of: dict[str, list[int]] = {}
    for at in by_size(results):
        of.setdefault(results[at].way, []).append(at)
    return {way: tuple(at) for way, at in of.items() if len(at) > 1}


def by_size(results: Sequence[CodecResult]) -> list[int]:
    """Positions in the order of what an item takes."""
    return sorted(range(len(results)), key=lambda at: results[at].bytes_per_item)


def ahead(results: Sequence[CodecResult]) -> tuple[int, ...]:
    """Positions of what nothing beats in recall at its size, from small to large."""
    sizes, found = zip(*((one.bytes_per_item, one.recall.mean()) for one in results), strict=True)
    beaten_by_none = front(sizes, found)
    return tuple(at for at in by_size(results) if beaten_by_none[at])


def front(cost: ArrayLike, quality: ArrayLike) -> Mask:
    """Which choices nothing beats: none is as cheap and better, or cheaper and as good."""
    costs, qualities = np.asarray(cost), np.asarray(quality)
    cheaper, as_cheap = costs < costs[:, None], costs <= costs[:, None]
    better, as_good = qualities > qualities[:, None], qualities >= qualities[:, None]
    beaten: Mask = np.any((as_cheap & better) | (cheaper & as_good), axis=1)
    return ~beaten


def probed(training: Vectors, held_out: Vectors, codes: tuple[Codes, Codes]) -> Mask:
    """Whether a least-squares classifier fitted to training rows names each one held out.

    Ridge regression onto the classes, in closed form, so that every codec costs the same.
    """
    known, truth = codes
    middle = training.mean(axis=0, dtype=np.float64)
    rows = training - middle
    moments = rows.T @ rows / len(rows)
    moments[np.diag_indices_from(moments)] += _PENALTY * np.trace(moments) / len(moments) + 1e-12
    names = np.eye(max(known.max(), truth.max()) + 1)[known]
    weights = np.linalg.solve(moments, rows.T @ (names - names.mean(axis=0)) / len(rows))
    scores = (held_out - middle) @ weights + names.mean(axis=0)
    return np.asarray(scores.argmax(axis=1) == truth)
