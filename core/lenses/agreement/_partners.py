"""Finding the partner of a query in another space, through a map fitted to anchors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from core.arrays import Codes, Floats, Vectors
from core.engines.subspaces.joint import Joint, joint
from core.engines.subspaces.subspaces import Canonical, canonical, local_cka, regression
from core.errors import NotApplicable
from core.statistics.resampling import SEED
from core.statistics.ties import Places, places

_FEWEST = 10  # anchors that anything can be fitted to
_CLOSE = 1e-12  # difference of two scores that is none
AFFINE, LOCAL = METHODS = ("affine map", "local CKA")


@dataclass(frozen=True, eq=False)
class Split:
    """Positions of the items to fit to, to choose by and to judge by."""

    anchors: Codes
    validation: Codes
    queries: Codes


def splits(clusters: Codes, sizes: tuple[int, int], times: int) -> list[Split]:
    """Seeded random splits that never part a cluster.

    Parameters
    ----------
    clusters
        ``(n,)`` which items belong together.
    sizes
        Number of queries (and as many to choose by), and the largest number of anchors.
    times
        Number of splits.

    Raises
    ------
    NotApplicable
        If what belongs together leaves too little for one of the parts.
    """
    n_queries, most = sizes
    members = np.unique(clusters, return_inverse=True)[1]
    made = []
    for seed in range(times):
        shuffled = np.random.default_rng(seed).permutation(int(members.max()) + 1)[members]
        order = np.argsort(shuffled, kind="stable")
        ends = np.flatnonzero(np.diff(shuffled[order], append=-1)) + 1  # of each cluster
        first, second = ends[np.searchsorted(ends, [n_queries, 2 * n_queries])]
        if first == second or len(order) - second < _FEWEST:
            msg = (
                "Items must fall into parts to fit to, to choose by and to judge by, with no pair "
                f"or group in two of them; {len(ends):,} pairs or groups are too few or too "
                "uneven. Choose another pair or group column."
            )
            raise NotApplicable(msg)
        made.append(Split(order[second : second + most], order[first:second], order[:first]))
    return made


@dataclass(frozen=True, eq=False)
class Aligned:
    """Two spaces, and what was fitted to their anchors.

    Attributes
    ----------
    x, y
        Vectors of all items.
    seen
        Joint moments of the anchors.
    shared
        Canonical directions of the anchors, which span the subspaces.
    ridge
        Of the regression, in units of the mean variance.
    """

    x: Vectors
    y: Vectors
    seen: Joint
    shared: Canonical
    ridge: float

    @property
    def largest(self) -> int:
        """The largest subspace with five anchors for each dimension."""
        return max(1, min(len(self.shared.correlations), self.seen.n // 5))

    def scores(self, method: str, size: int | None, queries: Codes) -> tuple[Floats, Floats]:
        """``(q, q)`` score of every y for every x of the queries, and of every x for every y.

        The affine map predicts the other space and compares by cosine, both centered; local CKA
        asks how well the similarities among the anchors would agree with the pair among them.
        `size` is that of the subspace; None for the full spaces.
        """
        xx, xy, yy = self.seen.scatter
        u, v = self.x[queries] - self.seen.mean_x, self.y[queries] - self.seen.mean_y
        if size is not None:
            a, b = self.shared.weights_x[:, :size], self.shared.weights_y[:, :size]
            xx, xy, yy = a.T @ xx @ a, a.T @ xy @ b, b.T @ yy @ b
            u, v = u @ a, v @ b
        if method == LOCAL:
            both = local_cka((xx, xy, yy), self.seen.n, (u, v))
            return both, both.T
        there, back = regression(xx, xy, self.ridge), regression(yy, xy.T, self.ridge)
        return _cosines(u @ there, v), _cosines(v @ back, u)


def aligned(x: Vectors, y: Vectors, anchors: Codes, *, ridge: float) -> Aligned:
    """Canonical directions fitted to the anchors; `ridge` in units of the largest variance."""
    seen = joint(x, y, anchors)
    return Aligned(x, y, seen, canonical(seen, ridge), ridge)


@dataclass(frozen=True)
class Way:
    """A method, in a subspace or (`size` None) the full spaces, from x to y or `back`."""

    method: str
    size: int | None
    back: bool = False


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What became of the queries of all splits, in one way.

    Attributes
    ----------
    items
        ``(m,)`` position of each query.
    places
        Rank of its partner among all candidates.
    hits
        ``(m,)`` whether it was matched with its partner.
    candidates
        ``(m,)`` how many there were.
    validation
        Mean reciprocal rank of the partners of the validation pairs, to choose a size by.
    """

    items: Codes
    places: Places
    hits: Floats
    candidates: Codes
    validation: float


