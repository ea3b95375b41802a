"""Links by each view, by both and by letters: what they are worth, and what is uncertain."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from core.arrays import Floats, Mask
from core.errors import Degenerate
from core.estimates import Estimate, Number, Undefined
from core.lenses.retrieval._linking import WEIGHTS, Judged, clusters
from core.lenses.retrieval._records import (
    Links,
    Records,
    best_threshold,
    by_cosine,
    by_strings,
    guessed_threshold,
    linked,
)
from core.readouts import Curve, Distribution, ItemPairs, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import from_change
from core.statistics.fitting import Fitting
from core.statistics.halves import SPLITS
from core.statistics.sampling import laid_out

MOST_SHOWN = 100
POOLED, STRINGS = "pooled", "letters of the texts"


@dataclass(frozen=True, eq=False)
class Linkage:
    """Links of all records, by every way there is.

    Attributes
    ----------
    views
        Names of the first and the second modality.
    ways
        ``(n_records, n_dims)`` unit rows: of each view and of both.
    links
        By each of these, and by the letters of the texts where every record has one.
    """

    records: Records
    judged: Judged
    views: tuple[str, str]
    ways: dict[str, Floats]
    links: dict[str, Links]

    @classmethod
    def of(
        cls, space: EmbeddingSpace, records: Records, views: tuple[str, str], *, weight: float
    ) -> Self:
        """Both views by a weight of the first."""
        shares = {views[0]: 1.0, views[1]: 0.0, POOLED: weight}
        ways = {way: records.pooled(share) for way, share in shares.items()}
        links = {way: linked(records, by_cosine(records, rows)) for way, rows in ways.items()}
        if texts := _texts(space, records, views[1]):
            links[STRINGS] = linked(records, by_strings(records, texts))
        return cls(records, Judged.of(records), views, ways, links)

    @property
    def n_entities(self) -> int:
        """Entities that a link can be right for."""
        return len(np.unique(self.judged.entity[self.judged.matched]))

    @property
    def pooled(self) -> Links:
        """Those by both views."""
        return self.links[POOLED]

    @cached_property
    def right(self) -> Floats:
        """``(n_judged,)`` of the links by both views."""
        return self.pooled.right[self.judged.own]

    @cached_property
    def by_weights(self) -> Floats:
        """``(n_weights, n_judged)`` right links by the weight of the first view."""
        ways = (by_cosine(self.records, self.records.pooled(weight)) for weight in WEIGHTS)
        return np.stack([linked(self.records, way).right[self.judged.own] for way in ways])

    @cached_property
    def decisions(self) -> dict[str, dict[str, Number]]:
        """Of each way, by the threshold that is best for other entities."""
        return {way: self.judged.decided(each) for way, each in self.links.items()}

    @cached_property
    def threshold(self) -> float:
        """The best one for all entities."""
        return best_threshold(self.pooled.score[self.judged.own], self.right, self.judged.matched)

    def accuracy(self, way: str) -> Number:
        """Right links among the records that have one."""
        if way not in self.links:
            return Undefined("needs a 'text' of every record")
        return self._found(self.links[way].right[self.judged.own])

    def tuned(self) -> Estimate:
        """The same by the weight that is best for other entities."""
        found = self._found(self._elsewhere(self.by_weights))
        return self._tuning.widened(found, 1, within=(0, 1))

    def gain(self) -> Estimate:
        """Right links by both views, less those by the view that is better for other entities."""
        of, more = self.judged.matched, self.right - self._elsewhere(self._single)
        found = from_change(more[of], self.judged.entity[of])
        return self._tuning.widened(found, 0, within=(-1, 1))

    @cached_property
    def _single(self) -> Floats:
        """``(2, n_judged)`` right links by each view."""
        return np.stack([self.links[view].right[self.judged.own] for view in self.views])

    @cached_property
    def _tuning(self) -> Fitting:
        """What it adds that other entities might choose another view, or another weight."""
        of = self.judged.matched

        def chosen(half: Mask) -> list[float]:
            view, weight = (self._elsewhere(hits, half) for hits in (self._single, self.by_weights))
            return [float((self.right - view)[of].mean()), float(weight[of].mean())]

        return Fitting.of(chosen, self.judged.entity, splits=SPLITS)

    def by_weight(self) -> Curve:
        """Right links by the weight of the first view."""
        return Curve.of(
            WEIGHTS,
            {"both views": [self._found(each) for each in self.by_weights]},
            (f"weight of {self.views[0]}", "right links"),
            levels={"chance": self.records.chance},
        )

    def table(self) -> Table:
        """A row a way."""
        return Table.of(
            {"by": way, "right links": self.accuracy(way), **self.decisions[way]}
            for way in self.links
        )

    def clusters(self) -> Curve:
        """Agreement of clusters with entities, by where they are cut."""
        return clusters(self.records.entity, self.ways)

    def similarities(self) -> Distribution:
        """Cosines of the links by both views, by whether they are right."""
        kinds = np.where(self.judged.matched, "wrong", "without a match")
        kinds = np.where(self.right >= 0.5, "right", kinds).astype(object)
        return Distribution(self.pooled.score[self.judged.own], "cosine", kinds, "links")

    def per_item(self, n_items: int) -> Floats:
        """``(n_items,)`` whether the link of a record is right, at the item it stands at."""
        first = self.records.first[self.records.asks[self.judged.own]]
        return laid_out(self.right, first, n_items)

    def without_labels(self, threshold: float | None = None) -> dict[str, Any]:
        """What can be said without knowing the entities; uncertain about a guessed threshold."""
        guessed = guessed_threshold(self.pooled.score)
        if not np.isfinite(guessed):
            msg = "needs two records that can be found"
            raise Degenerate(msg)
        off = np.abs(self.pooled.score - (guessed if threshold is None else threshold))
        order = np.argsort(off, kind="stable")[:MOST_SHOWN]
        first = self.records.first[self.records.asks[order]]
        second, cosine = self.records.first[self.pooled.match[order]], self.pooled.score[order]
        return {
            "guessed_threshold": Estimate(guessed),
            "one_view": Estimate(float(self.records.one_view.mean())),
            "uncertain": ItemPairs(first, second, cosine, "cosine of the link"),
        }

    def _found(self, right: Floats) -> Estimate:
        return self.judged.found(right, self.records.chance)

    def _elsewhere(self, hits: Floats, among: Mask | None = None) -> Floats:
        """Of ``(n_ways, n_judged)`` hits those by the way that is best for (some) others."""
        chosen: Floats = np.take_along_axis(hits, self.judged.tuned(hits, among)[None], 0)[0]
        return chosen


def _texts(space: EmbeddingSpace, records: Records, right: str) -> list[str] | None:
    """A text of every record, of its item in the right view; None where one lacks."""
    if "text" not in space.roles:
        return None
    rows = np.flatnonzero((space.names("modality") == right) & pd.notna(space.column("text")))
    texts = pd.Series(space.column("text")[rows], index=space.column("pair")[rows])
    own = texts[~texts.index.duplicated()].reindex(space.column("pair")[records.first])
    return None if own.isna().any() else own.map(str).tolist()
