"""Files as spaces: open what a person brings, propose what it means, build the space."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from core.arrays import Mask, Vectors
from core.counts import counted
from core.errors import InvalidFile, InvalidSpace
from core.io.candidates import Candidate, candidates, items_of, vectors_of
from core.io.contents import LIMIT_BYTES, Contents, refusal, system_errors
from core.io.findings import Finding, Kind, item_findings, vector_findings
from core.io.formats import scan
from core.io.meanings import unpacked_name
from core.io.narrowing import narrowed
from core.io.roles import guess_roles
from core.origin import FileNumbers
from core.progress import stage
from core.space import EmbeddingSpace, Role
from core.vectors import finite_rows

_OF_VALUES: frozenset[Kind] = frozenset({"scaled", "centered", "swamped"})
BAD_ROWS: frozenset[Kind] = frozenset({"non_finite", "ragged", "unreadable"})


@dataclass(frozen=True)
class Choice:
    """One of the arrays of a file that can be the vectors."""

    name: str
    shape: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Opened:
    """A file as it was read, with proposals that a person confirms or changes.

    Attributes
    ----------
    name
        What the space would be called.
    vectors
        ``(n_items, n_dims)`` float32, read-only, perhaps with NaN. Mapped into memory where the
        file allows, so that the file must stay as it is while the space is used.
    items
        One row per vector, in the order of the file.
    roles
        What the columns may mean: stated by the file, else guessed.
    choices
        All arrays of the file that can be the vectors, the best guess first.
    chosen
        The name of the choice that was opened.
    noted
        What was remarkable while the file was read.
    look
        Gives all that is wrong or remarkable, with counts; goes through the vectors once, when it
        is first called.
    exponent
        The file holds the vectors times ``2**exponent``.
    """

    name: str
    vectors: Vectors
    items: pd.DataFrame
    roles: Mapping[Role, str]
    choices: tuple[Choice, ...]
    chosen: str
    noted: tuple[Finding, ...]
    look: Callable[[], tuple[Finding, ...]]
    exponent: int = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong or remarkable, with counts."""
        return self.look()


def read(
    path: Path,
    *,
    name: str | None = None,
    choose: str | None = None,
    center: bool = False,
    limit_bytes: int = LIMIT_BYTES,
) -> Opened:
    """Open one file, or a folder that is a dataset.

    Parameters
    ----------
    path
        The file; its suffix and its first bytes must agree.
    name
        What to call the space; by default what the file says, else its name, with that of the
        vectors where it holds several.
    choose
        Which of the arrays in the file are the vectors, by the name of a choice.
    center
        Take off the mean of the vectors, in float64, before they become float32.
    limit_bytes
        How much memory the file may take once it is decoded.

    Raises
    ------
    InvalidFile
        If the file cannot be read, is refused for safety, or holds no vectors.
    """
    contents = scan(path, limit_bytes)
    return open_contents(contents, name=name, choose=choose, center=center, limit_bytes=limit_bytes)


def open_contents(
    contents: Contents,
    *,
    name: str | None = None,
    choose: str | None = None,
    center: bool = False,
    limit_bytes: int,
) -> Opened:
    """Open what was found in a file.

    Raises
    ------
    InvalidFile
        If there are no vectors, none called `choose`, or they cannot be decoded.
    """
    found = candidates(contents)
    if not found:
        raise _without_vectors(contents)
    chosen = found[0]
    if choose is None and not chosen.certain:
        raise _undecided(contents, found)
    if choose is not None:
        named = [candidate for candidate in found if candidate.name == choose]
        if not named:
            there = ", ".join(repr(candidate.name) for candidate in found[:8])
            raise refusal(contents.path, f"it has no vectors {choose!r}", f"There are: {there}.")
        chosen = named[0]
    stage(f"reading {contents.path.name}")
    with system_errors(contents.path):
        loaded = vectors_of(contents, chosen, limit_bytes)
        kept = narrowed(loaded.values, center=center)
        items, left_out = items_of(contents, chosen)
    roles = guess_roles(items) if contents.roles is None else contents.roles
    noted = (
        *contents.findings,
        *_assumed(contents, chosen),
        *left_out,
        *kept.findings,
        *loaded.findings,
    )
    called = name or contents.name or contents.path.stem or "vectors"
    if name is None and len(found) > 1 and len(chosen.parts) == 1:  # one of several in the file
        called = f"{called} · {chosen.name}"
    return Opened(
        f"{called} · centered" if center else called,
        kept.vectors,
        items,
        {role: column for role, column in roles.items() if column in items},
        tuple(Choice(candidate.name, candidate.shape) for candidate in found),
        chosen.name,
        noted,
        cache(partial(_looked, noted, kept.vectors, items, listed=loaded.findings)),
        kept.exponent,
    )


