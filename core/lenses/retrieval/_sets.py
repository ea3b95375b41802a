"""Which sets of vectors ask and which are searched, and what the search of them finds."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.arrays import AnyFloats, Codes, Floats, Positions, Vectors
from core.engines.retrieval.fixed_dim import Encoding, by_repetition
from core.engines.retrieval.recall import Truth, recall
from core.engines.retrieval.sets import Sets, chamfer
from core.errors import Degenerate, NotApplicable
from core.estimates import Chance, Estimate
from core.readouts import Curve, ItemPairs
from core.space import EmbeddingSpace
from core.statistics.estimating import from_change, from_mean
from core.statistics.sampling import sample_size
from core.statistics.ties import CLOSE

FEWEST = 20  # sets that are searched
FEWEST_ASKING = 5
MOST_COMPARISONS = 10_000_000_000  # of a vector of a query with a vector of a set
MOST_BYTES = 1_000_000_000  # of the encodings
_BINS = 20
DROPPED = {"position", "text"}  # roles of a vector that its set has not


@dataclass(frozen=True, eq=False)
class Asked:
    """Sets that ask, sets that are searched, and their exact similarity.

    Attributes
    ----------
    exact
        ``(n_queries, n_sets)`` Chamfer similarities.
    true
        The `k` most similar sets of each query.
    available
        Sets that could have asked.
    """

    queries: Sets
    sets: Sets
    exact: Floats
    true: Truth
    available: int

    def recall(self, scores: AnyFloats) -> Floats:
        """``(n_queries,)`` share of the k best scored sets that truly are most similar."""
        return recall(lambda rows: scores[:, rows], self.true)

    def reranked(self, scores: AnyFloats, first: int) -> Floats:
        """The exact similarity of the first sets by a score; others come after all of them."""
        place, ordered = -min(first, len(self.sets)), scores.copy()
        ordered.partition(place, axis=1)
        return np.where(scores >= ordered[:, [place]], self.exact, -2.0)

    def correlation(self, scores: Vectors) -> Floats:
        """``(n_queries,)`` Pearson's correlation of a score with the exact similarity over sets."""
        left, right = (each - each.mean(axis=1, keepdims=True) for each in (self.exact, scores))
        left, right = left.astype(np.float64), right.astype(np.float64)
        size = np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
        product = (left * right).sum(axis=1)
        found: Floats = np.divide(product, size, out=np.zeros(len(size)), where=size > 0)
        return np.clip(found, -1, 1)

    @property
    def chance(self) -> Chance:
        """Recall of a random order."""
        return Chance(self.true.k / len(self.sets), "random order of the sets")

    @property
    def sample(self) -> tuple[int, int] | None:
        """Queries of those available, where not all are looked at."""
        return sample_size(len(self.queries), self.available)

    def share(self, values: Floats) -> Estimate:
        """Mean recall of the queries."""
        return from_mean(values, self._each, within=(0, 1), chance=self.chance, sample=self.sample)

    def gain(self, changes: Floats) -> Estimate:
        """Mean change of the recall, query by query."""
        return from_change(changes, self._each, sample=self.sample)

    def correlated(self, scores: Vectors) -> Estimate:
        """Mean correlation of a score with the exact similarity."""
        found, none = self.correlation(scores), Chance(0.0, "unrelated similarities")
        return from_mean(found, self._each, within=(-1, 1), chance=none, sample=self.sample)

    @property
    def _each(self) -> Codes:
        return np.arange(len(self.queries))

    def mistakes(self, scores: Vectors) -> ItemPairs:
        """Queries and what came first for them, by how much less similar it is than the best."""
        each, first = np.arange(len(scores)), scores.argmax(axis=1)
        missed = self.exact.max(axis=1) - self.exact[each, first]
        order = np.argsort(-missed, kind="stable")[: np.count_nonzero(missed > 0)]
        second = self.sets.first[first[order]]
        return ItemPairs(self.queries.first[order], second, missed[order], "Chamfer missed")

    def opened(self, space: EmbeddingSpace, left: Vectors, right: Vectors) -> EmbeddingSpace:
        """A row a set, of the encodings of both sides, in the order of their first items."""
        rows = np.concatenate([self.queries.first, self.sets.first])
        order = np.argsort(rows)
        vectors = np.empty((len(rows), left.shape[1]), np.float32)
        places = np.split(np.argsort(order), [len(left)])
        vectors[places[0]], vectors[places[1]] = left, right
        roles = {role: name for role, name in space.roles.items() if role not in DROPPED}
        name, items = f"{space.name} · one vector a set", space.items.iloc[rows[order]]
        return EmbeddingSpace(name, vectors, items, roles)


