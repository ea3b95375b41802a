"""How many leading dimensions of each field a linear classifier needs."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from core.arrays import Codes, Floats, Mask, Positions, Vectors
from core.lenses.compression._auc import auc
from core.numerics.spectra import second_moments
from core.statistics.resampling import SEED

Choice = tuple[int, ...]  # dimensions kept, of each field

_MOST_LOOKED_AT = 600  # choices: below, all of them are
GENERATIONS, BROOD, PARENTS = 15, 28, 8
_MUTATION = 0.1
_RIDGE = 1e-3


@dataclass(eq=False)
class Fields:
    """Fields as leading principal coordinates, and the parts that are fitted and judged.

    Attributes
    ----------
    rows
        ``(n_items, n_fields * most)`` scaled coordinates, field after field.
    codes
        ``(n_items,)`` class of every item.
    fit, choose, test
        Positions: to fit to, to choose by, and looked at once.
    """

    rows: Floats
    codes: Codes
    parts: tuple[Codes, Codes, Codes]
    most: int
    known: dict[Choice, float] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of fields."""
        return int(self.rows.shape[1]) // self.most

    @classmethod
    def of(
        cls,
        spaces: tuple[Vectors, ...],
        codes: Codes,
        *,
        parts: tuple[Codes, Codes, Codes],
        most: int,
    ) -> "Fields":
        """Principal coordinates of each field, fitted and scaled on the first part."""
        made = []
        for vectors in spaces:
            middle = vectors[parts[0]].mean(axis=0, dtype=np.float64).astype(np.float32)
            axes = second_moments(vectors[parts[0]] - middle)[1][:, :most].astype(np.float32)
            rotated = (vectors - middle) @ axes
            scale = rotated[parts[0]].std(axis=0, dtype=np.float64).max()
            coordinates = np.zeros((len(vectors), most))
            coordinates[:, : rotated.shape[1]] = rotated / (scale or 1)
            made.append(coordinates)
        return cls(np.concatenate(made, axis=1), codes, parts, most)

    def auc(self, choice: Choice, part: int) -> float:
        """Macro-averaged area under the ROC curve of a least-squares classifier, on a part."""
        return auc(self.scores(choice, part), self.codes[self.parts[part]])

    def without(self, short: Codes) -> "Fields":
        """The same with some rows at the mean, zero here."""
        rows = self.rows.copy()
        rows[short] = 0
        return replace(self, rows=rows, known={})

    def fitted_to(self, some: Mask) -> "Fields":
        """The same with a classifier that is fitted to some of the items of the first part."""
        return replace(self, parts=(self.parts[0][some], *self.parts[1:]), known={})

    def scores(self, choice: Choice, part: int) -> Floats:
        """``(n_items, n_classes)`` what the classifier fitted to the first part gives a part."""
        columns = np.concatenate(
            [np.arange(at * self.most, at * self.most + many) for at, many in enumerate(choice)]
        ).astype(np.int64)
        fit = self.rows[np.ix_(self.parts[0], columns)]
        names = np.eye(self.codes.max() + 1)[self.codes[self.parts[0]]]
        moments = fit.T @ fit / len(fit) + _RIDGE * np.eye(len(columns))
        weights = np.linalg.solve(moments, fit.T @ (names - names.mean(axis=0)) / len(fit))
        scores: Floats = self.rows[np.ix_(self.parts[part], columns)] @ weights
        return scores

    def best_by_size(self) -> tuple[Positions, Floats]:
        """Numbers of dimensions in all that were looked at, and the best area of each."""
        best: dict[int, float] = {}
        for choice, area in self.known.items():
            best[sum(choice)] = max(area, best.get(sum(choice), 0.0))
        counts = sorted(best)
        return np.array(counts), np.array([best[count] for count in counts])

    def objective(self, choice: Choice, penalty: float) -> float:
        """AUC on the part to choose by, less a penalty for each dimension kept."""
        if choice not in self.known:
            self.known[choice] = self.auc(choice, 1) if any(choice) else 0.5
        return self.known[choice] - penalty * sum(choice)


def best_choice(fields: Fields, penalty: float) -> Choice:
    """Of up to 600 choices the best of all, else one that is evolved; never no dimension at all."""
    if (fields.most + 1) ** fields.count > _MOST_LOOKED_AT:
        choice = evolved(fields, penalty, np.random.default_rng(SEED))
    else:
        choice = enumerated(fields, penalty)
    if any(choice):
        return choice
    return max((one for one in fields.known if any(one)), key=lambda one: fields.known[one])


def enumerated(fields: Fields, penalty: float) -> Choice:
    """The best choice of all."""
    every = product(range(fields.most + 1), repeat=fields.count)
    return max(every, key=lambda choice: (fields.objective(choice, penalty), -sum(choice)))


def evolved(fields: Fields, penalty: float, rng: np.random.Generator) -> Choice:
    """The best choice found by mutation and crossover of the best eight, then by single steps."""
    parents = [(fields.most,) * fields.count]
    for _ in range(GENERATIONS):
        brood = {*parents, *_children(parents, fields.most, rng)}
        ranked = sorted(brood, key=lambda one: (-fields.objective(one, penalty), sum(one), one))
        parents = ranked[:PARENTS]
    return _climbed(fields, parents[0], penalty)


def _children(parents: list[Choice], most: int, rng: np.random.Generator) -> Iterator[Choice]:
    for _ in range(BROOD):
        one, other = (parents[rng.integers(len(parents))] for _ in range(2))
        child = [a if rng.random() < 0.5 else b for a, b in zip(one, other, strict=True)]
        for at in range(len(child)):
            if rng.random() < max(_MUTATION, 1 / len(child)):
                child[at] = int(rng.integers(most + 1))
        yield tuple(child)


def _climbed(fields: Fields, choice: Choice, penalty: float) -> Choice:
    """From a choice, ever the best other number of dimensions of one field."""
    while True:
        near = [
            (*choice[:at], many, *choice[at + 1 :])
            for at in range(len(choice))
            for many in range(fields.most + 1)
        ]
        best = max(near, key=lambda one: (fields.objective(one, penalty), -sum(one)))
        if fields.objective(best, penalty) <= fields.objective(choice, penalty):
            return choice
        choice = best
