"""What is wrong with the data of a file, counted, so that a person can decide what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Positions, Vectors

Kind = Literal[
    "non_finite",
    "unreadable",
    "ragged",
    "zero",
    "duplicate",
    "constant_dimension",
    "constant_column",
    "mixed_column",
    "narrowed",
    "scaled",
    "centered",
    "swamped",
    "ignored",
    "assumed",
    "replaced",
]
Remedy = Literal["drop", "keep", "center"]

_NO_ROWS: Positions = np.empty(0, np.int64)
_NO_ROWS.setflags(write=False)
_BLOCK = 1 << 23  # bytes of vectors looked at together, so that a mapped file is never held whole


@dataclass(frozen=True, eq=False)
class Finding:
    """One thing that is wrong or remarkable, and what is proposed.

    Attributes
    ----------
    kind
        What is wrong; consent to dropping rows is given by kind.
    count
        How many rows, dimensions or columns are concerned.
    sentence
        For the person at the screen.
    rows
        Positions of all items concerned, counted from 0; empty where no single item is.
    remedy
        ``"drop"`` where a space cannot be built or measured well with these rows, ``"keep"``
        where they may be meant, ``"center"`` where the mean should be taken off before the vectors
        become float32, None where there is nothing to decide.
    """

    kind: Kind
    count: int
    sentence: str
    rows: Positions = field(default_factory=lambda: _NO_ROWS)
    remedy: Remedy | None = None


_OF_ROWS: Mapping[Kind, tuple[str, str, Remedy]] = {
    "non_finite": ("holds NaN or infinity", "hold NaN or infinity", "drop"),
    "unreadable": ("holds something that is no number", "hold something that is no number", "drop"),
    "ragged": ("is missing or of another length", "are missing or of another length", "drop"),
    "zero": ("is zero and has no direction", "are zero and have no direction", "drop"),
    "duplicate": ("repeats an earlier one exactly", "repeat an earlier one exactly", "keep"),
}


def row_finding(kind: Kind, rows: Positions) -> Finding:
    """A finding about rows: ``"<count> vectors hold NaN or infinity (rows 4, 17, ...)."``."""
    one, several, remedy = _OF_ROWS[kind]
    shown = ", ".join(f"{row:,}" for row in rows[:5]) + (", ..." if len(rows) > 5 else "")
    said = f"1 vector {one} (row {shown})." if len(rows) == 1 else (
        f"{len(rows):,} vectors {several} (rows {shown})."
    )  # fmt: skip
    return Finding(kind, len(rows), said, rows, remedy)


def moved(parts: Iterable[tuple[int, Sequence[Finding]]]) -> list[Finding]:
    """What was found in parts, each with the row at which it begins in the whole."""
    rows: dict[Kind, list[Positions]] = {}
    others: list[Finding] = []
    for start, findings in parts:
        for finding in findings:
            if finding.kind in _OF_ROWS:
                rows.setdefault(finding.kind, []).append(finding.rows + start)
            else:
                others.append(finding)
    return [*others, *(row_finding(kind, np.concatenate(at)) for kind, at in rows.items())]


def vector_findings(vectors: Vectors, known: Sequence[Finding] = ()) -> list[Finding]:
    """NaN and infinite values, zero vectors, repeated vectors and constant dimensions.

    Reads the vectors once, in blocks. Positions of `known` findings are not counted again as NaN.
    A vector is repeated if an earlier one has the same values, compared exactly; ``0.0`` and
    ``-0.0`` are the same value.
    """
    n_items, n_dims = vectors.shape
    finite, nonzero = np.ones(n_items, bool), np.ones(n_items, bool)
    digests = np.empty(n_items, np.uint64)
    low, high = np.full(n_dims, np.inf, np.float32), np.full(n_dims, -np.inf, np.float32)
    multipliers = np.random.default_rng(0).integers(0, 1 << 63, n_dims, dtype=np.uint64) | 1
    step = max(1, _BLOCK // (4 * n_dims))
    for start in range(0, n_items, step):
        rows = slice(start, start + step)
        block = vectors[rows]
        finite[rows] = np.isfinite(block).all(axis=1)
        fine = block if finite[rows].all() else block[finite[rows]]
        np.minimum(low, fine.min(axis=0, initial=np.inf), out=low)
        np.maximum(high, fine.max(axis=0, initial=-np.inf), out=high)
        with np.errstate(invalid="ignore"):  # a signaling NaN
            nonzero[rows] = block.any(axis=1)
            digests[rows] = _bits(block).astype(np.uint64) @ multipliers
    listed = [finding.rows for finding in known]
    finite_or_listed = finite.copy()
    finite_or_listed[np.concatenate([_NO_ROWS, *listed])] = True
    repeated = _repeated(vectors, digests, finite & nonzero)
    constant = int((low == high).sum()) if finite.sum() > 1 else 0
    found = [
        row_finding("non_finite", _where(~finite_or_listed)),
        row_finding("zero", _where(~nonzero)),
        row_finding("duplicate", repeated),
        Finding(
            "constant_dimension",
            constant,
            f"{constant:,} of {n_dims:,} dimensions have the same value in every vector.",
        ),
    ]
    return [finding for finding in found if finding.count]


def item_findings(items: pd.DataFrame) -> list[Finding]:
    """Columns with a single value, and columns that mix kinds of values."""
    constant = [name for name in items if len(items) > 1 and _is_constant(items[name])]
    mixed = {name: kinds for name in items if len(kinds := _kinds(items[name])) > 1}
    found = []
    if constant:
        listed = ", ".join(map(repr, constant[:5])) + (", ..." if len(constant) > 5 else "")
        noun = "column has" if len(constant) == 1 else "columns have"
        sentence = f"{len(constant):,} {noun} a single value: {listed}."
        found.append(Finding("constant_column", len(constant), sentence))
    found += [
        Finding("mixed_column", 1, f"The column {name!r} mixes {' and '.join(kinds)}.")
        for name, kinds in mixed.items()
    ]
    return found


def _is_constant(column: pd.Series) -> bool:
    filled = column.dropna()
    return len(filled) > 0 and bool((filled == filled.iloc[0]).all())


def _kinds(column: pd.Series) -> list[str]:
    if column.dtype != object:
        return []
    kinds = {
        str: "text",
        bytes: "bytes",
        bool: "true or false",
        int: "numbers",
        float: "numbers",
    }
    return sorted({kinds.get(type(value), "other values") for value in column.dropna()})


def _repeated(
    vectors: Vectors, digests: NDArray[np.uint64], counted: NDArray[np.bool_]
) -> Positions:
    """Positions of vectors that equal an earlier one; only equal digests are compared."""
    rows = _where(counted)
    order = rows[np.argsort(digests[rows], kind="stable")]
    follows = np.flatnonzero(digests[order][1:] == digests[order][:-1]) + 1
    if not len(follows):
        return _NO_ROWS
    starts = np.ones(len(order), bool)
    starts[follows] = False
    first = order[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))]
    same = [
        row for row, head in zip(order[follows], first[follows], strict=True)
        if np.array_equal(vectors[row], vectors[head])
    ]  # fmt: skip
    return np.sort(np.array(same, np.int64))


def _bits(block: Vectors) -> NDArray[np.uint32]:
    return (np.ascontiguousarray(block) + np.float32(0)).view(np.uint32)  # -0.0 becomes 0.0


def _where(mask: NDArray[np.bool_]) -> Positions:
    return np.flatnonzero(mask).astype(np.int64)