def asked(space: EmbeddingSpace, side: str, k: int) -> Asked:
    """The sets of a side ask for the others; without sides, one set in ten does.

    Raises
    ------
    Degenerate
        Below twenty sets to search, or five that ask.
    NotApplicable
        If every set is a single vector.
    """
    codes, known = space.codes("group")[0], pd.notna(space.column("group"))
    asks = space.names("side") == side if "side" in space.roles else codes % 10 == 0
    searched = np.flatnonzero(known & ~asks)
    asking = _drawn(codes, np.flatnonzero(known & asks), MOST_COMPARISONS // max(1, len(searched)))
    queries, sets = (Sets.of(space.vectors, codes, rows) for rows in (asking, searched))
    available = len(np.unique(codes[known & asks]))
    for found, fewest, what in ((sets, FEWEST, "sets"), (queries, FEWEST_ASKING, "sets that ask")):
        if len(found) < fewest:
            msg = f"needs {fewest} {what}, found {len(found)}"
            raise Degenerate(msg)
    if max(queries.sizes.max(), sets.sizes.max()) == 1:
        msg = (
            f"Every value of {space.roles['group']!r} must name a set of vectors; each names one. "
            "Single vectors are searched as they are: see retrieval of partners."
        )
        raise NotApplicable(msg)
    exact = chamfer(queries, sets)
    return Asked(queries, sets, exact, _truth(exact, k), available)


def check_size(how: Encoding, found: Asked, n_dims: int) -> None:
    """Refuse encodings that do not fit.

    Raises
    ------
    NotApplicable
        If they take more than a gigabyte, with what to do.
    """
    n_sets = len(found.sets) + len(found.queries)
    if (size := n_sets * how.width(n_dims) * 4) > MOST_BYTES:
        msg = (
            f"The encodings of {n_sets:,} sets may take {MOST_BYTES / 1e9:g} GB; "
            f"{how.width(n_dims):,} dimensions take {size / 1e9:.1f} GB. Take fewer hyperplanes or "
            "repetitions, or project the vectors to 16 dimensions first."
        )
        raise NotApplicable(msg)


def widths(found: Asked, left: Vectors, right: Vectors, *, repetitions: int) -> pd.DataFrame:
    """Recall and correlation after each repetition, with the width so far."""
    one = left.shape[1] // repetitions
    rows = [
        {
            "repetitions": count,
            "width": count * one,
            "bytes a set": count * one * 4,
            "recall": float(found.recall(scores).mean()),
            "correlation": float(found.correlation(scores).mean()),
        }
        for count, scores in enumerate(by_repetition(left, right, repetitions), start=1)
    ]
    return pd.DataFrame(rows)


def by_width(steps: pd.DataFrame, found: Asked, *, means: float) -> Curve:
    """Recall by width, beside that of mean vectors."""
    return Curve(
        steps["width"].to_numpy(),
        {"encodings": steps["recall"].to_numpy()},
        "dimensions of the encoding",
        f"recall at {found.true.k}",
        levels={"mean vectors": means, "chance": found.chance.value},
    )


def calibration(found: Asked, scores: Vectors) -> Curve:
    """Mean exact similarity of pairs of equal encoded similarity, in twentieths of all pairs."""
    order = np.argsort(scores, axis=None, kind="stable")
    x, y = (
        np.array([part.mean() for part in np.array_split(each.ravel()[order], _BINS)])
        for each in (scores, found.exact)
    )
    return Curve(x, {"exact": y, "if they agreed": x}, "similarity of encodings", "Chamfer")


def _drawn(codes: Codes, rows: Positions, most: int) -> Positions:
    """Rows of whole sets, in the order of the sets' first rows, up to a number of rows."""
    names, first = np.unique(codes[rows], return_index=True)
    order = names[np.argsort(first)]
    total = np.cumsum(np.bincount(codes[rows], minlength=codes.max() + 1)[order])
    kept = order[: max(FEWEST_ASKING, int(np.searchsorted(total, most, side="right")))]
    return rows[np.isin(codes[rows], kept)]


def _truth(exact: Floats, k: int) -> Truth:
    n_queries, n_sets = exact.shape
    k = min(k, n_sets - 1)
    last = np.partition(exact, n_sets - k, axis=1)[:, n_sets - k]
    close = CLOSE * np.ptp(exact, axis=1)
    item, query = np.nonzero((exact >= (last - close)[:, None]).T)
    return Truth(np.full(n_queries, -1), k, n_sets, query, item)
