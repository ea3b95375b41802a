"""Which of several spaces over the same items is better: the same lens on each, and differences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.arrays import Codes, Floats
from core.errors import NotApplicable
from core.estimates import Estimate
from core.lens import Lens
from core.matching import matched
from core.readouts import ItemScores
from core.record import Record
from core.space import EmbeddingSpace
from core.statistics.influence import pair_clusters
from core.statistics.pairing import paired_difference
from core.tables import number_row


@dataclass(frozen=True, eq=False)
class Difference:
    """The headline of a lens in one space less that in another, over the same items.

    Attributes
    ----------
    difference
        ``second - first``.
    better
        Name of the space that is, None where that is not shown or the scale has no good end.
    """

    lens: Lens[Any]
    first: EmbeddingSpace
    second: EmbeddingSpace
    numbers: tuple[Estimate, Estimate]
    difference: Estimate
    better: str | None

    def as_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "lens": self.lens.key,
            "reading": self.lens.headline,
            "first": self.first.name,
            "second": self.second.name,
            "values": [number.value for number in self.numbers],
            "difference": number_row(self.difference),
            "better": self.better,
        }


def differences(found: Sequence[Record]) -> list[Difference]:
    """The first space against each other one, for every lens of one space that looked at both."""
    alone = [one for one in found if one.lens.arity == (1, 1)]
    made = []
    for one in alone:
        first = next(other for other in alone if other.lens is one.lens)
        if one is not first and (told := difference(first, one)):
            made.append(told)
    return made


def difference(one: Record, other: Record) -> Difference | None:
    """The headline of a lens in the second space less that in the first.

    None if either is undefined, or one space holds items that the other does not.
    """
    first, second = (getattr(each.result, each.lens.headline) for each in (one, other))
    rows = _same_items(one.space, other.space)
    if rows is None or not (isinstance(first, Estimate) and isinstance(second, Estimate)):
        return None
    clusters = pair_clusters(one.space.take(rows[0]))
    pairs = [
        values
        for reading in one.lens.readings
        if reading.kind is ItemScores
        for values in [(_values(one, reading.name)[rows[0]], _values(other, reading.name)[rows[1]])]
    ]
    tried = [
        paired_difference(first, second, values, clusters=clusters) for values in (*pairs, None)
    ]
    found = next((each for each in tried if _paired(each)), tried[-1])
    return Difference(
        one.lens,
        one.space,
        other.space,
        (first, second),
        found,
        _better(one, other, found),
    )


def _paired(difference: Estimate) -> bool:
    return difference.interval is not None and difference.interval.method.startswith("paired")


def _values(one: Record, reading: str) -> Floats:
    values: Floats = getattr(one.result, reading).values
    return values


def _same_items(first: EmbeddingSpace, second: EmbeddingSpace) -> tuple[Codes, Codes] | None:
    """Positions of the same items in both, one after the other; None if either has others too."""
    try:
        both = matched(first, second)
    except NotApplicable:
        return None
    if any(len(space) < len(whole) for space, whole in zip(both, (first, second), strict=True)):
        return None
    rows = (
        np.asarray(whole.items.index.get_indexer(space.items.index), np.int64)
        for space, whole in zip(both, (first, second), strict=True)
    )
    return next(rows), next(rows)


def _better(one: Record, other: Record, found: Estimate) -> str | None:
    score = one.lens.headline_score
    if not found.differs_from_chance or score.best not in {"high", "low"}:
        return None
    rises = found.value > 0
    return (other if rises == (score.best == "high") else one).space.name
