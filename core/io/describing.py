"""Which table describes which vectors, and which row of it which item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.counts import counted
from core.errors import InvalidFile
from core.io.candidates import candidates, taken
from core.io.cells import plain_column
from core.io.contents import Array, Contents, Loaded, decoded, refusal
from core.io.findings import Finding
from core.io.names import free_name, shard_of, split_of, words

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


def lengths(contents: Contents) -> set[int]:
    """How many rows its arrays have."""
    return {array.n_items for array in contents.arrays.values() if array.n_items}


def check_certain(spaces: Sequence[Contents], tables: Sequence[Contents], stated: Belongs) -> None:
    """Refuse to tell by counts alone which of several tables belongs to which of several files."""
    open_tables = [
        table
        for table in tables
        if not _by_name(spaces, table, stated)
        and not any(_key(one, table) for one in spaces)
        and sum(bool(counts(one) & lengths(table)) for one in spaces) > 1
    ]
    for table in open_tables:
        rivals = [
            other
            for other in open_tables
            if lengths(other) & lengths(table) and _are_alike(other, table)
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
    fitting = [one for one in spaces if counts(one) & lengths(tables[0])]
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


def described(
    spaces: Sequence[Contents], table: Contents, stated: Belongs, *, bare: Sequence[Contents]
) -> Sequence[Contents]:
    """The spaces, with the columns of a table for those that it describes.

    `bare` are the same spaces before any table was joined. Rows belong to vectors by a column that
    names both once, where there is one; else by position.

    Raises
    ------
    InvalidFile
        If it describes none, or a column of that name names other items.
    """
    named = _by_name(spaces, table, stated)
    keys = [_key(one, table) for one in bare]
    if any(key and one in (named or spaces) for one, key in zip(spaces, keys, strict=True)):
        return [
            _with_named_rows(one, table, key) if key and one in (named or spaces) else one
            for one, key in zip(spaces, keys, strict=True)
        ]
    fitting = [one for one in spaces if counts(one) & lengths(table)]
    chosen = [one for one in named if one in fitting] if named else fitting
    if not chosen:
        raise _fits_none(named or spaces, table)
    for one, own in zip(spaces, bare, strict=True):
        if one in chosen:
            _check_related(own, table)
    by_count = not named and len(spaces) > 1
    return [
        _with_columns(one, table, by_count=by_count) if one in chosen else one for one in spaces
    ]


def _key(contents: Contents, table: Contents) -> str | None:
    """A column of both with one value for each vector and each row, most of them in both."""
    for name, mine, theirs in _named_alike(contents, table):
        if 2 * int(mine.isin(theirs).sum()) > min(len(mine), len(theirs)):
            return name
    return None


def _check_related(contents: Contents, table: Contents) -> None:
    """Refuse rows whose texts of one name are those of other items."""
    for name, mine, theirs in _named_alike(contents, table):
        if not contents.arrays[name].numeric:
            raise refusal(
                table.path,
                f"{int(mine.isin(theirs).sum()):,} of its {len(theirs):,} values of {name!r} are "
                f"in {contents.path.name!r}, so that its rows are of other items",
                f"Open them apart, or call {name!r} something else in one of them.",
            )


def _named_alike(contents: Contents, table: Contents) -> Iterator[tuple[str, pd.Index, pd.Index]]:
    """Columns of one name that name each vector and each row once, with their values."""
    for name, array in contents.arrays.items():
        other = table.arrays.get(name)
        if other is not None and _may_name(array) and _may_name(other):
            mine, theirs = _names(array), _names(other)
            if mine.is_unique and theirs.is_unique:
                yield name, mine, theirs


def _may_name(array: Array) -> bool:
    return len(array.shape) == 1 and array.n_items > 1 and (array.is_whole or not array.numeric)


def _names(array: Array) -> pd.Index:
    return pd.Index(plain_column(array.load().values).astype(str))


def _with_named_rows(contents: Contents, table: Contents, key: str) -> Contents:
    """The columns of a table, its rows brought into the order of the vectors."""
    rows = np.asarray(_names(table.arrays[key]).get_indexer(_names(contents.arrays[key])))
    others = {
        name: _reordered(array, rows)
        for name, array in table.arrays.items()
        if name != key and len(array.shape) == 1
    }
    n_found, n_rows = int((rows >= 0).sum()), table.arrays[key].n_items
    findings: tuple[Finding, ...] = ()
    if not np.array_equal(rows, np.arange(n_rows)):
        sentence = (
            f"{table.path.name!r} is joined by {key!r}: {n_found:,} of {counted(n_rows, 'row')} "
            f"for {counted(len(rows), 'vector')}."
        )
        findings = (Finding("assumed", n_found, sentence),)
    ordered = replace(table, arrays=others, findings=(*table.findings, *findings))
    return _with_columns(contents, ordered, by_count=False)


def _reordered(array: Array, rows: NDArray[np.int64]) -> Array:
    def load() -> Loaded:
        loaded = array.load()
        return Loaded(taken(plain_column(loaded.values), rows), loaded.findings)

    return Array((len(rows),), array.numeric, load, array.dtype)


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


def counts(contents: Contents) -> set[int]:
    """How many items a table can describe: all, or those of one modality."""
    found = {candidate.shape[0] for candidate in candidates(contents)}
    return found | {array.n_items for array in contents.arrays.values() if array.is_vectors}


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
        findings = (*findings, Finding("assumed", max(lengths(table)), sentence))
    return replace(contents, arrays=arrays, vectors=vectors, findings=findings)


def _shortened(name: str, stem: str) -> str:
    """The name of a column without that of its file before it: ``a_labels`` beside ``a``."""
    rest = name.removeprefix(stem)
    parted = rest != name and rest[:1] in {"_", "-", " ", "."}
    return rest.lstrip("_- .") or name if parted else name


def as_counted(table: Contents, spaces: Sequence[Contents]) -> Contents:
    """A table as it has as many rows as some vectors, if it can be read so."""
    for reading in (table, *_other_readings(table)):
        if any(counts(one) & lengths(reading) for one in spaces):
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
    found = " or ".join(f"{length:,}" for length in sorted(lengths(table))) or "no"
    there = "; ".join(
        f"{contents.path.name!r} has "
        + " or ".join(f"{count:,}" for count in sorted(counts(contents)))
        for contents in spaces
    )
    return refusal(
        table.path,
        f"it has {found} rows, and no other file has as many vectors: {there}",
        "Open it with the vectors it describes, a row for each.",
    )
