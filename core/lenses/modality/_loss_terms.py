"""The terms that contrastive losses are sums of, each with what every pair adds to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.arrays import Floats, Vectors
from core.engines.losses.batch_loss import Contrast, loss_influence
from core.estimates import ANYWHERE, Chance, Estimate
from core.numerics.kernels import gaussian_potential, gaussian_potential_across
from core.statistics.influence import influence_interval

SHARPNESS = 2.0  # of the Gaussian potential, as in all the papers


@dataclass(frozen=True, eq=False)
class Term:
    """A number, and ``(n_pairs,)`` how much each pair moves it. Terms add up."""

    value: float
    influence: Floats

    def __add__(self, other: Term) -> Term:
        return Term(self.value + other.value, self.influence + other.influence)

    def __sub__(self, other: Term) -> Term:
        return Term(self.value - other.value, self.influence - other.influence)

    def scaled(self, factor: float) -> Term:
        """A multiple of the number."""
        return Term(factor * self.value, factor * self.influence)

    def estimate(
        self,
        chance: Chance | None = None,
        sample: tuple[int, int] | None = None,
        *,
        within: tuple[float, float] = ANYWHERE,
    ) -> Estimate:
        """The number with the interval that its influences give, cut to its range."""
        pairs = np.arange(len(self.influence))
        interval = influence_interval(
            self.value, self.influence, pairs, within=within, unit="pairs"
        )
        return Estimate(self.value, interval, chance, sample)


def mean_term(values: Floats) -> Term:
    """The mean of one value a pair."""
    center = float(np.mean(values))
    return Term(center, (values - center) / len(values))


def loss_terms(x: Vectors, y: Vectors, compared: Contrast) -> tuple[Term, Term]:
    """InfoNCE from the first side to the second, and the reverse."""
    means = (float(side.mean()) for side in compared.losses)
    forth, back = (Term(*both) for both in zip(means, loss_influence(x, y, compared), strict=True))
    return forth, back


def uniformity_term(unit: Vectors) -> Term:
    """Log of the mean potential of two different rows (Wang & Isola); needs two rows."""
    potentials = gaussian_potential(unit, SHARPNESS)
    center = float(potentials.mean())
    return Term(float(np.log(center)), 2 * (potentials - center) / (len(unit) * center))


def cross_uniformity_term(x: Vectors, y: Vectors) -> Term:
    """Log of the mean potential of rows of `x` with rows of `y` of other pairs (Fahim et al.)."""
    by_x, by_y = gaussian_potential_across(x, y, SHARPNESS, skip_diagonal=True)
    center = float(by_x.mean())
    return Term(float(np.log(center)), (by_x + by_y - 2 * center) / (len(x) * center))
