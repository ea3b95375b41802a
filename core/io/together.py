"""Files that belong together: vectors and their metadata, the two sides of a joint space."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from core.errors import InvalidFile
from core.io.candidates import candidates
from core.io.cells import plain_column
from core.io.contents import LIMIT_BYTES, Array, Contents, Loaded, decoded, refusal
from core.io.formats import scan
from core.io.names import free_name, modality_of, words
from core.io.reading import Opened, open_contents

_NARROW = 3  # dimensions of coordinates rather than of vectors, where others have more


def read_many(paths: Iterable[Path], *, limit_bytes: int = LIMIT_BYTES) -> tuple[Opened, ...]:
    """Open several files, joining those that belong together.

    * A file without vectors (labels, texts, a table; TensorBoard's ``metadata.tsv``) describes the
      items of the file that has as many vectors: of the one whose name begins as its own does
      (``a.npy`` and ``a_labels.csv``), where there is one, else of all with as many.
    * Files with one array of vectors each that are named for modalities and have as many
      dimensions (``images_clip.npy`` and ``texts_clip.npy``) become one joint space.
    * All others are spaces of their own.

    Raises
    ------
    InvalidFile
        If a file cannot be read, or one without vectors fits no other.
    """
    scanned = [scan(path, limit_bytes) for path in paths]
    carriers = [contents for contents in scanned if _carries(contents, scanned)]
    if not carriers:
        return tuple(open_contents(contents, limit_bytes=limit_bytes) for contents in scanned)
    spaces = _joined(carriers)
    for table in scanned:
        if table not in carriers:
            spaces = _described(spaces, table)
    return tuple(open_contents(contents, limit_bytes=limit_bytes) for contents in spaces)


def _carries(contents: Contents, all_files: Sequence[Contents]) -> bool:
    """Whether a file brings vectors; a table with two or three coordinates describes others."""
    width, lengths = _width(contents), _lengths(contents)
    alone = all(array.is_vectors for array in contents.arrays.values())
    if width > _NARROW or (alone and width > 1):
        return True
    wider = (other for other in all_files if _width(other) > max(width, _NARROW))
    return width > 0 and not any(lengths & _lengths(other) for other in wider)


def _width(contents: Contents) -> int:
    widths = [array.shape[1] for array in contents.arrays.values() if array.is_vectors]
    return max(widths, default=0)


def _lengths(contents: Contents) -> set[int]:
    return {array.n_items for array in contents.arrays.values() if array.n_items}


def _joined(carriers: Sequence[Contents]) -> list[Contents]:
    families: dict[Hashable, dict[str, Contents]] = {}
    for contents in carriers:
        modality, family = _side(contents)
        if modality in families.get(family, {}):
            family = contents
        families.setdefault(family, {})[modality] = contents
    return [
        _joint(list(members.values())) if len(members) > 1 else next(iter(members.values()))
        for members in families.values()
    ]


def _side(contents: Contents) -> tuple[str, Hashable]:
    """The modality that a file is one side of, and what all sides have in common."""
    spoken = modality_of(contents.path.stem)
    widths = [array.shape[1] for array in contents.arrays.values() if array.is_vectors]
    if spoken is None or len(widths) != 1:
        return "", contents
    return spoken[0], (spoken[1], widths[0])


def _joint(members: Sequence[Contents]) -> Contents:
    """One below the other: the vectors under the names of their files, and the columns."""
    arrays: dict[str, Array] = {}
    parts: list[dict[str, Array]] = []
    counts: list[int] = []
    for contents in members:
        (vectors,) = (array for array in contents.arrays.values() if array.is_vectors)
        arrays[contents.path.stem] = vectors
        counts.append(vectors.n_items)
        columns = {name: a for name, a in contents.arrays.items() if a.shape == vectors.shape[:1]}
        parts.append(columns)
    for name in dict.fromkeys(name for columns in parts for name in columns):
        load = partial(_concatenated, [columns.get(name) for columns in parts], counts)
        arrays[free_name(name, arrays)] = Array((sum(counts),), numeric=False, load=load)
    spoken = modality_of(members[0].path.stem)
    name = (spoken and spoken[1]) or " + ".join(contents.path.stem for contents in members)
    findings = tuple(finding for contents in members for finding in contents.findings)
    return Contents(members[0].path, arrays, name=name, findings=findings)


def _concatenated(columns: Sequence[Array | None], counts: Sequence[int]) -> Loaded:
    parts = [
        pd.Series([None] * count, dtype=object) if column is None
        else plain_column(column.load().values).astype(object)
        for column, count in zip(columns, counts, strict=True)
    ]  # fmt: skip
    return Loaded(pd.concat(parts, ignore_index=True).infer_objects())


def _described(spaces: Sequence[Contents], table: Contents) -> list[Contents]:
    """The spaces, with the columns of a table for those that it describes."""
    fitting = [contents for contents in spaces if _counts(contents) & _lengths(table)]
    if not fitting:
        named = _first_line_as_name(table)
        if named and any(_counts(contents) & _lengths(named) for contents in spaces):
            return _described(spaces, named)
        raise _fits_none(spaces, table)
    akin = [contents for contents in fitting if _akin(contents.path.stem, table.path.stem)]
    chosen = akin or fitting
    return [
        _with_columns(contents, table) if contents in chosen else contents for contents in spaces
    ]


def _counts(contents: Contents) -> set[int]:
    """How many items a table can describe: all, or those of one modality."""
    counts = {candidate.shape[0] for candidate in candidates(contents)}
    return counts | {array.n_items for array in contents.arrays.values() if array.is_vectors}


def _akin(vectors: str, table: str) -> bool:
    return words(table)[: len(words(vectors))] == words(vectors)


def _with_columns(contents: Contents, table: Contents) -> Contents:
    arrays = dict(contents.arrays)
    for name, array in table.arrays.items():
        short = name.removeprefix(contents.path.stem).lstrip("_- .") or name
        arrays[free_name(short, arrays)] = array
    own = [name for name, array in contents.arrays.items() if array.is_vectors]
    vectors = contents.vectors or (own[0] if len(own) == 1 else None)
    findings = (*contents.findings, *table.findings)
    return replace(contents, arrays=arrays, vectors=vectors, findings=findings)


def _first_line_as_name(table: Contents) -> Contents | None:
    """A single column of text whose first line may have been its name after all."""
    if len(table.arrays) != 1:
        return None
    (array,) = table.arrays.values()
    if len(array.shape) != 1 or array.numeric:
        return None
    cells = pd.Series(array.load().values)
    column = cells.iloc[1:].reset_index(drop=True)
    return replace(table, arrays={str(cells.iloc[0]): decoded(column)}) if len(column) else None


def _fits_none(spaces: Sequence[Contents], table: Contents) -> InvalidFile:
    lengths = " or ".join(f"{length:,}" for length in sorted(_lengths(table))) or "no"
    there = "; ".join(
        f"{contents.path.name!r} has "
        + " or ".join(f"{count:,}" for count in sorted(_counts(contents)))
        for contents in spaces
    )
    return refusal(
        table.path,
        f"it has {lengths} rows, as many as no other file has vectors: {there}",
        "Open it with the vectors it describes, a row for each.",
    )
