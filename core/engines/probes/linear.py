"""What a classifier reads from vectors, always judged on items it was not fitted to."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.arrays import AnyFloats, Codes, Mask, Vectors
from core.engines.labels import Labels
from core.engines.probes.logistic import (
    EXACT,
    ROUGH,
    Logistic,
    Scaling,
    common_axes,
    fit_logistic,
)
from core.estimates import Chance, Estimate, Number, Undefined
from core.numerics.tiles import in_order
from core.progress import stage, ticked
from core.statistics.resampling import SEED, proportion_interval, shuffled

MOST_ROWS = 10_000  # of a side: beyond, a fit takes seconds and the third digit stands
TEST_SHARE = 0.2
SHUFFLED = "labels shuffled, predictions kept"

Groups = NDArray[np.int64] | NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a classifier that had not seen an item said of it, for every item.

    Attributes
    ----------
    codes
        ``(n_items,)`` predicted class; -1 where there was nothing to predict from.
    margins
        ``(n_items,)`` in ``[-1, 1]``: probability (or share of votes) of the item's own class minus
        the largest of another class; NaN where nothing was predicted.
    """

    codes: Codes
    margins: NDArray[np.float64]


def linear_separability(
    x: AnyFloats, y: AnyFloats, *, groups: Groups | None = None, seeds: int = 5, c: float = 1.0
) -> Number:
    """Held-out accuracy of a logistic regression that separates the rows of `x` from those of `y`.

    The mean over `seeds` random splits, 80 % of the groups to fit and 20 % to test. Accuracy is the
    mean of the two sides' (plain accuracy for equally many rows), so chance is 0.5 whatever their
    sizes; 1 means that a hyperplane separates them. The penalty depends on the scale of the rows:
    give unit rows for the figures of Fahim et al., It's Not a Modality Gap, 2024 (section 3.1).

    Parameters
    ----------
    x, y
        ``(n_x, n_dims)`` and ``(n_y, n_dims)``.
    groups
        ``(n_x + n_y,)``, of `x` first: rows of one group, such as a pair, are never on both sides
        of a split. None: every row stands alone.
    seeds
        Number of splits.
    c
        Inverse regularization strength (of the L2 penalty), as in scikit-learn.

    Returns
    -------
    Number
        With Wilson's interval over the effective number of tested groups, and the sample of groups
        used beyond 10,000 rows a side. Undefined unless each side has rows of two groups.
    """
    sides = np.repeat([0, 1], [len(x), len(y)])
    members = _members(groups, len(sides))
    kinds = np.bincount(_kinds(sides, members), minlength=4)
    n_x, n_y = int(max(kinds[1], kinds[3])), int(max(kinds[2], kinds[3]))
    if min(n_x, n_y) < 2:
        return Undefined(f"needs 2 separate items on each side, found {n_x} and {n_y}")
    rows = _sampled(sides, members)
    vectors = np.concatenate([x[rows[rows < len(x)]], y[rows[rows >= len(x)] - len(x)]])
    sides, members = sides[rows], _members(members[rows], len(rows))
    stage("linear separability")
    hits, tested = np.zeros(len(rows)), np.zeros(len(rows))
    axes = common_axes(Scaling.about_mean(vectors)(vectors))
    for seed in ticked(range(seeds)):
        test = _held_out(sides, members, np.random.default_rng(seed))
        fit = ~test
        fitted = fit_logistic(
            vectors[fit],
            sides[fit],
            scaling=Scaling.about_mean(vectors[fit]),
            c=c,
            axes=axes,
            weights=_balanced(sides[fit]),
        )
        hits[test] += fitted.probabilities(vectors[test]).argmax(axis=1) == sides[test]
        tested[test] += 1
    total = np.bincount(sides, tested)
    accuracy = float(np.mean(np.bincount(sides, hits) / total))
    effective = _effective(np.bincount(members, tested / total[sides]))
    return Estimate(
        accuracy,
        proportion_interval(accuracy * effective, effective, "independent groups (effective)"),
        Chance(0.5, "random guess: both sides weigh the same"),
        (len(rows), len(x) + len(y)) if len(rows) < len(x) + len(y) else None,
    )


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """A multinomial logistic regression that judges every item by the fold that left it out.

    Every dimension is brought to mean 0 and deviation 1 by the items of the fitted folds alone.
    Folds are stratified by class and never part a group. An item whose class the
    fitted folds lack is predicted wrong: it cannot be otherwise.

    Attributes
    ----------
    vectors
        ``(n_items, n_dims)``.
    codes
        ``(n_items,)`` class of every item, from 0.
    groups
        ``(n_items,)`` which items belong together; None: every item stands alone.
    folds
        Number of folds; no more than there are groups.
    c
        Inverse regularization strength (of the L2 penalty), as in scikit-learn.
    """

    vectors: AnyFloats
    codes: Codes
    groups: Groups | None = None
    folds: int = 5
    c: float = 1.0

    @cached_property
    def predictions(self) -> Predictions:
        """Of every item, by what was fitted to all items of other folds."""
        return self._predicted(self._fits)

    def predicted(self, learned: Mask) -> Predictions:
        """Of every item, by what was fitted to those items of other folds that `learned` marks.

        Each fit begins at that to all items, and ends where their predictions no longer change.
        """
        if learned.all():
            return self.predictions

        def fitted(fold: int) -> _Fit:
            return self._fit(fold, learned, near=self._fits[fold], tolerance=ROUGH)

        return self._predicted(dict(enumerate(in_order(fitted, range(self.folds)))))

    @cached_property
    def _assigned(self) -> Codes:
        return stratified_folds(self.codes, self.groups, self.folds)

    @cached_property
    def _axes(self) -> Vectors | None:
        return common_axes(Scaling.standard(self.vectors)(self.vectors))

    @cached_property
    def _fits(self) -> dict[int, "_Fit"]:
        """What each fold is judged by: exact, so that the others can begin at the first of them."""
        everyone, axes = np.ones(len(self.codes), bool), self._axes
        first = self._fit(0, everyone, axes=axes)
        rest = range(1, self.folds)
        fits = in_order(lambda fold: self._fit(fold, everyone, near=first, axes=axes), rest)
        return dict(enumerate([first, *fits]))

    def _fit(
        self,
        fold: int,
        learned: Mask,
        *,
        near: "_Fit | None" = None,
        axes: Vectors | None = None,
        tolerance: float = EXACT,
    ) -> "_Fit":
        """A model of some of the items of other folds, from one that should lie near it."""
        rows = np.flatnonzero((self._assigned != fold) & learned)
        known, codes = np.unique(self.codes[rows], return_inverse=True)
        if known.size < 2:
            return _Fit(known, None)
        start = None
        if near is not None and near.model is not None:
            start = np.zeros((known.size, near.model.coefficients.shape[1]))
            _, new, old = np.intersect1d(known, near.known, return_indices=True)
            start[new] = near.model.coefficients[old]
        vectors = self.vectors[rows]
        scaling = Scaling.standard(vectors)
        model = fit_logistic(
            vectors, codes, scaling=scaling, c=self.c, axes=axes, start=start, tolerance=tolerance
        )
        return _Fit(known, model)

    def _predicted(self, fits: dict[int, "_Fit"]) -> Predictions:
        n_classes = int(self.codes.max(initial=0)) + 1
        predicted = np.full(len(self.codes), -1, np.int64)
        margins = np.full(len(self.codes), np.nan)
        for fold, fit in fits.items():
            if not fit.known.size:
                continue
            test = np.flatnonzero(self._assigned == fold)
            probabilities = np.zeros((len(test), n_classes))
            probabilities[:, fit.known] = (
                1 if fit.model is None else fit.model.probabilities(self.vectors[test])
            )
            predicted[test] = probabilities.argmax(axis=1)
            own = np.arange(len(test)), self.codes[test]
            right = probabilities[own]
            probabilities[own] = -1
            margins[test] = right - np.maximum(probabilities.max(axis=1), 0)
        return Predictions(predicted, margins)