def searched(
    fits: Sequence[Aligned], made: Sequence[Split], method: str, *, size: int | None
) -> tuple[Outcomes, Outcomes]:
    """What becomes of the queries of all splits: from x to y, and back."""
    parts: tuple[list[Outcomes], list[Outcomes]] = ([], [])
    for fit, split in zip(fits, made, strict=True):
        validated = fit.scores(method, size, split.validation)
        judged = fit.scores(method, size, split.queries)
        for part, tried, scores in zip(parts, validated, judged, strict=True):
            partners = np.arange(len(scores))
            part.append(
                Outcomes(
                    split.queries,
                    ranks(scores),
                    matched(scores),
                    np.full(len(partners), len(partners)),
                    served(tried),
                )
            )
    return _joined(parts[0]), _joined(parts[1])


def _joined(parts: Sequence[Outcomes]) -> Outcomes:
    return Outcomes(
        np.concatenate([part.items for part in parts]),
        Places(
            *(
                np.concatenate([getattr(part.places, name) for part in parts])
                for name in ("above", "tied", "own")
            )
        ),
        np.concatenate([part.hits for part in parts]),
        np.concatenate([part.candidates for part in parts]),
        float(np.mean([part.validation for part in parts])),
    )


def ranks(scores: Floats) -> Places:
    """Ranks ``(q,)`` of the partners, on the diagonal of scores ``(q, q)``."""
    return places(scores, np.arange(len(scores)), _CLOSE)


def served(scores: Floats) -> float:
    """Mean reciprocal rank of the partners, on the diagonal of scores ``(q, q)``; in (0, 1]."""
    return float(ranks(scores).reciprocal().mean())


def best_size(outcomes: Mapping[Way, Outcomes], method: str) -> int:
    """The size that served the validation pairs best, in both directions; the smaller of equals."""
    sizes = sorted({way.size for way in outcomes if way.size is not None})
    served = [
        sum(outcomes[Way(method, s, back)].validation for back in (False, True)) for s in sizes
    ]
    return sizes[int(np.argmax(served))]


def mean_rank(ways: Sequence[Outcomes], n: int) -> Floats:
    """``(n,)`` mean rank of the partner of each item that was a query; NaN for the others."""
    items = np.concatenate([outcomes.items for outcomes in ways])
    ranks = np.concatenate([outcomes.places.mean for outcomes in ways])
    times = np.bincount(items, minlength=n)
    mean: Floats = np.full(n, np.nan)
    mean[times > 0] = np.bincount(items, ranks, minlength=n)[times > 0] / times[times > 0]
    return mean


def matched(scores: Floats) -> Floats:
    """``(q,)`` 1 where the best one-to-one assignment gives the partner, on the diagonal, else 0.

    An assignment keeps the given order where scores are equal: candidates are shuffled first, so
    that the answer, which is that order, is of no help.
    """
    order = np.random.default_rng(SEED).permutation(len(scores))
    _, given = linear_sum_assignment(np.round(scores[:, order] / _CLOSE), maximize=True)
    hits: Floats = (order[given] == np.arange(len(scores))).astype(np.float64)
    return hits


def _cosines(a: Floats, b: Floats) -> Floats:
    lengths = [np.linalg.norm(side, axis=1, keepdims=True) for side in (a, b)]
    a, b = (side / np.where(n > 0, n, 1) for side, n in zip((a, b), lengths, strict=True))
    cosines: Floats = a @ b.T
    return cosines
