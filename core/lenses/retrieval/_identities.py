"""What verification looks at beside its rates: triplets, confusable pairs, clusters, versions."""

import numpy as np
import pandas as pd

from core.arrays import AnyFloats, Codes, Floats, Positions, Vectors
from core.engines.labels import Labels
from core.estimates import Estimate, Undefined
from core.lenses.retrieval._decisions import GROUPS, Identities, accepted_at, by_name, decisions
from core.matching import matched
from core.numerics.directions import Directions
from core.numerics.tiles import blocks, in_order
from core.numerics.unit import unit_rows
from core.readouts import Curve, ItemPairs, Table
from core.space import EmbeddingSpace
from core.statistics.sampling import Sample

MOST = 10_000  # items
ENOUGH = 10  # different pairs that a false accept rate has to let in
_CLUSTERED = 2_000  # items that are clustered, in all pairs
_CUTS = np.linspace(0.05, 2, 40)
_ROWS = 256


def whole_identities(space: EmbeddingSpace) -> Sample:
    """All items, or those of whole identities up to a number of items, drawn by their names."""
    if len(space) <= MOST:
        return Sample(np.arange(len(space)), len(space))
    codes, names = space.codes("label")
    order = by_name(names)
    kept = order[np.cumsum(np.bincount(codes)[order]) <= MOST]
    return Sample(np.flatnonzero(np.isin(codes, kept)), len(space))


def triplets(
    seen: Directions, codes: Codes, anchors: Positions, *, margin: float
) -> tuple[Floats, Floats]:
    """Of each anchor the share of triplets that are violated, and that are semi-hard.

    A triplet is an anchor, another item of its identity and one of another identity. It is violated
    where the other identity is nearer, a tie by half, and semi-hard where it is further, but by
    less than `margin` in squared distance. NaN for an anchor that is alone.
    """
    violated, semi_hard = np.full((2, len(anchors)), np.nan)

    def part(rows: slice) -> tuple[list[float], list[float]]:
        shares: tuple[list[float], list[float]] = [], []
        here = anchors[rows]
        near = seen.offsets[here].astype(np.float64) @ seen.offsets.T
        near -= seen.half + seen.half[here, None]  # minus half the squared distance
        for anchor, nearness in zip(here, near, strict=True):
            own = codes == codes[anchor]
            others = np.sort(nearness[~own])
            own[anchor] = False
            partners = nearness[own]
            if not (len(partners) and len(others)):
                for share in shares:
                    share.append(float("nan"))
                continue
            below = np.searchsorted(others, partners, "left")
            upto = np.searchsorted(others, partners, "right")
            far = np.searchsorted(others, partners - margin / 2, "left")
            shares[0].append(float(1 - (below + upto).mean() / (2 * len(others))))
            shares[1].append(float((below - far).mean() / len(others)))
        return shares

    parts = blocks(len(anchors), _ROWS)
    for rows, (wrong, near) in zip(parts, in_order(part, parts), strict=True):
        violated[rows], semi_hard[rows] = wrong, near
    return violated, semi_hard


def _rotated_onto(source: Vectors, target: Vectors, groups: Codes) -> Floats:
    """Unit rows of `source`, each rotated onto those of `target` by the items of other groups."""
    x, y = (unit_rows(each.astype(np.float64)) for each in (source, target))
    rotated = np.empty((len(x), y.shape[1]))
    for group in range(GROUPS):
        here = groups == group
        left, _, right = np.linalg.svd(x[~here].T @ y[~here], full_matrices=False)
        rotated[here] = x[here] @ (left @ right)
    return unit_rows(rotated)


def confusable(seen: EmbeddingSpace, labels: Labels, rows: Positions) -> ItemPairs:
    """Mutual strangers that are nearest: from each item's neighbors, the nearest other identity."""
    neighbors = seen.neighbors(min(10, len(seen) - 1), "cosine")
    first = np.repeat(np.arange(len(seen)), neighbors.indices.shape[1])
    second, distance = neighbors.indices.ravel(), neighbors.distances.ravel()
    wrong = (labels.codes[first] != labels.codes[second]) & (first < second)
    order = np.flatnonzero(wrong)[np.argsort(distance[wrong], kind="stable")[:100]]
    return ItemPairs(
        rows[first[order]], rows[second[order]], 2 * distance[order], "squared distance"
    )


def clusters(seen: EmbeddingSpace, labels: Labels) -> Curve:
    """Agreement of clusters with identities where average linkage is cut at a squared distance.

    The adjusted Rand index, 1 where they are the same and 0 by chance, of up to 2,000 items.
    """
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - only when used
    from scipy.spatial.distance import pdist  # noqa: PLC0415 - the same
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - a second to import

    kept = np.cumsum(labels.counts[by_name(labels.names)]) <= _CLUSTERED
    rows = np.flatnonzero(np.isin(labels.codes, by_name(labels.names)[kept]))
    unit = seen.directions.offsets[rows].astype(np.float64)
    tree = linkage(pdist(unit, "sqeuclidean"), "average")
    agreement = [
        adjusted_rand_score(labels.codes[rows], fcluster(tree, cut, "distance")) for cut in _CUTS
    ]
    best = {"best": float(_CUTS[int(np.argmax(agreement))])}
    lines = {"clusters": np.array(agreement)}
    return Curve(_CUTS, lines, "squared distance at the cut", "adjusted Rand index", marks=best)


def versions(space: EmbeddingSpace, other: EmbeddingSpace | None, far: float) -> Table:
    """What each version accepts, and what one accepts of the other, inside groups of identities."""
    if other is None:
        return Table(pd.DataFrame())
    mine, theirs = matched(space, other)
    identities = Identities.of(Labels.of(mine))
    x, y = mine.vectors, theirs.vectors
    ways: dict[str, tuple[AnyFloats, AnyFloats] | None] = {
        f"{space.name} with itself": (x, x),
        f"{other.name} with itself": (y, y),
        "one with the other, as they are": (x, y) if x.shape == y.shape else None,
        "one with the other, rotated": (_rotated_onto(x, y, identities.groups), y),
    }
    rows: list[dict[str, Estimate | Undefined | str]] = []
    for name, two in ways.items():
        number: Estimate | Undefined = Undefined("they have different numbers of dimensions")
        if two is not None:
            pairs = decisions(two[0], two[1], identities, within=True)
            rate = accepted_at(max(far, ENOUGH / pairs.different.sum()))
            number = Estimate(pairs.rate(rate), pairs.interval(rate))
        rows.append({"compared": name, "same pairs accepted": number})
    return Table.of(rows)
