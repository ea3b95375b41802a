"""How a table in text form is written: separator, decimal mark, names of the columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.counts import counted
from core.io.contents import refusal
from core.io.findings import Finding
from core.io.headers import (
    EMPTY,
    are_values,
    columns_of_codes,
    has_header,
    is_decimal,
    is_value,
    names_columns,
    names_rows,
    taken_as_columns,
)
from core.io.names import dimension_groups, free_name
from core.io.number_text import are_vectors, is_number, looks_like_vector, usual_width
from core.io.quoting import Quoting, file_chunks, quoting
from core.io.text_files import sample_lines

MEND = "Give every line the same number of cells, and close every quotation mark."
_MEND_QUOTES = (
    "Close it, double it inside of quoted cells, or separate the cells by tabs in a .tsv, where "
    "quotation marks may stand for themselves."
)
_LOOKED_AT = 50
_SEPARATOR = re.compile(r'"?sep=[^\w\s]?\t?"?\s*', re.IGNORECASE)  # what Excel is told, no row
_CUT = re.compile(r"[\[({]+\s*[-+\d.][^\])}]*$")  # a vector in brackets that do not close


@dataclass(frozen=True)
class TableForm:
    """What the first lines of a table say about all of it.

    Attributes
    ----------
    mark
        What stands between two cells.
    decimal
        What stands before the decimals of a number.
    quoting
        How quotation marks are read.
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
    findings
        What was assumed.
    """

    mark: str
    decimal: str
    quoting: Quoting
    skipped: int
    row_bytes: int
    names: list[str]
    dimensions: dict[str, list[str]]
    spelled: dict[str, int]
    findings: tuple[Finding, ...] = ()


def table_form(path: Path) -> TableForm:
    """Find how a table is written from its first lines.

    The separator that the suffix promises is taken where it fits the first line, another one
    where it frees more numbers. Lines before the table that begin with ``#`` are comments, except
    that the last of them may name the columns; so is Excel's ``sep=;``. Without names, all columns
    of numbers are vectors together, less those at either end that hold whole numbers where all
    others hold decimals: an index, a label.

    Raises
    ------
    InvalidFile
        If it is no UTF-8 text, has no rows, its first lines differ in their number of cells, or
        its quotation marks make no sense.
    """
    lines, whole = sample_lines(path)
    n_lead, lines = _without_comments(lines)
    mark, quoting, rows = _separator(path, lines, n_lead=n_lead, whole=whole)
    decimal = "," if mark != "," and _has_decimal_comma(rows) else "."
    if decimal == ",":
        rows = [[_with_point(cell) for cell in row] for row in rows]
    commented = _names_in_comment(path, n_lead, mark=mark, rows=rows)
    header = not commented and has_header(rows)
    body = rows[1:] if header else rows
    if not body:
        raise refusal(path, "it has names of columns but no rows", "Check how it was written.")
    stated = commented or (rows[0] if header else [""] * len(rows[0]))
    names = _names(["row", *stated] if names_rows(stated, body) else stated)
    if len(body[0]) > len(names):
        ragged = f"the first line has {counted(len(names), 'cell')}, the next {len(body[0]):,}"
        raise refusal(path, f"the table is ragged ({ragged})", MEND)
    columns = {
        name: [row[place] for row in body if place < len(row) and row[place] not in EMPTY]
        for place, name in enumerate(names)
    }
    numeric = [name for name, cells in columns.items() if _are_mostly_numbers(cells)]
    findings: tuple[Finding, ...] = ()
    if header or commented:
        dimensions = dimension_groups(numeric)
    else:
        whole_numbers = columns_of_codes(columns, numeric)
        numeric = [name for name in numeric if name not in whole_numbers]
        findings = taken_as_columns(whole_numbers)
        dimensions = {f"vectors ({len(numeric)} columns)": numeric} if len(numeric) > 1 else {}
    spelled = {name: usual_width(cells) for name, cells in columns.items() if are_vectors(cells)}
    row_bytes = max(1, sum(map(len, lines)) // len(lines))
    skipped = n_lead + header
    return TableForm(
        mark, decimal, quoting, skipped, row_bytes, names, dimensions, spelled, findings
    )


def _without_comments(lines: list[str]) -> tuple[int, list[str]]:
    """How many lines come before the table, blank or beginning with ``#``, and the others."""
    n_lead = 0
    while n_lead < len(lines) and _is_no_row(lines[n_lead]):
        n_lead += 1
    if not any(map(str.strip, lines[n_lead:])) or _begins_like(lines, n_lead):
        n_lead = next(place for place, line in enumerate(lines) if line.strip())
    return n_lead, lines[n_lead:]