@dataclass(frozen=True, eq=False)
class _Fit:
    """The classes that were there to learn, and the model; None for a single class."""

    known: Codes
    model: Logistic | None


def unlearnable(codes: Codes, groups: Groups | None, folds: int = 5) -> Undefined | None:
    """Why no classifier can be cross-validated on some items; None if one can.

    There must be two classes, and as many items to fit to as two of each: labels of which most
    are given once name items.
    """
    n_classes = len(np.unique(codes))
    if n_classes < 2:
        reason = f"needs 2 classes that are each in 2 separate groups, found {n_classes}"
        return Undefined(reason)
    fitted = len(codes) - int(np.bincount(stratified_folds(codes, groups, folds)).max())
    if fitted < 2 * n_classes:
        reason = f"needs 2 items of a class to fit to, found {fitted:,} of {n_classes:,} classes"
        return Undefined(reason)
    return None


def shuffled_hits(labels: Labels, predicted: Codes) -> Chance:
    """Share that the same predictions hit with the labels shuffled, whole pairs together.

    Always naming the largest class is no such level: a classifier that does not guess so falls
    below it where labels say nothing.
    """
    return level_of_fit(labels, lambda codes: float(np.mean(codes == predicted)))


def level_of_fit(labels: Labels, score: Callable[[Codes], float]) -> Chance:
    """The level of a score of predictions with the labels shuffled; nothing is fitted again.

    Only the level: what folds share in their fits makes such scores vary more than shuffling shows,
    by which 11 to 14 of 100 probes of noise lay outside. The interval of the score counts the fit.
    """
    drawn = shuffled(lambda rng: score(labels.shuffled(rng)), SHUFFLED)
    return Chance(drawn.value, drawn.method)


