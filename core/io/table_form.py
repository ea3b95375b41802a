"""How a table in text form is written: separator, decimal mark, names of the columns."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.io.contents import refusal
from core.io.names import dimension_groups, free_name
from core.io.number_text import are_vectors, is_number, looks_like_vector, usual_width
from core.io.role_names import names_role
from core.io.text_files import sample_lines

EMPTY = ("", "nan", "NaN", "NA", "N/A", "null", "None")
MEND = "Give every line the same number of cells, and close every quotation mark."
_LOOKED_AT = 20


@dataclass(frozen=True)
class TableForm:
    """What the first lines of a table say about all of it.

    Attributes
    ----------
    mark
        What stands between two cells.
    decimal
        What stands before the decimals of a number.
    skipped
        Lines before the first row.
    row_bytes
        How long a row is, about.
    names
        Of the columns, each another.
    dimensions
        The columns that are vectors together, by what to call these.
    spelled
        The columns with a vector in each cell, and how many numbers it has.
    """

    mark: str
    decimal: str
    skipped: int
    row_bytes: int
    names: list[str]
    dimensions: dict[str, list[str]]
    spelled: dict[str, int]


def table_form(path: Path) -> TableForm:
    """Find how a table is written from its first lines.

    Without names, all columns of numbers are vectors together.

    Raises
    ------
    InvalidFile
        If it is no UTF-8 text, has no rows, or its first lines differ in their number of cells.
    """
    lines, whole = sample_lines(path)
    blank = next(place for place, line in enumerate(lines) if line.strip())
    marks = "\t,;|" if path.suffix.lower() == ".tsv" else ",;\t|"
    if all(map(is_number, lines[blank].split())):
        marks += " "
    splits = {mark: _split(lines, mark, whole=whole) for mark in marks}
    mark = max(marks, key=lambda mark: _merit(splits[mark], mark))
    rows = splits[mark]
    if not rows:
        raise refusal(path, "its first lines cannot be split into cells", MEND)
    decimal = "," if mark == ";" and _has_decimal_comma(rows) else "."
    if decimal == ",":
        rows = [[_with_point(cell) for cell in row] for row in rows]
    header = _has_header(rows)
    body = rows[1:] if header else rows
    if not body:
        raise refusal(path, "it has names of columns but no rows", "Check how it was written.")
    names = _names(rows[0] if header else [""] * len(rows[0]), len(body[0]))
    if len(body[0]) > len(names):
        ragged = f"the first line has {len(names):,} cells, the next {len(body[0]):,}"
        raise refusal(path, f"the table is ragged ({ragged})", MEND)
    columns = {
        name: [row[place] for row in body if place < len(row) and row[place] not in EMPTY]
        for place, name in enumerate(names)
    }
    numeric = [name for name, cells in columns.items() if _are_mostly_numbers(cells)]
    unnamed = {f"vectors ({len(numeric)} columns)": numeric} if len(numeric) > 1 else {}
    dimensions = dimension_groups(numeric) if header else unnamed
    spelled = {name: usual_width(cells) for name, cells in columns.items() if are_vectors(cells)}
    row_bytes = max(1, sum(map(len, lines)) // len(lines))
    return TableForm(mark, decimal, blank + header, row_bytes, names, dimensions, spelled)


def _split(lines: Sequence[str], mark: str, *, whole: bool) -> list[list[str]]:
    csv.field_size_limit(1 << 26)  # a vector of thousands of numbers may be one cell
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=mark, skipinitialspace=True)
    try:
        rows = list(islice((row for row in reader if any(row)), _LOOKED_AT))
    except csv.Error:
        return []
    return rows if whole or len(rows) == _LOOKED_AT else rows[:-1] or rows


def _merit(rows: list[list[str]], mark: str) -> tuple[int, int, bool]:
    """How well a separator explains the lines: the numbers it frees, then the cells it makes.

    Most lines must have as many cells, and the first as many or one less.
    """
    body = rows[1:] or rows
    widths = [len(row) for row in body] or [0]
    width = max(set(widths), key=widths.count)
    if not rows or widths.count(width) < len(body) / 2 or not 0 <= width - len(rows[0]) <= 1:
        return 0, 0, False
    cells = [_with_point(cell) if mark == ";" else cell for row in body for cell in row]
    if width == 1 and any("," in cell and not _is_value(cell) for cell in rows[0]):
        return 0, 0, False  # the names are separated by something else
    freed = sum(map(_n_numbers, cells))
    return freed, width, len(rows[0]) == width


def _n_numbers(cell: str) -> int:
    return cell.count(",") + 1 if looks_like_vector(cell) else int(is_number(cell))


def _has_header(rows: list[list[str]]) -> bool:
    """Whether the first line names columns: it has text where the lines below have numbers.

    The numbers 0, 1, 2, ... name columns too, as pandas writes them. Where no line has numbers,
    several columns are taken as named, a single one only if its name is usual for some role, as
    TensorBoard wants its metadata.
    """
    first, body = rows[0], rows[1:]
    valued = [
        place
        for place in range(len(first))
        if body and all(_is_value(row[place]) for row in body if place < len(row) and row[place])
    ]
    named = [first[place] for place in valued if first[place]]
    if valued:
        counted = [str(number) for number in range(len(named))]
        sure = len(named) > 2 or not first[0]  # pandas writes the index under an empty name
        return (named == counted and sure) or not any(map(_is_value, named))
    if any(_is_value(cell) for cell in first):
        return False
    return len(first) > 1 or names_role(first[0]) is not None


def _is_value(cell: str) -> bool:
    return is_number(cell) or looks_like_vector(cell)


def _has_decimal_comma(rows: list[list[str]]) -> bool:
    cells = [cell for row in rows[1:] or rows for cell in row]
    return any("," in cell and is_number(_with_point(cell)) for cell in cells) and not any(
        "." in cell and is_number(cell) for cell in cells
    )


def _with_point(cell: str) -> str:
    pointed = cell.replace(",", ".", 1)
    return pointed if "," not in pointed and is_number(pointed) else cell


def _names(stated: list[str], width: int) -> list[str]:
    """Names that are neither empty nor used twice.

    R names the rows, but not the column of their names, so that there is one name less.
    """
    if len(stated) == width - 1:
        stated = ["row", *stated]
    found: list[str] = []
    for place, name in enumerate(stated):
        unnamed = not name.strip() or name.startswith("Unnamed: ")
        usual = "row" if place == 0 and any(stated) else f"column {place + 1}"
        found.append(free_name(usual if unnamed else name.strip(), found))
    return found


def _are_mostly_numbers(cells: list[str]) -> bool:
    return bool(cells) and sum(map(is_number, cells)) > len(cells) / 2
