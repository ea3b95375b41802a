"""Labels of items, those that can have a score among them, and the distances that are meant."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from core.arrays import Codes, Floats
from core.engines.retrieval.label_metric import LabelMetric
from core.engines.retrieval.naming import prompted
from core.errors import BadParameter, NotApplicable
from core.numerics.moments import centroids
from core.space import EmbeddingSpace

Distances = Literal["guessed", "tree", "order", "vectors"]
Node = tuple[str, str]  # a level, or a column, and a label there
_NO_ORDER = "Only labels that are numbers have an order; {!r} is none. Choose other distances."


@dataclass(frozen=True, eq=False)
class Labeled:
    """Labels, the finest first, and which one each item has.

    Attributes
    ----------
    parents
        Of each label the one above it, None at the top.
    own
        ``(n_items,)`` place of the label of each item; -1 where it is not known, or a prompt.
    finest
        How many of the labels have none below.
    vectors
        ``(n_labels, n_dims)`` of their prompts; None where there are none.
    """

    parents: Mapping[Node, Node | None]
    own: Codes
    finest: int
    vectors: Floats | None

    @classmethod
    def of(cls, space: EmbeddingSpace, above: tuple[str, ...]) -> Self:
        """Labels of prompts where rows have a level or no label; else the label column.

        Raises
        ------
        NotApplicable
            If there are neither prompts nor labels, or a label lies in two of those above it.
        """
        by_prompts = "level" in space.roles or "label" not in space.roles
        return cls._of_levels(space) if by_prompts else cls._of_columns(space, above)

    @classmethod
    def _of_levels(cls, space: EmbeddingSpace) -> Self:
        levels, items = prompted(space, ())
        parents: dict[Node, Node | None] = {}
        for at in range(len(levels) - 1, -1, -1):
            level, upper = levels[at], levels[at - 1]
            for name, parent in zip(level.classes, level.parents, strict=True):
                above = None if parent < 0 else (upper.name, upper.classes[parent])
                parents[level.name, name] = above
        own, starts = np.full(len(space), -1), np.cumsum([len(one.classes) for one in levels[::-1]])
        for level, end in zip(levels, starts[::-1], strict=True):  # the finest that is known counts
            if (true := level.true(space.items.iloc[items])) is not None:
                known = true >= 0
                own[items[known]] = end - len(level.classes) + true[known]
        vectors = np.concatenate([level.vectors for level in levels[::-1]])
        return cls(parents, own, len(levels[-1].classes), vectors)

    @classmethod
    def _of_columns(cls, space: EmbeddingSpace, above: tuple[str, ...]) -> Self:
        label = space.roles["label"]
        columns = [*(column for column in above if column != label), label]
        known = space.items[columns].notna().all(axis=1).to_numpy()
        cells = space.items.loc[known, columns].astype(str)
        parents: dict[Node, Node | None] = {}
        for at in range(len(columns) - 1, -1, -1):
            name, upper = columns[at], columns[max(at - 1, 0)]
            told = _in_order(set(zip(cells[name], cells[upper], strict=True)))
            if twice := [
                one for one, times in Counter(one for one, _ in told).items() if times > 1
            ]:
                msg = (
                    f"Each {name!r} must lie in one {upper!r}; these lie in several: "
                    f"{', '.join(twice[:12])}. Choose other columns."
                )
                raise NotApplicable(msg)
            parents |= {(name, one): (upper, over) if at else None for one, over in told}
        finest = [one for column, one in parents if column == label]
        place = {one: at for at, one in enumerate(finest)}
        own = np.full(len(space), -1)
        own[known] = [place[one] for one in cells[label]]
        return cls(parents, own, len(finest), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the labels; with the level, or the column, where two are the same."""
        times = Counter(label for _, label in self.parents)
        return tuple(
            label if times[label] == 1 else f"{label} ({level})" for level, label in self.parents
        )

    def scored(self, observed: tuple[str, ...]) -> Codes:
        """Places of the finest labels with a score: those observed, or all.

        Raises
        ------
        BadParameter
            If one is none of them.
        """
        names = self.names[: self.finest]
        if unknown := [one for one in observed if one not in names]:
            msg = f"Scored labels must be among {', '.join(names[:12])}; got {', '.join(unknown)}."
            raise BadParameter(msg)
        return np.array(sorted({names.index(one) for one in observed or names}), np.int64)

    def metric(
        self, distances: Distances, edges: tuple[str, ...], *, means: Floats | None
    ) -> LabelMetric:
        """The distances that are chosen, or guessed: a tree where there is one, else vectors.

        Edges that are typed count before any other.

        Parameters
        ----------
        means
            ``(n_labels, n_dims)`` vectors of the labels where they have no prompts; None where
            a label has none.

        Raises
        ------
        NotApplicable
            If the labels have no such distances.
        """
        numbers = [label for _, label in self.parents if not _is_number(label)]
        deep = any(self.parents.values())
        if distances == "guessed":
            distances = "tree" if deep else "vectors"
        if edges:
            return LabelMetric.of_edges(edges, self.names)
        if distances == "tree":
            return LabelMetric.of_tree([self._path(node) for node in self.parents], self.names)
        if distances == "order":
            if numbers:
                raise NotApplicable(_NO_ORDER.format(numbers[0]))
            return LabelMetric.of_order(self.names)
        vectors = means if self.vectors is None else self.vectors
        if vectors is None:
            msg = (
                "Labels without a score have no vector: score all, or say how far they are by a "
                "tree, an order or edges."
            )
            raise NotApplicable(msg)
        return LabelMetric.of_vectors(vectors, self.names)

    def _path(self, node: Node) -> list[Node]:
        above = self.parents[node]
        return [node] if above is None else [*self._path(above), node]


def means_of(unit: Floats, own: Codes, scored: Codes) -> Floats:
    """``(n_scored, n_dims)`` mean of the unit vectors of each scored label."""
    place = np.full(max(int(own.max(initial=-1)), int(scored.max(initial=-1))) + 2, -1)
    place[scored] = np.arange(len(scored))
    at = place[own]
    return centroids(unit[at >= 0], at[at >= 0], len(scored))


def _in_order(told: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Labels in alphabetical order, or by size where all are numbers."""
    if all(_is_number(label) for label, _ in told):
        return sorted(told, key=lambda one: (float(one[0]), one))
    return sorted(told)


def _is_number(label: str) -> bool:
    try:
        return bool(np.isfinite(float(label)))
    except ValueError:
        return False
