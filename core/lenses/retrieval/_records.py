"""Records with a vector in each of two views, their links, and the threshold of a link."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from core.arrays import Codes, Floats, Mask, Positions
from core.engines.pairs.pairs import sides
from core.errors import NotApplicable
from core.numerics.cosines import Cosines
from core.numerics.tiles import blocks, in_order
from core.numerics.unit import unit_rows
from core.space import EmbeddingSpace

MOST = 20_000  # records
_ROWS = 256
_LEVEL = 1e-6  # difference of two similarities of strings that is none
# Of some records that ask with all that can be found, and what is no difference of two.
Scores = Callable[[slice], tuple[Floats, Floats | float]]


@dataclass(frozen=True, eq=False)
class Records:
    """What is linked.

    Attributes
    ----------
    first
        ``(n_records,)`` position of the item that stands for a record: of the left view if it can.
    views
        Unit rows of the left and the right view, ``(n_records, n_dims)``; zeros where one lacks.
    entity
        ``(n_records,)`` what a record truly is; -1 where it is not known.
    asks, found
        Which records are linked, and to which: all to all others without a column of sides.
    """

    first: Positions
    views: tuple[Floats, Floats]
    entity: Codes
    asks: Positions
    found: Positions

    @classmethod
    def of(cls, space: EmbeddingSpace, two: tuple[str, str], queries: str) -> Self:
        """The items of a pair are a record; several of a view are averaged.

        Raises
        ------
        NotApplicable
            If there are more than 20,000 records, or none asks or can be found.
        """
        rows = np.sort(np.concatenate(sides(space, *two)))
        codes = pd.factorize(space.column("pair")[rows])[0]
        rows, codes = rows[codes >= 0], codes[codes >= 0]
        order = np.argsort(space.names("modality")[rows] != two[0], kind="stable")
        first = rows[order][np.unique(codes[order], return_index=True)[1]]
        if len(first) > MOST:
            msg = f"Records are linked up to {MOST:,}; {len(first):,} were given. Choose some."
            raise NotApplicable(msg)
        views = tuple(
            _means(space, rows[here], codes[here], n=len(first))
            for here in (space.names("modality")[rows] == name for name in two)
        )
        entity = np.full(len(first), -1)
        if "label" in space.roles:
            known = pd.notna(space.column("label")[first])
            entity[known] = space.codes("label")[0][first[known]]
        everyone = np.arange(len(first))
        asks = found = everyone
        if "side" in space.roles:
            asking = space.names("side")[first] == queries
            asks, found = everyone[asking], everyone[~asking]
        if not (len(asks) and len(found)):
            msg = f"Some records must ask and others be found; all are on side {queries!r}."
            raise NotApplicable(msg)
        return cls(first, (views[0], views[1]), entity, asks, found)

    @property
    def one_view(self) -> Mask:
        """``(n_records,)`` whether a view lacks, and the other stands alone."""
        left, right = self.views
        return np.asarray(~left.any(axis=1) | ~right.any(axis=1))

    def pooled(self, weight: float) -> Floats:
        """``(n_records, n_dims)`` unit rows: the first view by `weight`, the second by the rest."""
        left, right = self.views
        both = ~self.one_view[:, None]
        return unit_rows(np.where(both, weight * left + (1 - weight) * right, left + right))

    @property
    def matched(self) -> Mask:
        """``(n_asking,)`` whether there is a record of the same entity to be found."""
        own = self.entity[self.asks]
        counts = np.bincount(self.entity[self.found] + 1, minlength=own.max() + 2)[own + 1]
        inside = np.isin(self.asks, self.found)
        matched: Mask = (own >= 0) & (counts > inside)
        return matched

    @property
    def chance(self) -> float:
        """Share of right links at random, of those that have one."""
        own = self.entity[self.asks]
        same = np.bincount(self.entity[self.found] + 1, minlength=own.max() + 2)[own + 1]
        inside = np.isin(self.asks, self.found)
        share = (same - inside) / np.maximum(len(self.found) - inside, 1)
        return float(share[self.matched].mean())


@dataclass(frozen=True, eq=False)
class Links:
    """The most similar record of each that asks.

    Attributes
    ----------
    score
        ``(n_asking,)`` its similarity.
    match
        Which record it is; of equal ones the first.
    right
        Whether it is of the same entity, of equally similar ones the share that is.
    """

    score: Floats
    match: Positions
    right: Floats


def linked(records: Records, score: Scores) -> Links:
    """Every record that asks with the best scored of those that can be found, not itself."""
    entity = records.entity[records.found]

    def look(rows: slice) -> tuple[Floats, Positions, Floats]:
        asking = records.asks[rows]
        scores, close = score(rows)
        scores[asking[:, None] == records.found[None]] = -np.inf
        best = scores.max(axis=1)
        level = scores >= best[:, None] - close
        same = entity[None] == records.entity[asking][:, None]
        return best, scores.argmax(axis=1), (level & same).sum(axis=1) / level.sum(axis=1)

    parts = list(in_order(look, blocks(len(records.asks), _ROWS)))
    best, match, right = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Links(best, records.found[match], right)


def by_cosine(records: Records, rows: Floats) -> Scores:
    """Scores by the cosine of rows of all records."""
    compared = Cosines.of(rows[records.asks], rows[records.found])
    return lambda part: (compared[part], compared.close(part))


def by_strings(records: Records, texts: list[str]) -> Scores:
    """Scores by the cosine of the frequencies of two to four letters in a row (TF-IDF)."""
    from sklearn.feature_extraction.text import (  # noqa: PLC0415 - a second to import
        TfidfVectorizer,
    )

    table = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)).fit_transform(texts)
    asking, found = table[records.asks], table[records.found].T.tocsc()
    return lambda part: ((asking[part] @ found).toarray(), _LEVEL)


def best_threshold(score: Floats, right: Floats, matched: Mask) -> float:
    """The similarity from which links are accepted with the fewest wrong decisions.

    An accepted link is right if it is of the entity, a refused one if there is none to be found.
    """
    order = np.argsort(-score, kind="stable")
    accepted = np.concatenate([[0.0], np.cumsum(right[order])])
    refused = np.concatenate([[0.0], np.cumsum(~matched[order])])
    count = int(np.argmax(accepted + refused[-1] - refused))
    ends = np.concatenate([[score.max() + 1e-3], score[order], [score.min() - 1e-3]])
    return float(ends[count : count + 2].mean())


def guessed_threshold(score: Floats) -> float:
    """Where two groups of similarities part with the least variance inside them (Otsu 1979).

    A single similarity is its own threshold.
    """
    if len(score) == 1:
        return float(score[0])
    ordered = np.sort(score)
    n, total = len(ordered), np.cumsum(ordered)
    count = np.arange(1, n)
    low, high = total[:-1] / count, (total[-1] - total[:-1]) / (n - count)
    at = int(np.argmax(count * (n - count) * (high - low) ** 2))
    return float(ordered[at : at + 2].mean())


def _means(space: EmbeddingSpace, rows: Positions, codes: Codes, *, n: int) -> Floats:
    summed = np.zeros((n, space.n_dims))
    np.add.at(summed, codes, unit_rows(space.vectors[rows].astype(np.float64)))
    return unit_rows(summed)
