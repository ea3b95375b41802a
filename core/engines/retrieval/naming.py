"""Classes that prompts name, at one level or several: from coarse to fine, each with its parent.

Prompts are typed, for a space whose model is known; or rows of the space, those with a level. A
level is named as the column that holds the true classes of the items, and a row that is a prompt
holds its class there, and its parents in the columns of the coarser levels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import AnyFloats, Codes, Floats, Positions
from core.engines.asking import TEMPLATES, class_vectors
from core.engines.attention.filtered_texts import encoder_of
from core.errors import BadParameter, NotApplicable
from core.numerics.unit import unit_rows
from core.space import EmbeddingSpace

FORM = "level | class | prompt | parent"


@dataclass(frozen=True, eq=False)
class Level:
    """The classes of one level.

    Attributes
    ----------
    name
        Also of the column with the true classes.
    vectors
        ``(n_classes, n_dims)`` unit mean of the unit vectors of the prompts of each class.
    parents
        ``(n_classes,)`` class of the next coarser level; -1 where none is named.
    """

    name: str
    classes: tuple[str, ...]
    vectors: Floats
    parents: Codes

    def true(self, items: pd.DataFrame) -> Codes | None:
        """``(n_items,)`` class of each item, -1 where it is none of these; None without a column.

        Upper and lower case aside.
        """
        if self.name not in items:
            return None
        at = {_plain(name): code for code, name in enumerate(self.classes)}
        return np.array([at.get(_plain(cell), -1) for cell in items[self.name]], np.int64)


class _Prompt(NamedTuple):
    """One prompt of a class, with the classes of other levels that it is told to lie in."""

    level: str
    name: str
    above: dict[str, str]
    vector: AnyFloats


def prompted(space: EmbeddingSpace, typed: Sequence[str]) -> tuple[tuple[Level, ...], Positions]:
    """The levels, fewest classes first, and the positions of the items that are no prompts.

    Typed prompts count first, then those of the rows; else the values of the label column are, by
    the usual templates.

    Raises
    ------
    BadParameter
        If a typed line is not of the form ``level | class | prompt | parent``.
    NotApplicable
        If there are no prompts, a level has a single class, or a parent is no class.
    """
    given = _levels(space)
    items = np.flatnonzero(pd.isna(given))
    if typed:
        return _grouped(_typed(space, typed)), items
    if len(items) < len(space):
        return _grouped(_rows(space, given)), items
    if space.encoder is None or "label" not in space.roles:
        msg = (
            f"{space.name!r} needs prompts: rows with a value in a 'level' column, or typed ones "
            "where the model that made the space is known. Choose the column."
        )
        raise NotApplicable(msg)
    names = tuple(sorted(set(space.column("label")[pd.notna(space.column("label"))].astype(str))))
    found = class_vectors(encoder_of(space), names, TEMPLATES).astype(np.float64)
    nothing = np.full(len(names), -1)
    return (Level(str(space.roles["label"]), names, found, nothing),), items


def _levels(space: EmbeddingSpace) -> NDArray[np.object_]:
    """``(n_items,)`` level of each prompt, None for an item."""
    if "level" not in space.roles:
        return np.full(len(space), None)
    cells = space.column("level")
    return np.array([None if pd.isna(cell) else str(cell) for cell in cells], object)


def _typed(space: EmbeddingSpace, lines: Sequence[str]) -> list[_Prompt]:
    told = [[cell.strip() for cell in line.split("|")] for line in lines]
    if bad := [line for line, cells in zip(lines, told, strict=True) if not _fine(cells)]:
        msg = f"A prompt must read '{FORM}', the last two if wanted; got {bad[0]!r}."
        raise BadParameter(msg)
    texts = [cells[2] if len(cells) > 2 and cells[2] else f"a {cells[1]}" for cells in told]
    vectors = encoder_of(space).encode_texts(texts)
    return [
        _Prompt(cells[0], cells[1], {"": cells[3]} if len(cells) > 3 and cells[3] else {}, vector)
        for cells, vector in zip(told, vectors, strict=True)
    ]


def _fine(cells: list[str]) -> bool:
    return 2 <= len(cells) <= 4 and bool(cells[0] and cells[1])


def _rows(space: EmbeddingSpace, given: NDArray[np.object_]) -> list[_Prompt]:
    rows = np.flatnonzero(pd.notna(given))
    names = dict.fromkeys(given[rows])
    if unknown := [name for name in names if name not in space.items]:
        msg = (
            f"A level must be named as the column that holds its classes; {unknown[0]!r} is no "
            f"column of {space.name!r}. Name it so, or choose another level column."
        )
        raise NotApplicable(msg)
    cells = {name: space.items[name].to_numpy(object) for name in names}
    if empty := [n for n in names if pd.isna(cells[n][np.flatnonzero(given == n)]).any()]:
        msg = f"Every prompt of level {empty[0]!r} needs its class in the column {empty[0]!r}."
        raise NotApplicable(msg)
    return [
        _Prompt(
            given[row],
            str(cells[given[row]][row]),
            {name: str(cells[name][row]) for name in names if pd.notna(cells[name][row])},
            space.vectors[row],
        )
        for row in rows
    ]


def _grouped(prompts: Sequence[_Prompt]) -> tuple[Level, ...]:
    """Levels from few classes to many; of as many, those whose prompts name no parent first."""
    by_class: dict[str, dict[str, list[_Prompt]]] = {}
    for prompt in prompts:
        by_class.setdefault(prompt.level, {}).setdefault(prompt.name, []).append(prompt)
    made: list[Level] = []
    tells = {p.level for p in prompts if p.above.keys() - {p.level}}
    for name in sorted(by_class, key=lambda level: (len(by_class[level]), level in tells, level)):
        classes = dict(sorted(by_class[name].items()))
        if len(classes) < 2:
            msg = f"Level {name!r} has a single class: there is nothing to choose between."
            raise NotApplicable(msg)
        means = [
            unit_rows(np.array([p.vector for p in each], np.float64)).mean(axis=0)
            for each in classes.values()
        ]
        parents = _parents(classes, made[-1] if made else None)
        made.append(Level(name, tuple(classes), unit_rows(np.array(means)), parents))
    return tuple(made)


def _parents(classes: dict[str, list[_Prompt]], coarser: Level | None) -> Codes:
    if coarser is None:
        typed = [p.above[""] for each in classes.values() for p in each if "" in p.above]
        if typed:
            level = next(p.level for each in classes.values() for p in each)
            msg = (
                f"Level {level!r} has the fewest classes, so that none lies above it; its prompts "
                f"name the parent {typed[0]!r}. Give the prompts of that level, or leave it out."
            )
            raise NotApplicable(msg)
        return np.full(len(classes), -1)
    told = [_parent(name, each, coarser.name) for name, each in classes.items()]
    at = {_plain(name): code for code, name in enumerate(coarser.classes)}
    if unknown := [str(one) for one in told if one is not None and _plain(one) not in at]:
        msg = (
            f"Parents must be classes of level {coarser.name!r}; these are none: "
            f"{', '.join(dict.fromkeys(unknown))}."
        )
        raise NotApplicable(msg)
    return np.array([-1 if one is None else at[_plain(one)] for one in told], np.int64)


def _parent(name: str, prompts: list[_Prompt], coarser: str) -> str | None:
    """The one parent that the prompts of a class tell; None where they tell none."""
    told = {one for p in prompts if (one := p.above.get("", p.above.get(coarser))) is not None}
    if len(told) > 1:
        found = ", ".join(sorted(told))
        msg = f"The prompts of {name!r} must name one parent of level {coarser!r}; found {found}."
        raise NotApplicable(msg)
    return next(iter(told), None)


def _plain(name: object) -> str:
    return str(name).strip().casefold()
