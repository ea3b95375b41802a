"""Labels as vectors of the company they keep and of how they look, and naming by these."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Self

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from core.arrays import Codes, Floats, Mask, Positions
from core.columns import tags_of
from core.engines.company import embedded, occurrences, ppmi, together
from core.errors import Degenerate
from core.numerics.moments import without_means
from core.numerics.unit import unit_rows
from core.space import EmbeddingSpace
from core.statistics.ties import CLOSE, places

FEWEST_LABELS, FEWEST_SCENES, MOST_LABELS = 10, 40, 5_000
COMPANY, WORDS, SIGHT = "company", "words", "sight"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, eq=False)
class Tagged:
    """What occurs together in which scene.

    Attributes
    ----------
    names
        Labels, in alphabetical order.
    scene
        ``(n_items,)`` the scene of each item: its group, or itself.
    occurs
        ``(n_scenes, n_labels)`` 1 where a label is a tag of a scene.
    words, said
        Words of the texts, and ``(n_scenes, n_words)`` where they are said.
    offsets
        ``(n_items, n_dims)`` unit vectors about the mean of their modality.
    item, own
        ``(n_asked,)`` items with a tag to be named, and which label that is.
    """

    names: tuple[str, ...]
    scene: Codes
    occurs: csr_array
    words: tuple[str, ...]
    said: csr_array
    offsets: Floats
    item: Positions
    own: Codes

    @classmethod
    def of(cls, space: EmbeddingSpace, fewest: int) -> Self:
        """Labels are tags of so many scenes at least.

        Where the label of an item is one of its tags, that is what it shows and what is named; else
        each of its tags in turn.

        Raises
        ------
        Degenerate
            Below ten such labels, or below 40 scenes with two of them.
        """
        tags = tags_of(space.column("tags"))
        codes = np.arange(len(space))
        if "group" in space.roles:
            groups = pd.factorize(space.column("group"))[0]
            codes = np.where(groups >= 0, groups, len(space) + codes)
        scene = pd.factorize(codes)[0]
        lists = _by_scene(tags, scene)
        names = _frequent(lists, fewest)
        occurs = occurrences(lists, names)
        several = int((occurs.sum(axis=1) > 1).sum())
        for found, least, what in (
            (len(names), FEWEST_LABELS, f"tags of {fewest} scenes or more"),
            (several, FEWEST_SCENES, "scenes with two of them"),
        ):
            if found < least:
                msg = f"needs {least} {what}, found {found}"
                raise Degenerate(msg)
        texts: list[tuple[str, ...]] = [()] * len(space)
        if "text" in space.roles:
            texts = [
                tuple(_WORD.findall(text.lower())) if isinstance(text, str) else ()
                for text in space.column("text")
            ]
        said = _by_scene(texts, scene)
        words = _frequent(said, fewest)
        item, own = _asked(space, tags, names, scene=occurs[scene])
        return cls(
            names, scene, occurs, words, occurrences(said, words), _offsets(space), item, own
        )

    @cached_property
    def fold(self) -> Codes:
        """``(n_scenes,)`` 0 or 1: scenes come in an order drawn from their items."""
        return np.arange(self.occurs.shape[0]) % 2

    def tables(self, kept: Mask, n_dims: int) -> dict[str, Floats]:
        """``(n_labels, ...)`` unit rows of each part, from the scenes of a mask."""
        occurs = self.occurs[kept]
        parts = {COMPANY: embedded(ppmi(together(occurs)), n_dims)}
        if self.words:
            counts = together(occurs, self.said[kept])
            for row, name in enumerate(self.names):
                counts[row, np.isin(self.words, _WORD.findall(name.lower()))] = 0
            parts[WORDS] = embedded(ppmi(counts), n_dims)
        summed = np.zeros((len(self.names), self.offsets.shape[1]))
        here = kept[self.scene[self.item]]
        np.add.at(summed, self.own[here], self.offsets[self.item[here]])
        return parts | {SIGHT: unit_rows(summed)}

    def scores(self, n_dims: int) -> dict[str, Floats]:
        """``(n_asked, n_labels)`` by each part, of tables made from the other half of the scenes.

        The company of an item is the other labels of its scene.
        """
        found: dict[str, Floats] = {}
        for fold in (0, 1):
            tables = self.tables(self.fold != fold, n_dims)
            asked = np.flatnonzero(self.fold[self.scene[self.item]] == fold)
            company = self.company[asked]
            for part, table in tables.items():
                rows = company @ table if part != SIGHT else self.offsets[self.item[asked]]
                scores = found.setdefault(part, np.zeros((len(self.item), len(self.names))))
                scores[asked] = unit_rows(np.asarray(rows, np.float64)) @ table.T
        return found

    @cached_property
    def company(self) -> csr_array:
        """``(n_asked, n_labels)`` 1 where a label is in the scene and not the one to be named."""
        found = self.occurs[self.scene[self.item]].tolil()
        found[np.arange(len(self.item)), self.own] = 0
        return csr_array(found)

    @property
    def alone(self) -> float:
        """Share of the scenes with a label that have no other."""
        counts = self.occurs.sum(axis=1)
        return float((counts[counts > 0] == 1).mean())

    def hits(self, scores: Floats) -> Floats:
        """``(n_asked,)`` whether the own label is the best scored of those not in the company.

        A tie in part.
        """
        candidates = np.where(self.company.toarray() > 0, -np.inf, scores)
        return places(candidates, self.own, CLOSE).hits(1)


def _by_scene(lists: list[tuple[str, ...]], scene: Codes) -> list[tuple[str, ...]]:
    found: list[set[str]] = [set() for _ in range(scene.max() + 1)]
    for listed, at in zip(lists, scene, strict=True):
        found[at] |= set(listed)
    return [tuple(sorted(each)) for each in found]


def _frequent(lists: list[tuple[str, ...]], fewest: int) -> tuple[str, ...]:
    counts = Counter(name for listed in lists for name in listed)
    usual = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_LABELS]
    return tuple(sorted(name for name, count in usual if count >= fewest))


def _asked(
    space: EmbeddingSpace, tags: list[tuple[str, ...]], names: tuple[str, ...], *, scene: csr_array
) -> tuple[Positions, Codes]:
    """Items and the label of each that is to be named, where others of its scene are known."""
    place = {name: at for at, name in enumerate(names)}
    shown: list[tuple[str, ...]] = tags
    if "label" in space.roles:
        labels, known = space.names("label"), pd.notna(space.column("label"))
        among = [
            label in own for label, own in zip(labels[known], compress(tags, known), strict=True)
        ]
        if np.mean(among or [False]) > 0.5:
            shown = [(label,) if told else () for label, told in zip(labels, known, strict=True)]
    several = scene.sum(axis=1) > 1
    cells = [
        (item, place[name])
        for item, listed in enumerate(shown)
        if several[item]
        for name in listed
        if name in place
    ]
    item, own = np.array(cells, np.int64).reshape(-1, 2).T
    return item, own


def _offsets(space: EmbeddingSpace) -> Floats:
    unit = unit_rows(space.vectors.astype(np.float64))
    kinds, count = np.zeros(len(unit), np.int64), 1
    if "modality" in space.roles:
        kinds, count = space.known_codes("modality")[0], len(space.known_values("modality"))
    return unit_rows(without_means(unit, kinds, count))
