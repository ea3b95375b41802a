"""Stored numbers as float32: in which range, about which point, and what that costs.

float32 has about 7 digits and a range of 10^38. Numbers that it does not hold, or not their
squares, are brought near 1 by a power of two, which changes no digit and is undone where the space
is written. Where an offset is so
large that the digits that are left hardly tell items apart, a finding says so; taking off the mean
first, in float64, keeps them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Vectors
from core.io.contents import Values
from core.io.findings import Finding
from core.vectors import finite_rows

_BLOCK = 1 << 24  # bytes at a time
_RANGE = 40  # powers of two up or down in which squares and sums of them fit into float32
_LOOKED_AT = 4096  # rows of an array that may stay where it is, a file perhaps, to know its range
_LOST = 1e-3  # rounding of a vector, as a share of the spread, from which it shows in numbers


@dataclass(frozen=True, eq=False)
class Narrowed:
    """Vectors as a space holds them.

    Attributes
    ----------
    vectors
        ``(n_items, n_dims)`` float32, read-only.
    exponent
        The stored numbers are these times ``2**exponent``, to rounding, plus the mean where it was
        taken off.
    findings
        What was changed, and what that costs.
    """

    vectors: Vectors
    exponent: int
    findings: tuple[Finding, ...]


def narrowed(values: Values, *, center: bool = False) -> Narrowed:
    """Numbers of any kind as float32.

    Arrays that are float32, contiguous and in the byte order of the machine are used as they are,
    if their numbers are of a usual size.

    Parameters
    ----------
    values
        ``(n_items, n_dims)``.
    center
        Take off the mean of the finite rows first, in float64.
    """
    array = np.asarray(values)
    single = array.dtype == np.float32 and array.dtype.isnative
    few = array[:: max(1, len(array) // _LOOKED_AT)] if single else array
    exponent = _exponent(few) if array.dtype.kind == "f" else 0
    if single and exponent and not _exact(array, exponent):
        exponent = 0  # what float32 holds stays, however far apart
    if single and not (center or exponent):
        vectors = np.ascontiguousarray(array)
        vectors = vectors if not vectors.flags.writeable else vectors.view()
        vectors.setflags(write=False)
        return Narrowed(vectors, 0, ())
    wide = array.dtype.kind in "fiu" and array.dtype.itemsize > 4
    mean = _mean(array, exponent) if center else np.zeros(array.shape[1])
    vectors = np.empty(array.shape, np.float32)
    changed = np.zeros(len(array), bool)
    loss = _Loss(array.shape[1])
    for rows in _parts(array):
        exact = _scaled(array[rows], exponent) - mean
        with np.errstate(over="ignore", invalid="ignore"):
            vectors[rows] = exact
        if wide:
            changed[rows] = _changed(exact, vectors[rows])
            loss.add(exact, vectors[rows])
    vectors.setflags(write=False)
    found = [_centered(mean, exponent)] if center else []
    found += [_exponent_finding(array, exponent)] if exponent else []
    found += _loss_findings(array, changed, loss)
    return Narrowed(vectors, exponent, tuple(found))


def stored(vectors: Vectors, exponent: int) -> Vectors | Floats:
    """Vectors in the range that they were stored in; float64 where it is another."""
    return np.ldexp(vectors.astype(np.float64), exponent) if exponent else vectors


class _Loss:
    """What rounding moves vectors by, beside how far they lie from their mean."""

    def __init__(self, n_dims: int) -> None:
        self.origin: Floats | None = None  # a vector: sums about it lose no digits
        self.total, self.squares, self.rounding = np.zeros(n_dims), 0.0, 0.0
        self.count = 0

    def add(self, exact: Floats, kept: Vectors) -> None:
        """Take part of the vectors into account, as far as they are finite."""
        fine = finite_rows(kept)
        exact, kept = exact[fine], kept[fine]
        if not len(exact):
            return
        if self.origin is None:
            self.origin = exact[0].copy()
        away = exact - self.origin
        self.total += away.sum(axis=0)
        self.squares += float(np.vdot(away, away))
        lost = exact - kept
        self.rounding += float(np.vdot(lost, lost))
        self.count += len(exact)

    @property
    def figures(self) -> tuple[float, float, float] | None:
        """Distance of the mean from 0, and root mean squares of spread and rounding."""
        if self.origin is None:
            return None
        mean = self.total / self.count
        spread = max(self.squares / self.count - float(mean @ mean), 0.0)
        offset = float(np.linalg.norm(self.origin + mean))
        return offset, float(np.sqrt(spread)), float(np.sqrt(self.rounding / self.count))


def _parts(array: NDArray[np.generic]) -> list[slice]:
    step = max(1, _BLOCK // max(1, array.shape[1] * 8))
    return [slice(start, start + step) for start in range(0, len(array), step)]


def _scaled(block: NDArray[np.generic], exponent: int) -> Floats:
    """In float64, divided by a power of two: exact, but for what then is next to nothing."""
    wide = block if block.dtype.itemsize > np.float64().itemsize else block.astype(np.float64)
    exact: Floats = (np.ldexp(wide, -exponent) if exponent else wide).astype(np.float64, copy=False)
    return exact


def _exponent(array: NDArray[np.generic]) -> int:
    """By which power of two a typical vector is out of range; 0 if it is not.

    A few vectors beyond the range do not decide for the others: they count as infinite.
    """
    largest = np.empty(len(array), array.dtype)
    for rows in _parts(array):
        sizes = np.abs(array[rows])
        largest[rows] = sizes.max(axis=1, initial=0, where=np.isfinite(sizes))
    largest = largest[largest > 0]
    typical = float(np.median(np.frexp(largest)[1])) if len(largest) else 0.0
    return 0 if abs(typical) <= _RANGE else int(typical)


def _exact(array: NDArray[np.generic], exponent: int) -> bool:
    """Whether every number can be divided by the power of two and is there in float32."""
    with np.errstate(over="ignore", under="ignore"):
        return all(
            np.array_equal(exact, exact.astype(np.float32), equal_nan=True)
            for rows in _parts(array)
            for exact in [_scaled(array[rows], exponent)]
        )


def _mean(array: NDArray[np.generic], exponent: int) -> Floats:
    """``(n_dims,)`` mean of the finite rows, scaled."""
    total, count = np.zeros(array.shape[1]), 0
    for rows in _parts(array):
        exact = _scaled(array[rows], exponent)
        fine = np.isfinite(exact).all(axis=1)
        total += exact[fine].sum(axis=0)
        count += int(fine.sum())
    return total / max(count, 1)


def _changed(exact: Floats, kept: Vectors) -> NDArray[np.bool_]:
    """Rows in which float32 differs."""
    changed: NDArray[np.bool_] = ~((kept == exact) | np.isnan(kept)).all(axis=1)
    return changed


def _centered(mean: Floats, exponent: int) -> Finding:
    length = float(np.linalg.norm(mean))
    scale = f" times 2^{exponent}" if exponent else ""
    sentence = (
        f"Opened centered: the mean of the vectors, which lies {length:.3g}{scale} from 0, was "
        "taken off in float64."
    )
    return Finding("centered", 1, sentence)


def _exponent_finding(array: NDArray[np.generic], exponent: int) -> Finding:
    sentence = (
        f"Squares of the numbers are beyond the range of float32: they are kept divided by "
        f"2^{exponent}, which changes no digit and is undone in files that are written."
    )
    return Finding("scaled", len(array), sentence)


def _loss_findings(
    array: NDArray[np.generic], changed: NDArray[np.bool_], loss: _Loss
) -> list[Finding]:
    if not changed.any():
        return []
    count, name = int(changed.sum()), array.dtype.name
    offset, spread, rounding = loss.figures or (0.0, 0.0, 0.0)
    if rounding > _LOST * spread:
        sentence = (
            f"The vectors lie {offset:.3g} from 0 and {spread:.3g} from their mean. Kept as "
            f"float32 they are off by {rounding:.2g}, which is {rounding / spread:.2g} of what "
            "tells them apart. Open them centered to keep it."
            if spread > 0
            else f"All vectors are the same, {offset:.3g} from 0, to the digits of {name}."
        )
        return [Finding("swamped", count, sentence, remedy="center" if spread > 0 else None)]
    sentence = (
        f"{count:,} vectors are stored as {name} and kept as float32, which has about 7 digits."
    )
    return [Finding("narrowed", count, sentence)]
