"""What document pooling says of its queries: differences, kinds of queries, weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.arrays import Codes, Floats, Mask
from core.engines.retrieval.partner_search import share_chance
from core.estimates import Estimate, Number, Undefined
from core.lenses.retrieval._documents import BEST, MERGED, Documents, Found
from core.readouts import Curve, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import from_change, from_hits
from core.statistics.sampling import sample_size
from core.statistics.ties import CLOSE, places

SHARES = np.linspace(0, 1, 11)
_ABOUT = {1: "whole documents", -1: "one part", 0: "cannot be told"}
_FEWEST = 5  # queries of a kind


def difference(
    hits: Mapping[str, Floats], clusters: Codes, sample: tuple[int, int] | None = None
) -> Estimate:
    """Share found first by merged vectors less that by best parts, paired by query."""
    return from_change(hits[MERGED] - hits[BEST], clusters, sample=sample)


def of_parts(found: Found, docs: Documents) -> dict[str, Number]:
    """Share of the queries whose part is known that find it first, by each way."""
    known = docs.part >= 0
    if not known.any():
        missing = Undefined("needs queries that share a 'pair' with the part they ask for")
        return dict.fromkeys(found.parts, missing)
    asked, n = docs.asked[known], len(docs.parts)
    chance = share_chance(1 / n, len(np.unique(asked)), n)
    size = sample_size(len(docs.queries), docs.available)
    return {
        way: from_hits(ranked.hits(1), asked, chance=chance, sample=size)
        for way, ranked in found.parts.items()
    }


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
    if not kinds.any():
        return Curve(SHARES[:0], {}, "weight of the first modality", "found first")
    asking, line = space.unit[docs.queries], []
    for weight in SHARES:
        scores = asking @ docs.merged(space.unit, kinds, (weight, 1 - weight)).T
        line.append(from_hits(places(scores, docs.asked, CLOSE).hits(1), docs.asked))
    axes = f"weight of {space.values('modality')[0]}", "found first"
    return Curve.of(SHARES, {"merged": line}, axes)


def modalities_of(docs: Documents, space: EmbeddingSpace) -> Codes:
    """``(n_parts,)`` 0 for parts of the most frequent modality, 1 for others."""
    if "modality" not in space.roles:
        return np.zeros(len(docs.parts), np.int64)
    codes = space.codes("modality")[0][docs.parts]
    return np.asarray(codes != np.bincount(codes).argmax(), np.int64)
