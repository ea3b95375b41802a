"""Files beside pictures that are not used: why, and what would help."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from core.counts import counted
from core.io.archives import StoredFile, is_archive
from core.io.text_tables import is_table

_SHOWN = 3  # names in a sentence
_KINDS: Mapping[frozenset[str], tuple[str, str]] = {
    frozenset({
        ".heic", ".heif", ".jxl", ".jp2", ".svg", ".psd", ".ico", ".tga", ".ppm", ".pgm", ".eps",
        ".cr2", ".cr3", ".nef", ".arw", ".dng", ".raf", ".orf", ".rw2",
    }): ("a picture of a kind that is not read", "Save it as JPEG or PNG."),
    frozenset({".xlsx", ".xls", ".ods", ".numbers"}): ("a spreadsheet", "Save it as .csv."),
    frozenset({".7z", ".rar", ".zst", ".gz", ".bz2", ".xz"}): (
        "packed in a way that is not read here", "Unpack it, or pack it as .zip or .tar.",
    ),
}  # fmt: skip
_PLAIN = "no picture"


def left_out(files: Iterable[StoredFile]) -> tuple[list[str], list[str]]:
    """Sentences on files that may hold pictures or captions, and on those that do not."""
    doubted: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    others: list[str] = []
    for file in files:
        found, mend = _why(file)
        if mend:
            doubted[found, mend].append(file.name)
        else:
            others.append(f"{file.name!r} is {found}.")
    return [_sentence(names, *why) for why, names in doubted.items()], others


def _why(file: StoredFile) -> tuple[str, str]:
    """What a file is, and what would help; nothing where it holds no picture anyway."""
    suffix = PurePosixPath(file.name).suffix.lower()
    if file.member is not None and (is_archive(Path(file.name)) or is_table(file.name)):
        packed = f"packed inside {file.path.name!r}, where it is not looked into"
        return packed, f"Unpack {file.path.name!r}, and give the folder."
    return next((why for suffixes, why in _KINDS.items() if suffix in suffixes), (_PLAIN, ""))


def _sentence(names: list[str], found: str, mend: str) -> str:
    if len(names) == 1:
        return f"{names[0]!r} is {found}. {mend}"
    listed = ", ".join(map(repr, names[:_SHOWN])) + (", ..." if len(names) > _SHOWN else "")
    return f"{counted(len(names), 'file')} are each {found}: {listed}. {mend}"
