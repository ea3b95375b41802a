"""Tables that say something of pictures: captions, labels, splits, by everybody's convention."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from core.errors import InvalidFile
from core.io.cells import valid_value
from core.io.contents import LIMIT_BYTES, check_bytes, refusal, system_errors
from core.io.formats import scan
from core.io.images import SUFFIXES
from core.io.split_names import is_split
from core.io.text_files import decode, lines_of

_KEYS = ("key", "image_id", "img_id", "id")  # of pictures and of captions
_FILES = (
    "file", "file_name", "filename", "filepath", "image", "image_name", "image_path", "image_file",
    "img", "path", "name", *_KEYS,
)  # fmt: skip
_CAPTIONS = ("caption", "text", "sentence", "description", "raw")
_ALSO_CAPTIONS = ("title", "prompt", "comment", "alt")  # where there is none of those above
_LABELS = ("label", "class", "category", "label_name", "class_name", "cls")
_SPLITS = ("split", "subset", "partition")
_NUMBERED = re.compile(r"#\d+$")
_NUMBERS = ("_id", "_ids", "_length", "_number")  # of a caption, and not it
_ENOUGH = 0.5  # of the cells of a column of file names


@dataclass(frozen=True, eq=False)
class CaptionTable:
    """What a table says of pictures.

    Attributes
    ----------
    source
        Its name.
    rows
        The table.
    file
        The column that names the picture.
    captions
        Columns of captions; a cell may hold a list of them.
    label, split
        Columns of classes and of parts of the data set, if there are.
    """

    source: str
    rows: pd.DataFrame
    file: str
    captions: tuple[str, ...]
    label: str | None
    split: str | None

    @staticmethod
    def name_of(cell: Any) -> str:
        """The picture that a cell names, without the number of its caption."""
        name = str(cell).strip()
        return _NUMBERED.sub("", name) if _is_file(name) else name

    @property
    def others(self) -> list[str]:
        """Columns that are none of those."""
        taken = {self.file, self.label, self.split, *self.captions}
        return [name for name in map(str, self.rows) if name not in taken]


def caption_table(path: Path, source: str, limit: int = LIMIT_BYTES) -> CaptionTable:
    """What a file says of pictures: .csv, .tsv, .txt, .token, .json, .jsonl or .parquet.

    Captions as in COCO (``annotations`` beside ``images``), of Karpathy (``sentences``), of
    Flickr8k and Flickr30k (``name.jpg#0``, then a tab, a comma or a bar), of Hugging Face
    (``file_name``), of open_clip (``filepath`` and ``title``), by the name of each picture in one
    JSON object, or in any table with a column of file names and one of captions.

    Raises
    ------
    InvalidFile
        If it is damaged, or says nothing of pictures.
    """
    suffix = path.suffix.lower()
    if suffix == ".json":
        table = rows_of_json(path, limit)
    elif suffix in {".txt", ".token"} or (suffix in {".csv", ".tsv"} and _has_loose_marks(path)):
        table = _from_lines(path, limit)
    else:
        table = table_of(path, limit)
    return _understood(table, source, path)


def table_of(path: Path, limit: int = LIMIT_BYTES) -> pd.DataFrame:
    """All columns of a table, without arrays of vectors.

    Raises
    ------
    InvalidFile
        If the file is no table.
    """
    arrays = scan(path, limit).arrays
    with system_errors(path):
        columns = {
            name: array.load().values for name, array in arrays.items() if len(array.shape) == 1
        }
    if not columns or len({len(values) for values in columns.values()}) > 1:
        raise refusal(path, "it holds no columns", "Give a table with a header.")
    return pd.DataFrame(columns)


def texts_in(cell: Any) -> Iterator[str]:
    """The texts of a cell: one, a list of them (also as Python or JSON spells it), or none."""
    if isinstance(cell, Mapping):
        told = [cell[name] for name in (*_CAPTIONS, *_ALSO_CAPTIONS) if name in cell]
        yield from texts_in(told[:1])
    elif isinstance(cell, list | tuple | np.ndarray):
        for one in cell:
            yield from texts_in(one)
    elif isinstance(cell, str) and cell.startswith("[") and (spelled := listed(cell)) is not None:
        yield from texts_in(spelled)
    elif pd.notna(cell) and str(cell).strip():
        yield str(cell).strip()


def facts_in(data: bytes) -> dict[str, Any]:
    """What a small JSON file says of the picture of the same name; nothing if it is no object."""
    try:
        said = valid_value(json.loads(data.decode("utf-8-sig")))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def roles_of(columns: Sequence[str]) -> tuple[tuple[str, ...], str | None, str | None]:
    """Columns of captions, the column of labels and that of splits, by their names."""
    lower = {column.strip().lower().replace(" ", "_"): column for column in columns}
    captions: tuple[str, ...] = ()
    for beginnings in (_CAPTIONS, _ALSO_CAPTIONS):
        captions = captions or tuple(
            column
            for name, column in lower.items()
            if name.startswith(beginnings) and not name.endswith(_NUMBERS)
        )
    label = next((lower[name] for name in _LABELS if name in lower), None)
    split = next((lower[name] for name in _SPLITS if name in lower), None)
    return captions, label, split


def _understood(table: pd.DataFrame, source: str, path: Path) -> CaptionTable:
    table.columns = table.columns.map(str)
    if {"url", "key", "status"} <= set(table):  # img2dataset: the others could not be loaded
        table = table[table["status"] == "success"]
    file = _file_column(table)
    names = list(map(str, table))
    texts = [name for name in names if name != file and not _is_number(table[name])]
    plain = [
        name
        for name in texts
        if name.strip().lower() not in _KEYS
        and pd.api.types.infer_dtype(table[name], skipna=True) == "string"
    ]
    captions, label, split = roles_of(names)
    captions = tuple(name for name in captions if name in texts and name != label)
    if not captions and len(plain) == 1 and plain[0] not in {label, split}:
        captions = (plain[0],)  # the only text beside the names, whatever it is called
    if file is None or not (captions or label or split):
        listed = ", ".join(map(repr, table.columns[:12]))
        mend = "Rename its columns."
        found = f"captions need a column 'file' and one or more 'caption'; it has {listed}"
        raise refusal(path, found, mend)
    return CaptionTable(source, table, file, captions, label, split)


def _file_column(table: pd.DataFrame) -> str | None:
    """The column of file names: by what it holds, else by its name."""
    columns = list(map(str, table))
    lower = {column.strip().lower().replace(" ", "_"): column for column in columns}
    named = [lower[name] for name in _FILES if name in lower]
    for column in [*named, *(column for column in columns if column not in named)]:
        if not _is_number(table[column]) and _share(table[column]) >= _ENOUGH:
            return column
    return next(iter(named), None)


def _share(cells: pd.Series) -> float:
    """How many of the first cells end as the name of a picture does."""
    seen = cells.dropna().head(200)
    return sum(map(_is_file, seen)) / max(1, len(seen))


def _is_file(cell: Any) -> bool:
    named = isinstance(cell, str) and "://" not in cell  # an address names no file
    return named and _suffix(_NUMBERED.sub("", cell.strip())) in SUFFIXES


def _suffix(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def _is_number(cells: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(cells))


def rows_of_json(path: Path, limit: int = LIMIT_BYTES) -> pd.DataFrame:
    """The rows of a JSON file: of COCO, of Karpathy, by the name of each picture, or a list.

    Raises
    ------
    InvalidFile
        If it holds no rows.
    """
    with system_errors(path):
        check_bytes(path, 10 * path.stat().st_size, limit, what="all of it")
        try:
            root = valid_value(json.loads(path.read_bytes().decode("utf-8-sig")))
        except (ValueError, RecursionError):
            return table_of(path, limit)  # which says what is wrong
    if isinstance(root, dict):
        images, annotations = root.get("images") or [], root.get("annotations") or []
        if _is_rows(images) and _is_rows(annotations) and "image_id" in annotations[0]:
            files = {one.get("id"): one.get("file_name") for one in images}
            rows = [{"file_name": files.get(one.get("image_id")), **one} for one in annotations]
            return pd.DataFrame(rows).drop(columns=["image_id", "id"], errors="ignore")
        if root and all(map(_is_file, root)):
            return pd.DataFrame({"file": list(root), "caption": list(root.values())})
        under = [value for value in root.values() if _is_rows(value)]
        root = under[0] if len(under) == 1 else root
    if _is_rows(root):
        return pd.DataFrame(root)
    try:
        return table_of(path, limit)
    except InvalidFile:
        mend = "Captions are rows with 'file' and 'caption', or as COCO and Karpathy write them."
        raise refusal(path, "it says nothing of pictures", mend) from None


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _has_loose_marks(path: Path) -> bool:
    """Whether captions hold the mark between cells, and nobody put them into quotes.

    That is sure below a header of two cells, and of three apart by bars where the one between is
    the number of the caption, as Flickr30k has it.
    """
    with system_errors(path), path.open(encoding="utf-8", errors="replace") as stream:
        lines = [line for line in islice(stream, 200) if line.strip()]
    bars = [line.split("|") for line in lines]
    widths = [len(row) for row in csv.reader(lines) if row]
    loose = bool(widths) and widths[0] == 2 and max(widths) > 2
    return loose or (bool(bars) and len(bars[0]) == 3 and _are_numbered(bars[1:]))


def _are_numbered(rows: Sequence[Sequence[str]]) -> bool:
    """Whether between the file and its caption there is a number, in all rows of three cells."""
    whole = [row for row in rows if len(row) > 2]
    return bool(whole) and all(row[1].strip().isdigit() for row in whole)


def _from_lines(path: Path, limit: int) -> pd.DataFrame:
    """A picture and its caption a line, apart by a tab, a bar, the first comma or a blank.

    Where what follows is a number in all of them, it is the class.
    """
    with system_errors(path):
        check_bytes(path, path.stat().st_size, limit, what="the text")
        text = decode(path, path.read_bytes())
    lines = [line for line in lines_of(text) if line.strip()]
    counts = Counter(mark for line in lines[:200] for mark in "\t|," if mark in line)
    mark = next((mark for mark in "\t|," if counts[mark] > _ENOUGH * len(lines[:200])), None)
    if mark in {None, ","} and _are_spaced(lines):
        mark = " "
    if mark is None:
        if (split := _listed_split(path)) and lines and all(map(_is_file, lines)):
            return pd.DataFrame({"file": lines, "split": split})
        raise refusal(path, "its lines hold no captions", "Give 'picture.jpg<tab>caption' a line.")
    if mark == ",":  # a cell in quotes may hold one, and a line break
        cells = [row for row in csv.reader(io.StringIO(text)) if row]
    else:
        cells = [line.split(mark, 1 if mark == " " else -1) for line in lines]
    if not _is_file(cells[0][0]):
        cells = cells[1:]
    numbered = mark == "|" and _are_numbered(cells)
    rows = [(row[0].strip(), _caption(row[1:], mark, numbered=numbered)) for row in cells]
    classes = all(told.isdigit() for _, told in rows)
    return pd.DataFrame(rows, columns=["file", "label" if classes else "caption"])


def _are_spaced(lines: Sequence[str]) -> bool:
    """Whether each line begins with the name of a picture, after which nothing but a blank is."""
    cells = [line.split(maxsplit=1) for line in lines]
    return bool(cells) and all(
        len(row) == 2 and _is_file(row[0]) and not row[1].startswith(",") for row in cells
    )


def _caption(cells: Sequence[str], mark: str, *, numbered: bool) -> str:
    """What follows the file in a line; its number, and a bar that somebody forgot, are no part."""
    if not numbered:
        return mark.join(cells).strip()
    if len(cells) == 1:
        return re.sub(r"^\d+\s+", "", cells[0].strip())
    return mark.join(cells[1:]).strip()


def _listed_split(path: Path) -> str | None:
    """The part of a data set that a list is named for, as Flickr8k's ``*.trainImages.txt``."""
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", path.stem).casefold())
    return next(filter(is_split, words), None)


def listed(cell: str) -> list[Any] | None:
    """The list that a cell spells, as Python or JSON does; None if it spells none."""
    for read in (json.loads, ast.literal_eval):
        try:
            found = valid_value(read(cell))
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, list):
            return found
    return None
