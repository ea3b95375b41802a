"""Minima that are known, and the steps of the textbook."""

import numpy as np
import pytest

from core.engines.probes.descent import Point, _Steps, descended


class Bowl:
    """``(x - bottom)^T hessian (x - bottom) / 2``, of whose Hessian the diagonal is told."""

    exact = np.dtype(np.float64)

    def __init__(self, rng, size, *, spread):
        rotation = np.linalg.qr(rng.normal(size=(size, size)))[0]
        self.hessian = rotation * np.geomspace(1, spread, size) @ rotation.T
        self.bottom = rng.normal(size=(size // 3, 3))

    def at(self, coefficients):
        """Of weights, three to a column."""
        away = (coefficients - self.bottom).ravel()
        gradient = self.hessian @ away
        return Point(coefficients, away @ gradient / 2, gradient.reshape(-1, 3), 1.0)

    def begun(self, gradient, _):
        """By the diagonal."""
        return gradient / self.hessian.diagonal().reshape(-1, 3)


@pytest.mark.parametrize("spread", [1, 1e4])
def test_the_bottom_of_a_bowl_is_found(rng, spread):
    bowl = Bowl(rng, 60, spread=spread)
    found = descended(bowl, np.zeros((20, 3)), 1e-14)
    assert found == pytest.approx(bowl.bottom, abs=1e-5)


def test_a_descent_from_the_bottom_stays_there(rng):
    bowl = Bowl(rng, 60, spread=100)
    assert descended(bowl, bowl.bottom, 1e-12) is bowl.bottom


@pytest.mark.parametrize("n_steps", [1, 7, 20, 33])
def test_directions_are_those_of_the_two_loops(rng, n_steps):
    """Step by step, as Nocedal & Wright write it: algorithm 7.4, from the diagonal scaled."""
    bowl = Bowl(rng, 30, spread=50)
    steps, known = _Steps((10, 3), bowl.exact), []
    for _ in range(n_steps):
        moved = rng.normal(size=30)
        known.append((moved, bowl.hessian @ moved))
        steps.add(*(one.reshape(10, 3) for one in known[-1]))
    now = bowl.at(np.zeros((10, 3)))
    rest, pulls = now.gradient.ravel(), []
    for moved, bent in reversed(known[-20:]):
        pulls.append(moved @ rest / (moved @ bent))
        rest = rest - pulls[-1] * bent
    moved, bent = known[-1]
    diagonal = bowl.hessian.diagonal()
    towards = rest / diagonal * (moved @ bent) / (bent @ (bent / diagonal))
    for (moved, bent), pull in zip(known[-20:], reversed(pulls), strict=True):
        towards = towards + (pull - bent @ towards / (moved @ bent)) * moved
    assert steps.direction(bowl, now).ravel() == pytest.approx(towards, rel=1e-8, abs=1e-10)


def test_steps_too_small_for_float32_are_not_remembered(rng):
    steps = _Steps((10, 3), np.dtype(np.float32))
    steps.add(*(1e-21 * rng.normal(size=(10, 3)) ** 2 for _ in range(2)))
    assert steps.n_added == 0
    steps.add(*(1e-15 * rng.normal(size=(10, 3)) ** 2 for _ in range(2)))
    bowl = Bowl(rng, 30, spread=50)
    assert np.isfinite(steps.direction(bowl, bowl.at(np.zeros((10, 3))))).all()
