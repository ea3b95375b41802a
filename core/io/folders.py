"""Folders of files that are one space, or several: parts in order, and TensorBoard's projector."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import pandas as pd

from core.arrays import Vectors
from core.errors import InvalidFile
from core.io.cells import plain_column
from core.io.contents import Array, Contents, Loaded, check_size, decoded, refusal
from core.io.findings import Finding, moved
from core.io.names import shard_of, split_of, words

Scan = Callable[[Path, int], Contents]
CONFIG = "projector_config.pbtxt"
_MOST = 10_000
_ENTRY = re.compile(r'(\w+)\s*:\s*"((?:[^"\\]|\\.)*)"')
_CLUTTER = re.compile(r"[._].*|.*\.(crc|md|json|html|png|jpe?g|py|ipynb|sprite)|README.*", re.I)


@dataclass(frozen=True)
class Projected:
    """One entry of a projector's configuration: where its vectors and its metadata lie."""

    name: str
    vectors: str
    metadata: str | None


def projected(config: Path) -> list[Projected]:
    """What a ``projector_config.pbtxt`` shows.

    Raises
    ------
    InvalidFile
        If it names no file of vectors.
    """
    with config.open("rb") as stream:
        text = stream.read(1 << 20).decode("utf-8", "replace")
    entries = [
        dict(_ENTRY.findall(block)) for block in re.split(r"\bembeddings\s*:?\s*\{", text)[1:]
    ]
    found = [
        Projected(
            entry.get("tensor_name", ""),
            _last(entry["tensor_path"]),
            _last(entry["metadata_path"]) if entry.get("metadata_path") else None,
        )
        for entry in entries
        if entry.get("tensor_path")
    ]
    if not found:
        mend = (
            "Its tensor_path must name a .tsv: those of a checkpoint are read by TensorFlow only."
        )
        raise refusal(config, "it names no file of vectors", mend)
    return found


def parts_in(folder: Path, limit: int, scan: Scan) -> list[Contents]:
    """The files of a folder, those that are parts of one joined in the order of their numbers.

    Parts have one name but for a number; names with other words are other things, such as the
    vectors of images, those of texts, and what is known of them. Files with one vector each are
    items by the name of the file. A file that is no part of others and cannot be read is left out,
    and that is said.

    Raises
    ------
    InvalidFile
        If there is nothing to read, or parts do not fit together.
    """
    families: dict[tuple[str, str], list[Path]] = {}
    for path in _files(folder):
        numbered = shard_of(path.stem)
        family = numbered[1] if numbered else "_".join(words(path.stem))
        families.setdefault((family, path.suffix.lower()), []).append(path)
    if not families:
        found = "the folder holds no dataset, no projector, and no files of vectors"
        raise refusal(folder, found, "Choose a file, or a folder with parts of one.")
    read: dict[tuple[str, str], list[Contents]] = {}
    refused: list[tuple[Path, InvalidFile]] = []
    for kind, paths in families.items():
        try:
            read[kind] = [scan(path, limit) for path in sorted(paths, key=_order)]
        except InvalidFile as error:
            if len(paths) > 1:
                raise
            refused.append((paths[0], error))
    if not read:
        raise refused[0][1]
    single = [one for parts in read.values() for one in parts if len(parts) == 1]
    if len(single) > 1 and all(map(_is_one_vector, single)):
        return [_by_file(folder, sorted(single, key=lambda one: one.path.name))]
    first, *others = [
        parts[0] if len(parts) == 1
        else _by_file(folder, parts) if all(map(_is_one_vector, parts))
        else joined(family[0] or folder.name, parts, limit)
        for family, parts in read.items()
    ]  # fmt: skip
    left_out = [
        Finding("ignored", 1, f"{path.name!r} in the folder is left out: it cannot be opened.")
        for path, _ in refused
    ]
    return [replace(first, findings=(*first.findings, *left_out)), *others]


