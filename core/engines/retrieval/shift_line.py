"""A batch of pairs at several places along the line on which the gap is closed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.arrays import Codes, Floats
from core.engines.losses.batch_loss import Contrast, Products, contrast, loss_influence
from core.engines.pairs.gaps import Shift, distance_along, gap_vector, shifted
from core.numerics.moments import centroids
from core.progress import tick
from core.readouts import Curve
from core.statistics.resampling import SEED
from core.statistics.ties import places

VARIANTS: Mapping[str, Shift] = {
    "both sides": Shift(),
    "first side alone": Shift(moves="left"),
    "both, not re-normalized": Shift(renormalize=False),
}
AMOUNTS = np.linspace(-0.5, 1, 31)  # of the gap vector: tried to find out which distance they give
ALONG_GAP = "signed distance along the gap (0 is closed)"
_STEPS = {"both": (1, 1), "left": (2, 0), "right": (0, 2)}  # of each side, see `shifted`
_ROUNDING = 1e-14  # of a cosine in float64
POINTS = 13  # distances at which all is measured, beside the present one and zero


@dataclass(frozen=True, eq=False)
class Place:
    """A batch after a shift.

    Attributes
    ----------
    distance
        Of the two centroids.
    found
        Loss and ranks of the batch.
    hits
        ``(n_labeled,)`` how often the left item of each labeled pair is classed right: 0 or 1, or
        the share of its class where several are equally near.
    """

    distance: float
    found: Contrast
    hits: Floats


@dataclass(frozen=True, eq=False)
class Batch:
    """Pairs to be shifted along `delta`.

    Attributes
    ----------
    x, y
        ``(n, n_dims)`` unit rows, not rounded; row i of both is a pair.
    codes
        ``(n, 2)`` class of the left and of the right item; -1 where a pair has none.
    """

    x: Floats
    y: Floats
    delta: Floats
    codes: Codes
    temperature: float

    def at(self, how: Shift, amount: float) -> Place:
        """The batch shifted by a multiple of `delta`."""
        x, y = shifted(self.x, self.y, amount * self.delta, how=how)
        distance = float(np.linalg.norm(gap_vector(x, y)))
        losses = contrast(x, y, self.temperature, products=self._products(how, amount))
        return Place(distance, losses, self._hits(x, y))

    @cached_property
    def _plain(self) -> Floats:
        products: Floats = self.x @ self.y.T
        return products

    def _products(self, how: Shift, amount: float) -> Products:
        """``x' y' = (x - s Delta)(y + t Delta)`` over both lengths."""
        back, forth = (amount * step for step in _STEPS[how.moves])
        of_x, of_y = self.x @ self.delta, self.y @ self.delta
        scales = [np.ones(len(side)) for side in (of_x, of_y)]
        if how.renormalize:
            steps = (self.x - back * self.delta, self.y + forth * self.delta)
            scales = [1 / np.linalg.norm(side, axis=1) for side in steps]
        squared = float(self.delta @ self.delta)
        return Products(
            self._plain, forth * of_x - back * forth * squared, -back * of_y, scales[0], scales[1]
        )

    def influence(self, how: Shift, amount: float, place: Place) -> Floats:
        """``(n,)`` how much each pair moves the loss at a place."""
        x, y = shifted(self.x, self.y, amount * self.delta, how=how)
        forth, back = loss_influence(x, y, place.found)
        return (forth + back) / 2

    def distances(self, how: Shift) -> Floats:
        """``(n_amounts,)`` signed distance along the gap after a shift by each of `AMOUNTS`."""
        moved = (shifted(self.x, self.y, amount * self.delta, how=how) for amount in AMOUNTS)
        return np.array([distance_along(x, y, self.delta) for x, y in moved])

    def _hits(self, x: Floats, y: Floats) -> Floats:
        """How often the nearest class centroid, of second items of the other half, is the own."""
        labeled = np.flatnonzero(self.codes.min(axis=1) >= 0)
        hits = np.zeros(len(labeled))
        half = np.random.default_rng(SEED).permutation(len(labeled)) % 2 == 0
        n_classes = int(self.codes.max(initial=-1)) + 1
        for test in (half, ~half):
            fitted, judged = labeled[~test], labeled[test]
            if not len(fitted):
                continue
            centers = centroids(y[fitted], self.codes[fitted, 1], n_classes)
            lengths = np.linalg.norm(centers, axis=1)
            scores = x[judged] @ (centers / np.where(lengths == 0, 1, lengths)[:, None]).T
            scores[:, lengths == 0] = -np.inf
            hits[test] = places(scores, self.codes[judged, 0], _ROUNDING).hits(1)
        return hits


def common_distances(tables: list[Floats], now: float) -> Floats:
    """``(n,)`` even distances that every variant reaches, with the present one and zero."""
    low, high = max(min(table) for table in tables), min(max(table) for table in tables)
    return np.union1d(np.linspace(low, high, POINTS), np.clip([0.0, now], low, high))


def amounts_of(distances: Floats, table: Floats) -> Floats:
    """``(n,)`` multiples of the gap vector that lead to `distances`, by a variant's table."""
    order = np.argsort(table, kind="stable")
    amounts: Floats = np.interp(distances, table[order], AMOUNTS[order])
    return amounts


@dataclass(frozen=True, eq=False)
class Walk:
    """A batch at the same distances along the gap by every variant of the shift.

    Attributes
    ----------
    distances
        ``(n_places,)`` signed distances of the centroids along the gap.
    amounts, places
        For each variant, the multiples of the gap vector that lead there, and what is found.
    now, closed
        Which places are the present one and the one nearest to no distance.
    """

    distances: Floats
    amounts: Mapping[str, Floats]
    places: Mapping[str, list[Place]]
    now: int
    closed: int

    def curve(self, axis: str, measure: Callable[[Place], float]) -> Curve:
        """A measure along the walk, one line for each variant."""
        lines = {
            name: np.array([measure(place) for place in places])
            for name, places in self.places.items()
        }
        return self.drawn(lines, axis)

    def drawn(self, lines: Mapping[str, Floats], axis: str) -> Curve:
        """Lines along the walk, as the gap closes, with the present place marked."""
        marks = {"now": float(self.distances[self.now])}
        return Curve(self.distances, lines, ALONG_GAP, axis, marks=marks, falling=True)


def walked(line: Batch) -> Walk:
    """Everything measured at every place, by every variant."""
    tables = {name: line.distances(how) for name, how in VARIANTS.items()}
    now = float(np.interp(0, AMOUNTS, tables["both sides"]))
    distances = common_distances(list(tables.values()), now)
    amounts = {name: amounts_of(distances, table) for name, table in tables.items()}
    places: dict[str, list[Place]] = {name: [] for name in VARIANTS}
    for name, how in VARIANTS.items():
        for amount in amounts[name]:
            places[name].append(line.at(how, float(amount)))
            tick(sum(map(len, places.values())) / (len(VARIANTS) * len(distances)))
    at_now, at_zero = (int(np.argmin(np.abs(distances - goal))) for goal in (now, 0.0))
    return Walk(distances, amounts, places, at_now, at_zero)
