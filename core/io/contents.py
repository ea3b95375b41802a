"""What a file holds, described before any of it is decoded: named arrays over the same items."""

from __future__ import annotations

import math
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InvalidFile
from core.io.findings import Finding
from core.space import Role

LIMIT_BYTES = 8 << 30
HARMLESS = 256 << 20  # bytes that any file may become in memory
GROWTH = 200  # times its size on disk: numbers shrink to a quarter at best, labels to a hundredth

Values = NDArray[Any] | pd.Series


@dataclass(frozen=True, eq=False)
class Loaded:
    """A decoded array, and what was wrong with it."""

    values: Values
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, eq=False)
class Array:
    """One named array: its shape is known and was checked, its values come when asked for.

    Attributes
    ----------
    shape
        ``(n_items, n_dims)`` of vectors, ``(n_items,)`` of a column.
    numeric
        Whether all values are numbers.
    load
        Decodes the values.
    dtype
        Of the numbers as they are stored, where it is known.
    columns
        The names of the columns that it was put together of.
    """

    shape: tuple[int, ...]
    numeric: bool
    load: Callable[[], Loaded]
    dtype: np.dtype[Any] | None = None
    columns: tuple[str, ...] = ()

    @property
    def n_items(self) -> int:
        """Number of rows; 0 for a single value."""
        return self.shape[0] if self.shape else 0

    @property
    def is_vectors(self) -> bool:
        """Whether the array can serve as the vectors of a space."""
        return self.numeric and len(self.shape) == 2 and min(self.shape) > 0

    @property
    def is_whole(self) -> bool:
        """Whether the numbers are stored as whole ones, or as true and false."""
        return self.dtype is not None and self.dtype.kind in "biu"


@dataclass(frozen=True, eq=False)
class Contents:
    """What a file holds.

    Attributes
    ----------
    path
        Where it was read from.
    arrays
        Everything in it, by name.
    vectors
        The array that the file itself says holds the vectors.
    name
        What the file itself says the space is called.
    roles
        The roles that the file itself states; None if it does not speak of roles.
    findings
        What was wrong with the file as a whole.
    offers
        Vectors that can be made of the arrays on request, by how the choice is called: hidden
        states pooled, packed bits unpacked, the other axis as items.
    doubted
        Arrays in two dimensions that are the vectors only if it is said: beside them is what
        contradicts it.
    """

    path: Path
    arrays: Mapping[str, Array]
    vectors: str | None = None
    name: str | None = None
    roles: Mapping[Role, str] | None = None
    findings: tuple[Finding, ...] = ()
    offers: Mapping[str, Array] = field(default_factory=dict)
    doubted: frozenset[str] = frozenset()


def decoded(values: Values, *findings: Finding) -> Array:
    """An array whose values are at hand already."""
    dtype = values.dtype if isinstance(values.dtype, np.dtype) else None
    if isinstance(values.dtype, pd.api.extensions.ExtensionDtype):
        dtype = getattr(values.dtype, "numpy_dtype", None)
    numeric = (
        pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        if isinstance(values, pd.Series)
        else values.dtype.kind in "biuf"
    )
    return Array(values.shape, numeric, lambda: Loaded(values, findings), dtype)


def refusal(path: Path, found: str, mend: str) -> InvalidFile:
    """The error for a file: which one, what was found and where, and what to do."""
    return InvalidFile(f"{path.name!r} cannot be opened: {found}. {mend}")


@contextmanager
def system_errors(path: Path) -> Iterator[None]:
    """Say as a sentence why the machine could not read a file.

    Raises
    ------
    InvalidFile
        If the file cannot be opened, or memory runs out.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise refusal(path, reason[:1].lower() + reason[1:], "Check the path.") from None
    except MemoryError:
        found = "it needs more memory than there is"
        raise refusal(path, found, "Open a part of the file, or close other spaces.") from None


def check_size(
    path: Path, shape: tuple[int, ...], limit: int, *, what: str = "the vectors"
) -> None:
    """Refuse an array before it is allocated.

    Raises
    ------
    InvalidFile
        If it would take more than `limit` bytes as float32.
    """
    check_bytes(path, 4 * math.prod(shape), limit, what=f"{what} of shape {shape}")


def check_bytes(path: Path, n_bytes: int, limit: int, *, what: str) -> None:
    """Refuse what would take more memory than allowed, before it is taken.

    Raises
    ------
    InvalidFile
        If `n_bytes` is more than `limit`.
    """
    if n_bytes > limit:
        raise refusal(
            path,
            f"{what} would take {size(n_bytes)} in memory, more than the {size(limit)} allowed",
            "Open a part of the file.",
        )


def check_ends(path: Path) -> None:
    """Refuse what is neither a file nor a folder: reading it might never end.

    Raises
    ------
    InvalidFile
        If it is a pipe or a device.
    """
    kind = path.stat().st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise refusal(path, "it is a pipe or a device", "Copy what it gives into a file.")


def check_growth(path: Path, n_bytes: int, *, what: str) -> None:
    """Refuse a small file that would become much in memory, as only one made for that does.

    Raises
    ------
    InvalidFile
        If `n_bytes` is more than 200 times the size of the file and than 256 MB.
    """
    there = path.stat().st_size if path.is_file() else 0
    if there and n_bytes > max(HARMLESS, GROWTH * there):
        found = f"{what} would unpack from {size(there)} to {size(n_bytes)}, as a bomb does"
        raise refusal(path, found, "Save it again, uncompressed, if it is what you want to see.")


def size(n_bytes: int) -> str:
    """A number of bytes for people, e.g. ``"1.5 GB"``."""
    amount = float(n_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:,.3g} TB"
