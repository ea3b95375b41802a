"""Labels with a distance between them, Fréchet means of scores over them, and what these reach.

A prediction is ``argmin_y sum_k p_k d(y, k)^2`` over all labels y, the sum over those that have a
score. On a tree it can be any label on a path between scored ones, and no other; elsewhere what
it can be is found by drawing scores (Roberts et al. 2023).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path

from core.arrays import AnyFloats, Codes, Floats, Mask
from core.errors import BadParameter, NotApplicable
from core.numerics.unit import unit_rows
from core.statistics.resampling import SEED

DRAWS, CONCENTRATION = 5_000, 0.3  # of scores, from a Dirichlet distribution
SUGGESTED, TRIED = 5, 20  # labels to score next, and how many of the farthest are tried for each
_LEVEL = 1e-9  # of the largest distance: differences that are none
EDGE = "label | label | length"


@dataclass(frozen=True, eq=False)
class LabelMetric:
    """Distances between labels.

    Attributes
    ----------
    distances
        ``(n_labels, n_labels)``, symmetric, 0 on the diagonal.
    tree
        Whether they are lengths of paths in a tree, perhaps through nodes that are no labels.
    says
        What they are, in words.
    """

    names: tuple[str, ...]
    distances: Floats
    tree: bool
    says: str

    @classmethod
    def of_tree(cls, paths: Sequence[Sequence[Hashable]], names: Sequence[str]) -> Self:
        """Steps up and down a tree; of each label the nodes from the top, itself the last."""
        places = {node: at for at, node in enumerate({node: 0 for path in paths for node in path})}
        on = np.zeros((len(paths), len(places)))
        for row, path in enumerate(paths):
            on[row, [places[node] for node in path]] = 1
        depth = on.sum(axis=1)
        return cls(tuple(names), depth[:, None] + depth - 2 * on @ on.T, tree=True, says="a tree")

    @classmethod
    def of_order(cls, names: Sequence[str]) -> Self:
        """Steps along the order of labels that are numbers."""
        order = np.argsort(np.array([float(name) for name in names]), kind="stable")
        place = np.empty(len(names))
        place[order] = np.arange(len(names))
        return cls(tuple(names), np.abs(place[:, None] - place), tree=True, says="their order")

    @classmethod
    def of_vectors(cls, vectors: AnyFloats, names: Sequence[str]) -> Self:
        """Distances of the unit vectors of labels."""
        unit = unit_rows(np.asarray(vectors, np.float64))
        squared = np.maximum(2 - 2 * unit @ unit.T, 0)
        np.fill_diagonal(squared, 0)
        return cls(tuple(names), np.sqrt(squared), tree=False, says="their vectors")

    @classmethod
    def of_edges(cls, lines: Sequence[str], names: Sequence[str]) -> Self:
        """Shortest paths along edges, ``label | label | length``; a length is 1 where none is told.

        Labels of edges that are none of `names` come after them.

        Raises
        ------
        BadParameter
            If a line is no edge of a length above 0.
        NotApplicable
            If no path leads from one label to another.
        """
        edges = [_edge(line) for line in lines]
        every = tuple(dict.fromkeys([*names, *(end for a, b, _ in edges for end in (a, b))]))
        place = {name: at for at, name in enumerate(every)}
        shortest: dict[tuple[int, int], float] = {}
        for one, other, length in edges:
            ends = min(place[one], place[other]), max(place[one], place[other])
            shortest[ends] = min(length, shortest.get(ends, np.inf))
        rows, columns = np.array(list(shortest), np.int64).T
        graph = coo_array((list(shortest.values()), (rows, columns)), shape=(len(every),) * 2)
        distances: Floats = shortest_path(graph.tocsr(), directed=False)
        far = np.isinf(distances[rows[0]])
        if lost := [name for name, lies_far in zip(every, far, strict=True) if lies_far]:
            msg = f"Edges must lead to every label; none leads to {', '.join(lost[:12])}. Add some."
            raise NotApplicable(msg)
        return cls(every, distances, tree=len(shortest) == len(every) - 1, says="the edges given")

    def __len__(self) -> int:
        return len(self.names)

    def expected(self, shares: Floats, scored: Codes) -> Floats:
        """``(n, n_labels)`` expected squared distance of each label, for shares of scored ones."""
        squared: Floats = shares @ self.distances[scored] ** 2
        return squared

    def best(self, shares: Floats, scored: Codes) -> Floats:
        """``(n, n_labels)`` the Fréchet mean of each row: 1, or a share of it where labels tie."""
        expected = self.expected(shares, scored)
        least = expected.min(axis=1, keepdims=True) + _LEVEL * float(self.distances.max()) ** 2
        return shared(expected <= least)

    def reached(self, scored: Codes) -> Mask:
        """``(n_labels,)`` which labels can be a Fréchet mean; at least these where it is drawn."""
        if self.tree:
            return self._between(scored)
        rng, reached = np.random.default_rng(SEED), np.zeros(len(self), bool)
        shares = rng.dirichlet(np.full(len(scored), CONCENTRATION), DRAWS)
        reached[self.expected(shares, scored).argmin(axis=1)] = True
        reached[scored] = True  # where a share is 1
        return reached

    def _between(self, scored: Codes) -> Mask:
        """On a path between scored labels: on one from the first of them to another."""
        first = self.distances[scored[0]]
        around = first[:, None] + self.distances[:, scored] - first[scored]
        on: Mask = (around <= _LEVEL * max(float(self.distances.max()), 1)).any(axis=1)
        return on

    def suggestions(self, scored: Codes) -> list[tuple[int, int, float]]:
        """Labels to score next, each with the labels reached then and its distance from before.

        The one that most are reached with, of these the one that is farthest from what is reached,
        on average; only what is not reached yet. Where reach is drawn, of the farthest some.
        """
        suggested: list[tuple[int, int, float]] = []
        now, reached = scored, self.reached(scored)
        while len(suggested) < SUGGESTED and not reached.all():
            left = np.flatnonzero(~reached)
            far = self.distances[np.ix_(left, np.flatnonzero(reached))].mean(axis=1)
            tried = np.argsort(-far, kind="stable")[: None if self.tree else TRIED]
            ways = [self.reached(np.append(now, left[at])) for at in tried]
            at = int(np.argmax([way.sum() for way in ways]))  # the first is the farthest
            now, reached = np.append(now, left[tried[at]]), ways[at]
            suggested.append((int(left[tried[at]]), int(reached.sum()), float(far[tried[at]])))
        return suggested


def shared(level: Mask) -> Floats:
    """``(n, n_labels)`` one, shared by those that are level."""
    found: Floats = level / level.sum(axis=1, keepdims=True)
    return found


def _edge(line: str) -> tuple[str, str, float]:
    cells = [cell.strip() for cell in line.split("|")]
    try:
        length = float(cells[2]) if len(cells) > 2 else 1.0
    except ValueError:
        length = np.nan
    if not (2 <= len(cells) <= 3 and all(cells[:2]) and 0 < length < np.inf):
        msg = f"An edge must read '{EDGE}', the length above 0; got {line!r}."
        raise BadParameter(msg)
    return cells[0], cells[1], length
