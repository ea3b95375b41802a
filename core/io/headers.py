"""Which lines of a table name its columns, and which columns of numbers are no dimensions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import PurePosixPath

from core.io.findings import Finding
from core.io.images import SUFFIXES as PICTURES
from core.io.number_text import is_number, looks_like_vector
from core.io.role_names import names_role

EMPTY = ("", "nan", "NaN", "NA", "N/A", "null", "None")
_LOOKED_AT = 50  # lines


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first line names columns.

    One text over a column of numbers settles it, unless the line is full of decimals otherwise.
    Whole numbers counted from 0 or 1 over columns of decimals name these, and counted from 0
    over any, as pandas writes them. Where no line has numbers, several columns are taken as
    named, a single one only if its name is usual for some role, as TensorBoard wants its metadata.
    The name of a picture over such names is one of them.
    """
    first, body = rows[0], rows[1:]
    if any(map(_are_pictures, zip(first, *body[:1], strict=False))):
        return False
    shift = 1 if names_rows(first, body) else 0
    valued = [
        place
        for place in range(len(first))
        if body and are_values([row[place + shift] for row in body if place + shift < len(row)])
    ]
    named = [first[place] for place in valued if first[place]]
    if not valued:
        if any(is_value(cell) for cell in first):
            return False
        return len(first) > 1 or names_role(first[0]) is not None
    texts = [cell for cell in named if not is_value(cell) and cell not in EMPTY]
    if texts:
        decimals = sum(is_decimal(cell) or looks_like_vector(cell) for cell in named)
        return 2 * decimals < len(named)
    if not named:
        return not any(map(is_value, first))
    return _counts(named, first, body, valued=valued)


def names_rows(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether each line begins with a name that the first does not name, as R writes rows.

    One line that is longer is a mistake, and so are lines that all end in a separator.
    """
    longer = all(len(row) == len(first) + 1 for row in body)
    return bool(body) and longer and any(row[-1].strip() for row in body)


def _counts(
    named: list[str], first: list[str], body: list[list[str]], *, valued: list[int]
) -> bool:
    """Whether the cells of the first line over numbers are counted from 0 or 1."""
    for start in (0, 1):
        if named == [str(number) for number in range(start, start + len(named))]:
            cells = [row[place] for row in body for place in valued if place < len(row)]
            decimal = 2 * sum(map(is_decimal, cells)) > len(cells)
            sure = len(named) > 2 or not first[0]  # pandas writes the index under an empty name
            return (decimal and len(named) > 1) or (start == 0 and sure)
    return False


def _are_pictures(cells: tuple[str, ...]) -> bool:
    """Whether a cell and the one below it are names of pictures."""
    suffixes = {PurePosixPath(cell.partition("#")[0]).suffix.lower() for cell in cells}
    return len(cells) > 1 and suffixes <= PICTURES


def are_values(cells: list[str]) -> bool:
    """Whether all cells that are filled are numbers, or spell vectors."""
    filled = [cell for cell in cells if cell and cell not in EMPTY]
    return bool(filled) and all(map(is_value, filled))


def is_value(cell: str) -> bool:
    """Whether a cell is a number, or spells a vector."""
    return is_number(cell) or looks_like_vector(cell)


def is_decimal(cell: str) -> bool:
    """Whether a cell is a number with decimals, or an exponent."""
    return is_number(cell) and not cell.strip().lstrip("+-").isdigit()


def columns_of_codes(columns: Mapping[str, Sequence[str]], numeric: Sequence[str]) -> list[str]:
    """Columns of whole numbers at either end of a block of decimals: an index, a label.

    At most three at each end; where there are more, or others among the decimals, whole numbers
    are how rounded decimals are written. A first column that counts from 0 or 1 is an index
    whatever the others hold.
    """
    whole = [name for name in numeric if all(map(_is_whole, columns[name]))]
    left = list(takewhile(whole.__contains__, numeric))
    right = list(takewhile(whole.__contains__, reversed(numeric[len(left) :])))
    ends = [*left, *reversed(right)]
    if len(numeric) - len(ends) >= 2 and ends == whole and max(len(left), len(right)) <= 3:
        return ends
    first = [cell.strip() for cell in columns[numeric[0]]] if len(numeric) > 2 else []
    counted = any(first == [str(n) for n in range(s, s + len(first))] for s in (0, 1))
    return [numeric[0]] if counted and len(first) > 2 else []


def _is_whole(cell: str) -> bool:
    number = float(cell) if is_number(cell) else math.nan
    return number.is_integer()


def taken_as_columns(names: Sequence[str]) -> tuple[Finding, ...]:
    """What is said of columns of whole numbers that are left out of the vectors."""
    if not names:
        return ()
    listed = ", ".join(map(repr, names))
    verb = "is a column, not a dimension" if len(names) == 1 else "are columns, not dimensions"
    sentence = f"Whole numbers beside the vectors: {listed} {verb}."
    return (Finding("assumed", len(names), sentence),)


def names_columns(lines: Sequence[str]) -> bool:
    """Whether words with blanks between them name columns of numbers, as R's ``write.table`` does.

    The lines below have as many cells, or one more where rows have names.
    """
    names = lines[0].split()
    body = [line.split() for line in lines[1:_LOOKED_AT] if line.strip()]
    return (
        len(names) > 1
        and bool(body)
        and not any(map(is_number, names))
        and all(
            0 <= len(cells) - len(names) <= 1 and 2 * sum(map(is_number, cells)) > len(cells)
            for cells in body
        )
    )