def _is_no_row(line: str) -> bool:
    return not line.strip() or line.startswith("#") or _SEPARATOR.fullmatch(line) is not None


def _begins_like(lines: list[str], n_lead: int) -> bool:
    """Whether a line that begins with ``#`` is a row as the next is: its first cell is a token."""
    if not n_lead or not lines[n_lead - 1].strip():
        return False
    cells = re.split(r"[,;\t| ]", lines[n_lead - 1].rstrip())[1:]
    below = re.split(r"[,;\t| ]", lines[n_lead].rstrip())[1:]
    return len(cells) == len(below) and any(map(is_number, cells)) and all(
        is_number(one) or not is_number(other) for one, other in zip(cells, below, strict=True)
    )  # fmt: skip


def _names_in_comment(
    path: Path, n_lead: int, *, mark: str, rows: list[list[str]]
) -> list[str] | None:
    """The names that ``numpy.savetxt`` wrote after a ``#``, if they fit the columns."""
    if not n_lead:
        return None
    with path.open("rb") as stream:
        before = [stream.readline() for _ in range(n_lead)][-1].decode("utf-8", "replace")
    stated = [cell.strip() for cell in before.strip().lstrip("#").strip().split(mark)]
    stated = [cell for cell in stated if cell] if mark == " " else stated
    fits = before.startswith("#") and len(stated) == len(rows[0]) > 1
    return stated if fits and not any(map(is_number, stated)) else None


def _separator(
    path: Path, lines: list[str], *, n_lead: int, whole: bool
) -> tuple[str, Quoting, list[list[str]]]:
    """What stands between two cells, how quotation marks are read, and the first rows."""
    usual = "\t" if path.suffix.lower() == ".tsv" else ","
    marks = [usual, *(mark for mark in ",;\t|" if mark != usual)]
    if all(map(is_number, lines[0].split())) or names_columns(lines):
        marks.append(" ")
    sample = "\n".join(lines).encode()
    merits, splits = {}, {}
    for mark in marks:
        literal_rows = _split(lines, mark, Quoting(literal=True), whole=whole)
        found = quoting(
            lambda: iter([sample]), mark, whole=whole, is_row=_row_test(literal_rows, path)
        )
        splits[mark] = literal_rows if found.literal else _split(lines, mark, found, whole=whole)
        merits[mark] = _merit(splits[mark], mark, usual=usual)
    mark = max(marks, key=lambda mark: merits[mark])
    if not splits[mark]:
        raise refusal(path, "its first lines cannot be split into cells", MEND)
    literal_rows = _split(lines, mark, Quoting(literal=True), whole=whole)
    is_row = _row_test(literal_rows, path)
    chosen = quoting(file_chunks(path, skip=n_lead), mark, whole=True, is_row=is_row)
    if chosen.fault is not None:
        line = n_lead + chosen.fault + 1
        found_there = f"a quotation mark in line {line:,} neither opens nor closes a cell"
        raise refusal(path, found_there, _MEND_QUOTES)
    return mark, chosen, _split(lines, mark, chosen, whole=whole)


