"""What stands out in a space: the largest findings of a few lenses, on one scale."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from core import formatting
from core.arrays import Positions, Vectors
from core.engines.maps.mixing import mixing
from core.estimates import Estimate
from core.numerics.lots import lowest_first
from core.readouts import ItemPairs, ItemScores, Table
from core.space import EmbeddingSpace, Role

MOST = 5  # findings
MAP = "map"  # what finds that the map hides something
_SHARE = 0.1  # of the items, at the end of a score
_HIDDEN = 0.05  # of the neighbors, from which on a map is said to hide what keeps apart
_FEW = 0.01  # of the items, below which nobody needs to know
_FEWEST = 50  # items of which the neighbors on a map are compared
_CONFUSED = 0.95  # separability below which two classes are said to overlap


@dataclass(frozen=True, eq=False)
class Standout:
    """One finding: a sentence, a number, and the items behind it.

    Attributes
    ----------
    size
        How large it is, from 0 to 1: a change of recall, a share of items, a correlation.
    lens
        Key of the lens that found it, or :data:`MAP`.
    rows
        Positions of the items.
    """

    says: str
    number: Estimate
    size: float
    lens: str
    rows: Positions


def standouts(
    space: EmbeddingSpace, results: Mapping[str, Any], also: Sequence[Standout] = ()
) -> list[Standout]:
    """The findings that differ from chance, the largest first, five at most.

    Parameters
    ----------
    space
        What the lenses looked at.
    results
        What they found, by the keys of :data:`READERS`; a lens that could not look is left out.
    also
        What was found without a lens.
    """
    found = [READERS[key](space, result) for key, result in results.items() if key in READERS]
    some = [*also, *(one for one in found if one is not None)]
    return sorted(some, key=lambda one: (-one.size, one.lens))[:MOST]


def hidden_by_map(space: EmbeddingSpace, places: Vectors) -> Standout | None:
    """What keeps apart in the space and is mixed on a map: the modalities, or else the labels.

    Parameters
    ----------
    places
        ``(n_items, 2)`` or ``(n_items, 3)`` on the map.
    """
    role: Role = "modality" if "modality" in space.roles else "label"
    if role not in space.roles or len(space.known_values(role)) < 2:
        return None
    known = np.flatnonzero(pd.notna(space.column(role)))
    if len(known) < _FEWEST:
        return None
    told = space if len(known) == len(space) else space.take(known)
    found = mixing(told, places[known], told.codes(role)[0])
    if found.lost.ends[0] < _HIDDEN:
        return None
    what = "the gap" if role == "modality" else f"how {space.roles[role]} keeps apart"
    says = (
        f"The map hides {what}: {found.on_map:.0%} of an item's nearest on it are of its "
        f"{space.roles[role]}, {found.in_space:.0%} in the space."
    )
    return Standout(says, found.lost, found.lost.value, MAP, known[found.rows])


def _gap(space: EmbeddingSpace, result: Any) -> Standout | None:
    """What closing the gap between the modalities would change in retrieval."""
    change = result.recall_change
    if not isinstance(change, Estimate) or not change.differs_from_chance:
        return None
    points = f"{abs(100 * change.value):.1f} points of recall at 1"
    says = f"The gap costs {points}." if change.value > 0 else f"The gap is worth {points}."
    return Standout(
        says, change, abs(change.value), "modality.gap_shift", _top(result.places_gained, space)
    )


def _overlap(space: EmbeddingSpace, result: Any) -> Standout | None:
    """The two classes that are hardest to tell apart."""
    lowest: Any = result.lowest_separability
    table: Table = result.pairs
    if not isinstance(lowest, Estimate) or lowest.value >= _CONFUSED or not len(table.rows):
        return None
    first, second = (str(name) for name in table.rows.iloc[0, :2])
    names = space.names("label")
    misled = np.nan_to_num(result.by_item.values, nan=1.0) < 0
    rows = np.flatnonzero(np.isin(names, [first, second]) & misled)
    says = f"{first} and {second} overlap: {lowest.value:.0%} lie nearer to their own class."
    return Standout(says, lowest, 1 - lowest.value, "classes.pairs", rows)


def _duplicates(_: EmbeddingSpace, result: Any) -> Standout | None:
    """Items that are there more than once, copies of one another side by side."""
    copies: Any = result.duplicates
    if not isinstance(copies, Estimate) or not copies.value:
        return None
    pairs: ItemPairs = result.pairs
    same = pairs.values <= 0
    rows, ends = np.unique([pairs.first[same], pairs.second[same]], return_inverse=True)
    first, second = ends.reshape(2, -1)
    joined = sparse.coo_array((np.ones(len(first)), (first, second)), shape=(len(rows), len(rows)))
    kind = connected_components(joined, directed=False)[1]
    rows = rows[np.argsort(kind, kind="stable")]
    says = f"{copies.value:.1%} of the items are copies of another one."
    return Standout(says, copies, copies.value, "geometry.outliers", rows)


def _lengths(space: EmbeddingSpace, result: Any) -> Standout | None:
    """Long items that crowd together, or keep away from the center."""
    correlation: Any = result.length_correlation
    if not isinstance(correlation, Estimate) or not correlation.differs_from_chance:
        return None
    lengths = space.lengths()
    rows = np.flatnonzero(lengths >= np.nanquantile(lengths, 1 - _SHARE))
    where = "crowd together" if correlation.value > 0 else "lie further from the center"
    says = f"Long items {where}: correlation {formatting.estimate(correlation)}."
    return Standout(says, correlation, abs(correlation.value), "length.collapse", rows)


def _hubs(_: EmbeddingSpace, result: Any) -> Standout | None:
    """Items that are nobody's neighbor."""
    share: Any = result.antihubs
    if not isinstance(share, Estimate) or not share.differs_from_chance:
        return None
    if share.value < _FEW or (share.chance is not None and share.value <= share.chance.value):
        return None
    rows = np.flatnonzero(result.by_item.values == 0)
    says = f"{share.value:.0%} of the items are nobody's neighbor; no search finds them."
    return Standout(says, share, share.value, "geometry.hubness", rows)


def _top(scores: ItemScores, space: EmbeddingSpace) -> Positions:
    """The tenth of the items with the highest scores."""
    values = np.nan_to_num(np.asarray(scores.values, np.float64), nan=-np.inf)
    count = max(1, int(_SHARE * np.isfinite(values).sum()))
    return np.sort(lowest_first(-values, space.standing)[:count])


READERS: Mapping[str, Callable[[EmbeddingSpace, Any], Standout | None]] = {
    "modality.gap_shift": _gap,
    "classes.pairs": _overlap,
    "geometry.outliers": _duplicates,
    "length.collapse": _lengths,
    "geometry.hubness": _hubs,
}
