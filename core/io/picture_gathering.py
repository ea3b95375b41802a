"""What was given, sorted: pictures, what lies beside each of them, tables that speak of many."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from core.errors import InvalidFile
from core.io.archives import StoredFile, below, is_archive, stored
from core.io.caption_tables import CaptionTable, caption_table, facts_in
from core.io.cells import is_image_bytes
from core.io.contents import system_errors
from core.io.images import SUFFIXES
from core.io.picture_names import owners_of
from core.io.picture_tables import facts_of, holds_pictures, not_read, picture_column
from core.io.text_tables import is_table

_LINES = frozenset({".txt", ".token"})
_TEXTS = frozenset({".txt", ".caption", ".cap"})
_BESIDE = frozenset({*_TEXTS, ".json", ".cls"})  # one file for one picture of the same name
_BOOKKEEPING = ("state.json", "dataset_info.json", "dataset_dict.json", "_stats.json", ".md")


@dataclass(eq=False)
class Gathered:
    """What was found, before it is put together.

    Attributes
    ----------
    files
        The pictures.
    facts
        Of each what lies beside it says, by the names used there.
    tables
        What says something of many pictures.
    refused, doubts
        As of :class:`Collection`.
    unused
        What is none of those.
    silent
        Why tables say nothing of pictures: in doubt where there are no captions after all.
    """

    files: list[StoredFile] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    tables: list[CaptionTable] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    unused: list[StoredFile] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)


def gather(paths: Sequence[Path], limit: int) -> Gathered:
    """All that files, folders and archives hold, sorted; nothing is read but what says something.

    Parameters
    ----------
    limit
        Most bytes that a table may take when it is read.

    Raises
    ------
    InvalidFile
        If an archive is damaged.
    """
    gathered = Gathered()
    together = [path for path in paths if not (path.is_dir() or is_archive(path))]
    _gather(gathered, [StoredFile(path.name, path) for path in together], limit, given=True)
    for path in paths:
        if path not in together:
            files, refused = stored(path)
            gathered.refused += refused
            _gather(gathered, files, limit, given=False)
    return gathered


def _gather(gathered: Gathered, files: Sequence[StoredFile], limit: int, *, given: bool) -> None:
    """Sort files into pictures, what lies beside them, and tables."""
    pictures = [file for file in files if _suffix(file) in SUFFIXES]
    facts: list[dict[str, Any]] = [{} for _ in pictures]
    owners = owners_of([file for file in files if _suffix(file) in _BESIDE], pictures)
    for file in files:
        suffix = _suffix(file)
        if suffix in SUFFIXES or file.name.endswith(_BOOKKEEPING):
            continue
        if (at := owners.get(file)) is not None:
            facts[at] |= (said := _beside(suffix, file.data()))
            if not said:
                gathered.refused.append(f"{file.name!r} says nothing of its picture in words.")
        elif file.member is None and holds_pictures(file.path):
            _gather_table(gathered, file)
        elif suffix in _LINES or is_table(file.name):
            _add_table(gathered, file, limit, given=given)
        elif (given or not suffix) and is_image_bytes(_head(file)):  # whatever its name says
            pictures.append(file)
            facts.append({})
        else:
            gathered.unused.append(file)
    gathered.files += pictures
    gathered.facts += facts


def _gather_table(gathered: Gathered, table: StoredFile) -> None:
    """Pictures that are cells of a table, and its other columns."""
    path = table.path
    state = path.with_name("state.json")
    if state.is_file() and facts_in(state.read_bytes()).get("_indices_data_files"):
        gathered.doubts.append(
            f"{path.parent.name!r} selects rows of its tables, and is left out: call "
            "flatten_indices() before save_to_disk()."
        )
        return
    rows = facts_of(path, picture_column(path) or "").to_dict("records")
    files, refused = stored(path)
    gathered.refused += refused
    gathered.doubts += not_read(path)
    gathered.files += below(PurePosixPath(table.name).parent.as_posix(), files)
    gathered.facts += [{str(name): value for name, value in row.items()} for row in rows]


def _beside(suffix: str, data: bytes) -> dict[str, Any]:
    """What a file of the same name says of a picture."""
    if suffix == ".json":
        return facts_in(data)
    text = data.decode("utf-8-sig", "replace").strip()
    if suffix == ".cls":
        return {"label": text} if text else {}
    return {"caption": text} if any(map(str.isalpha, text)) else {}  # boxes are numbers


def _add_table(gathered: Gathered, file: StoredFile, limit: int, *, given: bool) -> None:
    try:
        if file.member is None:
            table = caption_table(file.path, file.name, limit)
        else:
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / PurePosixPath(file.name).name
                copy.write_bytes(file.data())
                if holds_pictures(copy):
                    gathered.unused.append(file)
                    return
                table = caption_table(copy, file.name, limit)
    except InvalidFile as error:
        telling = given or any(word in file.name.lower() for word in ("caption", "metadata"))
        maybe = gathered.silent if is_table(file.name) else gathered.refused
        (gathered.doubts if telling else maybe).append(str(error))
    else:
        gathered.tables.append(table)


def _head(file: StoredFile) -> bytes:
    if file.member is not None:
        return file.data()[:16]
    with system_errors(file.path), file.path.open("rb") as stream:
        return stream.read(16)


def _suffix(file: StoredFile) -> str:
    return PurePosixPath(file.name).suffix.lower()
