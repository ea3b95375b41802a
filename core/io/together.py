"""Files that belong together: vectors and their metadata, the two sides of a joint space."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
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
    system_errors,
)
from core.io.describing import Belongs, as_counted, check_certain, described, lengths
from core.io.folders import CONFIG, parts_in, projected
from core.io.formats import is_dataset, scan
from core.io.meanings import understood
from core.io.names import free_name, modality_of
from core.io.reading import Opened, open_contents

_NARROW = 3  # dimensions of coordinates rather than of vectors, where others have more


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

    Rows of a table and vectors that have a column in common which names each once, such as an id,
    belong together by it, whatever their order and how many they are; others by position.

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
    tables = [as_counted(table, spaces) for table in tables]
    bare = spaces
    with _collected(refused):
        check_certain(spaces, tables, stated)
        for table in tables:
            with _collected(refused):
                spaces = described(spaces, table, stated, bare=bare)
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
    width, own = _width(contents), lengths(contents)
    alone = all(array.is_vectors for array in contents.arrays.values())
    if width > _NARROW or (alone and width > 1):
        return True
    wider = (other for other in all_files if _width(other) > max(width, _NARROW))
    return width > 0 and not any(own & lengths(other) for other in wider)


def _width(contents: Contents) -> int:
    widths = [array.shape[1] for array in contents.arrays.values() if array.is_vectors]
    return max(widths, default=0)


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
