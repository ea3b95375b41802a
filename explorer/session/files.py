"""The files of a command as spaces, with what was said about them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import cast

from core.errors import ExplorerError, InvalidSpace
from core.io import BAD_ROWS, Ambiguous, BadRows, Opened, Undecided, read_all, space_of
from core.io.findings import Kind
from core.io.mapped import Stamp, stamp_of
from core.origin import EncoderId, Library
from core.space import EmbeddingSpace, Role
from explorer.keep.arguments import BAD
from explorer.keep.startup import Wanted

Read = tuple[list[EmbeddingSpace], list[ExplorerError]]


@dataclass
class _Ahead:
    """Files of the command as they were when the server started, and what was read of them."""

    stamps: tuple[Stamp, ...]
    done: Event = field(default_factory=Event)
    read: Read | None = None


_ahead: dict[tuple[tuple[Path, ...], Wanted], _Ahead] = {}


def read_ahead(files: tuple[Path, ...], wanted: Wanted) -> None:
    """Read files, and hash their vectors, for who asks for them first."""
    with suppress(OSError, ExplorerError):  # who asks for them is told
        known = _ahead[files, wanted] = _Ahead(tuple(stamp_of(path) for path in files))
        try:
            read = spaces_of(files, wanted)
            known.read = read if all(space.fingerprint for space in read[0]) else None
        finally:
            known.done.set()


def first_spaces_of(files: tuple[Path, ...], wanted: Wanted) -> Read:
    """As :func:`spaces_of`; what was read ahead, once, unless a file was changed since.

    Raises
    ------
    InvalidSpace
        If a column that was named is in none of them.
    """
    known = _ahead.pop((files, wanted), None)
    read = None
    if known is not None and known.done.wait() and all(one.is_current for one in known.stamps):
        read = known.read
    return spaces_of(files, wanted) if read is None else read


def spaces_of(files: Sequence[Path], wanted: Wanted) -> Read:
    """The spaces of files, and why the others could not be opened.

    Raises
    ------
    InvalidSpace
        If a column that was named is in none of them.
    """
    opened, refused = read_all(
        files, choose=wanted.vectors, belongs=dict(wanted.belongs), center=wanted.center
    )
    errors: list[ExplorerError] = list(refused)
    _check_columns(opened, wanted)
    spaces: list[EmbeddingSpace] = []
    drop = {kind for one in wanted.drop for kind in (BAD_ROWS if one == BAD else {one})}
    for place, one in enumerate(opened):
        name = wanted.names[place] if place < len(wanted.names) else one.name
        try:
            named = replace(one, name=name)
            space = space_of(named, _roles(one, wanted), drop=cast("set[Kind]", drop))
            spaces.append(replace(space, encoder=_encoder(place, wanted) or space.encoder))
        except ExplorerError as error:
            errors.append(error)
    return spaces, errors


def _encoder(place: int, wanted: Wanted) -> EncoderId | None:
    """The model that was named for a space."""
    named = wanted.encoders[:1] * (place + 1) if len(wanted.encoders) == 1 else wanted.encoders
    if place >= len(named):
        return None
    library, model, weights = named[place]
    return EncoderId(cast("Library", library), model, weights)


def with_option(error: ExplorerError) -> str:
    """An error, with the option of the command that mends it."""
    match error:
        case BadRows():
            return f"{error} The option --drop {BAD} leaves them out."
        case Undecided():
            return f"{error} The option --vectors NAME says it."
        case Ambiguous():
            pairs = zip(error.tables, error.vectors, strict=False)
            said = " ".join(f"{table}={vectors}" for table, vectors in pairs)
            return f"{error} For instance: --match {said}."
        case _:
            return str(error)


def _roles(opened: Opened, wanted: Wanted) -> dict[Role, str]:
    """The roles that were stated and that a file has columns for; else as proposed."""
    roles = dict(opened.roles)
    stated = [(role, column) for role, column in wanted.roles or () if column in opened.items]
    if stated:
        roles = cast("dict[Role, str]", dict(stated))
    if wanted.column is not None and wanted.column in opened.items:
        roles = {role: column for role, column in roles.items() if column != wanted.column}
        roles["pair"] = wanted.column
    return roles


def _check_columns(opened: Sequence[Opened], wanted: Wanted) -> None:
    columns = dict.fromkeys(str(column) for one in opened for column in one.items)
    stated = [column for _, column in wanted.roles or ()]
    for column in [*stated, *([wanted.column] if wanted.column else [])]:
        if opened and column not in columns:
            there = ", ".join(map(repr, columns)) or "none"
            names = ", ".join(repr(one.name) for one in opened)
            verb = "has" if len(opened) == 1 else "have"
            msg = f"{names} {verb} no column {column!r}; there are: {there}."
            raise InvalidSpace(msg)
