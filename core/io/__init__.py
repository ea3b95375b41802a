"""Readers and writers: one file per family of formats."""

from core.io.contents import LIMIT_BYTES
from core.io.describing import Ambiguous
from core.io.findings import Finding
from core.io.reading import BAD_ROWS, BadRows, Choice, Opened, Undecided, read, space_of
from core.io.roles import guess_roles
from core.io.together import read_all, read_many
from core.io.writers import (
    coordinates_bytes,
    items_bytes,
    space_bytes,
    write_coordinates,
    write_items,
    write_space,
)

__all__ = [
    "BAD_ROWS",
    "LIMIT_BYTES",
    "Ambiguous",
    "BadRows",
    "Choice",
    "Finding",
    "Opened",
    "Undecided",
    "coordinates_bytes",
    "guess_roles",
    "items_bytes",
    "read",
    "read_all",
    "read_many",
    "space_bytes",
    "space_of",
    "write_coordinates",
    "write_items",
    "write_space",
]
