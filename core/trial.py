"""What a codec costs on items it has not seen: some to fit to, others that search and are found."""

from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
import pandas as pd

from core.arrays import Codes, Floats, Mask, Positions, Vectors
from core.codec import Stored
from core.engines.retrieval.recall import Scores, Truth, recall, truth
from core.errors import Degenerate
from core.estimates import Chance, Estimate
from core.numerics.hashing import row_hashes
from core.space import EmbeddingSpace
from core.statistics.estimating import from_hits, from_mean
from core.statistics.halves import Halves
from core.statistics.influence import pair_clusters
from core.statistics.sampling import sample_size

MOST_TRAINING = 10_000  # rows that a codec is fitted to
FEWEST_QUERIES, MOST_QUERIES = 200, 1_000
_MOST_PRODUCTS = 1e10  # of a query's number with an item's: a second or so a codec


class Coded(Protocol):
    """What makes codes of vectors, and scores them."""

    def codes(self, vectors: Vectors, /) -> Stored:
        """``(n_items, ...)``."""

    def score(self, queries: Vectors, codes: Stored, /) -> Scores:
        """``(n_queries, n_items)``."""


@dataclass(frozen=True, eq=False)
class Trial:
    """Items a codec is fitted to, others among which queries search, and what they should find.

    Attributes
    ----------
    training, held_out
        Positions in the space; whole pairs on either side.
    true
        What is nearest, in positions among those held out.
    clusters
        ``(n_queries,)`` which queries show the same thing.
    """

    space: EmbeddingSpace
    training: Positions
    held_out: Positions
    true: Truth
    clusters: Codes

    @property
    def queries(self) -> Positions:
        """``(n_queries,)`` positions in the space."""
        return self.held_out[self.true.queries]

    @property
    def seen(self) -> EmbeddingSpace:
        """The items to fit to, as directions."""
        return replace(self.space, vectors=self.space.unit).take(self.training)

    def within(self, half: Mask) -> Self:
        """The same among half of the items ``(n_items,)``, with as many to find if that is few."""
        held_out, training = self.held_out[half[self.held_out]], self.training[half[self.training]]
        asked = half[self.queries]
        queries = np.searchsorted(held_out, self.queries[asked])
        k = max(1, min(self.true.k, (len(held_out) - 1) // 2))
        true = truth(self.space.vectors[held_out], queries, k)
        clusters = self.clusters[asked]
        return replace(self, training=training, held_out=held_out, true=true, clusters=clusters)

    def recall(self, coded: Coded, size: int | None = None) -> Floats:
        """``(n_queries,)`` share of the items that score best which are truly near, ties shared.

        Of the k best, or of `size`.
        """
        true = self.true if size is None else replace(self.true, k=size)
        unit, held_out = self.space.unit, self.held_out
        asked = unit[self.queries]

        def score(rows: slice) -> Scores:
            return coded.score(asked, coded.codes(unit[held_out[rows]]))

        return recall(score, true)

    def estimate(self, found: Floats, halves: Halves | None = None, number: int = 0) -> Estimate:
        """The mean recall with its interval, and what a random order finds.

        Over queries alone, or from halves of the items as one of their numbers. Where all is found,
        or nothing, of so many queries (Wilson): others might miss some.
        """
        n = len(self.held_out)
        chance = Chance(self.true.chance, f"random order of {n - 1:,} items, exact")
        sample = sample_size(len(found), n)
        if (found == found[0]).all() and found[0] in {0, 1}:
            return from_hits(found, self.clusters, chance=chance, sample=sample)
        mean = from_mean(found, self.clusters, within=(0, 1), chance=chance, sample=sample)
        if halves is None:
            return mean
        return replace(mean, interval=halves.interval(mean.value, number, within=(0, 1)))


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
    check_parts(clusters)
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
    true = truth(space.vectors[held_out], np.searchsorted(held_out, asked), k)
    return Trial(space, np.flatnonzero(seen), held_out, true, clusters[asked])


def by_content(space: EmbeddingSpace) -> Positions:
    """The items in an order that depends on what they are, and not on where they stand.

    By a hash of their columns; where these are the same for several, as a lone label is, by a hash
    of columns and vector together, so that no class comes before another. Copies are numbered,
    which scatters them: side by side, every other one would be fitted to and the rest judged, and
    noise would be predicted.
    """
    known = np.zeros(len(space), np.uint64)
    if space.items.shape[1]:
        known = np.asarray(pd.util.hash_pandas_object(space.items, index=False), np.uint64)
    if len(np.unique(known)) < len(space):
        known = pd.util.hash_array(known ^ row_hashes(space.vectors))
    if len(np.unique(known)) < len(space):
        number = pd.Series(known).groupby(known).cumcount().to_numpy()
        known = pd.util.hash_array(known ^ pd.util.hash_array(number))
    return np.argsort(known, kind="stable")


def check_parts(clusters: Codes) -> None:
    """Refuse items that all stay together, so that none can be held out.

    Raises
    ------
    Degenerate
        If they are of one cluster.
    """
    if (clusters == clusters[0]).all():
        msg = "needs items of two pairs: some to fit to, others to judge by; all are of one"
        raise Degenerate(msg)


def in_turn(clusters: Codes) -> Codes:
    """``(n,)`` which turn each item takes, from 0, where what belongs together takes one.

    Of items in an order by content; those of every second turn make a half that parts no pair.
    """
    check_parts(clusters)
    return np.asarray(pd.factorize(clusters)[0], np.int64)
