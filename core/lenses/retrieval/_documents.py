"""Documents of several parts, and what their merged vectors and their parts score for queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from core.arrays import Codes, Floats, Mask, Positions
from core.errors import Degenerate
from core.numerics.cosines import Cosines
from core.numerics.tiles import blocks, in_order
from core.numerics.unit import unit_rows
from core.space import EmbeddingSpace
from core.statistics.ties import Places, places

FEWEST = 10  # documents, and queries
MOST_COMPARISONS = 1_000_000_000  # of a query with a part
_ROWS = 256


@dataclass(frozen=True, eq=False)
class Documents:
    """Which items are parts of which document, and which ask for one.

    Attributes
    ----------
    parts
        ``(n_parts,)`` positions, document by document, in their order where there is one.
    starts
        ``(n_documents,)`` where the parts of a document begin.
    queries, asked, part
        ``(n_queries,)`` positions, the document each asks for, and its place in `parts` of the part
        that it asks for; -1 where only the document is known.
    available
        How many queries there are, of which these may be a sample.
    """

    parts: Positions
    starts: Positions
    queries: Positions
    asked: Codes
    part: Codes
    available: int

    @classmethod
    def of(cls, space: EmbeddingSpace, queries: str) -> Self:
        """Documents are groups; those that ask are of a side, or else one part of each document.

        Queries for documents of a single part are left out: it is the merged vector as well.

        Raises
        ------
        Degenerate
            Below ten documents, or below ten queries.
        """
        codes, known = space.codes("group")[0], pd.notna(space.column("group"))
        asks = space.names("side") == queries if "side" in space.roles else _first_of_each(codes)
        rows = np.flatnonzero(known & ~asks)
        order = _order(space)[rows]
        rows = rows[np.lexsort((order, codes[rows]))]
        names, starts, sizes = np.unique(codes[rows], return_index=True, return_counts=True)
        asking = np.flatnonzero(known & asks & np.isin(codes, names[sizes > 1]))
        for found, what in (
            (names, "documents"),
            (asking, "queries for documents of several parts"),
        ):
            if len(found) < FEWEST:
                msg = f"needs {FEWEST} {what}, found {len(found)}"
                raise Degenerate(msg)
        kept = asking[: max(FEWEST, MOST_COMPARISONS // len(rows))]  # in an order of their own
        asked = np.searchsorted(names, codes[kept])
        return cls(rows, starts, kept, asked, _parts_of(space, kept, rows), len(asking))

    @property
    def sizes(self) -> Codes:
        """``(n_documents,)`` parts of each."""
        return np.diff(self.starts, append=len(self.parts))

    @property
    def document(self) -> Codes:
        """``(n_parts,)`` which document each part is of."""
        return np.repeat(np.arange(len(self.starts)), self.sizes)

    def merged(self, space: EmbeddingSpace, kinds: Codes, weights: Sequence[float]) -> Floats:
        """``(n_documents, n_dims)`` unit rows: weighted means of the parts of each kind, added.

        A kind without weight counts only in a document that has no other parts, parts of kind -1
        only in one that has nothing else.
        """
        n_kinds = len(weights) + 1
        cell = self.document * n_kinds + kinds + 1
        share = np.append(0.0, weights)[kinds + 1] / np.bincount(cell)[cell]
        some, told = (
            np.add.reduceat(each, self.starts)[self.document] > 0 for each in (share, kinds >= 0)
        )
        share[~some & ((kinds >= 0) | ~told)] = 1
        unit = unit_rows(space.vectors[self.parts].astype(np.float64))
        return unit_rows(np.add.reduceat(unit * share[:, None], self.starts))


@dataclass(frozen=True, eq=False)
class Found:
    """Places of the right document, and of the right part, by several ways to search.

    Attributes
    ----------
    documents, parts
        Places by the name of a way; of parts, for the queries whose part is known.
    nearest
        ``(n_queries,)`` position in the space of the part that comes first for each query.
    """

    documents: dict[str, Places]
    parts: dict[str, Places]
    nearest: Positions


MERGED, BEST, FIRST, MIX = "merged", "best part", "first part", "mix"
DIRECT, TWO_STAGE = "all parts", "documents first"


def search(docs: Documents, space: EmbeddingSpace, merged: Floats, *, mix: float, k: int) -> Found:
    """Every way to search: queries against merged vectors and against all parts, by cosine."""
    document, asking = docs.document, space.vectors[docs.queries]
    with_parts, with_merged = (
        Cosines.of(asking, each) for each in (space.vectors[docs.parts], merged)
    )

    def look(rows: slice) -> tuple[list[Places], list[Places], Positions]:
        right, part = docs.asked[rows], docs.part[rows]
        of_parts, of_merged = with_parts[rows], with_merged[rows]
        close = np.maximum(with_parts.close(rows), with_merged.close(rows))
        best = np.maximum.reduceat(of_parts, docs.starts, axis=1)
        ways = of_merged, best, of_parts[:, docs.starts], mix * of_merged + (1 - mix) * best
        last = np.partition(of_merged, -min(k, len(merged)), axis=1)[:, -min(k, len(merged))]
        reached = (of_merged >= last[:, None])[:, document]
        second = np.where(reached, of_parts + of_merged[:, document], -np.inf)
        known = part >= 0
        found = [places(scores[known], part[known], close[known]) for scores in (of_parts, second)]
        first = docs.parts[of_parts.argmax(axis=1)]
        return [places(scores, right, close) for scores in ways], found, first

    made = list(in_order(look, blocks(len(docs.queries), _ROWS)))
    names = (MERGED, BEST, FIRST, MIX), (DIRECT, TWO_STAGE)
    ranked = [
        {name: _joined([part[which][at] for part in made]) for at, name in enumerate(named)}
        for which, named in enumerate(names)
    ]
    return Found(ranked[0], ranked[1], np.concatenate([part[2] for part in made]))


def _joined(found: Sequence[Places]) -> Places:
    return Places(*(np.concatenate([getattr(each, name) for each in found]) for name in _COUNTS))


_COUNTS = ("above", "tied", "own")


def _first_of_each(codes: Codes) -> Mask:
    """The first item of each group, which is any: items come in an order drawn from themselves."""
    first = np.zeros(len(codes), bool)
    first[np.unique(codes, return_index=True)[1]] = True
    return first


def _order(space: EmbeddingSpace) -> Floats:
    if "position" not in space.roles:
        return np.zeros(len(space))
    places = pd.to_numeric(pd.Series(space.column("position")), errors="coerce")
    return places.to_numpy(np.float64, na_value=np.inf)


def _parts_of(space: EmbeddingSpace, queries: Positions, parts: Positions) -> Codes:
    """``(n_queries,)`` the place of the part that shares the pair of a query; -1 without one."""
    if "pair" not in space.roles:
        return np.full(len(queries), -1)
    pairs = pd.Series(space.column("pair"))
    place = pd.Series(np.arange(len(parts)), index=pairs.iloc[parts].to_numpy(object))
    place = place[place.index.notna() & ~place.index.duplicated(keep=False)]
    return pairs.iloc[queries].map(place).fillna(-1).to_numpy(np.int64)
