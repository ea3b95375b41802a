"""The tools of an agent: plain functions of the spaces that it may look at, each one read-only."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.arrays import Mask
from core.catalog import catalog, lens_named
from core.engines.contrasts.columns import level_differences, share_differences
from core.engines.contrasts.words import word_contrasts
from core.errors import BadParameter
from core.knobs import Knob
from core.lens import Lens
from core.numerics.lots import lowest_first
from core.progress import stage
from core.record import Record
from core.search import matching, with_words
from core.series import at_last_step
from core.space import EmbeddingSpace
from core.sql import select, where
from core.tables import number_row
from core.vector_search import cosines, nearest, semantic
from core.verdict import verdict
from explorer.agents.picture import Picture, picture_of
from explorer.maps.alone.placing import placed

MOST_ROWS = 200  # of an answer: more would fill what an agent can keep in mind
MOST_DIFFERENCES = 12
LONGEST = 300  # characters of a cell


class Tools:
    """What can be asked of some spaces, each known by its name.

    Raises
    ------
    BadParameter
        If two of them have one name.
    """

    def __init__(self, spaces: Sequence[EmbeddingSpace]) -> None:
        self.known = {space.name: space for space in spaces}
        if len(self.known) < len(spaces):
            msg = "Two spaces have the same name: give others with --space."
            raise BadParameter(msg)

    @property
    def all(self) -> tuple[Callable[..., Any], ...]:
        """Those of the protocol, by their names and docstrings."""
        return (
            self.spaces, self.lenses, self.measure, self.search, self.similar, self.describe,
            self.query, self.map_picture,
        )  # fmt: skip

    def spaces(self) -> list[dict[str, Any]]:
        """The spaces there are: items, dimensions, columns, and the role each column plays."""
        return [
            {
                "name": space.name,
                "items": len(space),
                "dimensions": space.n_dims,
                "roles": {str(role): column for role, column in space.roles.items()},
                "columns": {str(name): str(kind) for name, kind in space.items.dtypes.items()},
                "encoder": None if space.encoder is None else str(space.encoder),
                "fingerprint": space.fingerprint,
            }
            for space in self.known.values()
        ]

    def lenses(self, spaces: list[str], words: str = "") -> list[dict[str, Any]]:
        """Every lens by its question, with its knobs, and whether it can look at these spaces.

        Parameters
        ----------
        spaces: names; lenses of two or more compare them, so that they must hold the same items.
        words: only lenses that hold all of these in their name or question.
        """
        given = self._given(spaces)
        sought = words.casefold().split()
        said = ((lens, f"{lens.key} {lens.title} {lens.question}") for lens in catalog().values())
        return [
            _about(lens, given)
            for lens, text in said
            if all(word in text.casefold() for word in sought)
        ]

    def measure(
        self, lens: str, spaces: list[str], knobs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run a lens: its numbers with interval and chance level, its verdict, the items behind it.

        Parameters
        ----------
        lens: its key, such as "geometry.hubness".
        spaces: names of the spaces it looks at.
        knobs: values other than the defaults, by name; of another space, its name.
        """
        chosen, given = lens_named(lens), self._given(spaces)
        kinds = {knob.name: knob for knob in chosen.knobs}
        values = {
            name: self._value(kinds.get(name), value) for name, value in (knobs or {}).items()
        }
        record = Record.of(chosen, *given, **values)
        words = {
            "question": chosen.question,
            "verdict": verdict(chosen, record.result),
            "reading_guide": chosen.reading_guide,
            "caution": chosen.caution,
        }
        said: dict[str, Any] = _plain(words | record.as_json())
        return said

    def search(
        self,
        space: str,
        text: str,
        *,
        by: Literal["words", "pattern", "meaning"] = "words",
        most: int = 20,
    ) -> dict[str, Any]:
        """Items whose columns hold words or match a pattern, or that are nearest to a meaning.

        Parameters
        ----------
        by: "words" finds every word in some column, "pattern" is a regular expression, "meaning"
            encodes the text by the model that made the space, where that is known and at hand.
        """
        (given,) = self._given([space])
        if by == "meaning":
            return self._nearest(given, semantic(given, text), most)
        mask = with_words(given.items, text) if by == "words" else matching(given.items, text)
        return {"found": int(mask.sum()), "items": _rows(given, np.flatnonzero(mask), most)}

    def similar(self, space: str, item: int, most: int = 20) -> dict[str, Any]:
        """The items nearest to one, by cosine in the space itself.

        Parameters
        ----------
        item: its row, from 0, as other answers give it.
        """
        (given,) = self._given([space])
        if not 0 <= item < len(given):
            msg = f"{space!r} has rows from 0 to {len(given) - 1}; got {item}."
            raise BadParameter(msg)
        similarity = cosines(given, given.vectors[[item]])
        similarity[item] = np.nan
        return self._nearest(given, similarity, most)

    def describe(self, space: str, condition: str) -> dict[str, Any]:
        """What sets a selection apart from all other items: values, numbers and words.

        Parameters
        ----------
        condition: which items, as SQL after WHERE: "size > 10 AND color = 'red'".
        """
        (given,) = self._given([space])
        mask = where(given.items, condition)
        if not mask.any() or mask.all():
            found = "all" if mask.any() else "none"
            return {
                "selected": int(mask.sum()),
                "says": f"The condition holds for {found} of them.",
            }
        stage("differences")
        texts = given.column("text") if "text" in given.roles else None
        words = [] if texts is None else word_contrasts(texts, mask, ~mask)
        said: dict[str, Any] = _plain({
            "selected": int(mask.sum()),
            "others": int((~mask).sum()),
            "values": [
                {"column": one.column, "value": one.value, "share": one.first,
                 "share_elsewhere": one.second, "difference": number_row(one.difference)}
                for one in share_differences(given.items, mask, ~mask)[:MOST_DIFFERENCES]
            ],
            "numbers": [
                {"column": one.column, "means": one.means, "medians": one.medians,
                 "difference_of_means": number_row(one.mean_difference)}
                for one in level_differences(given.items, mask, ~mask)[:MOST_DIFFERENCES]
            ],
            "words": [
                {"word": one.word, "texts": one.first, "texts_elsewhere": one.second,
                 "log_odds": number_row(one.log_odds)}
                for one in words[:MOST_DIFFERENCES]
            ],
            "central_items": _rows(given, _central(given, mask), 5),
        })  # fmt: skip
        return said

    def query(self, space: str, sql: str) -> list[dict[str, Any]]:
        """Ask the items in SQL: one SELECT from the table `items`, at most 200 rows.

        It cannot write, and reads no file and no address.
        """
        (given,) = self._given([space])
        return _records(select(given.items, sql, most=MOST_ROWS))

    def map_picture(self, space: str, color: str = "", projection: str = "auto") -> list[Any]:
        """The map of a space as a picture, and what its colors mean.

        Parameters
        ----------
        color: a column; by default the modality, label or group.
        projection: "pca", "umap", "tsne", ...; "auto" takes the one that shows most.
        """
        (given,) = self._given([space])
        picture: Picture = picture_of(given, placed(given, projection), color)
        from mcp.server.fastmcp import Image  # noqa: PLC0415 - an extra

        return [picture.says, Image(data=picture.png, format="png")]

    def _given(self, names: Sequence[str]) -> list[EmbeddingSpace]:
        if unknown := [name for name in names if name not in self.known]:
            msg = f"There is no space {unknown[0]!r}; there are {', '.join(self.known)}."
            raise BadParameter(msg)
        return [at_last_step(self.known[name]) for name in names]

    def _value(self, knob: Knob | None, value: Any) -> Any:
        """A knob's value out of JSON, which has neither tuples nor spaces."""
        if isinstance(value, list):
            return tuple(value)
        if knob is not None and type(knob.kind).__name__ == "AnotherSpace" and value:
            return self._given([value])[0]
        return value

    def _nearest(self, space: EmbeddingSpace, similarity: Any, most: int) -> dict[str, Any]:
        rows = np.flatnonzero(nearest(similarity, min(most, MOST_ROWS), space.standing))
        order = lowest_first(-similarity, space.standing)
        rows = order[np.isin(order, rows)]
        listed = _rows(space, rows, most)
        return {
            "items": [
                {"cosine": round(float(similarity[row]), 4), **one}
                for row, one in zip(rows, listed, strict=True)
            ]
        }


