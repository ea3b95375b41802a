"""Vectors stored in fewer bits: how, and what it costs on items that the codec has not seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from core.arrays import Floats, Positions
from core.codec import Chain, Codec, Fitted
from core.engines.retrieval.recall import Scores, Truth, recall, truth
from core.estimates import Chance, Estimate
from core.numerics.hashing import row_hashes
from core.space import EmbeddingSpace
from core.statistics.influence import clustered_mean_interval, pair_clusters

MOST_TRAINING = 10_000  # rows that a codec is fitted to
FEWEST_QUERIES, MOST_QUERIES = 200, 1_000
_MOST_PRODUCTS = 1.5e10  # of a query's number with an item's: a second or so a codec


@dataclass(frozen=True)
class Recipe:
    """A codec with its knobs, by itself or on what another one leaves: first 256, then int8.

    Attributes
    ----------
    codec, knobs
        What stores the numbers, and values other than the defaults.
    fewer, dims
        What first leaves fewer numbers, such as the first dimensions, and how many; None: nothing.
    """

    codec: Codec
    knobs: Mapping[str, Any] = field(default_factory=dict)
    fewer: Codec | None = None
    dims: int = 0

    def fit(self, training: EmbeddingSpace) -> Fitted:
        """Fitted to the vectors of a space.

        Raises
        ------
        BadParameter
            If a knob is out of range.
        """
        if self.fewer is None:
            return self.codec(training, **self.knobs)
        first = self.fewer(training, dims=self.dims)
        left = replace(training, vectors=first.codes(training.vectors))
        return Chain(first, self.codec(left, **self.knobs))

    @property
    def title(self) -> str:
        """In words: ``"256 first dimensions, int8"``."""
        said = _said(self.codec, self.knobs)
        return f"{self.dims:,} {self.fewer.title}, {said}" if self.fewer else said

    @property
    def searches(self) -> str:
        """Python that finds the nearest of ``queries`` with NumPy alone, for ``stored`` codes."""
        lines = [self.codec.reads, *self._asks, _LENGTHS]
        return "\n".join(lines)

    @property
    def searches_with_faiss(self) -> str:
        """The same with faiss: codes as they are where it has an index for them."""
        if self.codec.faiss:
            asks = [] if "asked = " in self.codec.faiss else [self.codec.asks]
            lines = [*self._shortens, self.codec.faiss, *asks, _FAISS]
        else:
            lines = [self.codec.reads, *self._asks, _FLAT, _FAISS]
        return "\n".join(lines)

    @property
    def _shortens(self) -> list[str]:
        return [self.fewer.asks, "queries = asked"] if self.fewer else []

    @property
    def _asks(self) -> list[str]:
        return [*self._shortens, self.codec.asks]


_LENGTHS = """\
lengths = np.linalg.norm(vectors, axis=1)
scores = asked @ vectors.T / np.where(lengths == 0, 1, lengths)
nearest = np.argsort(-scores, axis=1, kind="stable")[:, :k]"""
_FLAT = """\
vectors = np.ascontiguousarray(vectors, np.float32)
faiss.normalize_L2(vectors)
index = faiss.IndexFlatIP(vectors.shape[1])
index.add(vectors)"""
_FAISS = "_, nearest = index.search(np.ascontiguousarray(asked), k)"

_COUNTED = {
    "dims": "{0:,} {1}",
    "n_blocks": "{1}, {0} bytes",
    "loops": "{1}, {0} loops",
    "share": "{1} to {0:g} %",
}


def _said(codec: Codec, knobs: Mapping[str, Any]) -> str:
    values = {**{knob.name: knob.default for knob in codec.knobs}, **knobs}
    counted = [
        words.format(values[name], codec.title)
        for name, words in _COUNTED.items()
        if name in values
    ]
    return counted[0] if counted else codec.title


@dataclass(frozen=True, eq=False)
class Trial:
    """Items a codec is fitted to, others among which queries search, and what they should find.

    Attributes
    ----------
    training, held_out
        Positions in the space; whole pairs on either side.
    queries
        Positions in the space, some of those held out.
    unit
        ``(n_held_out, n_dims)`` directions of the items held out.
    true
        What is nearest, in positions among those held out.
    clusters
        ``(n_queries,)`` which queries show the same thing.
    """

    space: EmbeddingSpace
    training: Positions
    held_out: Positions
    true: Truth
    clusters: Positions

    @property
    def queries(self) -> Positions:
        """Positions in the space."""
        return self.held_out[self.true.queries]

    @property
    def seen(self) -> EmbeddingSpace:
        """The items to fit to, as directions."""
        return replace(self.space, vectors=self.space.unit).take(self.training)

    def recall(self, fitted: Fitted) -> Floats:
        """``(n_queries,)`` share of the true nearest items that codes find, ties shared fairly."""
        unit, held_out = self.space.unit, self.held_out
        asked = unit[self.queries]

        def score(rows: slice) -> Scores:
            return fitted.score(asked, fitted.codes(unit[held_out[rows]]))

        return recall(score, self.true)

    def estimate(self, found: Floats) -> Estimate:
        """The mean recall, its interval over queries, and what a random order finds."""
        n = len(self.held_out)
        return Estimate(
            float(found.mean()),
            clustered_mean_interval(found, self.clusters, within=(0, 1)),
            Chance(self.true.chance, f"random order of {n - 1:,} items, exact"),
            (len(found), n) if len(found) < n else None,
        )


def trial(space: EmbeddingSpace, k: int) -> Trial:
    """Part the items of a space by what they are: half of them, 10,000 at most, to fit to.

    Of the others as many are queries as make a codec take some seconds, from 200 to 1,000.

    Parameters
    ----------
    space
        Vectors that are not zero.
    k
        Nearest items that each query should find.
    """
    clusters = np.unique(pair_clusters(space), return_inverse=True)[1]
    order = by_content(space)
    first = np.full(clusters.max() + 1, len(space))
    np.minimum.at(first, clusters[order], np.arange(len(space)))
    order = np.lexsort((np.argsort(order), first[clusters]))  # pairs together, in that order
    size = min(len(space) // 2, MOST_TRAINING)
    seen = np.isin(clusters, clusters[order[:size]])
    held_out = np.flatnonzero(~seen)
    many = int(_MOST_PRODUCTS / (len(held_out) * space.n_dims))
    asked = order[~seen[order]][: min(max(many, FEWEST_QUERIES), MOST_QUERIES)]
    asked = np.sort(asked)
    true = truth(space.unit[held_out], np.searchsorted(held_out, asked), k)
    return Trial(space, np.flatnonzero(seen), held_out, true, clusters[asked])


def by_content(space: EmbeddingSpace) -> Positions:
    """The items in an order that depends on what they are, and not on where they stand."""
    known = pd.util.hash_pandas_object(space.items, index=False).to_numpy()
    if not space.items.shape[1]:
        known = np.zeros(len(space), np.uint64)
    return np.lexsort((row_hashes(space.vectors), known))
