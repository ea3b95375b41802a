"""Classes that are added from a few examples: episodes, rules that decide, and a trained head.

An episode takes some classes as new. Half of the items of the others, whole groups, is what the
space knows them by; of each new class it is shown a few items, of as many groups as there are,
but for one. Nothing of a group that the space knows, or was shown, is judged. Where there are no
groups, pairs are.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from core.arrays import Codes, Floats, Mask, Positions
from core.engines.labels import Labels
from core.engines.probes.linear import stratified_folds
from core.numerics.unit import unit_rows
from core.statistics.resampling import SEED
from core.statistics.ties import CLOSE, places

NEW_SHARE = 0.2  # of the classes, in an episode
_STEPS, _RATE, _MOST_ROWS = 150, 0.01, 1_000  # of the training of a head
_BETAS, _TINY = (0.9, 0.999), 1e-8  # of Adam


class Split(NamedTuple):
    """Which classes are new, and which items of the others are known."""

    new: Codes
    old: Codes
    known: Mask


@dataclass(frozen=True, eq=False)
class Rows:
    """Items that take part.

    Attributes
    ----------
    vectors
        ``(n, d)`` as they are.
    labels
        Their classes; all of them have enough items.
    groups
        ``(n,)`` which of them must be on one side of a split: whole pairs at least.
    """

    vectors: Floats
    labels: Labels
    groups: Codes

    def splits(self, chosen: Codes | None) -> list[Split]:
        """One for the chosen classes; else all classes are new in turn, a fifth at a time."""
        n = self.labels.n_classes
        order = np.random.default_rng(SEED).permutation(n)
        n_parts = max(1, n // max(2, round(NEW_SHARE * n)))
        parts = np.array_split(order, n_parts) if chosen is None else [chosen]
        known = stratified_folds(self.labels.codes, self.groups, 2) == 0
        return [Split(new, np.setdiff1d(order, new), known) for new in parts]


class View(NamedTuple):
    """What a rule makes of the items.

    Attributes
    ----------
    x
        ``(n, d)``; of length one, unless distance is Euclidean.
    proxies
        ``(n_old, d)`` of the old classes, in place of their means.
    euclidean
        Whether the nearest mean decides, not the highest cosine with it.
    """

    x: Floats
    proxies: Floats | None = None
    euclidean: bool = False


class Judged(NamedTuple):
    """How an episode went.

    ``rows`` are the positions of the judged items, ``new`` which of them are of a new class,
    ``alone`` and ``joint`` the hits among new classes (NaN for the others) and among all,
    ``predicted`` the class among all, ``nearest`` the highest score of an old class.
    """

    rows: Positions
    new: Mask
    alone: Floats
    joint: Floats
    predicted: Codes
    nearest: Floats


def shown(rows: Rows, split: Split, *, shots: int, rng: np.random.Generator) -> tuple[Mask, Mask]:
    """``(n,)`` the items shown of the new classes, and those whose group is shown.

    Each is of a pair of its own, and of a group of its own while one group is left to be judged:
    then the second items of groups follow, and so on.
    """
    codes, pairs = rows.labels.codes, rows.labels.clusters
    order = rng.permutation(len(codes))
    support = np.zeros(len(codes), bool)
    for code in split.new:
        own = order[codes[order] == code]
        own = own[np.sort(np.unique(pairs[own], return_index=True)[1])]
        groups, first = np.unique(rows.groups[own], return_index=True)
        free = own[rows.groups[own] != groups[np.argmax(first)]]  # the last to come is left
        turn = pd.Series(rows.groups[free]).groupby(rows.groups[free]).cumcount()
        support[free[np.argsort(turn.to_numpy(), kind="stable")[:shots]]] = True
    return support, np.isin(rows.groups, rows.groups[support])


def judged(rows: Rows, split: Split, view: View, *, drawn: tuple[Mask, Mask]) -> Judged:
    """One episode, by the nearest class; `drawn` is what `shown` gives."""
    x, proxies, euclidean = view
    support, seen = drawn
    codes = rows.labels.codes
    old = [x[split.known & (codes == code)].mean(axis=0) for code in split.old]
    means = np.array([*old, *(x[support & (codes == code)].mean(axis=0) for code in split.new)])
    if proxies is not None:
        means[: len(old)] = proxies
    at = np.flatnonzero(~seen & ~(split.known & np.isin(codes, split.old)))
    if euclidean:
        scores = x[at] @ means.T - (means**2).sum(axis=1) / 2
    else:
        scores = x[at] @ unit_rows(means).T
    close = CLOSE * np.ptp(scores, axis=1, keepdims=True)
    competing = np.concatenate([split.old, split.new])
    place = np.empty(rows.labels.n_classes, np.int64)
    place[competing] = np.arange(len(competing))
    own, n_old = place[codes[at]], len(old)
    new = own >= n_old
    alone = np.full(len(at), np.nan)
    alone[new] = places(scores[new, n_old:], own[new] - n_old, close[new]).hits(1)
    joint = places(scores, own, close).hits(1)
    predicted = competing[scores.argmax(axis=1)]
    return Judged(at, new, alone, joint, predicted, scores[:, :n_old].max(axis=1))


def trained(rows: Rows, split: Split, *, scale: float, most_dims: int) -> View:
    """What a head makes of the items, trained on the known items of the old classes.

    ``softmax(s * unit(x W) unit(P)^T)`` (normalized softmax) has one proxy a class in ``P``.
    Full-batch Adam in the principal axes of the items, from the first of them and the means of the
    classes, so that a rotation of the space changes nothing.
    """
    codes = rows.labels.codes
    at = np.flatnonzero(split.known & np.isin(codes, split.old))
    at = np.sort(np.random.default_rng(SEED).permutation(at)[:_MOST_ROWS])
    x = unit_rows(rows.vectors[at])
    own = np.searchsorted(np.sort(split.old), codes[at])
    axes = np.linalg.svd(x, full_matrices=False)[2].T
    x = x @ axes
    weights = np.eye(axes.shape[1], min(most_dims, axes.shape[1]))
    sums = np.zeros((len(split.old), weights.shape[1]))
    np.add.at(sums, own, x @ weights)
    given = [weights, unit_rows(sums)]
    moments = [np.zeros((2, *each.shape)) for each in given]
    for step in range(1, _STEPS + 1):
        slopes = _slopes(x, own, weights=given[0], proxies=given[1], scale=scale)
        for place, (slope, moment) in enumerate(zip(slopes, moments, strict=True)):
            for power, beta in enumerate(_BETAS):
                moment[power] = beta * moment[power] + (1 - beta) * slope ** (power + 1)
            first, second = (m / (1 - b**step) for m, b in zip(moment, _BETAS, strict=True))
            given[place] = given[place] - _RATE * first / (np.sqrt(second) + _TINY)
    proxies = unit_rows(given[1])[np.searchsorted(np.sort(split.old), split.old)]
    return View(unit_rows(unit_rows(rows.vectors) @ axes @ given[0]), proxies)


def _slopes(
    x: Floats, own: Codes, *, weights: Floats, proxies: Floats, scale: float
) -> tuple[Floats, Floats]:
    """Of the mean cross-entropy, by the weights and by the proxies."""
    z = x @ weights
    u, q = unit_rows(z), unit_rows(proxies)
    logits = scale * u @ q.T
    likely = np.exp(logits - logits.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    likely[np.arange(len(x)), own] -= 1
    likely *= scale / len(x)
    return x.T @ _across(likely @ q, u, z), _across(likely.T @ u, q, proxies)


def _across(slopes: Floats, unit: Floats, rows: Floats) -> Floats:
    """Slopes by rows, from those by the unit rows."""
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), _TINY)
    across: Floats = (slopes - unit * (slopes * unit).sum(axis=1, keepdims=True)) / lengths
    return across
