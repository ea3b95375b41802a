"""Searches that find something else first: what for, what instead, and in which slices more often.

A slice is a value of a column among the queries, a region of the space, or a column in which what
was found differs from what is right ("color confused").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.arrays import Codes, Floats, Mask, Positions
from core.errors import NotApplicable
from core.estimates import Chance, Estimate
from core.knobs import ASKING, columns_of
from core.numerics.tiles import blocks
from core.progress import tick
from core.space import EmbeddingSpace, Role
from core.statistics.estimating import from_hits, from_influence, from_mean
from core.statistics.influence import pair_clusters
from core.statistics.resampling import SEED
from core.statistics.ties import CLOSE, Places

MOST_COMPARISONS = 400_000_000  # of a query with a candidate
FEWEST = 10  # queries of a slice, and beside it
_CELLS = 4_000_000  # of scores at a time
_THIRDS = 3
_NONE = Chance(0.0, "no difference")
Kind = Literal["column", "confused", "region"]


@dataclass(frozen=True, eq=False)
class Way:
    """What asks for what.

    Attributes
    ----------
    queries, candidates
        Positions; no item finds itself.
    key
        ``(n_items,)`` a candidate is right that has the key of the query; -1 for none.
    column
        That the keys are of.
    """

    says: str
    queries: Positions
    candidates: Positions
    key: Codes
    column: str


def ways(space: EmbeddingSpace) -> tuple[Way, ...]:
    """The searches that a space has an answer for: between sides or modalities, and among labels.

    Raises
    ------
    NotApplicable
        If it has none.
    """
    found = _across(space, "side") or _across(space, "modality")
    if "label" in space.roles:
        everyone, column = np.arange(len(space)), space.roles["label"]
        found.append(
            Way(f"any item \u2192 same {column}", everyone, everyone, _key(space, "label"), column)
        )
    if kept := tuple(way for way in map(_answered, found) if len(way.queries) >= 2 * FEWEST):
        return kept
    msg = (
        f"{space.name!r} tells no right answers: it needs a 'pair' or a 'group' that two sides or "
        "modalities share, or a 'label'. Choose a column."
    )
    raise NotApplicable(msg)


def _across(space: EmbeddingSpace, role: Role) -> list[Way]:
    if role not in space.roles or not 2 <= len(names := space.values(role)) <= 4:
        return []
    cells = space.names(role)
    return [
        Way(
            f"{asks} \u2192 same {space.roles[by]}",
            np.flatnonzero(cells == asks),
            np.flatnonzero(cells != asks),
            _key(space, by),
            space.roles[by],
        )
        for by in (("pair", "group") if role == "side" else ("pair",))
        if by in space.roles
        for asks in sorted(names, key=lambda one: (one.lower() not in ASKING, -names.index(one)))
    ]


def _key(space: EmbeddingSpace, role: Role) -> Codes:
    return np.asarray(pd.factorize(space.column(role))[0], np.int64)


def _answered(way: Way) -> Way:
    """The queries that a candidate answers, other than itself."""
    counts = np.bincount(way.key[way.candidates] + 1, minlength=int(way.key.max(initial=0)) + 2)
    itself = np.isin(way.queries, way.candidates)
    answers = np.where(way.key[way.queries] < 0, 0, counts[way.key[way.queries] + 1] - itself)
    return replace(way, queries=way.queries[answers > 0])


@dataclass(frozen=True, eq=False)
class Found:
    """What came of the queries of a way.

    Attributes
    ----------
    queries, right, instead
        ``(n,)`` positions: what asks, the right answer that is nearest, the wrong one that is.
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

    queries: Positions
    right: Positions
    instead: Positions
    failed: Floats
    ranks: Floats
    cosines: Floats
    clusters: Codes
    available: int
    column: str

    def rate(self) -> Estimate:
        """Share of the queries that find something else first."""
        sample = (len(self.queries), self.available)
        size = sample if sample[0] < sample[1] else None
        return from_hits(self.failed, self.clusters, sample=size)


