"""Tables of texts: which files are some, their columns, and cells that hold several texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pandas as pd

from core.errors import InvalidFile
from core.io.caption_tables import listed, roles_of, rows_of_json, table_of, texts_in
from core.io.cells import plain_column, safe_column, valid_value
from core.io.contents import LIMIT_BYTES, check_bytes, refusal, system_errors
from core.io.packed_files import PACKED
from core.io.picture_tables import holds_pictures, lists_of_pictures
from core.io.roles import guess_roles, speaks_image

SUFFIXES = frozenset(
    {".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".pq", ".arrow", ".feather"}
)


def is_text_table(path: Path) -> bool:
    """Whether a file is a table, packed or not, that holds no pictures."""
    return is_table(path.name) and path.is_file() and not holds_pictures(path)


def is_table(name: str) -> bool:
    """Whether a name is that of a table, packed or not."""
    path = PurePosixPath(name.lower())
    inner = path.with_suffix("") if path.suffix in PACKED else path
    return inner.suffix in SUFFIXES


def text_table(path: Path, limit: int = LIMIT_BYTES) -> pd.DataFrame:
    """The columns of a table; of JSON also as COCO and Karpathy write it, or texts by their keys.

    Raises
    ------
    InvalidFile
        If the file is no table.
    """
    if path.suffix.lower() != ".json":
        cells = table_of(path, limit)
        cells = cells.drop(columns=lists_of_pictures(path))
        return pd.DataFrame({str(name): safe_column(cells[name], str(name))[0] for name in cells})
    if (told := _by_key(path, limit)) is not None:
        return told
    rows = rows_of_json(path, limit)
    return pd.DataFrame({name: plain_column(rows[name]) for name in rows})


def text_columns(table: pd.DataFrame) -> list[str]:
    """Columns that can hold the texts, the likeliest first; none that shows or names pictures."""
    columns = [str(name) for name in table if _may_be_text(table[name])]
    captions = [name for name in roles_of(columns)[0] if name in columns]
    likely = guess_roles(table).get("text")
    if captions and likely not in captions:
        likely = captions[0]
    return sorted(columns, key=lambda name: name != likely)


def several(cells: pd.Series) -> list[list[str]] | None:
    """The texts of each cell, where the cells are lists of texts; None where they are not."""
    lists = [listed(cell) if isinstance(cell, str) else None for cell in cells]
    filled = [texts for texts, cell in zip(lists, cells, strict=True) if pd.notna(cell)]
    if not filled or not all(t is not None and all(map(_is_text, t)) for t in filled):
        return None
    found = [list(texts_in(texts)) if texts else [] for texts in lists]
    return found if any(found) else None


def named_pictures(table: pd.DataFrame) -> str | None:
    """The column that names pictures which are not in the table; None if there is none."""
    column = guess_roles(table).get("image")
    return column if column and any(isinstance(cell, str) for cell in table[column]) else None


def pictures_elsewhere(column: str, cells: pd.Series) -> tuple[str, str]:
    """What is said of a column that names pictures which lie elsewhere, and what to do."""
    if any("://" in cell for cell in cells if isinstance(cell, str)):
        found = f"column {column!r} holds addresses of pictures, and nothing is fetched from them"
        return found, "Load the pictures first, as img2dataset does."
    found = f"column {column!r} names pictures, which are not in this file"
    return found, "Give the pictures with it, or their folder."


def no_text(path: Path, table: pd.DataFrame) -> InvalidFile:
    """The error for a table without a column of texts."""
    found, mend = "it holds no column of text", "Give a table with one, or vectors on Data."
    if named := named_pictures(table):
        elsewhere, mend = pictures_elsewhere(named, table[named])
        found = f"{found}; {elsewhere}"
    return refusal(path, found, mend)


def _may_be_text(cells: pd.Series) -> bool:
    numeric = pd.api.types.is_numeric_dtype(cells)
    shown = any(isinstance(cell, bytes) for cell in cells) or speaks_image(cells)
    return not numeric and not shown


def _is_text(value: object) -> bool:
    return isinstance(value, str | dict)


def _by_key(path: Path, limit: int) -> pd.DataFrame | None:
    """The texts of one JSON object; None where it holds something else."""
    with system_errors(path):
        check_bytes(path, 10 * path.stat().st_size, limit, what="all of it")
        try:
            root = valid_value(json.loads(path.read_bytes().decode("utf-8-sig")))
        except (ValueError, RecursionError):
            return None
    if not isinstance(root, dict) or len(root) < 2 or not all(map(_are_texts, root.values())):
        return None
    rows = [(key, text) for key, value in root.items() for text in texts_in(value)]
    return pd.DataFrame(rows, columns=["key", "text"])


def _are_texts(value: object) -> bool:
    texts: Sequence[object] = value if isinstance(value, list) else [value]
    return all(isinstance(text, str) for text in texts)