def _about(lens: Lens[Any], spaces: Sequence[EmbeddingSpace]) -> dict[str, Any]:
    obstacle = lens.obstacle(*spaces)
    first = spaces[0] if spaces else None
    knobs = [
        {
            "name": knob.name,
            "help": knob.help,
            "default": _plain(knob.default if first is None else knob.default_for(first)),
            "kind": str(knob.kind),
        }
        for knob in lens.knobs
    ]
    about = {"key": lens.key, "title": lens.title, "question": lens.question, "knobs": knobs}
    if obstacle:
        return about | {"can_run": False, "why_not": obstacle}
    return about | {"can_run": True, "seconds": round(lens.seconds(*spaces), 2)}


def _central(space: EmbeddingSpace, mask: Mask) -> Any:
    """Rows of the selected items, those nearest to their mean direction first."""
    rows = np.flatnonzero(mask)
    offsets, center, *_ = space.directions
    mean = center + offsets[rows].mean(axis=0, dtype=np.float64)
    order = lowest_first(-cosines(space, mean[None]), space.standing)
    return order[mask[order]]


def _rows(space: EmbeddingSpace, rows: Any, most: int) -> list[dict[str, Any]]:
    """Some items with their row, their name where that is another, and their columns."""
    rows = rows[: min(max(most, 0), MOST_ROWS)]
    taken = space.items.iloc[rows]
    named = taken.index if not isinstance(space.items.index, pd.RangeIndex) else None
    names = [{} if named is None else {"item": str(named[at])} for at in range(len(rows))]
    return [
        {"row": int(row), **name, **cells}
        for row, name, cells in zip(rows, names, _records(taken), strict=True)
    ]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON takes them, long cells cut, bytes left out."""
    return [
        {str(name): _cell(cell) for name, cell in row.items() if not isinstance(cell, bytes)}
        for row in table.to_dict("records")
    ]


def _cell(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell if len(cell) <= LONGEST else f"{cell[:LONGEST]} …"
    if isinstance(cell, list | tuple | np.ndarray):
        return [_cell(one) for one in list(cell)[:MOST_DIFFERENCES]]
    if isinstance(cell, bool | int | np.integer | np.bool_):
        return cell.item() if isinstance(cell, np.generic) else cell
    if cell is None or cell is pd.NA or cell is pd.NaT or cell != cell:  # noqa: PLR0124 - NaN
        return None
    return float(cell) if isinstance(cell, float | np.floating) else str(cell)


def _plain(value: Any) -> Any:
    """What JSON can say of it."""
    return json.loads(json.dumps(value, default=_cell))
