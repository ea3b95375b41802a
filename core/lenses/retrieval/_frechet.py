"""Predictions of labels by their highest score and by their Fréchet mean, fitted elsewhere.

Items are parted in three: one part gives the class means, where no prompts do, one the temperature,
and one is judged; the parts take turns. What belongs together is never parted.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from core.arrays import Codes, Floats, Mask, Positions
from core.engines.probes.linear import stratified_folds
from core.engines.retrieval.label_metric import LabelMetric, shared
from core.engines.subspaces.joint import held_together
from core.errors import Degenerate
from core.lenses.retrieval._labeled import Distances, Labeled, means_of
from core.numerics.tiles import blocks
from core.numerics.unit import unit_rows
from core.progress import tick
from core.readouts import Curve
from core.space import EmbeddingSpace
from core.statistics.ties import CLOSE

PARTS, BINS = 3, 15
_ROWS = 1024
_SCALES = (0.01, 1e3)  # times what parts cosines, among which the fitted one is looked for


@dataclass(frozen=True, eq=False)
class Task:
    """What is predicted of which items.

    Attributes
    ----------
    scored
        ``(n_scored,)`` places of the labels that have a score, among those of the metric.
    rows, true, unit
        ``(n, ...)`` positions of the items, the place of the label of each, and unit vectors.
    together, part
        ``(n,)`` which items belong together, and the part that each is in.
    prompts
        ``(n_scored, n_dims)`` vectors of the labels; None where they are means of items.
    learns, judges
        ``(n,)`` items that may give means and the scale, and those that predictions are made of.
    """

    metric: LabelMetric
    scored: Codes
    rows: Positions
    true: Codes
    unit: Floats
    together: Codes
    part: Codes
    prompts: Floats | None
    learns: Mask
    judges: Mask

    @classmethod
    def of(
        cls,
        space: EmbeddingSpace,
        observed: tuple[str, ...],
        above: tuple[str, ...],
        *,
        distances: Distances,
        edges: tuple[str, ...],
    ) -> Self:
        """Items whose label is known; a label that lacks in one of the parts has no score.

        Raises
        ------
        NotApplicable, BadParameter
            Of labels and distances, as `Labeled` has them.
        Degenerate
            Below two labels with a score.
        """
        labeled = Labeled.of(space, above)
        scored = labeled.scored(observed)
        rows = np.flatnonzero(labeled.own >= 0)
        true, unit = labeled.own[rows], unit_rows(space.vectors[rows].astype(np.float64))
        together = np.unique(held_together(space)[rows], return_inverse=True)[1]
        part = stratified_folds(true, together, PARTS) if len(rows) else true
        means = None
        if labeled.vectors is None:
            there = [np.isin(scored, true[part == one]) for one in range(PARTS)]
            scored = scored[np.logical_and.reduce(there)]
            means = means_of(unit, true, scored) if len(scored) == labeled.finest else None
        if len(scored) < 2:
            kind = "" if labeled.vectors is not None else f" of {PARTS} groups"
            msg = f"needs 2 labels with a score{kind}, found {len(scored)}"
            raise Degenerate(msg)
        if not np.isin(true, scored).any():
            msg = "needs items of labels with a score, found 0"
            raise Degenerate(msg)
        metric = labeled.metric(distances, edges, means=means)
        prompts = None if labeled.vectors is None else labeled.vectors[scored]
        return cls(
            metric,
            scored,
            rows,
            true,
            unit,
            together,
            part,
            prompts,
            *np.ones((2, len(rows)), bool),
        )

    def judged(self, one: int) -> Positions:
        """The items of a part that predictions are made of."""
        return np.flatnonzero(self.judges & (self.part == one))

    def fitted(self, one: int) -> Positions:
        """The items that give the scale for a part."""
        return np.flatnonzero(self.learns & (self.part == (one + 2) % PARTS))

    def cosines(self, one: int) -> tuple[Floats, Floats]:
        """``(n, n_scored)`` of items with labels, of a part and of that for the scale.

        The means of labels are those of the part between these; a label that no item there may give
        one has that of all. The mean of the labels is taken off before, so that a narrow cone keeps
        its digits.
        """
        here = self.part == (one + 1) % PARTS
        here &= self.learns | ~np.isin(self.true, self.true[here & self.learns])
        vectors = self.prompts
        if vectors is None:
            vectors = unit_rows(means_of(self.unit[here], self.true[here], self.scored))
        apart = (vectors - vectors.mean(axis=0)).T
        return self.unit[self.judged(one)] @ apart, self.unit[self.fitted(one)] @ apart

    @property
    def own(self) -> Codes:
        """``(n,)`` place of the label of each item among those with a score; -1 beside them."""
        place = np.full(len(self.metric), -1)
        place[self.scored] = np.arange(len(self.scored))
        return place[self.true]


@dataclass(frozen=True, eq=False)
class Rule:
    """Predictions of all items by one rule.

    Attributes
    ----------
    label
        ``(n,)`` place of the label predicted, the first where several are level.
    squared, hits
        ``(n,)`` squared distance from the label of the item, and whether it is the same; shared by
        labels that are level.
    """

    label: Codes
    squared: Floats
    hits: Floats


@dataclass(frozen=True, eq=False)
class Predicted:
    """Predictions by both rules, and how sure scores are.

    Attributes
    ----------
    argmax, frechet
        By the highest score, and by the Fréchet mean of the scores.
    scales
        ``(n_parts,)`` of cosines, fitted.
    sure
        Of the scale given and the fitted one, ``(n,)`` the highest share of an item.
    """

    argmax: Rule
    frechet: Rule
    scales: Floats
    sure: tuple[Floats, Floats]

    @property
    def rules(self) -> tuple[Rule, Rule]:
        """The Fréchet mean, then the highest score."""
        return self.frechet, self.argmax

    @classmethod
    def of(cls, task: Task, scale: float) -> Self:
        """Each part by what the other two give; 0 where nothing is predicted."""
        n, k = len(task.true), len(task.metric)
        label, squared, hits = np.zeros((2, n), np.int64), np.zeros((2, n)), np.zeros((2, n))
        sure, scales, own = np.zeros((2, n)), np.zeros(PARTS), task.own
        for one in range(PARTS):
            judged, fitted = task.judged(one), task.fitted(one)
            cosines, others = task.cosines(one)
            known = own[fitted] >= 0
            scales[one] = _fitted(others[known], own[fitted][known], scale)
            for rows in blocks(len(judged), _ROWS):
                at, scores = judged[rows], cosines[rows]
                given, shares = (_softmax(by * scores) for by in (scale, scales[one]))
                level = np.zeros((len(at), k))
                best, width = (
                    scores.max(axis=1, keepdims=True),
                    np.ptp(scores, axis=1, keepdims=True),
                )
                level[:, task.scored] = shared(scores >= best - CLOSE * width)
                for rule, best in enumerate((level, task.metric.best(shares, task.scored))):
                    label[rule, at] = best.argmax(axis=1)
                    away = task.metric.distances[task.true[at]] ** 2
                    squared[rule, at] = (best * away).sum(axis=1)
                    hits[rule, at] = best[np.arange(len(at)), task.true[at]]
                sure[:, at] = given.max(axis=1), shares.max(axis=1)
            tick((one + 1) / PARTS)
        rules = [Rule(*of) for of in zip(label, squared, hits, strict=True)]
        return cls(rules[0], rules[1], scales, (sure[0], sure[1]))


def _softmax(scores: Floats) -> Floats:
    shares: Floats = np.exp(log_softmax(scores, axis=1))
    return shares


def _fitted(cosines: Floats, own: Codes, usual: float) -> float:
    """The scale of cosines under which the labels are likeliest; the usual one without any.

    Looked for on the scale of the cosines' own differences, however narrow the cone they are of.
    """
    width = float(cosines.std(axis=1).mean()) if len(own) else 0.0
    if not width:
        return usual
    rows = np.arange(len(own))

    def loss(power: float) -> float:
        return -float(log_softmax(np.exp(power) * cosines, axis=1)[rows, own].mean())

    found = minimize_scalar(loss, bounds=tuple(np.log(np.array(_SCALES) / width)), method="bounded")
    return float(np.exp(found.x))


def calibration_error(sure: Floats, hits: Floats) -> float:
    """Mean of how far the hits of equally sure predictions are from that, in 15 bins (Guo 2017)."""
    counts, shares, right = _bins(sure, hits)
    return float(np.abs(right - shares)[counts > 0] @ counts[counts > 0] / counts.sum())


def reliability(sure: tuple[Floats, Floats], hits: Floats) -> Curve:
    """Share of right predictions by how sure they are, before and after the scale is fitted."""
    middle = (np.arange(BINS) + 0.5) / BINS
    lines = {}
    for name, each in zip(("scale given", "scale fitted"), sure, strict=True):
        counts, _, right = _bins(each, hits)
        lines[name] = np.where(counts > 0, right, np.nan)
    return Curve(middle, lines | {"as sure as right": middle}, "highest score", "right")


def _bins(sure: Floats, hits: Floats) -> tuple[Codes, Floats, Floats]:
    at = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(at, minlength=BINS)
    sums = (np.bincount(at, values, BINS) / np.maximum(counts, 1) for values in (sure, hits))
    shares, right = sums
    return counts, shares, right
