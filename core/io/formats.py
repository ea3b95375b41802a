"""Which reader a file needs: by its suffix, and only if its first bytes agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import InvalidFile
from core.io.advice import CHROMA, LANCE, advice, filled
from core.io.arrow_files import read_arrow, read_dataset, read_parquet
from core.io.contents import LIMIT_BYTES, Contents, check_ends, refusal, system_errors
from core.io.delimited import read_delimited
from core.io.faiss_files import read_faiss
from core.io.folders import parts_in
from core.io.hdf5_files import read_hdf5
from core.io.json_files import read_json, read_jsonl
from core.io.meanings import understood
from core.io.numpy_files import read_npy, read_npz
from core.io.packed_files import PACKED, read_packed
from core.io.safetensors_files import read_safetensors
from core.io.torch_files import read_torch
from core.io.word_vectors import read_binary, read_text

Reader = Callable[[Path, int], Contents]


@dataclass(frozen=True)
class Format:
    """A kind of file: what its first bytes say it is, and who reads it."""

    content: frozenset[str]
    read: Reader


def _format(reader: Reader, *content: str) -> Format:
    return Format(frozenset(content), reader)


_TABLE = _format(read_delimited, "text")
_LINES = _format(read_jsonl, "text")
_TORCH = _format(read_torch, "a zip archive")
_ARROW = _format(read_arrow, "an Arrow file", "an Arrow stream")
_HDF5 = _format(read_hdf5, "an HDF5 file")
_FAISS = _format(read_faiss, "binary data")
_PARQUET = _format(read_parquet, "a Parquet table")
FORMATS: Mapping[str, Format] = {
    ".npy": _format(read_npy, "a NumPy array (.npy)"),
    ".npz": _format(read_npz, "a zip archive"),
    ".parquet": _PARQUET,
    ".pq": _PARQUET,
    ".arrow": _ARROW,
    ".feather": _ARROW,
    ".csv": _TABLE,
    ".tsv": _TABLE,
    ".jsonl": _LINES,
    ".ndjson": _LINES,
    ".json": _format(read_json, "text"),
    ".pt": _TORCH,
    ".pth": _TORCH,
    ".safetensors": _format(read_safetensors, "binary data", "text"),
    ".txt": _format(read_text, "text"),
    ".vec": _format(read_text, "text"),
    ".bin": _format(read_binary, "binary data", "text"),
    ".h5": _HDF5,
    ".hdf5": _HDF5,
    ".h5ad": _HDF5,
    ".index": _FAISS,
    ".faiss": _FAISS,
}
_SIGNATURES = (
    (b"\x93NUMPY", "a NumPy array (.npy)"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"PAR1", "a Parquet table"),
    (b"ARROW1", "an Arrow file"),
    (b"\xff\xff\xff\xff", "an Arrow stream"),
    (b"FEA1", "a Feather file of version 1"),
    (b"\x89HDF", "an HDF5 file"),
    (b"SQLite format 3", "a SQLite database"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    *((bytes([0x80, version]), "a pickle") for version in range(2, 6)),
)
_HEAD = 4096


def scan(path: Path, limit: int = LIMIT_BYTES) -> Contents:
    """What a file holds, described; big arrays are decoded later.

    Raises
    ------
    InvalidFile
        If it is missing, empty, damaged, hostile, or not what its suffix says.
    """
    with system_errors(path):
        return understood(_scanned(path, limit))


def _scanned(path: Path, limit: int) -> Contents:
    check_ends(path)
    if path.is_dir():
        return _scanned_folder(path, limit)
    suffix = path.suffix.lower()
    if suffix in PACKED and Path(path.stem).suffix.lower() in FORMATS:
        return read_packed(path, limit, _scanned)
    content = content_of(path)
    if suffix not in FORMATS:
        raise _unknown(path, suffix, content)
    if content not in FORMATS[suffix].content:
        fitting = [other for other, known in FORMATS.items() if content in known.content]
        rename = f"If that is right, rename it to end in {', '.join(fitting)}."
        mend = advice(path, content) if content not in {"text", "binary data"} else None
        mend = mend or (rename if fitting else "Unpack it, or save it in that format.")
        raise refusal(path, f"its suffix is {suffix}, but it is {content}", mend)
    return FORMATS[suffix].read(path, limit)


def _unknown(path: Path, suffix: str, content: str) -> InvalidFile:
    """The refusal of a file with another suffix, with the advice that helps most."""
    found = f"no format that is read has the suffix {suffix!r}" if suffix else "it has no suffix"
    if suffix in PACKED:
        found = f"its name does not say what is packed in it, as {path.stem}.csv{suffix} would"
    fitting = [other for other, known in FORMATS.items() if content in known.content]
    known = f"Files with vectors end in {', '.join(FORMATS)}, or in one of these and .gz or .zst."
    if (said := advice(path, content)) is None and content not in {"text", "binary data"}:
        said = f"It is {content}: rename it to end in {' or '.join(fitting)}." if fitting else None
    return refusal(path, found, said or known)


def _scanned_folder(path: Path, limit: int) -> Contents:
    if (path / "samples.json").is_file():
        return replace(read_json(path / "samples.json", limit), name=path.name)
    if (path / "state.json").is_file() or (path / "dataset_dict.json").is_file():
        return read_dataset(path, limit)
    if (path / "chroma.sqlite3").is_file():
        raise refusal(path, "it is the folder of a Chroma database", filled(CHROMA, path))
    if path.suffix == ".lance" or any(path.glob("*.lance")):
        table = path.parent if path.suffix == ".lance" else path
        raise refusal(path, "it is a Lance table", filled(LANCE, table))
    parts = parts_in(path, limit, scan)
    if len(parts) > 1:
        listed = ", ".join(repr(part.path.name) for part in parts[:8])
        found = f"the folder holds several things: {listed}"
        raise refusal(path, found, "Choose one of them, or open the folder as a whole.")
    return replace(parts[0], name=path.name)


def is_dataset(path: Path) -> bool:
    """Whether a folder is one data set: of Hugging Face, of FiftyOne, or of a database."""
    known = ("samples.json", "state.json", "dataset_dict.json", "chroma.sqlite3")
    return any((path / name).is_file() for name in known) or path.suffix == ".lance" or any(
        path.glob("*.lance")
    )  # fmt: skip


def content_of(path: Path) -> str:
    """What a file is by its first bytes, in words.

    Raises
    ------
    InvalidFile
        If it is empty.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        raise refusal(path, "it is empty", "Check how it was written.")
    for signature, content in _SIGNATURES:
        if head.startswith(signature):
            return content
    return "binary data" if b"\0" in head else "text"
