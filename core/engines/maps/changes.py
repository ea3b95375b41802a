"""Which items have other neighbors in a second space, and which groups of items most of all."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.engines.neighborhoods.search import (
    MOST_EXACT,
    QUERIES,
    Neighborhoods,
    neighbors_of,
    source,
)
from core.engines.similarity.overlap import members
from core.errors import NotApplicable
from core.estimates import Chance, Estimate
from core.numerics.neighbors import Metric
from core.progress import stage
from core.readouts import ItemScores
from core.space import EmbeddingSpace, Role
from core.statistics.resampling import SEED, mean_interval
from core.statistics.sampling import stratified

FEWEST = 5  # items of a group

_GROUPED_BY: tuple[Role, ...] = ("label", "modality", "group", "domain", "side")
_MOST_CLUSTERS = 24
_MOST_CLASSES = 100


@dataclass(frozen=True, eq=False)
class Changes:
    """How much of its neighborhood each item exchanged.

    Attributes
    ----------
    by_item
        ``1 - |A & B| / |A | B|`` of an item's neighbors A and B in two spaces: 0 if they are the
        same, 1 if none is left. NaN where a sample left an item out.
    mean
        Over the items; by chance, that of two unrelated spaces.
    """

    by_item: ItemScores
    mean: Estimate


@dataclass(frozen=True, eq=False)
class ChangedGroup:
    """Some items, and how much they changed.

    Attributes
    ----------
    name
        ``"digit: 8"`` or ``"cluster 3 (mostly 8)"``.
    rows
        Positions of its items.
    change
        Mean over them.
    above
        By how many standard errors that is above the mean over all items.
    """

    name: str
    rows: NDArray[np.int64]
    change: Estimate
    above: float


def neighborhood_changes(
    x: EmbeddingSpace, y: EmbeddingSpace, *, k: int = 10, metric: Metric = "cosine"
) -> Changes:
    """One minus the Jaccard index of each item's `k` nearest neighbors in two spaces.

    Neighbors are exact, among all items; beyond 50,000 items they are taken for a stratified
    sample of 10,000. It does not depend on a map, nor on a rotation or scale of either space.

    Parameters
    ----------
    x, y
        The same items in the same order.
    k
        Cut to ``n_items - 1``.

    Raises
    ------
    NotApplicable
        If the counts differ, or there are fewer than 3 items.
    """
    n = len(x)
    if n != len(y) or n < 3:
        msg = (
            f"Neighborhoods are compared over the same 3 or more items; {x.name!r} has {n:,} and "
            f"{y.name!r} {len(y):,}."
        )
        raise NotApplicable(msg)
    k = min(k, n - 1)
    rows = np.arange(n) if n <= MOST_EXACT else stratified(x, QUERIES)
    neighbors = []
    for space in (x, y):
        stage(f"neighbors in {space.name}")
        every = len(rows) == n
        neighbors.append(
            space.neighbors(k, metric) if every else neighbors_of(space, rows, k, metric=metric)
        )
    shared = members(neighbors[0].indices, neighbors[1].indices).sum(axis=1)
    change = 1 - shared / (2 * k - shared)
    seen = Neighborhoods(rows, neighbors[0], n)
    possible = np.arange(k + 1)
    unchanged = stats.hypergeom.pmf(possible, n - 1, k, k) @ (possible / (2 * k - possible))
    return Changes(
        ItemScores(seen.per_item(change), f"share of {k} neighbors exchanged", "low"),
        Estimate(
            float(change.mean()),
            mean_interval(change),
            Chance(float(1 - unchanged), "unrelated spaces, closed form"),
            seen.sample,
        ),
    )


def changed_groups(
    space: EmbeddingSpace, changes: Changes, *, most: int = 6
) -> tuple[ChangedGroup, ...]:
    """The groups of items that changed most: classes of the columns, and clusters of the space.

    In order of how many standard errors their mean is above that of all items (Welch's t against
    the others), those above two only.
    """
    values = changes.by_item.values.astype(np.float64)
    seen = np.isfinite(values)
    groups = []
    for name, rows in _candidates(space):
        inside = values[rows][seen[rows]]
        outside = np.delete(values, rows)
        outside = outside[np.isfinite(outside)]
        if min(len(inside), len(outside)) < FEWEST:
            continue
        error = np.sqrt(inside.var(ddof=1) / len(inside) + outside.var(ddof=1) / len(outside))
        gain = inside.mean() - outside.mean()
        above = float(gain / error) if error > 0 else (np.inf if gain > 0 else 0.0)
        change = Estimate(float(inside.mean()), mean_interval(inside))
        groups.append(ChangedGroup(name, rows, change, above))
    groups = [group for group in groups if group.above > 2]
    return tuple(sorted(groups, key=lambda group: -group.above)[:most])


def _candidates(space: EmbeddingSpace) -> Iterator[tuple[str, NDArray[np.int64]]]:
    for role in _GROUPED_BY:
        if role in space.roles and 1 < len(space.known_values(role)) <= _MOST_CLASSES:
            codes, names = space.known_codes(role)
            for code, name in enumerate(names):
                yield f"{space.roles[role]}: {name}", np.flatnonzero(codes == code)
    clusters = clusters_of(space)
    for cluster in range(clusters.max() + 1):
        rows = np.flatnonzero(clusters == cluster)
        if len(rows):
            yield f"cluster {cluster + 1}{_mostly(space, rows)}", rows


def clusters_of(space: EmbeddingSpace) -> NDArray[np.int64]:
    """``(n_items,)`` cluster of each item: k-means on directions, some ``sqrt(n / 2)`` of them."""
    from sklearn.cluster import MiniBatchKMeans  # noqa: PLC0415 - slow import, only when used

    stage("clusters of the space")
    count = int(np.clip(round((len(space) / 2) ** 0.5), 2, min(_MOST_CLUSTERS, len(space))))
    model = MiniBatchKMeans(count, random_state=SEED, n_init=3, batch_size=4096)
    labels: NDArray[np.int64] = model.fit_predict(source(space, "cosine")).astype(np.int64)
    return labels


def _mostly(space: EmbeddingSpace, rows: NDArray[np.int64]) -> str:
    """The class that most of these items have, where one has a majority."""
    if "label" not in space.roles:
        return ""
    codes, names = space.known_codes("label")
    counts = np.bincount(codes[rows] + 1, minlength=len(names) + 1)[1:]
    return f" (mostly {names[counts.argmax()]})" if counts.max(initial=0) * 2 > len(rows) else ""
