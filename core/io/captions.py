"""Pictures and texts that belong together: files, archives, folders as labels, caption tables."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZipFile

import numpy as np
import pandas as pd

from core.errors import InvalidFile
from core.io.contents import LIMIT_BYTES, check_bytes, refusal, system_errors
from core.io.formats import scan
from core.io.images import SUFFIXES
from core.io.zips import checked_members, damage, opened_zip

TABLES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet"})
MOST_MEMBERS = 1_000_000
MOST_FILE_BYTES = 256 << 20
_FILE_COLUMNS = ("file", "filename", "file_name", "image", "path", "filepath", "image_path", "name")
_CAPTION_COLUMNS = ("caption", "text", "sentence", "description", "prompt", "raw")
_LABEL_COLUMNS = ("label", "class", "category")
_CLUTTER = ("__MACOSX", ".", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Picture:
    """A picture that is read when it is needed: a file, or a member of an archive."""

    name: str
    path: Path
    member: str | None = None

    def data(self) -> bytes:
        """The bytes of the picture.

        Raises
        ------
        InvalidFile
            If the file is gone, or the archive is damaged here.
        """
        with system_errors(self.path):
            if self.member is None:
                check_bytes(
                    self.path, self.path.stat().st_size, MOST_FILE_BYTES, what="the picture"
                )
                return self.path.read_bytes()
            with damage(self.path):
                return _archive_at(self.path, self.path.stat().st_mtime_ns).read(self.member)


@dataclass(frozen=True, eq=False)
class Collection:
    """What is to be encoded.

    Attributes
    ----------
    name
        What its space will be called.
    pictures, texts
        The inputs; the rows of `items` are first the pictures, then the texts.
    items
        What is known of each: columns ``modality``, and as far as they apply ``pair``, ``label``,
        ``file``, ``text``, and the other columns of a table.
    refused
        A sentence for each file or row that cannot be used.
    """

    name: str
    pictures: tuple[Picture, ...]
    texts: tuple[str, ...]
    items: pd.DataFrame
    refused: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.items)


def read_pictures(paths: Sequence[Path], limit: int = LIMIT_BYTES) -> Collection:
    """Pictures from files and zip archives, with labels from folders and captions from a table.

    Folders below those that all pictures share become labels. A table called ``captions`` (.csv,
    .tsv, .jsonl, .json or .parquet) with a column of file names and one or more of captions makes
    pairs; a ``label`` column in it takes the place of folders.

    Raises
    ------
    InvalidFile
        If there is no picture, or an archive or the table is refused.
    """
    found: list[Picture] = []
    tables: list[pd.DataFrame] = []
    refused: list[str] = []
    for path in paths:
        if path.suffix.lower() == ".zip":
            pictures, inside, no = _archive(path, limit)
            found += pictures
            tables += inside
            refused += no
        elif path.suffix.lower() in TABLES:
            tables.append(table_of(path, limit))
        else:
            found.append(Picture(path.name, path))
    if not found:
        listed = f" ({refused[0]})" if refused else ""
        mend = f"Pictures end in {', '.join(sorted(SUFFIXES))}."
        raise refusal(paths[0], f"it holds no pictures{listed}", mend)
    facts = pd.DataFrame({"file": [picture.name for picture in found]})
    labels = _folders([PurePosixPath(picture.name) for picture in found])
    captions: list[tuple[int, str]] = []
    for table in tables:
        more, named, no = _captions(table, [picture.name for picture in found])
        captions += more
        refused += no
        labels = [other or label for label, other in zip(labels, named, strict=True)]
    if any(labels):
        facts["label"] = labels
    texts = tuple(text for _, text in captions)
    if texts:
        facts["pair"] = np.arange(len(found))
        said = facts.iloc[[at for at, _ in captions]].assign(modality="text", text=texts)
        items = pd.concat([facts.assign(modality="image", text=None), said], ignore_index=True)
    else:
        items = facts.assign(modality="image")
    return Collection(paths[0].stem, tuple(found), texts, items, tuple(refused))


def read_texts(path: Path, column: str | None = None, limit: int = LIMIT_BYTES) -> Collection:
    """The lines of a text file that are not empty, or a column of a table with its other columns.

    Raises
    ------
    InvalidFile
        If there is no text.
    """
    if column is None:
        with system_errors(path):
            check_bytes(path, path.stat().st_size, limit, what="the text")
            try:
                lines = path.read_text("utf-8-sig").splitlines()
            except UnicodeDecodeError as error:
                found = f"byte {error.start:,} is no UTF-8"
                raise refusal(path, found, "Save the text as UTF-8.") from None
        items = pd.DataFrame({"text": lines})
    else:
        items = table_of(path, limit).rename(columns={column: "text"})
    empty = items["text"].isna() | (items["text"].astype(str).str.strip() == "")
    items = items[~empty].reset_index(drop=True)
    if items.empty:
        raise refusal(path, "it holds no text", "Give a file with one text a line.")
    refused = (f"{int(empty.sum()):,} empty lines were left out.",) if empty.any() else ()
    texts = tuple(items["text"].astype(str))
    return Collection(path.stem, (), texts, items.assign(text=texts, modality="text"), refused)


def read_text_files(paths: Sequence[Path], limit: int = LIMIT_BYTES) -> Collection:
    """The lines of text files, one file after the other; of several, column ``file`` says which.

    Raises
    ------
    InvalidFile
        If none of them holds a text.
    """
    if len(paths) == 1:
        return read_texts(paths[0], limit=limit)
    found: list[Collection] = []
    items: list[pd.DataFrame] = []
    refused: list[str] = []
    for path in paths:
        try:
            one = read_texts(path, limit=limit)
        except InvalidFile as error:
            refused.append(str(error))
            continue
        found.append(one)
        items.append(one.items.assign(file=path.name))
        refused += [f"{path.name!r}: {said}" for said in one.refused]
    if not found:
        raise InvalidFile(" ".join(refused))
    texts = tuple(text for one in found for text in one.texts)
    together = pd.concat(items, ignore_index=True)
    return Collection(found[0].name, (), texts, together, tuple(refused))


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


@lru_cache(4)
def _archive_at(path: Path, changed: int) -> ZipFile:  # noqa: ARG001 - part of the key
    """An archive held open: its directory is read once for all pictures in it."""
    return ZipFile(path)


def _archive(path: Path, limit: int) -> tuple[list[Picture], list[pd.DataFrame], list[str]]:
    pictures: list[Picture] = []
    tables: list[pd.DataFrame] = []
    refused: list[str] = []
    with system_errors(path), opened_zip(path) as archive:
        for member in checked_members(path, archive, limit, most=MOST_MEMBERS):
            name = PurePosixPath(member.filename)
            if member.is_dir() or any(part.startswith(_CLUTTER) for part in name.parts):
                continue
            if name.suffix.lower() in SUFFIXES:
                pictures.append(Picture(str(name), path, member.filename))
            elif name.stem.lower() == "captions" and name.suffix.lower() in TABLES:
                tables.append(_unpacked_table(archive, member.filename, limit))
            else:
                refused.append(f"{member.filename!r} is no picture.")
    return pictures, tables, refused


def _unpacked_table(archive: ZipFile, member: str, limit: int) -> pd.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / PurePosixPath(member).name
        with archive.open(member) as packed, copy.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
        return table_of(copy, limit).copy()


def _folders(names: Sequence[PurePosixPath]) -> list[str | None]:
    """The first folder of each name below those that all share."""
    folders = [name.parts[:-1] for name in names]
    depth = 0
    while len({parts[depth : depth + 1] for parts in folders}) == 1 and folders[0][depth:]:
        depth += 1
    return [parts[depth] if len(parts) > depth else None for parts in folders]


def _captions(
    table: pd.DataFrame, names: Sequence[str]
) -> tuple[list[tuple[int, str]], list[str | None], list[str]]:
    """Picture and text of every caption; a label for each picture; what fits no picture."""
    lower = {str(column).strip().lower(): column for column in table}
    file = next((lower[name] for name in _FILE_COLUMNS if name in lower), None)
    said = [
        column
        for name, column in lower.items()
        if column != file and name.startswith(_CAPTION_COLUMNS)
    ]
    if file is None or not said:
        listed = ", ".join(map(repr, table.columns))
        msg = (
            f"The table of captions needs a column {_FILE_COLUMNS[0]!r} and one or more that begin "
            f"with {_CAPTION_COLUMNS[0]!r}; it has {listed}. Rename its columns."
        )
        raise InvalidFile(msg)
    label = next((lower[name] for name in _LABEL_COLUMNS if name in lower), None)
    at = _positions(names)
    captions: list[tuple[int, str]] = []
    labels: list[str | None] = [None] * len(names)
    refused: list[str] = []
    for row in table.to_dict("records"):
        name = str(row[file]).strip().removeprefix("./")
        position = at.get(name, at.get(PurePosixPath(name).name))
        if position is None:
            refused.append(f"The captions name {name!r}, which is not there.")
            continue
        captions += [(position, text) for column in said for text in _texts(row[column])]
        if label is not None and pd.notna(row[label]):
            labels[position] = str(row[label])
    return captions, labels, refused


def _positions(names: Sequence[str]) -> Mapping[str, int]:
    """Where a picture is, by its whole name, and by its last part where only one has it."""
    last = pd.Series([PurePosixPath(name).name for name in names])
    once = ~last.duplicated(keep=False)
    short = dict(zip(last[once], np.flatnonzero(once).tolist(), strict=True))
    return short | {name: at for at, name in enumerate(names)}


def _texts(cell: Any) -> Iterator[str]:
    """The texts of a cell: one, a list of them, or none."""
    if isinstance(cell, list | tuple | np.ndarray):
        for one in cell:
            yield from _texts(one)
    elif isinstance(cell, str) and cell.startswith('["'):  # how tables of text hold a list
        yield from _texts(_list(cell))
    elif pd.notna(cell) and str(cell).strip():
        yield str(cell).strip()


def _list(cell: str) -> list[Any]:
    """The list that a cell spells as JSON; the cell alone if it does not."""
    try:
        found = json.loads(cell)
    except ValueError:
        return [f" {cell}"]
    return found if isinstance(found, list) else [str(found)]
