"""What document pooling says of its queries: differences, kinds of queries, weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Codes, Floats, Mask
from core.engines.retrieval.partner_search import share_chance
from core.estimates import Best, Estimate, Number, Undefined
from core.lenses.retrieval._documents import BEST, FIRST, MERGED, Documents, Found, search
from core.numerics.cosines import Cosines
from core.readouts import Curve, Heatmap, ItemPairs, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import from_change, from_hits
from core.statistics.sampling import laid_out, sample_size
from core.statistics.ties import places

SHARES = np.linspace(0, 1, 11)
_ABOUT = {1: "whole documents", -1: "one part", 0: "cannot be told"}
_FEWEST = 5  # queries of a kind
MOST_SHOWN = 100
_PLACES = np.array([1.75, 3.75, 10.75, 100.75])  # ties stand between two places
_PLACE_NAMES = ("1", "2 to 3", "4 to 10", "11 to 100", "later")
GAIN = "merged less best part"


@dataclass(frozen=True, eq=False)
class Pooled:
    """Queries for documents, by every way to search.

    Attributes
    ----------
    kinds
        ``(n_parts,)`` 0 for those of the most frequent modality, 1 for others, -1 without one.
    """

    space: EmbeddingSpace
    docs: Documents
    kinds: Codes
    found: Found

    @classmethod
    def of(cls, space: EmbeddingSpace, docs: Documents, weight: float, **how: Any) -> Self:
        """Merged by a weight of the most frequent modality; `how` is the search."""
        kinds = modalities_of(docs, space)
        weights = (weight, 1 - weight) if (kinds > 0).any() else (1.0,)
        merged = docs.merged(space, kinds, weights)
        return cls(space, docs, kinds, search(docs, space, merged, **how))

    @cached_property
    def hits(self) -> dict[str, Floats]:
        """``(n_queries,)`` documents found first, by each way."""
        return {way: ranked.hits(1) for way, ranked in self.found.documents.items()}

    @property
    def sample(self) -> tuple[int, int] | None:
        """Queries of those available, where not all are looked at."""
        return sample_size(len(self.docs.queries), self.docs.available)

    def difference(self) -> Estimate:
        """Share found first by merged vectors less that by best parts, paired by query."""
        return difference(self.hits, self.docs.asked, self.sample)

    def recall(self, *ways: str) -> Estimate:
        """Share of queries that find their document first by a way, or by the best of several."""
        n, asked = len(self.docs.starts), self.docs.asked
        hits = np.max([self.hits[way] for way in ways], axis=0)
        chance = share_chance(1 / n, len(np.unique(asked)), n)
        return from_hits(hits, asked, chance=chance, sample=self.sample)

    def recall_of_first(self) -> Number:
        """The same by first parts, where parts are in order."""
        if "position" not in self.space.roles:
            return Undefined("needs a 'position' column")
        return self.recall(FIRST)

    def part_recall(self, way: str) -> Number:
        """Share of the queries whose part is known that find it first."""
        known = self.docs.part >= 0
        if not known.any():
            return Undefined("needs queries that share a 'pair' with the part they ask for")
        asked, n = self.docs.asked[known], len(self.docs.parts)
        chance = share_chance(1 / n, len(np.unique(asked)), n)
        return from_hits(self.found.parts[way].hits(1), asked, chance=chance, sample=self.sample)

    def by_query(self) -> Table:
        """What each kind of query asks for, kinds being the labels."""
        asking, known = self.docs.queries, np.ones(len(self.docs.queries), bool)
        kinds = np.full(len(asking), "all")
        if "label" in self.space.roles:
            kinds = self.space.names("label")[asking]
            known = pd.notna(self.space.column("label")[asking])
        hits = {way: each[known] for way, each in self.hits.items()}
        return by_kind(hits, self.docs.asked[known], kinds=kinds[known], name="kind of query")

    def by_length(self) -> Table:
        """The same by the number of parts of the document asked for."""
        return by_kind(self.hits, self.docs.asked, kinds=lengths(self.docs), name="parts")

    @cached_property
    def gains(self) -> Floats:
        """``(n_queries,)`` one over the place by merged vector less that by best part."""
        documents = self.found.documents
        gains: Floats = documents[MERGED].reciprocal() - documents[BEST].reciprocal()
        return gains

    def places(self, way: str) -> ItemScores:
        """Place of the document that a query asks for."""
        name = {MERGED: "merged vector", BEST: "best part"}[way]
        return self.per_item(self.found.documents[way].mean, f"place by {name}", "low")

    def ranks(self) -> Heatmap:
        """How many queries have which place by best part, and which by merged vector."""
        best, merged = (
            np.searchsorted(_PLACES, self.found.documents[way].mean, "right")
            for way in (BEST, MERGED)
        )
        last = int(max(best.max(), merged.max())) + 1
        counts = np.bincount(best * last + merged, minlength=last**2).reshape(last, last)
        rows, columns = (
            tuple(f"{way}: {place}" for place in _PLACE_NAMES[:last]) for way in (BEST, MERGED)
        )
        return Heatmap(counts.astype(np.float64), rows, columns, "queries")

    def per_item(self, values: Floats, axis: str, best: Best = "none") -> ItemScores:
        """Values of queries over all items."""
        return ItemScores(laid_out(values, self.docs.queries, len(self.space)), axis, best)

    def disagreements(self) -> ItemPairs:
        """Queries whose places differ most, with the part most similar to each."""
        order = np.argsort(-np.abs(self.gains), kind="stable")
        order = order[: np.count_nonzero(self.gains)][:MOST_SHOWN]
        first, second = self.docs.queries[order], self.found.nearest[order]
        return ItemPairs(first, second, self.gains[order], GAIN)


def difference(
    hits: Mapping[str, Floats], clusters: Codes, sample: tuple[int, int] | None = None
) -> Estimate:
    """Share found first by merged vectors less that by best parts, paired by query."""
    return from_change(hits[MERGED] - hits[BEST], clusters, sample=sample)


def methods(found: Found) -> Table:
    """Every way to search: found first, among the first ten, and one over the place."""
    ways = [("document", way, ranked) for way, ranked in found.documents.items()]
    ways += [("part", way, ranked) for way, ranked in found.parts.items() if len(ranked)]
    return Table.of(
        {
            "of": what,
            "by": way,
            "found first": float(ranked.hits(1).mean()),
            "among the first 10": float(ranked.hits(10).mean()),
            "mean reciprocal rank": float(ranked.reciprocal().mean()),
        }
        for what, way, ranked in ways
    )


def by_kind(
    hits: Mapping[str, Floats], clusters: Codes, *, kinds: NDArray[Any], name: str
) -> Table:
    """Found first among the queries of each kind, and whether these ask for parts or wholes."""
    names, counts = np.unique(kinds, return_counts=True)
    rows = []
    for kind in names[counts >= _FEWEST]:
        chosen: Mask = kinds == kind
        some = {way: each[chosen] for way, each in hits.items()}
        found = difference(some, clusters[chosen])
        side = int(np.sign(found.value)) if found.differs_from_chance else 0
        shares = {way: float(each.mean()) for way, each in some.items()}
        row = {name: kind, "queries": int(chosen.sum()), **shares}
        rows.append(row | {"merged less best part": found, "asks for": _ABOUT[side]})
    return Table.of(rows)


def lengths(docs: Documents) -> NDArray[np.str_]:
    """``(n_queries,)`` the number of parts of the document asked for, in powers of two."""
    power = np.log2(docs.sizes[docs.asked]).astype(int)
    last = int(power.max())
    names = np.array([f"{2**at:>3} to {2 ** (at + 1) - 1}" for at in range(last + 1)])
    named: NDArray[np.str_] = names[power]
    return named


def by_weight(docs: Documents, space: EmbeddingSpace, kinds: Codes) -> Curve:
    """Documents found first by merged vectors, by the weight of the first kind of parts."""
    if not (kinds > 0).any():
        return Curve(SHARES[:0], {}, "weight of the first modality", "found first")
    asking, line = space.vectors[docs.queries], []
    for weight in SHARES:
        compared = Cosines.of(asking, docs.merged(space, kinds, (weight, 1 - weight)))
        ranked = places(compared[:], docs.asked, compared.close())
        line.append(from_hits(ranked.hits(1), docs.asked))
    first = space.names("modality")[docs.parts[kinds == 0]][0]
    return Curve.of(SHARES, {"merged": line}, (f"weight of {first}", "found first"))


def modalities_of(docs: Documents, space: EmbeddingSpace) -> Codes:
    """``(n_parts,)`` 0 for parts of the most frequent modality, 1 for others, -1 for those of none.

    All 0 where parts are of one modality: then there is nothing to weigh.
    """
    everyone = np.zeros(len(docs.parts), np.int64)
    if "modality" not in space.roles:
        return everyone
    codes = space.known_codes("modality")[0][docs.parts]
    counts = np.bincount(codes[codes >= 0], minlength=1)
    if np.count_nonzero(counts) < 2:
        return everyone
    return np.where(codes < 0, -1, codes != counts.argmax()).astype(np.int64)
