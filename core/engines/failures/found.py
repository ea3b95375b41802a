"""The nearest right and the nearest wrong answer of every query."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Codes, Floats, Mask, Positions, Vectors
from core.engines.failures.ways import EVERYTHING, FEWEST, Way, narrowed
from core.estimates import Estimate
from core.numerics.cosines import Cosines
from core.numerics.lots import first_by_lot
from core.numerics.tiles import blocks
from core.numerics.unit import unit_rows
from core.progress import tick
from core.space import EmbeddingSpace
from core.statistics.estimating import from_hits
from core.statistics.influence import pair_clusters, standard_error
from core.statistics.resampling import SEED
from core.statistics.ties import Places

MOST_COMPARISONS = 400_000_000  # of a query with a candidate
_CELLS = 4_000_000  # of scores at a time


@dataclass(frozen=True, eq=False)
class Found:
    """What came of the queries of a way.

    Attributes
    ----------
    space
        That is searched.
    queries, right, instead
        ``(n,)`` positions: what asks, the right answer that is nearest, the wrong one that is.
    beside
        ``(n,)`` position of another part of the query, such as words beside a picture; -1 for none.
    asking
        ``(n, n_dims)`` unit rows that ask, of several parts their mean; less that of the answers.
    failed
        ``(n,)`` 1 where something else is nearer; shared where they are level.
    ranks
        ``(n,)`` expected rank of the right answer.
    cosines
        ``(n, 2)`` with the right answer and with the wrong one.
    clusters
        ``(n,)`` queries for one thing are one observation.
    available
        How many queries there are, of which these may be a sample.
    column
        That tells what is right.
    """

    space: EmbeddingSpace
    queries: Positions
    right: Positions
    instead: Positions
    beside: Positions
    asking: Vectors
    failed: Floats
    ranks: Floats
    cosines: Floats
    clusters: Codes
    available: int
    column: str

    @property
    def fails(self) -> Mask:
        """``(n,)`` which queries fail: a tie of two is a failure."""
        return self.failed >= 0.5

    @property
    def variance(self) -> float:
        """Of the failure of one query, those about one thing taken together (Kish 1965)."""
        share, n = float(self.failed.mean()), len(self.failed)
        error, _ = standard_error((self.failed - share) / n, self.clusters)
        return max(share * (1 - share), error**2 * n)

    def rate(self) -> Estimate:
        """Share of the queries that find something else first."""
        sample = (len(self.queries), self.available)
        size = sample if sample[0] < sample[1] else None
        return from_hits(self.failed, self.clusters, sample=size)


def found(space: EmbeddingSpace, *, way: int, compete: str = EVERYTHING) -> Found:
    """The nearest right and the nearest wrong answer of every query, by cosine; by lot if level.

    Exact up to 400 million comparisons; beyond, of a random sample of the queries.
    """
    asked = narrowed(space, way, compete)
    most = max(2 * FEWEST, MOST_COMPARISONS // len(asked.candidates))
    standing = np.empty(len(space), np.int64)
    standing[space.standing] = np.random.default_rng(SEED).permutation(len(space))
    queries = np.sort(asked.queries[np.argsort(standing[asked.queries])[:most]])
    n = len(queries)
    vectors, beside = _parts(space, asked, queries)
    counts, cosines, at = np.empty((2, n)), np.empty((n, 2)), np.empty((2, n), np.int64)
    compared = Cosines.of(vectors, space.vectors[asked.candidates])
    rank = np.argsort(space.standing)
    for rows in blocks(n, max(1, _CELLS // len(asked.candidates))):
        asking = queries[rows][:, None]
        scores, close = compared[rows], compared.close(rows)
        competes = asking != asked.candidates
        competes &= asked.task[asking] == asked.task[asked.candidates]
        same = asked.key[asking] == asked.key[asked.candidates]
        right, wrong = (np.where(competes & which, scores, -np.inf) for which in (same, ~same))
        best = right.max(axis=1, keepdims=True)
        counts[0, rows] = (wrong > best + close).sum(axis=1)
        counts[1, rows] = (wrong >= best - close).sum(axis=1) - counts[0, rows]
        for side, table in enumerate((right, wrong)):
            cosines[rows, side] = table.max(axis=1)
            level = table >= cosines[rows, side, None] - close
            owner = rank[queries[rows]].astype(np.uint64)
            at[side, rows] = first_by_lot(level, owner, rank[asked.candidates])
        tick(rows.stop / n)
    places = Places.of(counts[0], counts[1])
    return Found(
        space,
        queries,
        asked.candidates[at[0]],
        asked.candidates[at[1]],
        beside,
        compared.queries.offsets,
        1 - places.hits(1),
        places.mean,
        cosines,
        pair_clusters(space)[queries],
        len(asked.queries),
        asked.column,
    )


def _parts(space: EmbeddingSpace, asked: Way, queries: Positions) -> tuple[Floats, Positions]:
    """What each query asks by, all its parts alike, and where another part of it stands."""
    vectors = unit_rows(space.vectors[queries].astype(np.float64))
    beside = np.full(len(queries), -1)
    others = np.flatnonzero(asked.stands != np.arange(len(space)))
    others = others[np.isin(asked.stands[others], queries)]
    of = np.searchsorted(queries, asked.stands[others])
    np.add.at(vectors, of, unit_rows(space.vectors[others].astype(np.float64)))
    beside[of] = others
    return vectors, beside
