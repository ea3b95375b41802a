"""Quality of shorter vectors, and how much of it is owed to the order of the dimensions."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from core.arrays import Floats, Mask, Positions, Vectors
from core.lenses.compression._signals import Signal
from core.numerics.spectra import second_moments
from core.numerics.tiles import blocks, in_order
from core.progress import ticked
from core.readouts import Table
from core.space import EmbeddingSpace
from core.statistics.halves import Halves
from core.statistics.influence import pair_clusters
from core.statistics.resampling import SEED

DRAWS = 5  # of random dimensions
SPLITS = 10  # into halves, each of which is judged anew
_MOST_AXES, _FEWEST = 512, 3  # fitted anew; items on either side
_NO_LENGTH = 1e-37  # squared, beside 1: products in float32 have nothing left of it
_QUERIES = 512  # whose products a worker holds: with 2,000 items 4 MB
_FAINT = 0.02  # between random dimensions and all: below, there is no order to see


def sizes(n_dims: int, fewest: int = 4) -> Positions:
    """Powers of two from `fewest`, then all dimensions."""
    powers = 2 ** np.arange(int(np.log2(fewest)), 13)
    return np.append(powers[powers < n_dims], n_dims)


def prefixes(rows: Vectors, wanted: Signal, dims: Positions) -> Floats:
    """``(n_sizes, n_queries)`` quality of the first dimensions, brought to length one.

    Of the rows that are judged, all of them of about length one.
    """
    quality: Floats = prefixes_for(rows, [wanted], dims)[0]
    return quality


def prefixes_for(rows: Vectors, signals: Sequence[Signal], dims: Positions) -> Floats:
    """``(n_signals, n_sizes, n_queries)`` the same for signals of the same rows and queries.

    Products of more dimensions are those of fewer and what the others add, whatever is sought.
    """
    queries = signals[0].true.queries
    parts = [slice(low, high) for low, high in pairwise((0, *dims))]
    columns = [np.ascontiguousarray(rows[:, part]) for part in parts]
    squares = np.cumsum([np.einsum("ij,ij->i", one, one, dtype=np.float64) for one in columns], 0)
    scales = (1 / np.sqrt(np.where(squares > _NO_LENGTH, squares, np.inf))).astype(np.float32)

    def found(part: slice) -> Floats:
        asked = [one.asked(part) for one in signals]
        products = np.zeros((len(queries[part]), len(rows)), np.float32)
        found = np.empty((len(signals), len(dims), len(products)))
        for size, (column, scale) in enumerate(zip(columns, scales, strict=True)):
            products += column[queries[part]] @ column.T
            scores = products * scale
            for at, one in enumerate(asked):
                found[at, size] = one.found(scores)
        return found

    return np.concatenate(list(in_order(found, blocks(len(queries), _QUERIES))), axis=2)


def principal_axes(vectors: Vectors, wanted: Signal) -> Vectors:
    """``(n_dims, n_dims)`` axes fitted to the items that are not judged, the longest first."""
    axes: Vectors = second_moments(vectors[wanted.others])[1].astype(np.float32)
    return axes


def refitted(principal: Vectors, wanted: Signal) -> Vectors:
    """Judged rows along principal axes, the first 512 of which are fitted anew to other items.

    Later axes, of little length, would hardly mix with these, and a fit of thousands takes long.
    """
    rows = principal[wanted.rows]
    first = rows[:, :_MOST_AXES] @ principal_axes(principal[:, :_MOST_AXES], wanted)
    return np.concatenate([first, rows[:, _MOST_AXES:]], axis=1)


def over_halves(
    numbers: Callable[[Signal], Sequence[float]],
    space: EmbeddingSpace,
    wanted: Signal,
    *,
    count: int,
) -> Halves:
    """How `count` numbers move between halves of the items, each judged, searched and fitted to.

    Near items share their neighbors, so that a mean over queries varies more with the items than
    with the queries among the same items.
    """

    def on_half(half: Mask) -> Floats:
        if min(half[wanted.rows].sum(), half[wanted.others].sum()) < _FEWEST:
            return np.full(count, np.nan)
        part = wanted.within(space, half)
        return np.array(numbers(part)) if len(part.true.queries) else np.full(count, np.nan)

    return Halves.of(on_half, pair_clusters(space), splits=SPLITS)


def rotated_at_random(vectors: Vectors, seed: int = SEED) -> Vectors:
    """A rotated copy: nothing is lost, and no dimension is more than another."""
    d = vectors.shape[1]
    rotation = np.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))[0].astype(np.float32)
    rotated: Vectors = vectors @ rotation
    return rotated


def random_dimensions(
    rows: Vectors,
    signals: Sequence[Signal],
    dims: Positions,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Floats:
    """``(n_signals, n_sizes, n_queries)`` mean quality of random dimensions, drawn some times."""
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(rows.shape[1]) for _ in range(draws)]
    drawn = [prefixes_for(rows[:, order], signals, dims) for order in ticked(orders)]
    mean: Floats = np.mean(drawn, axis=0)
    return mean


def over_queries(
    statistic: Callable[..., float], *qualities: Floats
) -> Callable[[Positions], float]:
    """A statistic of mean qualities ``(n_sizes,)``, for some of the queries."""
    return lambda rows: float(statistic(*(one[:, rows].mean(axis=1) for one in qualities)))


def kept_share(quality: Floats, at: int) -> float:
    """Quality of one size over that of all dimensions, at most 1; 0 where these find nothing."""
    return float(min(1.0, quality[at] / quality[-1])) if quality[-1] > 0 else 0.0


def truncation_index(prefix: Floats, principal: Floats, dims: Positions) -> float:
    """Area under one curve over the logarithm of the size, over that under the other.

    1 where principal dimensions find nothing: there is nothing to fall short of.
    """
    below, above = (float(np.trapezoid(one, np.log2(dims))) for one in (principal, prefix))
    return above / below if below > 0 else 1.0


def smallest(quality: Floats, dims: Positions, keep: float) -> int:
    """Fewest dimensions from which on that share of the full quality is kept."""
    enough = quality >= keep * quality[-1]
    lacking = np.flatnonzero(~enough)
    return int(dims[lacking[-1] + 1]) if len(lacking) else int(dims[0])


def nestedness(prefix: Floats, drawn: Floats) -> float:
    """Mean share of the way from random dimensions to all that the first ones go.

    About 0 where no order is to be seen, 1 where the first dimensions do as well as all. Sizes
    at which random ones are within 0.02 of all are left out; NaN where all are.
    """
    room = prefix[-1] - drawn[:-1]
    seen = room >= _FAINT
    return float(((prefix[:-1] - drawn[:-1])[seen] / room[seen]).mean()) if seen.any() else np.nan


def within(keep: float, quality: Floats, cost: Floats) -> tuple[int, ...]:
    """The cheapest cell that keeps that share of the best cell of the last row, as an index."""
    enough = quality >= keep * quality[-1, -1]
    return tuple(
        int(at) for at in np.unravel_index(np.where(enough, cost, np.inf).argmin(), cost.shape)
    )


def relative_cost(n_layers: int, widths: Sequence[int], dims: Positions) -> Floats:
    """``(n_layers, n_sizes)`` depth times size, of the last layer in full: 1."""
    depth = np.arange(1, n_layers + 1) / n_layers
    cost: Floats = depth[:, None] * (dims / max(widths))
    return cost


def cell_table(  # noqa: PLR0913 - what a cell is
    cells: Floats,
    wanted: Signal,
    dims: Positions,
    *,
    names: Sequence[str],
    cost: Floats,
    keep: float,
) -> Table:
    """Every layer and size, cheapest first, and whether it keeps its share of the full quality."""
    enough = keep * cells[-1, -1].mean()
    order = np.unravel_index(np.argsort(cost, axis=None, kind="stable"), cost.shape)
    return Table.of(
        {
            "layer": names[layer],
            "dimensions": int(dims[size]),
            "cost": float(cost[layer, size]),
            "quality": wanted.estimate(cells[layer, size]),
            "keeps it": "yes" if cells[layer, size].mean() >= enough else "",
        }
        for layer, size in zip(*order, strict=True)
    )