def _looked(
    noted: tuple[Finding, ...],
    vectors: Vectors,
    items: pd.DataFrame,
    *,
    listed: tuple[Finding, ...],
) -> tuple[Finding, ...]:
    return (*noted, *vector_findings(vectors, listed), *item_findings(items))


def space_of(
    opened: Opened,
    roles: Mapping[Role, str] | None = None,
    *,
    drop: Collection[Kind] = (),
) -> EmbeddingSpace:
    """The space of an opened file, without the rows whose loss the person agreed to.

    Parameters
    ----------
    roles
        What the columns mean; by default as proposed.
    drop
        The kinds of findings whose rows are left out, e.g. `BAD_ROWS`. The index of the items
        keeps counting the rows of the file.

    Raises
    ------
    BadRows
        If vectors with NaN or infinity remain.
    InvalidSpace
        If no vectors remain.
    """
    roles = opened.roles if roles is None else roles
    keep = np.ones(len(opened.vectors), bool)
    for finding in opened.findings if drop else ():
        if finding.kind in drop:
            keep[finding.rows] = False
    if not keep.any():
        count = counted(len(keep), "vector")
        msg = f"Nothing is left of {opened.name!r}: all {count} would be dropped."
        raise InvalidSpace(msg)
    said = tuple(one.sentence for one in opened.noted if one.kind in _OF_VALUES)
    stored = FileNumbers(opened.exponent, said)
    _check_rows(opened, keep)
    if keep.all():
        return EmbeddingSpace(opened.name, opened.vectors, opened.items, roles, stored=stored)
    vectors = opened.vectors[keep]
    vectors.setflags(write=False)
    return EmbeddingSpace(opened.name, vectors, opened.items[keep], roles, stored=stored)


class BadRows(InvalidSpace):
    """Vectors with NaN or infinity, which have to be left out before a space can be built."""


def _check_rows(opened: Opened, keep: Mask) -> None:
    bad = ~finite_rows(opened.vectors)
    for finding in opened.noted:
        if finding.kind in BAD_ROWS:
            bad[finding.rows] = True
    bad &= keep
    if bad.any():
        rows = np.flatnonzero(bad)
        shown = ", ".join(f"{row:,}" for row in rows[:5]) + (", ..." if len(rows) > 5 else "")
        msg = (
            f"{opened.name!r} has {counted(len(rows), 'vector')} with NaN or infinite values, or "
            f"that cannot be read (row {shown}). Leave such rows out."
        )
        raise BadRows(msg)


def _assumed(contents: Contents, chosen: Candidate) -> list[Finding]:
    """What is said of whole numbers of 8 bits, which may be packed bits."""
    array = contents.arrays.get(chosen.name)
    bits = unpacked_name(chosen.name)
    if array is None or bits not in contents.offers:
        return []
    sentence = (
        f"{chosen.name!r} holds whole numbers of 8 bits, taken as they are. If bits are packed in "
        f"them, choose {bits!r}."
    )
    return [Finding("assumed", array.n_items, sentence)]


class Undecided(InvalidFile):
    """A file that holds no vectors of items as it is, but what they can be made of.

    Attributes
    ----------
    choices
        What can be chosen.
    question
        What is asked, without them.
    """

    choices: tuple[Choice, ...] = ()
    question: str = ""


def _undecided(contents: Contents, found: list[Candidate]) -> Undecided:
    listed = ", ".join(f"{name!r} {array.shape}" for name, array in contents.arrays.items())
    choices = tuple(Choice(one.name, one.shape) for one in found)
    unclear = (
        "it is not certain what an item is: it holds"
        if contents.doubted
        else "it holds no vector for each item, but"
    )
    said = refusal(
        contents.path,
        f"{unclear} {listed:.300}",
        "Choose what to take as the vectors: "
        f"{', '.join(repr(choice.name) for choice in choices[:8])}.",
    )
    undecided = Undecided(str(said))
    undecided.choices = choices
    undecided.question = f"In {contents.path.name!r} {unclear} {listed:.300}."
    return undecided


def _without_vectors(contents: Contents) -> InvalidFile:
    arrays = list(contents.arrays.items())
    if len(arrays) == 1 and not arrays[0][1].numeric and len(arrays[0][1].shape) == 1:
        return refusal(
            contents.path,
            f"it holds {counted(arrays[0][1].n_items, 'text')}, not vectors",
            "Encode the texts first, or open them together with a file that has a vector for each.",
        )
    listed = ", ".join(f"{name!r} {array.shape}" for name, array in arrays[:8]) or "nothing"
    return refusal(
        contents.path,
        f"it holds no vectors, but {listed}",
        "Vectors are an array of items by dimensions, a column of lists of numbers, or a numbered "
        "column for each dimension. Texts and pictures are encoded first.",
    )
