"""What labels are named by, alone and jointly: the numbers, the tables and the joint space."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd

from core.arrays import Codes, Floats
from core.engines.company import embedded, ppmi, together
from core.errors import BadParameter
from core.estimates import Chance, Estimate, Number, Undefined
from core.lenses.retrieval._company import COMPANY, SIGHT, Tagged
from core.readouts import Curve, Heatmap, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import from_change, from_hits

MOST_SHOWN, NEAREST = 30, 3
_WEIGHTS = np.linspace(0, 1, 11)


@dataclass(frozen=True, eq=False)
class Named:
    """Hidden labels as each part names them, and all parts by their weights.

    Attributes
    ----------
    scores
        ``(n_asked, n_labels)`` by each part, from tables of the other half of the scenes.
    n_dims
        Of the tables of company and of words.
    """

    tagged: Tagged
    weights: Mapping[str, float]
    scores: Mapping[str, Floats]
    n_dims: int

    @classmethod
    def of(cls, tagged: Tagged, weights: Mapping[str, float], n_dims: int) -> Self:
        """By the parts that there are.

        Raises
        ------
        BadParameter
            If none of them has a weight.
        """
        scores = tagged.scores(n_dims)
        if not any(weights[part] for part in scores):
            msg = f"One of the weights of {', '.join(scores)} must be above 0; all are 0."
            raise BadParameter(msg)
        return cls(tagged, weights, scores, n_dims)

    @cached_property
    def hits(self) -> dict[str, Floats]:
        """``(n_asked,)`` of each part."""
        return {part: self.tagged.hits(each) for part, each in self.scores.items()}

    @cached_property
    def joint_hits(self) -> Floats:
        """``(n_asked,)`` of the sum of cosines by weight: what the joint rows score."""
        kept = [self.weights[part] * each for part, each in self.scores.items()]
        return self.tagged.hits(np.sum(kept, axis=0))

    @property
    def scenes(self) -> Codes:
        """``(n_asked,)`` the scene of each item: one observation."""
        return self.tagged.scene[self.tagged.item]

    @cached_property
    def chance(self) -> Chance:
        """A random one of the labels that are not in the company."""
        candidates = len(self.tagged.names) - self.tagged.company.sum(axis=1)
        return Chance(float((1 / candidates).mean()), "a random label that is not in the company")

    def jointly(self) -> Estimate:
        """Share that all parts name."""
        return from_hits(self.joint_hits, self.scenes, chance=self.chance)

    def by(self, part: str) -> Number:
        """Share that a part names."""
        if part not in self.hits:
            return Undefined("needs a 'text' column with words that recur")
        return from_hits(self.hits[part], self.scenes, chance=self.chance)

    def gain(self) -> Estimate:
        """Hits of all parts less those of the one that is best in the other half of the scenes."""
        every, fold = np.stack(list(self.hits.values())), self.tagged.fold[self.scenes]
        best = [every[:, fold != half].mean(axis=1).argmax() for half in (0, 1)]
        single = np.where(fold == 0, every[best[0]], every[best[1]])
        return from_change(self.joint_hits - single, self.scenes)

    def by_weight(self) -> Curve:
        """Share named by company and sight, by the weight of company."""
        company, sight = self.scores[COMPANY], self.scores[SIGHT]
        line = [self.tagged.hits((1 - w) * sight + w * company) for w in _WEIGHTS]
        return Curve.of(
            _WEIGHTS,
            {"company and sight": [from_hits(each, self.scenes) for each in line]},
            ("weight of company", "rightly named"),
            levels={"chance": self.chance.value},
        )

    @cached_property
    def tables(self) -> dict[str, Floats]:
        """``(n_labels, ...)`` rows of each part from all scenes, and of all side by side."""
        every = np.ones(self.tagged.occurs.shape[0], bool)
        parts = self.tagged.tables(every, self.n_dims)
        joint = [np.sqrt(self.weights[part]) * rows for part, rows in parts.items()]
        return parts | {"joint": np.concatenate(joint, axis=1)}

    def neighbors(self) -> Table:
        """The labels by how many scenes they are in, with the nearest of each by every part."""
        names = self.tagged.names
        rows = pd.DataFrame({"label": names, "scenes": self._scenes_of})
        for part, table in self.tables.items():
            cosines = table @ table.T
            np.fill_diagonal(cosines, -np.inf)
            near = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST]
            rows[f"nearest by {part}"] = [", ".join(names[at] for at in row) for row in near]
        return Table(rows.sort_values("scenes", ascending=False, kind="stable"))

    def company(self) -> Heatmap:
        """Of the most frequent labels, those that keep the same company side by side."""
        kept = np.sort(np.argsort(-self._scenes_of, kind="stable")[:MOST_SHOWN])
        information = ppmi(together(self.tagged.occurs))[np.ix_(kept, kept)]
        order = np.argsort(embedded(information, 2)[:, -1], kind="stable")
        names = tuple(self.tagged.names[at] for at in kept[order])
        return Heatmap(information[np.ix_(order, order)], names, names, "mutual information, nats")

    def per_item(self, n_items: int) -> Floats:
        """``(n_items,)`` share of the hidden labels of each that are named jointly."""
        counts = np.bincount(self.tagged.item, minlength=n_items)
        sums = np.bincount(self.tagged.item, self.joint_hits, n_items)
        named: Floats = np.divide(sums, counts, out=np.full(n_items, np.nan), where=counts > 0)
        return named

    def space(self, name: str) -> EmbeddingSpace:
        """A row a label: all parts side by side."""
        names = self.tagged.names
        items = pd.DataFrame({"label": names, "scenes": self._scenes_of}, index=list(names))
        rows = self.tables["joint"].astype(np.float32)
        return EmbeddingSpace(f"{name} · labels by company", rows, items, {"text": "label"})

    @cached_property
    def _scenes_of(self) -> Codes:
        """``(n_labels,)`` how many scenes each is in."""
        return np.asarray(self.tagged.occurs.sum(axis=0)).astype(int)
