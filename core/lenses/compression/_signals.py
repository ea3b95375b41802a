"""What makes shorter vectors good enough: partners, labels, or what the full vectors find."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from core.arrays import Codes, Floats, Mask, Positions, Vectors
from core.engines.labels import known_codes
from core.engines.retrieval.recall import Scores, Truth, recall_among, truth
from core.errors import Degenerate
from core.estimates import Chance, Estimate
from core.readouts import ItemScores
from core.space import EmbeddingSpace
from core.statistics.estimating import from_mean
from core.statistics.influence import pair_clusters
from core.statistics.sampling import laid_out, sample_size
from core.trial import by_content, check_parts

MOST_ITEMS = 2_000  # that are judged: their products with each other take 16 MB
_MOST_FITTED = 5_000  # of half of the items, so that ten fits and more take seconds
Kind = Literal["automatic", "pair", "label", "neighbors"]


@dataclass(frozen=True, eq=False)
class Signal:
    """What vectors should find, and for which items.

    Attributes
    ----------
    name
        What the quality is: ``"recall@1 of the partner"``.
    kind
        Which of the three it is.
    rows, others
        Positions of the items judged, and of those that anything is fitted to, these in an order
        that depends on what they are.
    true
        What is to be found, in positions among `rows`.
    allowed
        ``(n_queries, n_rows)`` what may be found at all; None: anything.
    clusters
        ``(n_queries,)`` which queries show the same thing.
    """

    name: str
    kind: Kind
    rows: Positions
    others: Positions
    true: Truth
    allowed: Mask | None
    clusters: Codes
    available: int

    def within(self, space: EmbeddingSpace, half: Mask) -> "Signal":
        """The same among half of the items ``(n_items,)``: judged, searched and fitted to.

        As many neighbors are to be found, or half as many where there are few, so that the share
        that can be found stays. Of the items that are fitted to, at most 5,000 do: more of them
        hardly change a fit.
        """
        rows, others = self.rows[half[self.rows]], self.others[half[self.others]][:_MOST_FITTED]
        k, many = self.true.k, (len(self.rows) - 1) // 2
        if self.kind == "label":
            many = len(self.true.item) // len(self.true.queries)
        k = max(1, min(k, max(k, many) // 2))
        return replace(_targets(space.take(rows), self.kind, k), rows=rows, others=others)

    def searching(self, unit: Vectors, half: Mask) -> "Signal":
        """The same queries, which search half of the items ``(n_items,)`` and their own partners.

        What is near is found among these by the unit vectors of all items.
        """
        searched = np.tile(half[self.rows], (len(self.true.queries), 1))
        if self.kind == "pair":
            searched[self.true.query, self.true.item] = True
        if self.allowed is not None:
            searched &= self.allowed
        true = self.true
        if self.kind == "neighbors":
            rows = unit[self.rows]
            scores = rows[true.queries] @ rows.T
            scores[~searched] = -np.inf
            scores[np.arange(len(scores)), true.queries] = -np.inf
            k = max(1, min(true.k, int(half[self.rows].sum() - 1) // 2))
            last = np.partition(scores, -k, axis=1)[:, -k][:, None]
            item, query = np.nonzero((scores >= last).T)
            true = replace(true, k=k, item=item, query=query)
        else:
            there = searched[true.query, true.item]
            true = replace(true, item=true.item[there], query=true.query[there])
        return replace(self, true=true, allowed=searched)

    def quality(self, unit: Vectors) -> Floats:
        """``(n_queries,)`` share of what is found that should be, for unit vectors of `rows`."""
        return self.found(unit[self.true.queries] @ unit.T)

    def found(self, scores: Scores) -> Floats:
        """The same for scores ``(n_queries, n_rows)``, higher is nearer; may write into them."""
        return recall_among(scores, self.true, self.allowed)

    def asked(self, part: slice) -> "Signal":
        """The same of some consecutive queries."""
        allowed = None if self.allowed is None else self.allowed[part]
        clusters = self.clusters[part]
        return replace(self, true=self.true.asked(part), allowed=allowed, clusters=clusters)

    @property
    def chance(self) -> Chance:
        """What a random order finds."""
        candidates = self.true.n_items - 1
        share = self.true.chance
        if self.allowed is not None:
            candidates = round(float(self.allowed.sum(axis=1).mean()))
            share = float(len(self.true.item) / self.allowed.sum())
        return Chance(share, f"random order of {candidates:,} items, exact")

    def estimate(self, quality: Floats) -> Estimate:
        """Mean quality with its interval over queries, among the items that there are."""
        sample = sample_size(len(self.rows), self.available)
        return from_mean(quality, self.clusters, within=(0, 1), chance=self.chance, sample=sample)

    def lost(self, quality: Floats) -> ItemScores:
        """Quality that each query loses, laid out over all items."""
        at = self.rows[self.true.queries]
        return ItemScores(laid_out(quality, at, self.available), "quality lost", "low")


def sought(space: EmbeddingSpace, kind: Kind) -> Signal:
    """What is to be found, of which there must be some.

    Raises
    ------
    Degenerate
        If no item has a partner, or another of its label.
    """
    wanted = signal(space, kind)
    if not len(wanted.true.queries):
        raise Degenerate("nothing is to be found: no item has a partner or another of its label")
    return wanted


def signal(space: EmbeddingSpace, kind: Kind, k: int = 10) -> Signal:
    """What is to be found: partners where there are two modalities, else labels, else neighbors.

    Half of the items, whole pairs and 2,000 at most, are judged; what is fitted sees the others.
    """
    clusters = np.unique(pair_clusters(space), return_inverse=True)[1].astype(np.int64)
    check_parts(clusters)
    order = by_content(space)
    first = np.full(clusters.max() + 1, len(space))
    np.minimum.at(first, clusters[order], np.arange(len(space)))
    size = max(2, min((len(space) + 1) // 2, MOST_ITEMS))
    names = clusters[np.argsort(first[clusters], kind="stable")[:size]]
    judged = np.isin(clusters, names)
    rows, others = np.flatnonzero(judged), order[~judged[order]]
    seen = space.take(rows)
    if kind == "automatic":
        kind = "label" if "label" in space.roles else "neighbors"
        if "pair" in space.roles and "modality" in space.roles:
            kind = "pair"
    return replace(_targets(seen, kind, k), rows=rows, others=others, available=len(space))


_NOBODY = np.zeros(0, np.int64)


def _targets(seen: EmbeddingSpace, kind: Kind, k: int) -> Signal:
    if kind == "pair":
        return _partners(seen)
    return _labels(seen, k) if kind == "label" else _neighbors(seen, k)


def _neighbors(seen: EmbeddingSpace, k: int) -> Signal:
    true = truth(seen.vectors, np.arange(len(seen)), k)
    return _of(f"recall@{true.k} of the full vectors' neighbors", seen, true, kind="neighbors")


def _labels(seen: EmbeddingSpace, k: int) -> Signal:
    codes = known_codes(seen)
    same = (codes[:, None] == codes) & (codes >= 0)
    np.fill_diagonal(same, val=False)
    many = min(k, len(seen) - 1)
    return _of(f"share of {many} neighbors with the label", seen, _true(same, many), kind="label")


def _partners(seen: EmbeddingSpace) -> Signal:
    sides, pairs = seen.known_codes("modality")[0], pair_clusters(seen)
    across = (sides[:, None] != sides) & (sides[:, None] >= 0) & (sides >= 0)
    queries = np.flatnonzero(((pairs[:, None] == pairs) & across).any(axis=1))
    partners = _true((pairs[:, None] == pairs) & across, 1)
    targets = _of("recall@1 of the partner", seen, partners, kind="pair")
    return replace(targets, allowed=across[queries])


def _true(near: Mask, k: int) -> Truth:
    """What is to be found, of a square of pairs; items with nothing to find do not ask."""
    queries = np.flatnonzero(near.any(axis=1))
    item, query = np.nonzero(near[queries].T)
    return Truth(queries, k, len(near), query, item)


def _of(name: str, seen: EmbeddingSpace, true: Truth, *, kind: Kind) -> Signal:
    clusters = np.unique(pair_clusters(seen), return_inverse=True)[1].astype(np.int64)
    return Signal(name, kind, _NOBODY, _NOBODY, true, None, clusters[true.queries], len(seen))
