"""Multinomial logistic regression with an L2 penalty, quick enough to be fitted many times.

The Hessian of this loss consists of blocks ``X^T W X`` that differ in their weights. One
decomposition of the scatter ``X^T X`` stands for all of them: it is where L-BFGS begins at every
step (Nocedal & Wright 2006, algorithm 7.4), in every fold and in every half of the items alike. The
solution is the one of scikit-learn; the way to it is shorter.
"""

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from core.arrays import AnyFloats, Codes, Floats, Vectors

# What a step could still save of the mean loss, in nats. At the first no prediction of 1,500
# docstrings, nor of 1,797 digits, differs from the exact solution's (at 1e-7 up to three do), at
# the second one in 200 does.
EXACT, ROUGH = 1e-9, 1e-5
MOST_STEPS = 500
_MEMORY = 8  # steps whose curvature L-BFGS remembers
_SUFFICIENT = 1e-4  # share of the promised decrease that a step must bring (Armijo)
_SHORTEST = 1e-4  # of a step


@dataclass(frozen=True, eq=False)
class Preconditioner:
    """The scatter of scaled rows, decomposed.

    Attributes
    ----------
    axes
        ``(min(n, d), d)`` directions.
    strengths
        ``(min(n, d),)`` variance along each.
    """

    axes: Floats
    strengths: Floats

    @classmethod
    def of(cls, rows: AnyFloats) -> Self:
        """Of rows ``(n, d)`` about their mean, from the smaller of their two Gram matrices."""
        n, d = rows.shape
        if n < d:
            strengths, left = np.linalg.eigh((rows @ rows.T).astype(np.float64) / n)
            axes = left.T @ rows / np.sqrt(n * np.maximum(strengths, 1e-12))[:, None]
            return cls(axes, np.maximum(strengths, 0))
        strengths, right = np.linalg.eigh((rows.T @ rows).astype(np.float64) / n)
        return cls(right.T, np.maximum(strengths, 0))

    def solve(self, gradient: Floats, weight: float, ridge: float) -> Floats:
        """``(weight * scatter + ridge)^-1`` times a gradient ``(d, k)``."""
        share = weight * self.strengths / (weight * self.strengths + ridge)
        solved: Floats = gradient - self.axes.T @ (share[:, None] * (self.axes @ gradient))
        return solved / ridge


@dataclass(frozen=True, eq=False)
class Scaling:
    """What brings every dimension to mean 0, and its deviation to 1 where that is wanted."""

    mean: Floats
    inverse: Floats

    @classmethod
    def about_mean(cls, vectors: AnyFloats) -> Self:
        """To the mean of some rows alone."""
        return cls(vectors.mean(axis=0, dtype=np.float64), np.ones(vectors.shape[1]))

    @classmethod
    def standard(cls, vectors: AnyFloats) -> Self:
        """By mean and deviation of some rows; a constant dimension to 0."""
        mean = vectors.mean(axis=0, dtype=np.float64)
        rows = (vectors - mean).astype(np.float32)
        deviation = np.sqrt(np.einsum("ij,ij->j", rows, rows, dtype=np.float64) / len(rows))
        return cls(mean, 1 / np.where(deviation > 0, deviation, np.inf))

    def __call__(self, vectors: AnyFloats) -> Vectors:
        """Other rows, scaled as these."""
        rows = (vectors - self.mean).astype(np.float32)
        rows *= self.inverse.astype(np.float32)
        return rows


@dataclass(frozen=True, eq=False)
class Logistic:
    """A fitted model: ``softmax(scaled x @ weights + intercepts)``.

    Attributes
    ----------
    scaling
        Of the rows that it was fitted to.
    coefficients
        ``(d + 1, n_classes)`` weights, and the intercepts in the last row.
    """

    scaling: Scaling
    coefficients: Floats

    def probabilities(self, vectors: AnyFloats) -> Floats:
        """``(n, n_classes)`` of each class."""
        return _softmax(_scores(self.scaling(vectors), self.coefficients))[0]


