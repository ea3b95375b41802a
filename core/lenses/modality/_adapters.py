"""Ways to make vectors of one modality stand in for another (CLOSE, section 4.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.arrays import Floats, Vectors
from core.numerics.moments import covariance, mean
from core.numerics.unit import unit_rows

FEW = 3  # pairs per dimension below which a map is regularized
PENALTY = 1e-2  # of such a map, relative to the mean variance of a dimension


@dataclass(frozen=True, eq=False)
class Material:
    """What an adapter may learn from: never the items that are tested.

    Attributes
    ----------
    x
        ``(n, n_dims)`` unit rows to be adapted.
    y
        ``(m, n_dims)`` unit rows of the other modality.
    paired_x, paired_y
        ``(p, n_dims)`` rows that belong together.
    noise
        Deviation of the noise added to each dimension; its length is about ``noise *
        sqrt(n_dims)``.
    copies
        How often the rows are repeated, each time with other noise.
    """

    x: Vectors
    y: Vectors
    paired_x: Vectors
    paired_y: Vectors
    noise: float
    copies: int


Adapter = Callable[[Material, np.random.Generator], Vectors]


def unchanged(given: Material, _: np.random.Generator) -> Vectors:
    """The rows as they are."""
    return given.x


def mean_shift(given: Material, _: np.random.Generator) -> Vectors:
    """Rows moved by the difference of the centroids."""
    return given.x + _gap(given).astype(np.float32)


def random_shift(given: Material, rng: np.random.Generator) -> Vectors:
    """Rows moved as far as by `mean_shift`, in a random direction: a control."""
    direction = rng.normal(size=given.x.shape[1])
    step = direction * np.linalg.norm(_gap(given)) / np.linalg.norm(direction)
    return given.x + step.astype(np.float32)


def gaussian_noise(given: Material, rng: np.random.Generator) -> Vectors:
    """Rows with independent noise in every dimension, brought back to length one."""
    return _noisy(given, given.x, rng)


def linear_map(given: Material, rng: np.random.Generator) -> Vectors:
    """Rows sent through the affine least-squares map between partners, then with noise."""
    x, y = given.paired_x, given.paired_y
    center_x, center_y = mean(x), mean(y)
    scatter = covariance(x)
    cross = (x - center_x).T @ (y - center_y) / len(x)
    penalty = PENALTY if len(x) < FEW * x.shape[1] else 1e-9
    level = np.trace(scatter) / len(scatter)
    ridge = (penalty * level or 1.0) * np.eye(len(scatter))
    mapped = center_y + (given.x - center_x) @ np.linalg.solve(scatter + ridge, cross)
    return _noisy(given, mapped.astype(np.float32), rng)


def structured_noise(given: Material, rng: np.random.Generator) -> Vectors:
    """Rows with noise that has the mean and covariance of the differences of partners."""
    differences = given.paired_y - given.paired_x
    values, axes = np.linalg.eigh(covariance(differences, ddof=1))
    # the symmetric root: the sign of an axis, which rounding decides, must not change the noise
    spread: Vectors = ((axes * np.sqrt(np.maximum(values, 0))) @ axes.T).astype(np.float32)
    around = np.tile(given.x + mean(differences).astype(np.float32), (given.copies, 1))
    drawn: Vectors = around + rng.standard_normal(around.shape, np.float32) @ spread
    return unit_rows(drawn + given.noise * rng.standard_normal(around.shape, np.float32))


ADAPTERS: Mapping[str, Adapter] = {
    "none": unchanged,
    "mean shift": mean_shift,
    "random shift": random_shift,
    "Gaussian noise": gaussian_noise,
    "linear map": linear_map,
    "structured noise": structured_noise,
}
NEED_PAIRS = frozenset({"linear map", "structured noise"})


def _gap(given: Material) -> Floats:
    return mean(given.y) - mean(given.x)


def _noisy(given: Material, rows: Vectors, rng: np.random.Generator) -> Vectors:
    repeated = np.tile(rows, (given.copies, 1))
    return unit_rows(repeated + given.noise * rng.standard_normal(repeated.shape, np.float32))
