"""A classifier fitted to one modality, adapted or not, and judged on the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.arrays import Codes, Floats, Mask, Vectors
from core.engines.pairs.modalities import Modalities
from core.engines.pairs.pairs import Pairs
from core.engines.probes.linear import stratified_folds
from core.lenses.modality._adapters import ADAPTERS, NEED_PAIRS, Material
from core.numerics.moments import class_sums, covariance, mean
from core.statistics.resampling import SEED
from core.statistics.ties import places

OWN_SIDE = "trained on the tested side"
MOST_ITEMS = 4_000  # of a side: more change the third digit
FOLDS = 3
FEWEST_PAIRS = 2  # from which differences have a covariance
_LEVEL = 1e-9  # difference of two scores, of which an item has 1 in all, that is rounding


@dataclass(frozen=True, eq=False)
class Task:
    """Items of two modalities with their classes, dealt out to folds that part no pair.

    Attributes
    ----------
    left, right
        Positions in the space of the items to train on, and of those to test on.
    codes
        ``(n_items,)`` class of every item, an index into `classes`; -1 for those left out.
    classes
        The numbers that the classes had before others were left out.
    folds
        ``(n_items,)`` fold of every item; -1 for those left out.
    pairs
        Pairs among these items; none if the space has none.
    """

    unit: Vectors
    left: Codes
    right: Codes
    codes: Codes
    classes: Codes
    folds: Codes
    pairs: Pairs


@dataclass(frozen=True)
class Settings:
    """Noise of the adapters, noisy copies of each vector, and penalty of the classifier."""

    noise: float
    copies: int
    penalty: float


def task(two: Modalities, codes: Codes) -> Task | None:
    """The items of classes with two items on each side, or a seeded sample of their pairs.

    None where fewer than two classes remain. `codes` are -1 for items without a class.
    """
    n = int(codes.max(initial=-1)) + 1
    counts = [np.bincount(codes[side] + 1, minlength=n + 1)[1:] for side in (two.left, two.right)]
    fewest = np.minimum(*counts)
    shared = np.flatnonzero(fewest >= 2)
    if len(shared) < 2:
        return None
    renumbered = np.full(n + 1, -1)
    renumbered[shared] = np.arange(len(shared))
    codes = renumbered[codes]
    used = np.zeros(len(codes), bool)
    used[two.both] = codes[two.both] >= 0
    share = MOST_ITEMS / max(count[shared].sum() for count in counts)
    if share < 1:
        clusters = np.unique(two.clusters[used])
        chosen = np.random.default_rng(SEED).permutation(clusters)[: int(share * len(clusters))]
        used &= np.isin(two.clusters, chosen)
    rows = np.flatnonzero(used)
    folds = np.full(len(codes), -1)
    n_folds = min(FOLDS, int(fewest[shared].min()))
    folds[rows] = stratified_folds(codes[rows], two.clusters[rows], n_folds)
    pairs = Pairs(np.empty(0, np.int64), np.empty(0, np.int64))
    if not isinstance(two.pairs, str):
        inside = used[two.pairs.left] & used[two.pairs.right]
        pairs = Pairs(two.pairs.left[inside], two.pairs.right[inside])
    left, right = two.left[used[two.left]], two.right[used[two.right]]
    return Task(two.unit, left, right, codes, shared, folds, pairs)


def outcomes(given: Task, settings: Settings, learned: Mask | None = None) -> Mapping[str, Floats]:
    """``(n_tested, n_classes)`` scores of the tested items, by what was done to those to train on.

    Every item is scored by what was learned without its fold. Adapters that need pairs are missing
    where there are not two of them without each fold.

    Parameters
    ----------
    learned
        ``(n_items,)`` the only items to learn from, if given.
    """
    folds = given.folds
    n_folds = int(folds.max()) + 1
    learn = np.ones(len(folds), bool) if learned is None else learned
    left, right = given.left[learn[given.left]], given.right[learn[given.right]]
    together = learn[given.pairs.left] & learn[given.pairs.right]
    x_pairs, y_pairs = given.pairs.left[together], given.pairs.right[together]
    enough = len(x_pairs) - np.bincount(folds[x_pairs], minlength=n_folds).max() >= FEWEST_PAIRS
    names = [name for name in ADAPTERS if enough or name not in NEED_PAIRS]
    scores = {name: np.zeros((len(given.right), len(given.classes))) for name in [*names, OWN_SIDE]}
    fit = partial(least_squares_classifier, n_classes=len(given.classes), penalty=settings.penalty)
    for fold in range(n_folds):
        test = folds[given.right] == fold
        to_adapt, tested_side = left[folds[left] != fold], right[folds[right] != fold]
        if not (test.any() and len(to_adapt) and len(tested_side)):
            continue
        paired = folds[x_pairs] != fold
        x, y = given.unit[to_adapt], given.unit[tested_side]
        material = Material(
            x,
            y,
            given.unit[x_pairs[paired]],
            given.unit[y_pairs[paired]],
            settings.noise,
            settings.copies,
        )
        queries = given.unit[given.right[test]]
        for name in names:
            rows = ADAPTERS[name](material, np.random.default_rng(SEED + fold))
            codes = np.tile(given.codes[to_adapt], len(rows) // len(x))
            scores[name][test] = fit(rows, codes)(queries)
        scores[OWN_SIDE][test] = fit(y, given.codes[tested_side])(queries)
    return scores


def predicted(scores: Floats) -> Floats:
    """``(n, n_classes)`` 1 for the class of the highest score, shared by those level with it."""
    highest = scores >= scores.max(axis=1, keepdims=True) - _LEVEL
    shares: Floats = highest / highest.sum(axis=1, keepdims=True)
    return shares


def hits(scores: Floats, codes: Codes) -> Floats:
    """``(n,)`` whether the own class is predicted, in part where others are level with it."""
    return places(scores, codes, _LEVEL).hits(1)


def margins(scores: Floats, codes: Codes) -> Floats:
    """``(n,)`` score of the own class less the best other."""
    rows = np.arange(len(scores))
    others = scores.copy()
    others[rows, codes] = -np.inf
    margin: Floats = scores[rows, codes] - others.max(axis=1)
    return margin


@dataclass(frozen=True, eq=False)
class LinearClassifier:
    """Class scores ``x @ weights + intercept``; the highest is the prediction."""

    weights: NDArray[np.floating]
    intercept: NDArray[np.floating]

    def __call__(self, rows: Vectors) -> Floats:
        """``(n, n_classes)`` scores."""
        scores: Floats = rows @ self.weights + self.intercept
        return scores


def least_squares_classifier(
    rows: Vectors, codes: Codes, *, n_classes: int, penalty: float
) -> LinearClassifier:
    """Ridge regression onto one column a class, in closed form.

    The penalty is relative to the mean variance of a dimension.
    """
    center = mean(rows)
    scatter = covariance(rows)
    level = float(np.trace(scatter)) / len(scatter)
    ridge = (penalty * level or 1.0) * np.eye(len(scatter))
    shares = np.bincount(codes, minlength=n_classes) / len(rows)
    cross = class_sums(rows, codes, n_classes) / len(rows) - shares[:, None] * center
    # not SciPy: its BLAS has threads of its own, which wait for work beside those of NumPy
    weights = np.linalg.solve(scatter + ridge, cross.T)
    return LinearClassifier(weights, shares - center @ weights)