def fit_logistic(  # noqa: PLR0913 - a fit
    vectors: AnyFloats,
    codes: Codes,
    *,
    scaling: Scaling,
    c: float,
    scatter: Preconditioner,
    start: Floats | None = None,
    tolerance: float = EXACT,
    weights: Floats | None = None,
) -> Logistic:
    """Minimize ``c * sum of losses + |weights|^2 / 2``, as `LogisticRegression` of scikit-learn.

    Parameters
    ----------
    vectors
        ``(n, d)``.
    codes
        ``(n,)`` class of each, all of ``range(n_classes)`` present.
    scaling
        What is done to these rows first, and to those that are judged.
    c
        Inverse regularization strength. With two classes it is on the difference of their weights.
    scatter
        Of these rows as they are scaled, or of rows like them.
    start
        `coefficients` of a model of other rows, to begin with.
    tolerance
        `EXACT` or `ROUGH`.
    weights
        ``(n,)`` of each row in the sum of losses, 1 on average; None: 1.
    """
    n, n_classes = len(vectors), int(codes.max()) + 1
    ridge = (2 if n_classes == 2 else 1) / (c * n)
    share = np.full(n, 1 / n) if weights is None else weights / n
    problem = _Problem(scaling(vectors), codes, share, ridge)
    if start is None:  # without a start, what is left to save is estimated from what there was
        start = np.zeros((vectors.shape[1] + 1, n_classes))
        now = problem.at(start)
        towards = _direction(now, deque(), ridge=ridge, scatter=scatter)
        tolerance *= min(1.0, float(np.vdot(towards, now.gradient)))
    return Logistic(scaling, _descended(problem, start, scatter, tolerance))


class _Point(NamedTuple):
    """Where the descent stands: the loss, its gradient, and the mean curvature by a score."""

    coefficients: Floats
    loss: float
    gradient: Floats
    curvature: float


@dataclass(frozen=True, eq=False)
class _Problem:
    """The mean loss of some rows, penalized."""

    rows: Vectors
    codes: Codes
    share: Floats  # of each row in the mean
    ridge: float

    def at(self, coefficients: Floats) -> _Point:
        """Loss and gradient at some weights."""
        probabilities, log_likely = _softmax(_scores(self.rows, coefficients))
        own = np.arange(len(self.codes)), self.codes
        penalty = self.ridge / 2 * float(np.vdot(coefficients[:-1], coefficients[:-1]))
        loss = penalty - float(self.share @ log_likely[own])
        curvature = float((probabilities * (1 - probabilities)).mean())
        probabilities[own] -= 1
        probabilities *= self.share[:, None]
        gradient = np.empty_like(coefficients)
        gradient[:-1] = self.rows.T @ probabilities.astype(np.float32)
        gradient[:-1] += self.ridge * coefficients[:-1]
        gradient[-1] = probabilities.sum(axis=0)
        return _Point(coefficients, loss, gradient, max(curvature, 1e-8))


def _descended(  # noqa: PLR0917 - a problem and how to solve it
    problem: _Problem, coefficients: Floats, scatter: Preconditioner, tolerance: float
) -> Floats:
    """Where L-BFGS comes to rest."""
    now = problem.at(coefficients)
    steps: deque[tuple[Floats, Floats, float]] = deque(maxlen=_MEMORY)
    for _ in range(MOST_STEPS):
        towards = _direction(now, steps, ridge=problem.ridge, scatter=scatter)
        promised = float(np.vdot(towards, now.gradient))
        if promised < 2 * tolerance:
            break
        length, then = 1.0, problem.at(now.coefficients - towards)
        while then.loss > now.loss - _SUFFICIENT * length * promised and length > _SHORTEST:
            length /= 2
            then = problem.at(now.coefficients - length * towards)
        moved, bent = then.coefficients - now.coefficients, then.gradient - now.gradient
        if (product := float(np.vdot(moved, bent))) > 0:
            steps.append((moved, bent, 1 / product))
        if then.loss >= now.loss:  # rounding is all that is left
            break
        now = then
    return now.coefficients


def _direction(
    now: _Point,
    steps: deque[tuple[Floats, Floats, float]],
    *,
    ridge: float,
    scatter: Preconditioner,
) -> Floats:
    """The gradient by the inverse of what is known of the Hessian."""

    def begun(gradient: Floats) -> Floats:
        solved = scatter.solve(gradient[:-1], now.curvature, ridge)
        return np.vstack([solved, gradient[-1] / now.curvature])

    rest, pulls = now.gradient.copy(), []
    for moved, bent, inverse in reversed(steps):
        pulls.append(inverse * float(np.vdot(moved, rest)))
        rest -= pulls[-1] * bent
    direction = begun(rest)
    if steps:
        bent = steps[-1][1]
        direction /= steps[-1][2] * float(np.vdot(bent, begun(bent)))
    for (moved, bent, inverse), pull in zip(steps, reversed(pulls), strict=True):
        direction += (pull - inverse * float(np.vdot(bent, direction))) * moved
    return direction


def _scores(rows: AnyFloats, coefficients: Floats) -> Floats:
    scores: Floats = (rows @ coefficients[:-1].astype(rows.dtype)).astype(np.float64)
    scores += coefficients[-1]
    return scores


def _softmax(scores: Floats) -> tuple[Floats, Floats]:
    """Probabilities of the classes, and their logarithms; `scores` are used up."""
    scores -= scores.max(axis=1, keepdims=True)
    likely = np.exp(scores)
    total = likely.sum(axis=1, keepdims=True)
    scores -= np.log(total)
    likely /= total
    return likely, scores
