"""Which reader a file needs: by its suffix, and only if its first bytes agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.io.arrow_files import read_arrow, read_dataset, read_parquet
from core.io.contents import LIMIT_BYTES, Contents, refusal, system_errors
from core.io.delimited import read_delimited
from core.io.json_files import read_json, read_jsonl
from core.io.numpy_files import read_npy, read_npz
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
_MENDS: Mapping[str, str] = {
    "a pickle": "A pickle can run any code and is never opened: save the vectors as .npy or .npz.",
    "an HDF5 file": "Save the vectors as .npy, .npz or .parquet.",
    "a Feather file of version 1": "Save it again with a recent pyarrow, or as .parquet.",
    "a picture": "Vectors are opened here: pictures have to be encoded first.",
    "text in UTF-16": "Save it as UTF-8.",
}
_HEAD = 4096


def scan(path: Path, limit: int = LIMIT_BYTES) -> Contents:
    """What a file holds, described; big arrays are decoded later.

    Raises
    ------
    InvalidFile
        If it is missing, empty, damaged, hostile, or not what its suffix says.
    """
    with system_errors(path):
        return _scanned(path, limit)


def _scanned(path: Path, limit: int) -> Contents:
    if path.is_dir():
        return _scanned_folder(path, limit)
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        found = (
            f"no format that is read has the suffix {suffix!r}" if suffix else "it has no suffix"
        )
        mend = f"Files with vectors end in {', '.join(FORMATS)}."
        if suffix == ".zip":
            mend = f"Unpack the archive first. {mend}"
        raise refusal(path, found, mend)
    content = content_of(path)
    if content not in FORMATS[suffix].content:
        fitting = [other for other, known in FORMATS.items() if content in known.content]
        rename = f"If that is right, rename it to end in {', '.join(fitting)}."
        mend = _MENDS.get(content, rename if fitting else "Unpack it, or save it in that format.")
        raise refusal(path, f"its suffix is {suffix}, but it is {content}", mend)
    return FORMATS[suffix].read(path, limit)


def _scanned_folder(path: Path, limit: int) -> Contents:
    if (path / "samples.json").is_file():
        return replace(read_json(path / "samples.json", limit), name=path.name)
    if (path / "state.json").is_file() or (path / "dataset_dict.json").is_file():
        return read_dataset(path, limit)
    found = "the folder holds neither a Hugging Face dataset nor a FiftyOne export"
    raise refusal(path, found, "Choose a file, or a folder that save_to_disk or export wrote.")


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
