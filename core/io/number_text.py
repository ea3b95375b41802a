"""Numbers written as text: vectors in the cells of a table, and columns of digits."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.arrays import Mask, Vectors
from core.io.contents import Array, decoded, refusal
from core.io.findings import Finding, row_finding

_AROUND = "[](){} \t\r\n"
_SEPARATED = re.compile(r"\s*[,;|]\s*|\s+")
_CALL = re.compile(
    r"\b(?:\w+\.)*(?:tensor|array|float\w*|double|densevector|vector)\(", re.ASCII | re.IGNORECASE
)
_KEYWORDS = re.compile(
    r",\s*(?:dtype|device|grad_fn|requires_grad|shape|weak_type)=(?:'[^']*'|<[^>]*>|\([^)]*\)|[\w.]+)"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_CHUNK = 2_000
_SHORTENED = "..."


@dataclass(frozen=True, eq=False)
class Parsed:
    """Vectors that were spelled as text, NaN where they could not be read.

    Attributes
    ----------
    ragged
        Rows without a vector, or with one of another length.
    unreadable
        Rows with something that is no number.
    """

    vectors: Vectors
    ragged: Mask
    unreadable: Mask


def looks_like_vector(cell: object) -> bool:
    """Whether a cell is text like ``"[0.1, 0.2]"``, four and more bare numbers, or base 64."""
    if not isinstance(cell, str):
        return False
    if is_base64_vector(cell):
        return True
    text = _uncalled(cell).strip()
    bracketed = text[:1] in ("[", "(", "{") and text[-1:] in ("]", ")", "}")
    numbers = _SEPARATED.split(text.strip(_AROUND))
    if len(numbers) < (2 if bracketed else 4):
        return False
    if bracketed:
        return all(is_number(number) or number == _SHORTENED for number in numbers[:4])
    return all(map(is_number, numbers))


def _uncalled(cell: str) -> str:
    """A cell without what NumPy and PyTorch print around numbers: ``tensor([0.1], dtype=...)``."""
    if "(" not in cell or not _CALL.search(cell):
        return cell
    return _KEYWORDS.sub("", _CALL.sub("", cell)).replace(")", "")


def are_vectors(cells: Sequence[object]) -> bool:
    """Whether most cells look like vectors."""
    return bool(cells) and sum(map(looks_like_vector, cells)) > len(cells) / 2


def is_number(text: str) -> bool:
    """Whether a text is one real number, NaN and infinity included."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def usual_width(cells: Sequence[str]) -> int:
    """How many numbers most of the cells hold; at least one."""
    counts = [count for cell in cells if (count := _n_numbers(cell))]
    return max(sorted(set(counts)), key=counts.count, default=1)


def _n_numbers(cell: str) -> int:
    return len(base64.b64decode(cell)) // 4 if is_base64_vector(cell) else _counted(cell)[1]


def vectors_from_text(path: Path, name: str, cells: Sequence[str], *, width: int) -> Parsed:
    """The vectors of `width` numbers that the cells of a column spell.

    Raises
    ------
    InvalidFile
        If NumPy wrote ``...`` in place of most of the numbers.
    """
    if any(_SHORTENED in cell and looks_like_vector(cell) for cell in cells[:_CHUNK]):
        raise refusal(
            path,
            f"the vectors in the column {name!r} were shortened to '...' when it was written",
            "The numbers are lost: write the vectors again, as lists or as .parquet.",
        )
    if sum(map(is_base64_vector, cells[:_CHUNK])) > len(cells[:_CHUNK]) / 2:
        return _from_base64(cells, width=width)
    vectors: Vectors = np.full((len(cells), width), np.nan, np.float32)
    ragged, unreadable = np.zeros(len(cells), bool), np.zeros(len(cells), bool)
    for start in range(0, len(cells), _CHUNK):
        counted = list(map(_counted, cells[start : start + _CHUNK]))
        regular = np.array([count == width for _, count in counted])
        ragged[start : start + len(counted)] = ~regular
        if regular.any():
            rows = start + np.flatnonzero(regular)
            text = "\n".join(text for text, count in counted if count == width)
            part = numbers_in(_frame(text, width))
            vectors[rows], unreadable[rows] = part.vectors, part.unreadable
    return Parsed(vectors, ragged, unreadable)


