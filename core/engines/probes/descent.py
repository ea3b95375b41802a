"""L-BFGS that begins each step at a Hessian it is told (Nocedal & Wright 2006, algorithm 7.4)."""

from typing import Any, NamedTuple, Protocol

import numpy as np
from scipy.linalg.blas import dtrsv

from core.arrays import AnyFloats, Floats

MOST_STEPS = 500
_MEMORY = 20  # steps whose curvature is remembered
_SUFFICIENT = 1e-4  # share of the promised decrease that a step must bring (Armijo)
_SHORTEST = 1e-4  # of a step


class Point(NamedTuple):
    """Where the descent stands: the loss, its gradient, and the mean curvature by a score."""

    coefficients: Floats
    loss: float
    gradient: Floats
    curvature: float


class Loss(Protocol):
    """A smooth convex loss."""

    def at(self, coefficients: Floats) -> Point:
        """Loss and gradient at some coefficients."""

    def begun(self, gradient: AnyFloats, now: Point) -> AnyFloats:
        """A gradient by the inverse of what is known of the Hessian beforehand."""

    @property
    def exact(self) -> np.dtype[Any]:
        """In which it is computed, about 1."""


def descended(loss: Loss, start: Floats, tolerance: float) -> Floats:
    """Where the descent from `start` comes to rest: no step promises to save the tolerance."""
    now = loss.at(start)
    steps, rounding = _Steps(start.shape, loss.exact), float(np.finfo(loss.exact).eps)
    for _ in range(MOST_STEPS):
        towards = steps.direction(loss, now)
        promised = float(np.vdot(towards, now.gradient))
        if promised < 2 * tolerance:
            break
        length, then = 1.0, loss.at(now.coefficients - towards)
        while length > _SHORTEST and not _falls(now, then, length * towards, rounding=rounding):
            length *= _shorter(then.loss - now.loss, length * promised)
            then = loss.at(now.coefficients - length * towards)
        steps.add(then.coefficients - now.coefficients, then.gradient - now.gradient)
        if length <= _SHORTEST:  # rounding is all that is left
            break
        now = then
    return now.coefficients


def _falls(now: Point, then: Point, step: AnyFloats, *, rounding: float) -> bool:
    """Whether a step brings enough (Armijo); by the slopes where rounding hides the losses.

    For a square the two are one; the second is the approximate condition of Hager & Zhang (2005).
    """
    promised = float(np.vdot(step, now.gradient))
    if then.loss <= now.loss - _SUFFICIENT * promised:
        return True
    slope = -float(np.vdot(step, then.gradient))
    return then.loss <= now.loss + rounding and slope <= (1 - 2 * _SUFFICIENT) * promised


def _shorter(rise: float, promised: float) -> float:
    """By what to shorten a step: to the bottom of the parabola through what is known of it."""
    return float(np.clip(promised / (2 * (rise + promised)), 0.1, 0.5))


class _Steps:
    """The last steps and how each bent the gradient, which stand for the Hessian.

    The two loops over them are four products with all at once and two triangular systems: where
    ``R[i, j] = moved_i . bent_j`` of steps i up to j, what the first loop takes of each solves
    ``R pulls = moved . gradient``, and what the second gives back ``R^T given = diag(R) pulls -
    bent . direction``.
    """

    def __init__(self, shape: tuple[int, ...], exact: np.dtype[Any]) -> None:
        self.shape = shape
        self.moved, self.bent = np.zeros((2, _MEMORY, int(np.prod(shape))), exact)
        self.products = np.zeros((_MEMORY, _MEMORY))
        self.n_added = 0

    def add(self, moved: Floats, bent: Floats) -> None:
        """Remember a step instead of the oldest; not one along which nothing bends."""
        product = float(np.vdot(moved, bent))
        if product > np.finfo(self.moved.dtype).tiny:  # below, nothing of it is left in float32
            row = self.n_added % _MEMORY
            self.moved[row], self.bent[row] = moved.ravel(), bent.ravel()
            self.products[:, row] = self.moved @ self.bent[row]
            self.products[row, row] = product
            self.n_added += 1

    def direction(self, loss: Loss, now: Point) -> AnyFloats:
        """The gradient by the inverse of what is known of the Hessian."""
        kept = min(self.n_added, _MEMORY)
        if not kept:
            return loss.begun(now.gradient, now)
        order = np.arange(self.n_added - kept, self.n_added) % _MEMORY  # the oldest first
        moved, bent, given = self.moved[:kept], self.bent[:kept], np.empty(kept, self.moved.dtype)
        products = self.products[order[:, None], order]
        gradient = now.gradient.ravel().astype(moved.dtype)
        pulls = given[order] = dtrsv(products, (moved @ gradient)[order])
        direction = self._begun(loss, gradient - given @ bent, now)
        last = bent[order[-1]].astype(np.float64)
        direction *= products[-1, -1] / float(np.vdot(last, self._begun(loss, last, now)))
        back = products.diagonal() * pulls - (bent @ direction)[order]
        given[order] = dtrsv(products, back, trans=1)
        direction += given @ moved
        towards: AnyFloats = direction.reshape(self.shape)
        return towards

    def _begun(self, loss: Loss, gradient: AnyFloats, now: Point) -> AnyFloats:
        return loss.begun(gradient.reshape(self.shape), now).ravel()
