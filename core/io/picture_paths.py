"""Which files and folders hold pictures to be encoded, and which vectors to be opened."""

from itertools import islice
from pathlib import Path

from core.errors import InvalidFile
from core.io.archives import is_archive
from core.io.formats import FORMATS, is_dataset, scan
from core.io.images import SUFFIXES
from core.io.picture_tables import holds_pictures

_LOOKED_AT = 5_000  # files
_TELLS_OF_PICTURES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt"})
_VECTORS = frozenset(FORMATS) - _TELLS_OF_PICTURES


def brings_pictures(path: Path) -> bool:
    """Whether a path is a picture, an archive, or a folder of pictures without files of vectors."""
    if not path.is_dir():
        return path.suffix.lower() in SUFFIXES or is_archive(path)
    if is_dataset(path):
        return False
    suffixes = {file.suffix.lower() for file in islice(path.rglob("*"), _LOOKED_AT)}
    return bool(suffixes & SUFFIXES) and not suffixes & _VECTORS


def is_table_of_pictures(path: Path) -> bool:
    """Whether a file is a table with pictures inside, and no vectors beside them."""
    try:
        return path.is_file() and holds_pictures(path) and not _has_vectors(path)
    except InvalidFile:  # which is said where it is opened
        return False


def _has_vectors(path: Path) -> bool:
    return any(array.is_vectors for array in scan(path).arrays.values())
