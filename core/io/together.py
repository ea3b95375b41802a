"""Files that belong together: vectors and their metadata, the two sides of a joint space."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from core.errors import InvalidFile
from core.io.candidates import candidates
from core.io.cells import plain_column
from core.io.contents import (
    LIMIT_BYTES,
    Array,
    Contents,
    Loaded,
    decoded,
    refusal,
    system_errors,
)
from core.io.findings import Finding
from core.io.folders import CONFIG, parts_in, projected
from core.io.formats import is_dataset, scan
from core.io.meanings import understood
from core.io.names import free_name, modality_of, shard_of, split_of, words
from core.io.reading import Opened, open_contents

_NARROW = 3  # dimensions of coordinates rather than of vectors, where others have more


Belongs = Mapping[str, str]


class Ambiguous(InvalidFile):
    """Tables of equal length beside vectors of as many, and no name says which belongs to which.

    Attributes
    ----------
    tables, vectors
        The names of the files, of which each table belongs to one with vectors.
    """

    tables: tuple[str, ...] = ()
    vectors: tuple[str, ...] = ()


def read_many(
    paths: Iterable[Path],
    *,
    choose: str | None = None,
    belongs: Belongs | None = None,
    center: bool = False,
    limit_bytes: int = LIMIT_BYTES,
) -> tuple[Opened, ...]:
    """Open several files, joining those that belong together.

    * A file without vectors (labels, texts, a table; TensorBoard's ``metadata.tsv``) describes the
      items of the file that has as many vectors: of the one whose name begins as its own does
      (``a.npy`` and ``a_labels.csv``), or that has the number or the split of the data of its own
      (``img_emb_0`` and ``metadata_0``, ``X_train`` and ``y_train``), or that a
      ``projector_config.pbtxt`` names. Where one table is left without a name to go by, it
      describes all that have as many vectors, and a finding says so.
    * Files with one array of vectors each that are named for modalities and have as many
      dimensions (``images_clip.npy`` and ``texts_clip.npy``) become one joint space.
    * A folder of parts is one space, in the order of their numbers.
    * All others are spaces of their own.

    Parameters
    ----------
    choose
        Which of the arrays in a file are the vectors, by the name of a choice; files without one
        of that name go by their best.
    belongs
        To which file of vectors a table belongs, by their names, where no name says it.
    center
        Take off the mean of the vectors, in float64, before they become float32.

    Raises
    ------
    InvalidFile
        If a file cannot be read, or one without vectors fits no other.
    Ambiguous
        If tables of the same columns could belong to several files with vectors.
    """
    opened, refused = read_all(
        paths, choose=choose, belongs=belongs, center=center, limit_bytes=limit_bytes
    )
    if refused:
        raise refused[0]
    return opened


def read_all(
    paths: Iterable[Path],
    *,
    choose: str | None = None,
    belongs: Belongs | None = None,
    center: bool = False,
    limit_bytes: int = LIMIT_BYTES,
) -> tuple[tuple[Opened, ...], tuple[InvalidFile, ...]]:
    """As :func:`read_many`, with the files that cannot be opened left out and said."""
    refused: list[InvalidFile] = []
    scanned: list[Contents] = []
    stated = dict(belongs or {})
    for path in paths:
        with _collected(refused):
            found, said = _scanned(path, limit_bytes)
            scanned += found
            stated = said | stated
    carriers = [one for one in scanned if _carries(one, scanned)]
    tables = [one for one in scanned if carriers and one not in carriers]
    spaces: Sequence[Contents] = _joined(carriers) if carriers else scanned
    tables = [_fitting(table, spaces) for table in tables]
    with _collected(refused):
        _check_certain(spaces, tables, stated)
        for table in tables:
            with _collected(refused):
                spaces = _described(spaces, table, stated)
    opened: list[Opened] = []
    for contents in spaces:
        chosen = _chosen(contents, choose) if len(spaces) > 1 else choose
        with _collected(refused):
            opened.append(
                open_contents(contents, choose=chosen, center=center, limit_bytes=limit_bytes)
            )
    return tuple(opened), tuple(refused)


@contextmanager
def _collected(refused: list[InvalidFile]) -> Iterator[None]:
    try:
        yield
    except InvalidFile as error:
        refused.append(error)


def _scanned(path: Path, limit: int) -> tuple[list[Contents], dict[str, str]]:
    """What a file, a configuration or a folder holds, and which of it belongs together."""
    config = path / CONFIG if path.is_dir() else path
    if config.suffix == ".pbtxt" and config.is_file():
        entries = projected(config)
        stated = {one.metadata: one.vectors for one in entries if one.metadata}
        if config == path:  # the files are given beside it
            return [], stated
        names = [name for one in entries for name in (one.vectors, one.metadata) if name]
        contents = [scan(path / name, limit) for name in dict.fromkeys(names)]
        called = {one.vectors: one.name for one in entries if one.name}
        return [replace(one, name=called.get(one.path.name, one.name)) for one in contents], stated
    if path.is_dir() and not is_dataset(path):
        with system_errors(path):
            contents = [understood(one) for one in parts_in(path, limit, scan)]
        named = [one for one in contents if any(array.is_vectors for array in one.arrays.values())]
        if len(named) == 1:
            contents = [
                replace(one, name=path.name) if one is named[0] else one for one in contents
            ]
        return contents, {}
    return [scan(path, limit)], {}


def _chosen(contents: Contents, choose: str | None) -> str | None:
    """The choice, in a file that has it."""
    if choose is None:
        return None
    return choose if choose in {candidate.name for candidate in candidates(contents)} else None


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


def _check_certain(spaces: Sequence[Contents], tables: Sequence[Contents], stated: Belongs) -> None:
    """Refuse to tell by counts alone which of several tables belongs to which of several files."""
    open_tables = [
        table
        for table in tables
        if not _by_name(spaces, table, stated)
        and sum(bool(_counts(one) & _lengths(table)) for one in spaces) > 1
    ]
    for table in open_tables:
        rivals = [
            other
            for other in open_tables
            if _lengths(other) & _lengths(table) and _are_alike(other, table)
        ]
        if len(rivals) > 1:
            raise _ambiguous(spaces, rivals)


def _are_alike(one: Contents, other: Contents) -> bool:
    """Whether two tables have a column of the same name, or names that differ by a number."""
    if one is other or set(one.arrays) & set(other.arrays):
        return True
    mine, others = shard_of(one.path.stem), shard_of(other.path.stem)
    return bool(mine and others and mine[1] == others[1])


def _ambiguous(spaces: Sequence[Contents], tables: Sequence[Contents]) -> Ambiguous:
    fitting = [one for one in spaces if _counts(one) & _lengths(tables[0])]
    vectors = ", ".join(repr(one.path.name) for one in fitting)
    listed = ", ".join(repr(one.path.name) for one in tables)
    error = Ambiguous(
        f"{listed} have as many rows as {vectors} have vectors, and no name says which belongs to "
        "which. Say it, or give the files that belong together one name to begin with or one "
        "number to end with."
    )
    error.tables = tuple(one.path.name for one in tables)
    error.vectors = tuple(one.path.name for one in fitting)
    return error


def _described(spaces: Sequence[Contents], table: Contents, stated: Belongs) -> Sequence[Contents]:
    """The spaces, with the columns of a table for those that it describes."""
    fitting = [one for one in spaces if _counts(one) & _lengths(table)]
    named = _by_name(spaces, table, stated)
    chosen = [one for one in named if one in fitting] if named else fitting
    if not chosen:
        raise _fits_none(named or spaces, table)
    by_count = not named and len(spaces) > 1
    return [
        _with_columns(one, table, by_count=by_count) if one in chosen else one for one in spaces
    ]


def _by_name(spaces: Sequence[Contents], table: Contents, stated: Belongs) -> list[Contents]:
    """The files that a table belongs to by what is stated, else by its name; empty if none says."""
    name, stem = table.path.name, table.path.stem
    if name in stated:
        return [one for one in spaces if one.path.name == stated[name]]
    akin = [one for one in spaces if _akin(one.path.stem, stem)]
    if akin:
        longest = max(len(words(one.path.stem)) for one in akin)
        return [one for one in akin if len(words(one.path.stem)) == longest]
    for part_of in (split_of, shard_of):
        mine = part_of(stem)
        parts = [part_of(one.path.stem) for one in spaces]
        if mine and len({part[0] for part in parts if part}) > 1:
            fits = [
                one for one, part in zip(spaces, parts, strict=True) if part and part[0] == mine[0]
            ]
            if fits:
                return fits
    return []


def _counts(contents: Contents) -> set[int]:
    """How many items a table can describe: all, or those of one modality."""
    counts = {candidate.shape[0] for candidate in candidates(contents)}
    return counts | {array.n_items for array in contents.arrays.values() if array.is_vectors}


def _akin(vectors: str, table: str) -> bool:
    return words(table)[: len(words(vectors))] == words(vectors)


def _with_columns(contents: Contents, table: Contents, *, by_count: bool) -> Contents:
    arrays = dict(contents.arrays)
    for name, array in table.arrays.items():
        arrays[free_name(_shortened(name, contents.path.stem), arrays)] = array
    own = [name for name, array in contents.arrays.items() if array.is_vectors]
    vectors = contents.vectors or (own[0] if len(own) == 1 else None)
    findings = (*contents.findings, *table.findings)
    if by_count:
        sentence = f"{table.path.name!r} is taken row by row, as it has as many rows as vectors."
        findings = (*findings, Finding("assumed", max(_lengths(table)), sentence))
    return replace(contents, arrays=arrays, vectors=vectors, findings=findings)


def _shortened(name: str, stem: str) -> str:
    """The name of a column without that of its file before it: ``a_labels`` beside ``a``."""
    rest = name.removeprefix(stem)
    parted = rest != name and rest[:1] in {"_", "-", " ", "."}
    return rest.lstrip("_- .") or name if parted else name


def _fitting(table: Contents, spaces: Sequence[Contents]) -> Contents:
    """A table as it has as many rows as some vectors, if it can be read so."""
    for reading in (table, *_other_readings(table)):
        if any(_counts(one) & _lengths(reading) for one in spaces):
            return reading
    return table


def _other_readings(table: Contents) -> Iterator[Contents]:
    """A table of texts without names, and a single column with one or without its empty lines.

    The first line of texts may be an item as well as names; the number of vectors tells.
    """
    if all(len(one.shape) == 1 and not one.numeric for one in table.arrays.values()):
        first = [decoded(_below(name, one)) for name, one in table.arrays.items()]
        names = [f"column {place + 1}" for place in range(len(first))]
        given = [table.path.stem] if len(first) == 1 else names
        yield replace(table, arrays=dict(zip(given, first, strict=True)))
    if len(table.arrays) != 1:
        return
    ((name, array),) = table.arrays.items()
    if len(array.shape) != 1 or array.numeric:
        return
    cells = pd.Series(array.load().values)
    filled = cells[cells.fillna("").astype(str).str.strip() != ""].reset_index(drop=True)
    for called, column in (
        (str(cells.iloc[0]), cells.iloc[1:].reset_index(drop=True)),
        (name, filled),
        (str(filled.iloc[0]) if len(filled) else name, filled.iloc[1:].reset_index(drop=True)),
    ):
        if len(column):
            yield replace(table, arrays={called: decoded(column)})


def _below(name: str, array: Array) -> pd.Series:
    """A column with what was taken as its name as its first cell."""
    cells = plain_column(array.load().values).astype(object)
    return pd.concat([pd.Series([name], dtype=object), cells], ignore_index=True)


def _fits_none(spaces: Sequence[Contents], table: Contents) -> InvalidFile:
    lengths = " or ".join(f"{length:,}" for length in sorted(_lengths(table))) or "no"
    there = "; ".join(
        f"{contents.path.name!r} has "
        + " or ".join(f"{count:,}" for count in sorted(_counts(contents)))
        for contents in spaces
    )
    return refusal(
        table.path,
        f"it has {lengths} rows, and no other file has as many vectors: {there}",
        "Open it with the vectors it describes, a row for each.",
    )
