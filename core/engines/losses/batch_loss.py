"""The contrastive loss of a batch of pairs, and the ranks its similarities give."""

from dataclasses import dataclass

import numpy as np

from core.arrays import AnyFloats, Counts, Floats
from core.engines.pairs.modalities import Modalities
from core.engines.pairs.pairs import Pairs
from core.numerics.tiles import Scratch, Tile, blocks, in_order, rectangle
from core.statistics.resampling import SEED
from core.statistics.ties import Places

Scale = tuple[float, float]  # the largest similarity there can be, and the temperature

_ROWS = 512  # at a time, against all others


@dataclass(frozen=True, eq=False)
class Contrast:
    """What each pair of a batch adds to the loss, and where its partner comes in the batch.

    Attributes
    ----------
    own
        ``(n,)`` similarity of the two members of each pair.
    forth, back
        ``(n,)`` log of the sum of ``exp(similarity / temperature)`` over all right items, for each
        left item, and the reverse.
    places, places_back
        Of each left item's partner among the right items, and the reverse.
    temperature
        What similarities are divided by.
    """

    own: Floats
    forth: Floats
    back: Floats
    places: Places
    places_back: Places
    temperature: float

    @property
    def losses(self) -> tuple[Floats, Floats]:
        """``(n,)`` InfoNCE of each item of the first side, and of the second."""
        logit = self.own / self.temperature
        return self.forth - logit, self.back - logit

    @property
    def loss(self) -> float:
        """Symmetric InfoNCE of the batch, as in CLIP."""
        forth, back = self.losses
        return float((forth.mean() + back.mean()) / 2)

    def hits(self, k: int) -> Floats:
        """``(n,)`` how often a partner is among the first `k`, mean of the two directions."""
        return (self.places.hits(k) + self.places_back.hits(k)) / 2


def batch(two: Modalities, pairs: Pairs, most: int) -> Pairs:
    """A seeded sample of at most `most` pairs, no two of which share an item or a pair value.

    Another caption of the same image would count as a negative.
    """
    order = np.random.default_rng(SEED).permutation(len(pairs))
    _, first = np.unique(two.clusters[pairs.left[order]], return_index=True)
    chosen = np.sort(order[np.sort(first)[:most]])
    return Pairs(pairs.left[chosen], pairs.right[chosen])


@dataclass(frozen=True, eq=False)
class Products:
    """Inner products of two sets of rows, from those before each was shifted and scaled.

    ``(plain_ij + rows_i + columns_j) * row_scales_i * column_scales_j``: a batch that is shifted
    many times is multiplied once.
    """

    plain: Floats
    rows: Floats
    columns: Floats
    row_scales: Floats
    column_scales: Floats

    def fill(self, tile: Tile, out: Floats) -> None:
        """Those of a tile."""
        np.add(self.plain[tile], self.rows[tile[0], None], out=out)
        out += self.columns[tile[1]]
        out *= self.row_scales[tile[0], None]
        out *= self.column_scales[tile[1]]

    def own(self) -> Floats:
        """``(n,)`` those of row i with row i, to the last digit as :meth:`fill` has them."""
        found: Floats = self.plain.diagonal() + self.rows + self.columns
        return found * self.row_scales * self.column_scales

    def largest(self) -> float:
        """What rounding is relative to: the largest terms, in the largest scale."""
        terms = sum(np.abs(each).max() for each in (self.plain, self.rows, self.columns))
        return float(terms * self.row_scales.max() * self.column_scales.max())


def contrast(
    x: AnyFloats, y: AnyFloats, temperature: float, *, products: Products | None = None
) -> Contrast:
    """Loss and ranks of a batch whose row i of `x` and row i of `y` are a pair.

    Similarity is the inner product, which for unit rows is the cosine; in float64, because the
    temperature blows up its rounding. Floats are relative to the largest similarity that vectors of
    these lengths can have: terms below ``exp(-745)`` of it vanish. `products` are those of the
    rows, where they are known.
    """
    n = len(x)
    x64, y64 = x.astype(np.float64), y.astype(np.float64)
    own = np.einsum("ij,ij->i", x64, y64) if products is None else products.own()
    ceiling = float(np.sqrt((x64**2).sum(axis=1).max() * (y64**2).sum(axis=1).max()))
    work = _Tiles((x64, y64), own, (ceiling, temperature), products=products)
    sums, counts = np.zeros((2, n)), np.zeros((2, 2, n), np.int64)
    tiles = rectangle(n, n)
    for tile, sides in zip(tiles, in_order(work, tiles), strict=True):
        for side, (part_rows, (part, count)) in enumerate(zip(tile, sides, strict=True)):
            sums[side, part_rows] += part
            counts[side, :, part_rows] += count
    logs = np.log(sums) + ceiling / temperature
    forth, back = (Places.of(above, np.maximum(level - 1, 0)) for above, level in counts)
    return Contrast(own, logs[0], logs[1], forth, back, temperature)


def loss_influence(x: AnyFloats, y: AnyFloats, compared: Contrast) -> tuple[Floats, Floats]:
    """How much each pair moves the loss from first to second, and the reverse: ``(n,)`` each.

    The derivative of the loss with respect to the weight of a pair: its own loss as a positive,
    and as a negative the probability that it takes away from the others.
    """
    n, right = len(x), y.T.astype(np.float64)
    taken = np.zeros((2, n))
    for rows in blocks(n, _ROWS):
        logits = x[rows].astype(np.float64) @ right / compared.temperature
        taken[0] += np.exp(logits - compared.forth[rows, None]).sum(axis=0)
        taken[1, rows] += np.exp(logits - compared.back).sum(axis=1)
    moved = np.stack(compared.losses) + taken
    centered = (moved - moved.mean(axis=1, keepdims=True)) / n
    return centered[0], centered[1]


class _Tiles:
    """Sums of exponentials, and counts of higher similarities, by row and by column of a tile."""

    def __init__(
        self,
        sides: tuple[Floats, Floats],
        own: Floats,
        scale: Scale,
        *,
        products: Products | None,
    ) -> None:
        self.x, self.y = sides
        self.products = products
        self.ceiling, self.temperature = scale
        largest = self.ceiling if products is None else products.largest()
        close = (np.sqrt(self.x.shape[1]) + 4) * np.finfo(np.float64).eps * largest
        self.low, self.high, self.none = own - close, own + close, np.zeros(len(own))
        self.scratch = Scratch()

    def __call__(self, tile: Tile) -> tuple[tuple[Floats, Counts], tuple[Floats, Counts]]:
        from core.numerics._counting import count_higher  # noqa: PLC0415 - compiles: when used

        left, right = self.x[tile[0]], self.y[tile[1]]
        shape = len(left), len(right)
        terms = self.scratch.array("terms", shape, np.float64)
        if self.products is None:
            np.matmul(left, right.T, out=terms)
        else:
            self.products.fill(tile, terms)
        by_row, by_column = (np.zeros((2, n), np.int32) for n in shape)
        rows, columns = ((self.low[part], self.high[part]) for part in tile)
        alike = [self.none[part] for part in tile]
        count_higher(terms, *rows, alike[1], *columns, alike[0], by_row, by_column)
        terms -= self.ceiling
        terms /= self.temperature
        np.exp(terms, out=terms)
        return (terms.sum(axis=1), by_row), (terms.sum(axis=0), by_column)