def found(space: EmbeddingSpace, *, way: int) -> Found:
    """The nearest right and the nearest wrong answer of every query, by cosine.

    Exact up to 400 million comparisons; beyond, of a random sample of the queries.
    """
    asked = ways(space)[way]
    most = max(2 * FEWEST, MOST_COMPARISONS // len(asked.candidates))
    standing = np.empty(len(space), np.int64)
    standing[space.standing] = np.random.default_rng(SEED).permutation(len(space))
    queries = np.sort(asked.queries[np.argsort(standing[asked.queries])[:most]])
    n, unit = len(queries), space.unit
    counts, cosines, at = np.empty((2, n)), np.empty((n, 2)), np.empty((2, n), np.int64)
    targets = unit[asked.candidates]
    for rows in blocks(n, max(1, _CELLS // len(targets))):
        scores = unit[queries[rows]] @ targets.T
        scores[queries[rows][:, None] == asked.candidates] = -np.inf
        same = asked.key[queries[rows]][:, None] == asked.key[asked.candidates]
        right, wrong = (np.where(which, scores, -np.inf) for which in (same, ~same))
        best = right.max(axis=1, keepdims=True)
        counts[0, rows] = (wrong > best + CLOSE).sum(axis=1)
        counts[1, rows] = (wrong >= best - CLOSE).sum(axis=1) - counts[0, rows]
        for side, table in enumerate((right, wrong)):
            at[side, rows] = table.argmax(axis=1)
            cosines[rows, side] = table.max(axis=1)
        tick(rows.stop / n)
    places = Places.of(counts[0], counts[1])
    pairs = pair_clusters(space)
    return Found(
        queries,
        asked.candidates[at[0]],
        asked.candidates[at[1]],
        1 - places.hits(1),
        places.mean,
        cosines,
        pairs[queries],
        len(asked.queries),
        asked.column,
    )


@dataclass(frozen=True, eq=False)
class Slice:
    """Queries that have something in common, or failures that do.

    Attributes
    ----------
    kind
        A value of a column, a region, or a column in which what was found differs.
    of
        ``(n,)`` which queries; of a confused column those that fail so.
    share
        Of these, that fail; of a confused column the share of failures that differ in it.
    beside
        The same share of the other queries; of a confused column what a random answer would differ.
    difference
        Of the two.
    failures
        Share of all failures that are in the slice.
    """

    name: str
    kind: Kind
    column: str
    of: Mask
    share: Estimate
    beside: float
    difference: Estimate
    failures: float

    @property
    def lift(self) -> float:
        """The share over that beside; infinite over none."""
        return self.share.value / self.beside if self.beside else np.inf


def slices(space: EmbeddingSpace, made: Found, regions: Mapping[str, Mask]) -> list[Slice]:
    """All slices of ten queries or more, those first that fail more often than the rest, surely.

    Parameters
    ----------
    regions
        By name, ``(n,)`` which of the queries lie there.
    """
    names = {made.column, space.roles.get("pair")}  # that tell things apart, not kinds of things
    told = [str(column) for column in space.items if column not in names]
    of: list[tuple[str, Kind, str, Mask]] = [
        (f"{column}: {value}", "column", column, mask)
        for column in told
        for value, mask in _values(space.items[column].iloc[made.queries])
    ]
    of += [(name, "region", "", mask) for name, mask in regions.items()]
    kept = [_slice(made, *each) for each in of if FEWEST <= each[3].sum() <= len(each[3]) - FEWEST]
    if made.failed.sum() >= FEWEST:
        columns = [column for column in columns_of(space, "category") if column not in names]
        kept += [one for name in columns if (one := _confused(space, made, name)) is not None]
    return sorted(kept, key=lambda one: (-_surely(one.difference), -one.difference.value))


def _values(cells: "pd.Series[Any]") -> list[tuple[str, Mask]]:
    """The values of a column of few, or thirds of one of numbers."""
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        numbers = pd.to_numeric(cells)
        if numbers.nunique() > 2 * FEWEST:
            parts = pd.qcut(numbers.astype(float), _THIRDS, duplicates="drop")
            ends = numbers.groupby(parts, observed=True).agg(["min", "max"])
            return [
                (f"{low:,} to {high:,}", np.asarray(parts == part))
                for part, (low, high) in zip(ends.index, ends.to_numpy(), strict=True)
            ]
    elif cells.map(lambda cell: isinstance(cell, bytes)).any():
        return []
    names = cells[cells.notna()].map(str)
    values = names.value_counts()
    if len(values) < 2 or len(values) > len(cells) / 5:
        return []
    return [(str(value), np.asarray(cells.map(str) == value)) for value in values.index]


def _slice(made: Found, name: str, kind: Kind, column: str, of: Mask) -> Slice:  # noqa: PLR0917
    inside, beside = made.failed[of], made.failed[~of]
    influence = np.where(of, (made.failed - inside.mean()) / of.sum(), 0.0)
    influence -= np.where(of, 0.0, (made.failed - beside.mean()) / (~of).sum())
    more = float(inside.mean() - beside.mean())
    difference = from_influence(more, influence, made.clusters, within=(-1, 1), chance=_NONE)
    share = from_hits(inside, made.clusters[of])
    failures = float(inside.sum() / made.failed.sum()) if made.failed.any() else 0.0
    return Slice(name, kind, column, of, share, float(beside.mean()), difference, failures)


def differs(space: EmbeddingSpace, made: Found, column: str) -> Floats:
    """``(n,)`` whether what is found differs from what is right in a column; NaN where empty."""
    cells = space.items[column]
    right, instead = (cells.iloc[rows].to_numpy(object) for rows in (made.right, made.instead))
    known = pd.notna(right) & pd.notna(instead)
    return np.where(known, right.astype(str) != instead.astype(str), np.nan)


def _confused(space: EmbeddingSpace, made: Found, column: str) -> Slice | None:
    away, failed = differs(space, made, column), made.failed >= 0.5
    of = failed & np.isfinite(away)
    if of.sum() < FEWEST:
        return None
    names = space.items[column].map(str)
    shares = names.iloc[np.unique(made.right)].value_counts(normalize=True)
    by_chance = 1 - names.iloc[made.right[of]].map(shares).to_numpy(np.float64)
    if not 0 < by_chance.mean() < 1:
        return None
    share = from_hits(away[of], made.clusters[of])
    more = from_mean(away[of] - by_chance, made.clusters[of], within=(-1, 1), chance=_NONE)
    mask = of & (away == 1)
    failures = float(made.failed[mask].sum() / made.failed.sum())
    name = f"{column} confused"
    return Slice(name, "confused", column, mask, share, float(by_chance.mean()), more, failures)


def changes(
    space: EmbeddingSpace, two: tuple[Found, Found], kept: Sequence[Slice]
) -> list[Estimate]:
    """Of each slice, the failures after less those before, query by query.

    Of a confused column: queries that fail and differ in it, among all; those that failed before
    would look better for that alone.

    Parameters
    ----------
    two
        What the queries find, and what they find in the same items once their vectors changed.
    """
    before, after = two
    if not np.array_equal(before.queries, after.queries):
        msg = "Both searches must be of the same queries. Choose vectors of the same items."
        raise NotApplicable(msg)
    made = []
    for one in kept:
        values, of = after.failed - before.failed, one.of
        if one.kind == "confused":
            fails = [each.failed * np.nan_to_num(differs(space, each, one.column)) for each in two]
            values, of = fails[1] - fails[0], np.ones(len(values), bool)
        change = from_mean(values[of], before.clusters[of], within=(-1, 1), chance=_NONE)
        made.append(change)
    return made


def _surely(difference: Estimate) -> float:
    """How far the interval stays above zero."""
    return max(difference.interval.low, 0.0) if difference.interval else 0.0
