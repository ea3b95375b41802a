"""Measures from class means with their intervals, and what shuffled labels give."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.engines.labels import Labels
from core.estimates import Estimate, Interval, Number, Undefined
from core.lenses.classes import _separation as separation
from core.lenses.classes._separation import Spread, spread
from core.numerics import moments
from core.progress import stage
from core.space import EmbeddingSpace
from core.statistics.influence import influence_interval
from core.statistics.resampling import chance_of, draws

FisherVariant = Literal["trace ratio", "LDA trace", "best dimension"]

_SHUFFLED = 5e8  # numbers read for chance: 20 shuffles, or 10 where that takes seconds


@dataclass(frozen=True, eq=False)
class ClassMeasures:
    """Three measures of how far class means lie apart against the spread of the classes."""

    fisher_ratio: Number
    calinski_harabasz: Number
    davies_bouldin: Number


def class_measures(space: EmbeddingSpace, labels: Labels, variant: FisherVariant) -> ClassMeasures:
    """The Fisher ratio in one of its readings, Calinski-Harabasz and Davies-Bouldin.

    Chance is the same measure of the same vectors with the labels shuffled. Intervals are by the
    delta method; the two readings of the Fisher ratio that pick directions after seeing the labels
    are biased upwards, and have none.

    Parameters
    ----------
    space, labels
        The items, and their classes.
    variant
        ``"trace ratio"``: ``tr(S_B) / tr(S_W)``. ``"LDA trace"``: ``tr(S_W^-1 S_B)`` with S_W
        shrunk (Ledoit & Wolf 2004). ``"best dimension"``: ``(m_a - m_b)^2 / (v_a + v_b)`` of the
        dimension where it is largest, mean over pairs of classes.
    """
    stage("class means")
    fisher = _reading(space, variant)
    measures = fisher, separation.calinski_harabasz, separation.davies_bouldin
    class_spread = spread(space.vectors, labels.codes, labels.n_classes)
    values = [measure(class_spread) for measure in measures]

    def mixed(rng: np.random.Generator) -> list[float]:
        around = spread(space.vectors, labels.shuffled(rng), labels.n_classes)
        return [measure(around) for measure in measures]

    read = space.vectors.size + 2 * labels.n_classes**2  # by Davies-Bouldin, all pairs of classes
    shuffled = draws(mixed, int(np.clip(_SHUFFLED // read, 10, 20)))
    intervals = _intervals(space, labels, class_spread)
    if variant != "trace ratio":
        intervals = None, *intervals[1:]
    return ClassMeasures(
        *(
            _number(value, interval, drawn, few=labels.n_classes >= len(space))
            for value, interval, drawn in zip(values, intervals, shuffled.T, strict=True)
        )
    )


def _reading(space: EmbeddingSpace, variant: FisherVariant) -> Callable[[Spread], float]:
    match variant:
        case "trace ratio":
            return separation.fisher_ratio
        case "LDA trace":
            total = moments.covariance(space.vectors) * len(space)
            return lambda class_spread: separation.lda_trace(space.vectors, class_spread, total)
        case "best dimension":
            return lambda class_spread: separation.best_dimension(space.vectors, class_spread)


def _intervals(
    space: EmbeddingSpace, labels: Labels, class_spread: Spread
) -> tuple[Interval | None, ...]:
    above = (0.0, np.inf)
    fisher = harabasz = bouldin = None
    if np.isfinite(ratio := separation.fisher_ratio(class_spread)):
        moved = separation.fisher_influence(space.vectors, class_spread)
        fisher = influence_interval(ratio, moved, labels.clusters, within=above)
        scale = (len(space) - labels.n_classes) / (labels.n_classes - 1)
        harabasz = influence_interval(ratio * scale, moved * scale, labels.clusters, within=above)
    if np.isfinite(index := separation.davies_bouldin(class_spread)):
        moved = separation.davies_bouldin_influence(space.vectors, class_spread)
        bouldin = influence_interval(index, moved, labels.clusters, within=above)
    return fisher, harabasz, bouldin


def _number(value: float, interval: Interval | None, drawn: np.ndarray, *, few: bool) -> Number:
    if np.isnan(value):
        return Undefined("needs more items than classes" if few else "needs items that differ")
    if np.isinf(value):
        return Undefined("infinite: all items of a class coincide, or two classes have one mean")
    chance = chance_of(drawn, "labels shuffled") if np.isfinite(drawn).all() else None
    return Estimate(float(value), interval, chance)
