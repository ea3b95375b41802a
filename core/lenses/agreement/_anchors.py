"""Items described by their cosines to the same anchors, and how well two such pictures agree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.arrays import AnyFloats, AnyPositions, Codes, Vectors
from core.engines.retrieval.partner_search import reciprocal_chance
from core.engines.similarity.overlap import members
from core.engines.similarity.products import row_mean
from core.estimates import Estimate
from core.numerics.copies import nearest_across_by_lot
from core.numerics.tiles import blocks, in_order
from core.numerics.unit import unit_rows
from core.statistics.estimating import from_influence, from_mean
from core.statistics.resampling import shuffled
from core.statistics.ties import CLOSE, Places, places

_ROWS = 2048  # of a block


def directions(vectors: Vectors, rows: Codes, *, center: bool) -> Vectors:
    """``(len(rows), d)`` those rows at length one; seen from the mean of all if `center`."""
    origin = row_mean(vectors) if center else np.zeros(vectors.shape[1])
    unit = np.empty((len(rows), vectors.shape[1]), np.float32)
    for part in blocks(len(rows), _ROWS):
        unit[part] = _described(vectors[rows[part]], origin)
    return unit


def _described(vectors: Vectors, origin: AnyFloats) -> Vectors:
    """Directions of rows from an origin."""
    return unit_rows(vectors - np.asarray(origin, np.float64)).astype(np.float32)


def cosines_to(anchors: Codes, vectors: Vectors, rows: Codes, *, center: bool) -> Vectors:
    """``(len(rows), n_anchors)`` cosines of rows with the anchor rows (Moschella et al. 2023).

    Parameters
    ----------
    anchors
        Positions of the anchors.
    vectors
        ``(n, d)`` of all items.
    rows
        Positions of the items to describe.
    center
        Take the mean of all vectors as the origin: cosines do not survive a shift.
    """
    origin = row_mean(vectors) if center else np.zeros(vectors.shape[1])
    axes = _described(vectors[anchors], origin).T

    def describe(part: slice) -> Vectors:
        cosines: Vectors = _described(vectors[rows[part]], origin) @ axes
        return cosines

    return np.concatenate(list(in_order(describe, blocks(len(rows), _ROWS))))


@dataclass(frozen=True, eq=False)
class Lists:
    """The nearest rows of the target space to each query's row of either space.

    Attributes
    ----------
    own
        ``(q, k)`` nearest to the query's row of the target space; the query itself is one of them.
    foreign
        ``(q, k)`` nearest to the query's row of the source space.
    """

    own: AnyPositions
    foreign: AnyPositions

    def jaccard(self, order: Codes) -> AnyFloats:
        """``(q,)`` rows in both lists over rows in either, the foreign one of query `order`."""
        shared = members(self.own, self.foreign[order]).sum(axis=1)
        overlap: AnyFloats = shared / (2 * self.own.shape[1] - shared)
        return overlap


def lists(source: Vectors, target: Vectors, queries: Codes, *, k: int) -> Lists:
    """The lists of the queries in both spaces, by cosine among all rows of `target`."""
    target = unit_rows(target)
    own, foreign = (
        nearest_across_by_lot(rows, target, k, "cosine", numbers=numbers)
        for rows, numbers in (
            (target[queries], queries),
            (unit_rows(source[queries]), queries + len(target)),  # lots of its own
        )
    )
    return Lists(own, foreign)


@dataclass(frozen=True, eq=False)
class QuerySample:
    """The items that are searched for.

    Attributes
    ----------
    queries
        ``(q,)`` their positions among the items that are not anchors.
    clusters
        ``(n,)`` which of the items that are not anchors show the same thing.
    available
        Number of items of the space.
    """

    queries: Codes
    clusters: Codes
    available: int

    def mean(self, of: Callable[[Codes], AnyFloats], low: float = 0.0) -> Estimate:
        """Mean over the queries; `of(order)` gives query i the partner of query ``order[i]``."""
        q = len(self.queries)
        values = of(np.arange(q))
        chance = shuffled(lambda rng: float(of(rng.permutation(q)).mean()), "partners shuffled")
        sample = q, self.available
        clusters = self.clusters[self.queries]
        return from_mean(values, clusters, within=(low, 1), chance=chance, sample=sample)

    def reciprocal(self, ranks: Places, rivalry: AnyFloats, most: float = np.inf) -> Estimate:
        """Mean reciprocal rank among the items; a rank beyond `most` counts 0.

        An item moves it as a query, and as a rival of the partners of many others (`rivalries`), so
        that these do not miss independently.
        """
        values, n = ranks.reciprocal(most), len(rivalry)
        trials = len(np.unique(self.clusters[self.queries]))
        chance = reciprocal_chance(np.linspace(1, 0, n + 1), trials, most)
        influence = rivalry.mean() - rivalry
        influence[self.queries] += (values - values.mean()) / len(values)
        return from_influence(
            float(values.mean()),
            influence,
            self.clusters,
            within=(0, 1),
            chance=chance,
            sample=(len(self.queries), self.available),
        )


def rivalries(
    queries: Vectors, target: Vectors, own: Codes, *, ranks: Places, most: Sequence[float]
) -> list[AnyFloats]:
    """``(n,)`` how much a mean reciprocal rank would rise without each row of `target`.

    Queries, target and own are those of `cross_ranks`, and of each of the ranks `most` there is
    one, beyond which a reciprocal rank counts 0.
    """
    fewer = [
        Places.of(np.maximum(ranks.above - 1, 0), ranks.tied),
        Places.of(ranks.above, np.maximum(ranks.tied - 1, 0)),
    ]
    gains = np.array(
        [[less.reciprocal(last) - ranks.reciprocal(last) for last in most] for less in fewer]
    ) / len(queries)

    def part(rows: slice) -> AnyFloats:
        scores, here = queries[rows] @ target.T, own[rows]
        at = np.arange(len(here))
        mine = scores[at, here][:, None]
        above = scores > mine + CLOSE
        level = (scores >= mine - CLOSE) & ~above
        level[at, here] = False
        moved: AnyFloats = gains[0][:, rows] @ above + gains[1][:, rows] @ level
        return moved

    return list(np.sum(list(in_order(part, blocks(len(queries), 128))), axis=0))


def cross_ranks(queries: Vectors, target: Vectors, own: Codes) -> Places:
    """Rank of row ``own[i]`` of `target` by cosine with query i, all rows at length one."""

    def part(rows: slice) -> Places:
        return places(queries[rows] @ target.T, own[rows], CLOSE)

    parts = list(in_order(part, blocks(len(queries), 128)))
    above, tied = (np.concatenate([getattr(p, name) for p in parts]) for name in ("above", "tied"))
    return Places.of(above, tied)


def row_cosines(first: Vectors, second: Vectors) -> AnyFloats:
    """``(n,)`` cosine of the two rows of each item; 0 for a row of zeros."""
    inner = np.einsum("ij,ij->i", first, second, dtype=np.float64)
    left, right = (
        np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64)) for rows in (first, second)
    )
    scale = left * right
    cosines: AnyFloats = np.clip(inner / np.where(scale > 0, scale, 1), -1, 1)
    return cosines
