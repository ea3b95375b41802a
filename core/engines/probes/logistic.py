"""Multinomial logistic regression with an L2 penalty, quick enough to be fitted many times.

A rotation of the rows changes neither the penalty nor what is predicted. So rows are brought to
axes along which their scatter ``X^T X`` is about diagonal, found once for all folds: there the
diagonal stands for the Hessian, whose blocks ``X^T W X`` differ in their weights, and L-BFGS begins
at it at every step. From near the solution it saves no step. Fewer rows than dimensions lie in a
space of as many dimensions as there are rows, and are fitted there. The solution is the one of
scikit-learn; the way to it is shorter.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from core.arrays import AnyFloats, Codes, Floats, Vectors
from core.engines.probes.descent import Point, descended

# What a step could still save of the mean loss, in nats. At the first no prediction of 1,500
# docstrings, nor of 1,797 digits, differs from the exact solution's (at 1e-7 one does); at the
# second half-widths of accuracies, of these two and six more, are 2 % below to 5 % above those of
# exact fits: what is left varies by itself.
EXACT, ROUGH = 1e-9, 1e-5
_SHORT = 1e-3  # of a mean squared row, times c: in float32 its scores are lost beside 1
_RANK = 1e-10  # of the largest variance: what lies below is rounding


def common_axes(rows: AnyFloats) -> Vectors | None:
    """``(d, d)`` principal axes of scaled rows, for fits to any of them; None below d rows."""
    n, d = rows.shape
    if n < d:
        return None
    axes: Vectors = np.linalg.eigh((rows.T @ rows).astype(np.float64) / n)[1].T.astype(np.float32)
    return axes


def _own_axes(rows: Vectors) -> Vectors:
    """``(r, d)`` principal axes of fewer rows than dimensions, which span them; r at most n."""
    exact = rows.astype(np.float64)
    strengths, left = np.linalg.eigh(exact @ exact.T)
    held = strengths > _RANK * max(strengths[-1], 0)
    axes: Vectors = (left[:, held].T @ exact / np.sqrt(strengths[held])[:, None]).astype(np.float32)
    return axes


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
        ``(n_classes, d + 1)`` weights, and the intercepts in the last column.
    precise
        Whether scores are in float64.
    """

    scaling: Scaling
    coefficients: Floats
    precise: bool

    def probabilities(self, vectors: AnyFloats) -> AnyFloats:
        """``(n, n_classes)`` of each class."""
        weights = _rounded(self.coefficients, precise=self.precise)
        scores = weights[:, :-1] @ self.scaling(vectors).T + weights[:, -1:]
        return _softmax(scores)[0].T


def fit_logistic(  # noqa: PLR0913 - a fit
    vectors: AnyFloats,
    codes: Codes,
    *,
    scaling: Scaling,
    c: float,
    axes: Vectors | None = None,
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
    axes
        `common_axes` of these rows as they are scaled, or of rows like them; None: as they are.
    start
        `coefficients` of a model of other rows, to begin with: no axes then save a step.
    tolerance
        `EXACT` or `ROUGH`.
    weights
        ``(n,)`` of each row in the sum of losses, 1 on average; None: 1.
    """
    n, n_classes = len(vectors), int(codes.max()) + 1
    ridge = (2 if n_classes == 2 else 1) / (c * n)
    share = np.full(n, 1 / n) if weights is None else weights / n
    scaled = scaling(vectors)
    short = c * float(np.einsum("ij,ij->", scaled, scaled, dtype=np.float64)) / n < _SHORT
    if n < scaled.shape[1]:
        axes = _own_axes(scaled)
    along = _rounded(scaled, precise=short)
    along = along if axes is None else along @ axes.T
    rows = np.column_stack([along, np.ones(n, along.dtype)])
    problem = _Problem(rows, codes, share, np.append(np.full(along.shape[1], ridge), 0.0))
    begin = np.zeros((n_classes, rows.shape[1]))
    now = problem.at(begin)  # what is left to save is estimated from what there was
    tolerance *= min(1.0, float(np.vdot(problem.begun(now.gradient, now), now.gradient)))
    if start is not None:
        weights = start[:, :-1] if axes is None else start[:, :-1] @ axes.T
        begin = np.column_stack([weights, start[:, -1]])
    found = descended(problem, begin, tolerance)
    weights = found[:, :-1] if axes is None else found[:, :-1] @ axes
    return Logistic(scaling, np.column_stack([weights, found[:, -1]]), short)


@dataclass(frozen=True, eq=False)
class _Problem:
    """The mean loss of some rows, penalized; the last of their columns is 1, for the intercept."""

    rows: AnyFloats
    codes: Codes
    share: Floats  # of each row in the mean
    ridge: Floats  # of each column

    @property
    def exact(self) -> np.dtype[Any]:
        """Of rows and scores."""
        return self.rows.dtype

    @cached_property
    def _strengths(self) -> Floats:
        """``(r + 1,)`` mean square of each column."""
        squares: Floats = np.einsum("ij,ij->j", self.rows, self.rows, dtype=np.float64)
        return squares / len(self.rows)

    @cached_property
    def _own(self) -> Codes:
        """``(n,)`` where the score of each row's own class stands among ``(n_classes, n)``."""
        own: Codes = self.codes * len(self.codes) + np.arange(len(self.codes))
        return own

    def begun(self, gradient: AnyFloats, now: Point) -> AnyFloats:
        """A gradient by the inverse of the Hessian's diagonal, at mean curvature."""
        inverse = 1 / (now.curvature * self._strengths + self.ridge)
        begun: AnyFloats = gradient * inverse.astype(gradient.dtype)
        return begun

    def at(self, coefficients: Floats) -> Point:
        """Loss and gradient at some weights."""
        precise = self.exact == np.float64
        scores = _rounded(coefficients, precise=precise) @ self.rows.T
        likely, log_total = _softmax(scores)
        penalty = self.ridge * coefficients
        lost = float(self.share @ (log_total - scores.ravel()[self._own]))
        curvature = (1 - float(np.vdot(likely, likely)) / len(self.rows)) / len(likely)
        likely.ravel()[self._own] -= 1
        likely *= _rounded(self.share, precise=precise)
        loss = lost + float(np.vdot(penalty, coefficients)) / 2
        return Point(coefficients, loss, likely @ self.rows + penalty, max(curvature, 1e-8))


def _rounded(values: AnyFloats, *, precise: bool) -> AnyFloats:
    if precise:
        return values.astype(np.float64, copy=False)
    return values.astype(np.float32, copy=False)


def _softmax(scores: AnyFloats) -> tuple[AnyFloats, AnyFloats]:
    """``(n_classes, n)`` probabilities, and the logarithms of the sums they were divided by.

    `scores` are used up: the largest of every item becomes 0.
    """
    scores -= scores.max(axis=0)
    likely = np.exp(scores)
    total = likely.sum(axis=0)
    likely /= total
    return likely, np.log(total)