def _row_test(rows: list[list[str]], path: Path) -> Callable[[list[str]], bool]:
    """Whether cells have numbers where the rows without quotation marks have them."""
    plain = [row for row in rows[1:] if not any('"' in cell for cell in row)]
    width = max(map(len, [*rows[:1], *plain]), default=0)
    numbers = [
        place
        for place in range(width)
        if plain and all(is_number(row[place]) for row in plain if place < len(row))
    ]

    def is_row(cells: list[str]) -> bool:
        if not any(cells):
            return True
        if not numbers:  # nothing but text: quotation marks are tokens where tabs stand between
            return path.suffix.lower() == ".tsv" and len(cells) == width
        return len(cells) == width and all(is_number(cells[place]) for place in numbers)

    return is_row


def _split(lines: Sequence[str], mark: str, quoting: Quoting, *, whole: bool) -> list[list[str]]:
    csv.field_size_limit(1 << 26)  # a vector of thousands of numbers may be one cell
    reader = csv.reader(
        (f"{line}\n" for line in lines),
        delimiter=mark,
        skipinitialspace=True,
        quoting=quoting.style,
        escapechar=quoting.escape,
    )
    try:
        rows = list(islice((row for row in reader if any(row)), _LOOKED_AT))
    except csv.Error:
        return []
    return rows if whole or len(rows) == _LOOKED_AT else rows[:-1] or rows


def _merit(rows: list[list[str]], mark: str, *, usual: str) -> tuple[object, ...]:
    """How well a separator explains the lines.

    Most lines must have as many cells, and the first as many or one less. The usual one wins if
    it fits names in the first line, else the share of numbers decides. Blanks, and in a ``.tsv``
    all but tabs, may stand in texts, so that they must free vectors.
    """
    is_usual, doubted = mark == usual, " ,;|" if usual == "\t" else " "
    body = rows[1:] or rows
    widths = [len(row) for row in body] or [0]
    width = max(set(widths), key=widths.count)
    if not rows or widths.count(width) < len(body) / 2 or not 0 <= width - len(rows[0]) <= 1:
        return False, False, 0.0, 0
    if width == 1:
        return False, is_usual, 0.0, 0
    cells = [[_with_point(cell) if mark != "," else cell for cell in row] for row in body]
    share = sum(is_value(cell) for row in cells for cell in row) / sum(map(len, cells))
    named = not any(is_value(cell) for cell in rows[0])
    even = len(rows[0]) == width
    if mark in doubted and not _frees_vectors(cells, width):
        return False, False, 0.0, 0
    if 2 * sum(any(map(_CUT.search, row)) for row in cells) > len(cells):  # through vectors
        return False, False, -1.0, 0
    return True, even and is_usual and named, share, even, width


def _frees_vectors(cells: list[list[str]], width: int) -> bool:
    """Whether cells are numbers in four columns, decimals in two, or a vector in one."""
    columns = [[row[place] for row in cells if place < len(row)] for place in range(width)]
    numbers = [column for column in columns if are_values(column)]
    decimals = [column for column in numbers if 2 * sum(map(is_decimal, column)) > len(column)]
    spelled = any(all(map(looks_like_vector, column)) for column in numbers)
    return len(numbers) >= 4 or len(decimals) >= 2 or spelled


def _has_decimal_comma(rows: list[list[str]]) -> bool:
    cells = [cell for row in rows[1:] or rows for cell in row]
    return any("," in cell and is_number(_with_point(cell)) for cell in cells) and not any(
        "." in cell and is_number(cell) for cell in cells
    )


def _with_point(cell: str) -> str:
    pointed = cell.replace(",", ".", 1)
    return pointed if "," not in pointed and is_number(pointed) else cell


def _names(stated: list[str]) -> list[str]:
    """Names that are neither empty nor used twice."""
    found: list[str] = []
    for place, name in enumerate(stated):
        unnamed = not name.strip() or name.startswith("Unnamed: ")
        usual = "row" if place == 0 and any(stated) else f"column {place + 1}"
        found.append(free_name(usual if unnamed else name.strip(), found))
    return found


def _are_mostly_numbers(cells: list[str]) -> bool:
    return bool(cells) and sum(map(is_number, cells)) > len(cells) / 2