def stratified_folds(codes: Codes, groups: Groups | None, folds: int) -> Codes:
    """``(n_items,)`` fold of every item, each class spread evenly and no group parted.

    Groups are dealt out in turn, class by class (a group's class is that of its first item), in an
    order that is shuffled with a fixed seed, larger groups first.
    """
    members = _members(groups, len(codes))
    _, first, sizes = np.unique(members, return_index=True, return_counts=True)
    shuffled = np.random.default_rng(SEED).permutation(len(first))
    order = np.lexsort((shuffled, -sizes, codes[first]))
    fold = np.empty(len(first), np.int64)
    fold[order] = np.arange(len(first)) % folds
    return fold[members]


def _balanced(sides: Codes) -> NDArray[np.float64]:
    """``(n,)`` weight of each row, so that both sides count the same."""
    weights: NDArray[np.float64] = len(sides) / (2 * np.bincount(sides))[sides]
    return weights


def _members(groups: Groups | None, n: int) -> Codes:
    """Groups as numbers from 0; every row its own where there are none."""
    if groups is None:
        return np.arange(n)
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def _kinds(sides: Codes, members: Codes) -> Codes:
    """Whether each group lies in the first side (1), the second (2) or both (3)."""
    present = [np.bincount(members[sides == side], minlength=members.max() + 1) for side in (0, 1)]
    return (present[0] > 0) + 2 * (present[1] > 0)


def _sampled(sides: Codes, members: Codes) -> Codes:
    """Rows of a seeded sample of groups, the same share of every kind; all rows if few enough."""
    share = MOST_ROWS / max(np.bincount(sides))
    if share >= 1:
        return np.arange(len(sides))
    chosen = _random_share(_kinds(sides, members), share, np.random.default_rng(SEED))
    return np.flatnonzero(chosen[members])


def _held_out(sides: Codes, members: Codes, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which rows are tested: a fifth of the groups of every kind."""
    return _random_share(_kinds(sides, members), TEST_SHARE, rng)[members]


def _random_share(kinds: Codes, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """A random share of the groups of every kind, rounded up but never all of a kind."""
    chosen = np.zeros(len(kinds), bool)
    for kind in np.unique(kinds):
        groups = np.flatnonzero(kinds == kind)
        count = min(int(np.ceil(share * len(groups))), len(groups) - 1)
        chosen[rng.permutation(groups)[:count]] = True
    return chosen


def _effective(weights: NDArray[np.number]) -> int:
    """Kish's effective number of groups, which are tested by more than one split."""
    return max(1, round(float(weights.sum() ** 2 / (weights**2).sum())))
