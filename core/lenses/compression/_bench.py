"""What a way to store vectors is judged by: neighbors, partners and classes of items not seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from core.arrays import Mask, Positions, Vectors
from core.codec import Fitted, n_bytes, reconstructed
from core.engines.labels import Labels, known_codes
from core.estimates import Estimate, Number, Undefined
from core.lenses.compression._signals import Signal, signal
from core.lenses.compression._storage import MOST_PROBED, CodecResult, probed
from core.numerics.unit import unit_rows
from core.recipes import Recipe
from core.space import EmbeddingSpace
from core.statistics.estimating import from_hits, from_mean, stretched
from core.statistics.halves import Halves
from core.statistics.influence import pair_clusters
from core.trial import Trial, trial

_SPLITS, _FEWEST = 10, 3  # into halves, each coded anew; items of a half
_SIZES = {"1M items": 1e6, "100M items": 1e8, "1B items": 1e9}


@dataclass(frozen=True, eq=False)
class Bench:
    """Items that codecs are fitted to, and others by which they are judged.

    Attributes
    ----------
    tried
        The neighbors to find.
    held_out
        The items not seen, in the order of the trial.
    pairs
        The partners to find among them, where there are two modalities.
    labels
        Classes of all items, where there are any.
    """

    tried: Trial
    held_out: EmbeddingSpace
    pairs: Signal | None
    labels: Labels | None

    @classmethod
    def of(cls, space: EmbeddingSpace, k: int) -> Self:
        """By as much as is known of the items."""
        tried = trial(space, min(k, len(space) // 4))
        held_out = space.take(tried.held_out)
        pairs = signal(held_out, "pair") if {"pair", "modality"} <= set(space.roles) else None
        if pairs is not None and not len(pairs.true.queries):
            pairs = None
        labels = Labels.of(space) if "label" in space.roles else None
        bench = cls(tried, held_out, pairs, labels)
        return bench if all(map(len, bench._probed)) else replace(bench, labels=None)

    def result(self, recipe: Recipe) -> CodecResult:
        """What one codec keeps of what it has not seen."""
        fitted = recipe.fit(self.tried.seen)
        result = CodecResult(
            recipe.title,
            recipe.way,
            fitted.bits / 8,
            n_bytes(fitted.tables),
            self.tried.recall(fitted),
        )
        if self.labels is not None:
            training, test = self._probed
            codes = self.labels.codes[training], self.labels.codes[test]
            seen, decoded = (self._read_back(fitted, rows) for rows in (training, test))
            result = replace(result, hits=probed(seen, decoded, codes))
        if self.pairs is not None:
            decoded = self._read_back(fitted, self.tried.held_out[self.pairs.rows])
            result = replace(result, found=self.pairs.quality(decoded))
        return result

    def recalls(self, results: Sequence[CodecResult], best: int, recipe: Recipe) -> list[Estimate]:
        """Neighbors that each codec finds; of the best one, given by its place and recipe.

        Queries among the same items, coded by the same fit, do not miss neighbors independently:
        halves of the items are fitted to and searched by themselves, by the best codec. By as much
        as its interval over queries alone is too narrow those of the others are made wider.
        """
        found = [self.tried.estimate(one.recall) for one in results]
        judged = self.tried.estimate(results[best].recall, self._over_halves(recipe))
        own, plain = (one.ends[1] - one.ends[0] for one in (judged, found[best]))
        wider = max(1.0, own / plain) if plain > 0 else 1.0
        return [
            judged if at == best else stretched(one, wider, within=(0, 1))
            for at, one in enumerate(found)
        ]

    def _over_halves(self, recipe: Recipe) -> Halves:
        def again(half: Mask) -> float:
            if min(half[self.tried.queries].sum(), half[self.tried.training].sum()) < _FEWEST:
                return np.nan
            part = self.tried.within(half)
            return float(part.recall(recipe.fit(part.seen)).mean())

        return Halves.of(again, pair_clusters(self.tried.space), splits=_SPLITS)

    def accuracy(self, result: CodecResult) -> Number:
        """Classes that a probe of the decoded vectors names."""
        if self.labels is None:
            return Undefined("needs items with a label")
        return from_hits(result.hits, self.labels.clusters[self._probed[1]])

    def pair_recall(self, result: CodecResult) -> Number:
        """Partners that come first among the decoded vectors."""
        if self.pairs is None:
            return Undefined("needs pairs across two modalities")
        found = from_mean(result.found, self.pairs.clusters, within=(0, 1))
        return replace(found, chance=self.pairs.chance)

    def row(self, result: CodecResult, recall: Estimate, *, ahead: bool) -> dict[str, Any]:
        """All that is known of a codec, as a line of the table."""
        return {
            "codec": result.title,
            "bytes an item": result.bytes_per_item,
            "times smaller": 4 * self.tried.space.n_dims / result.bytes_per_item,
            "recall": recall,
            "class accuracy": self.accuracy(result),
            "pair recall": self.pair_recall(result),
            "on the front": "yes" if ahead else "",
            **{f"{name}, GB": result.size(n) / 1e9 for name, n in _SIZES.items()},
        }

    def advice(self, best: CodecResult, recall: Estimate, budget: float) -> list[str]:
        """What to store within so many bits a dimension, and what that costs."""
        low, high = recall.ends
        full = 4 * self.tried.space.n_dims
        return [
            f"Within {budget:g} bits a dimension, store {best.title}: "
            f"{best.bytes_per_item:,.0f} bytes an item instead of {full:,}.",
            f"It costs {1 - recall.value:.1%} of the {self.tried.true.k} nearest neighbors "
            f"({1 - high:.1%} to {1 - low:.1%}).",
            f"A million items take {best.size(1e6) / 1e9:,.3g} GB instead of {full / 1e3:,.3g}, a "
            f"billion {best.size(1e9) / 1e9:,.3g} GB instead of {full:,.3g}.",
        ]

    @cached_property
    def _probed(self) -> tuple[Positions, Positions]:
        training, test = self.tried.training, self.tried.held_out
        if self.labels is not None:
            known = known_codes(self.tried.space) >= 0
            training, test = training[known[training]], test[known[test]]
        return training[:MOST_PROBED], test[:MOST_PROBED]

    def _read_back(self, fitted: Fitted, rows: Positions) -> Vectors:
        return unit_rows(reconstructed(fitted, self.tried.space.unit[rows]))
