"""Directions in the space that failures share, with names that a person can read.

Two kinds: where queries lie that fail, and which way what is found lies from what is right. Neither
is told by the outcomes it is judged by: the first is fitted to other queries, the second to where
the nearest wrong answer of every query lies, whether or not it comes first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Codes, Mask, Positions
from core.engines.contrasts.direction import separating_direction
from core.engines.failures.found import Found
from core.engines.failures.parts import Part, both, by_columns, told_of
from core.engines.failures.ways import FEWEST
from core.engines.groups.clusters import clusters
from core.engines.maps.labels import words_of
from core.errors import NotApplicable
from core.estimates import Estimate
from core.numerics.unit import unit_rows
from core.space import EmbeddingSpace

MOST_WAYS, FEWEST_OF_WAY = 8, 20  # directions of errors; their queries, on average
END = 1 / 3  # of the queries, at each end of a direction
_AGREES = 0.2  # correlation from which an end is named for a column
_MOSTLY = 0.5  # share of a direction that must change so for it to be named for that


@dataclass(frozen=True, eq=False)
class Directions:
    """Directions as parts of the queries.

    Attributes
    ----------
    told
        How well where a query lies tells that it fails, held out (AUC); None for too few.
    """

    parts: tuple[Part, ...]
    told: Estimate | None


def directions(made: Found) -> Directions:
    """Both ends of the direction that separates failures, and up to eight ways of error."""
    ends, told = _ends(made)
    return Directions((*ends, *_ways_of_error(made)), told)


def _ends(made: Found) -> tuple[list[Part], Estimate | None]:
    """Queries far along the direction of failure, each by a direction fitted to others."""
    if min(made.fails.sum(), (~made.fails).sum()) < FEWEST:
        return [], None
    space = made.space
    asking = replace(space.take(made.queries), vectors=made.asking)
    try:
        apart = separating_direction(asking, made.fails, ~made.fails)
    except NotApplicable:  # the queries are too few that are observations of their own
        return [], None
    position = space.directions.offsets.astype(np.float64) @ apart.vector
    columns, parts = by_columns(made), []
    for word, of, along in (
        ("toward failures", apart.ahead > 1 - END, position),
        ("away from failures", apart.ahead < END, -position),
    ):
        if not of.any():  # level queries, none of which is farther along
            continue
        said = _said_of(columns, of) or _words(space, made.queries, of.astype(np.int64))[1]
        parts.append(Part(f"{word}: {said}" if said else word, "asks", of, along=along))
    return parts, apart.auc


def _said_of(columns: Sequence[Part], of: Mask) -> str:
    """The two parts by a column that agree best with a mask; empty where none does."""
    found = sorted(((_agreement(one.of, of), one.name) for one in columns), reverse=True)
    return ", ".join(name for agreement, name in found[:2] if agreement >= _AGREES)


def _ways_of_error(made: Found) -> list[Part]:
    """Clusters of the directions from what is right to the nearest that is wrong."""
    count, space = min(MOST_WAYS, len(made.queries) // FEWEST_OF_WAY), made.space
    unit = space.directions.offsets
    offsets = unit[made.instead] - unit[made.right]
    if count < 2 or not offsets.any(axis=1).all():
        return []
    codes = clusters(unit_rows(offsets).astype(np.float32), "k-means", count)
    parts = []
    for code, name in enumerate(_named(made, codes)):
        of = codes == code
        mean = offsets[of].mean(axis=0)
        along = (unit @ (mean / float(np.linalg.norm(mean) or 1))).astype(np.float64)
        parts.append(Part(f"errs {name}", "errs", of, along=along))
    return parts


def _named(made: Found, codes: Codes) -> list[str]:
    """What most often changes that way: a value of a column, else the words of the texts."""
    of_items = (made.right, made.instead, made.queries)
    words = [_words(made.space, rows, codes) for rows in of_items]
    names: list[str] = []
    for code, (right, instead, asked) in enumerate(zip(*words, strict=True)):
        of = codes == code
        name = _change(made, of)
        if not name and right and instead:
            name = f"from \u201c{right}\u201d to \u201c{instead}\u201d"
        if not name and asked:
            name = f"when asked \u201c{asked}\u201d"
        name = name or _change(made, of, mostly=False) or f"in direction {code + 1}"
        names.append(name if name not in names else f"{name} ({code + 1})")
    return names


def _change(made: Found, of: Mask, *, mostly: bool = True) -> str:
    """The change of a column that a mask agrees with best; of those most of it shows, or of all."""
    best, said = _AGREES, ""
    least = _MOSTLY if mostly else 0.0
    for column in told_of(made.space):
        for name, mask in _changes_of(*both(made, column), of):
            if mask[of].mean() >= least and (agreement := _agreement(mask, of)) > best:
                best, said = agreement, f"{name.format(column)} ({mask[of].mean():.0%})"
    return said


def _changes_of(
    right: NDArray[np.object_], instead: NDArray[np.object_], of: Mask
) -> Iterable[tuple[str, Mask]]:
    """Values that are lost by some of the queries, values that are gained, and both."""
    differs = pd.notna(right) & pd.notna(instead) & (right != instead)
    for lost in dict.fromkeys(right[of & differs]):
        yield f"from {{}}: {lost}", differs & (right == lost)
    for gained in dict.fromkeys(instead[of & differs]):
        yield f"to {{}}: {gained}", differs & (instead == gained)
    for lost, gained in dict.fromkeys(zip(right[of & differs], instead[of & differs], strict=True)):
        yield f"{{}}: {lost} \u2192 {gained}", (right == lost) & (instead == gained)


def _agreement(one: Mask, other: Mask) -> float:
    """Correlation of two masks; 0 where one of them is the same everywhere."""
    if one.all() or other.all() or not one.any() or not other.any():
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _words(space: EmbeddingSpace, rows: Positions, codes: Codes) -> list[str]:
    """Of each group of items, the two words that set its texts apart; empty for none."""
    count = int(codes.max()) + 1
    if "text" not in space.roles:
        return [""] * count
    cells = space.column("text")[rows]
    texts = np.array([cell if isinstance(cell, str) else "" for cell in cells])
    return [", ".join(words) for words in words_of(texts, codes, count)]