def joined(name: str, parts: Sequence[Contents], limit: int) -> Contents:
    """Parts of one file, one below the other.

    Raises
    ------
    InvalidFile
        If an array of one part has no equal in another.
    """
    first = parts[0]
    stems = [part.path.stem for part in parts]
    if all(stem in part.arrays for stem, part in zip(stems, parts, strict=True)):
        parts = [_called(part, name) for part in parts]
    arrays: dict[str, Array] = {}
    for key, array in parts[0].arrays.items():
        others = [part.arrays.get(key) for part in parts]
        for part, other in zip(parts, others, strict=True):
            if other is None or other.shape[1:] != array.shape[1:] or not other.shape:
                there = "nothing" if other is None else str(other.shape)
                found = f"it has {there} where {first.path.name!r} has {key!r} {array.shape}"
                raise refusal(part.path, found, "Parts of one file must hold the same.")
        members = [other for other in others if other is not None]
        shape = (sum(other.n_items for other in members), *array.shape[1:])
        check_size(first.path, shape, limit)
        numeric = all(other.numeric for other in members)
        load = partial(_concatenated, members, numeric=numeric and len(shape) > 1)
        arrays[key] = Array(shape, numeric, load, array.dtype)
    splits = [split_of(stem) for stem in stems]
    if all(splits) and len({split[0] for split in splits if split}) > 1 and "split" not in arrays:
        counts = [max(array.n_items for array in part.arrays.values()) for part in parts]
        labels = np.repeat([split[0] for split in splits if split], counts)
        arrays["split"] = decoded(pd.Series(labels, dtype="str"))
    findings = tuple(finding for part in parts for finding in part.findings)
    sentence = f"{len(parts):,} parts are one space, in the order of their names."
    said = Finding("assumed", len(parts), sentence)
    return Contents(
        first.path.with_name(f"{name}{first.path.suffix}"),
        arrays,
        vectors=first.vectors if first.vectors in arrays else None,
        roles=first.roles,
        findings=(*findings, said),
    )


def _called(part: Contents, name: str) -> Contents:
    arrays = {(name if key == part.path.stem else key): one for key, one in part.arrays.items()}
    return Contents(part.path, arrays, findings=part.findings)


def _files(folder: Path) -> list[Path]:
    """The files of a folder and of the folders in it that may hold data, in order."""
    found: list[Path] = []
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop(0)
        for path in sorted(place.iterdir()):
            if path.is_dir() and depth < 2 and not _CLUTTER.fullmatch(path.name):
                waiting.append((path, depth + 1))
            elif path.is_file() and not _CLUTTER.fullmatch(path.name):
                found.append(path)
        if len(found) > _MOST:
            raise refusal(folder, f"it holds more than {_MOST:,} files", "Choose one of them.")
    return found


def _order(path: Path) -> tuple[str, int, str]:
    numbered = shard_of(path.stem)
    return ("", numbered[0], path.name) if numbered else (path.name, 0, "")


def _is_one_vector(contents: Contents) -> bool:
    arrays = list(contents.arrays.values())
    if len(arrays) != 1 or not arrays[0].numeric:
        return False
    shape = arrays[0].shape
    return (len(shape) == 1 and shape[0] > 1) or (len(shape) == 2 and shape[0] == 1)


def _by_file(folder: Path, members: Sequence[Contents]) -> Contents:
    """Items that have a file each."""
    arrays = [next(iter(one.arrays.values())) for one in members]
    widths = {array.shape[-1] for array in arrays}
    if len(widths) > 1:
        found = f"its files hold vectors of {', '.join(map(str, sorted(widths)[:5]))} dimensions"
        raise refusal(folder, found, "Vectors of one space have equally many.")
    names = decoded(pd.Series([one.path.stem for one in members], dtype="str"))
    width = widths.pop()
    load = partial(_rows, arrays, width)
    vectors = Array((len(arrays), width), numeric=True, load=load)
    return Contents(folder, {"file": names, "vectors": vectors}, name=folder.name)


def _rows(arrays: Sequence[Array], width: int) -> Loaded:
    vectors: Vectors = np.empty((len(arrays), width), np.float32)
    for row, array in enumerate(arrays):
        with np.errstate(over="ignore"):
            vectors[row] = np.asarray(array.load().values).reshape(-1)
    return Loaded(vectors)


def _concatenated(members: Sequence[Array], *, numeric: bool) -> Loaded:
    loaded = [member.load() for member in members]
    starts = np.cumsum([0, *(member.n_items for member in members)])
    found = moved(zip(starts.tolist(), (one.findings for one in loaded), strict=False))
    findings = tuple(found)
    if numeric:
        return Loaded(np.concatenate([np.asarray(one.values) for one in loaded]), findings)
    columns = [plain_column(one.values) for one in loaded]
    if len({str(column.dtype) for column in columns}) > 1:
        columns = [column.astype(object) for column in columns]
    return Loaded(pd.concat(columns, ignore_index=True), findings)


def _last(path: str) -> str:
    return PurePosixPath(PureWindowsPath(path).name).name