def _counted(cell: str) -> tuple[str, int]:
    """The numbers of a cell with one comma between any two, and how many there are."""
    text = _uncalled(cell).strip(_AROUND)
    for mark in ";|":
        text = text.replace(mark, ",")
    if "," not in text:
        text = ",".join(text.split())
    elif "\n" in text or "\r" in text:
        text = " ".join(text.split())
    return text, text.count(",") + 1 if text else 0


def _frame(text: str, width: int) -> pd.DataFrame:
    return pd.read_csv(
        io.StringIO(text),
        header=None,
        names=range(width),
        index_col=False,
        skipinitialspace=True,
        skip_blank_lines=False,
        quoting=csv.QUOTE_NONE,
        low_memory=False,
    )


def numbers_in(frame: pd.DataFrame) -> Parsed:
    """A table of one column for each dimension."""
    unreadable = np.zeros(len(frame), bool)
    if all(isinstance(dtype, np.dtype) and dtype.kind in "biuf" for dtype in frame.dtypes):
        with np.errstate(over="ignore"):
            return Parsed(frame.to_numpy(np.float32), unreadable, unreadable)
    vectors: Vectors = np.empty(frame.shape, np.float32)
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if column.dtype.kind not in "biuf":
            numbers = pd.to_numeric(column, errors="coerce")
            unreadable |= (numbers.isna() & column.notna()).to_numpy(bool)
            column = numbers
        with np.errstate(over="ignore"):
            vectors[:, place] = column.to_numpy(np.float64, na_value=np.nan)
    vectors[unreadable] = np.nan
    return Parsed(vectors, np.zeros(len(frame), bool), unreadable)


def is_base64_vector(text: str) -> bool:
    """Whether a text spells the bytes of float32 numbers in base 64, as embedding services do.

    At least eight numbers, none of a size that no embedding has: other codes of letters and
    digits, such as hashes, spell numbers of any size.
    """
    if len(text) < 44 or len(text) % 4 or not _BASE64.fullmatch(text):
        return False
    raw = base64.b64decode(text)
    if len(raw) % 4:
        return False
    sizes = np.abs(np.frombuffer(raw, "<f4"))
    return bool(((sizes == 0) | ((sizes > 1e-12) & (sizes < 1e4))).all() and sizes.any())


def _from_base64(cells: Sequence[str], *, width: int) -> Parsed:
    vectors: Vectors = np.full((len(cells), width), np.nan, np.float32)
    ragged = np.ones(len(cells), bool)
    for row, cell in enumerate(cells):
        if is_base64_vector(cell) and len(raw := base64.b64decode(cell)) == 4 * width:
            vectors[row], ragged[row] = np.frombuffer(raw, "<f4"), False
    return Parsed(vectors, ragged, np.zeros(len(cells), bool))


def parsed_array(parts: Sequence[Parsed]) -> Array:
    """The rows of all parts, one below the other, with what could not be read counted."""
    ragged = np.concatenate([part.ragged for part in parts])
    unreadable = np.concatenate([part.unreadable for part in parts])
    vectors = parts[0].vectors if len(parts) == 1 else np.vstack([part.vectors for part in parts])
    return decoded(vectors, *reading_findings(ragged, unreadable))


def reading_findings(ragged: Mask, unreadable: Mask) -> list[Finding]:
    """Findings for vectors of another length than most, and for those that are no numbers."""
    missing, odd = np.flatnonzero(ragged), np.flatnonzero(unreadable)
    found = [
        row_finding("ragged", missing),
        row_finding("unreadable", odd),
    ]
    return [finding for finding in found if finding.count]
