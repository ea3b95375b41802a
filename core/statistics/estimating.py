"""Estimates in one step from what lenses have; each names how its interval was found.

Items of one cluster, such as a pair, count as one observation (`pair_clusters`).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from core.arrays import AnyFloats, Codes, Mask, Positions
from core.estimates import ANYWHERE, Chance, Estimate, Interval, Number
from core.statistics.influence import (
    clustered_mean_interval,
    clustered_proportion_interval,
    influence_interval,
    paired_change_interval,
    units,
)
from core.statistics.resampling import bootstrap_interval

NO_DIFFERENCE = Chance(0.0, "no difference")


def from_influence(  # noqa: PLR0913 - what it is of, in words
    value: float,
    influence: AnyFloats,
    clusters: Codes,
    *,
    within: tuple[float, float] = ANYWHERE,
    unit: str = "items",
    cluster: str = "pairs",
    **more: Any,
) -> Estimate:
    """A value with how much each item moves it: the delta method, cut to the range of the measure.

    `more` is the chance level and the sample.
    """
    interval = influence_interval(
        value, influence, clusters, within=within, unit=unit, cluster=cluster
    )
    return Estimate(value, interval, **more)


def from_mean(
    values: AnyFloats,
    clusters: Codes,
    *,
    within: tuple[float, float] = ANYWHERE,
    unit: str = "items",
    cluster: str = "pairs",
    **more: Any,
) -> Estimate:
    """The mean of a value per item, with Student's t interval; what has one, and the clusters."""
    interval = clustered_mean_interval(values, clusters, within=within, unit=unit, cluster=cluster)
    return Estimate(float(np.mean(values, dtype=np.float64)), interval, **more)


def from_change(
    values: AnyFloats, clusters: Codes, *, cluster: str = "pairs", **more: Any
) -> Estimate:
    """The mean of what a share changes by, item by item: paired, in [-1, 1], with chance 0.

    Where nothing changed the interval has the width that so many clusters allow.
    """
    if not np.any(values):
        names = np.unique(clusters)
        over = units(len(names), len(clusters), cluster=cluster)
        interval = paired_change_interval(np.zeros(len(names)), over)
        return Estimate(0.0, interval, NO_DIFFERENCE, **more)
    return from_mean(
        values, clusters, within=(-1, 1), cluster=cluster, chance=NO_DIFFERENCE, **more
    )


def from_hits(
    hits: Mask | AnyFloats, clusters: Codes, *, cluster: str = "pairs", **more: Any
) -> Estimate:
    """A share of items, with Wilson's interval; a hit that is shared counts in part, in [0, 1]."""
    interval = clustered_proportion_interval(hits, clusters, cluster)
    return Estimate(float(hits.mean()), interval, **more)


def stretched(
    number: Estimate, times: float, *, within: tuple[float, float] = ANYWHERE
) -> Estimate:
    """An estimate whose interval is some times as wide, on each side, cut to the range."""
    if number.interval is None or times == 1:
        return number
    low, high = (number.value + times * (end - number.value) for end in number.ends)
    low, high = max(low, within[0]), min(high, within[1])
    method = f"{number.interval.method}, {times:.2f} times as wide"
    return replace(number, interval=Interval(low, high, method))


def from_bootstrap(statistic: Callable[[Positions], float], n: int, **more: Any) -> Estimate:
    """A statistic of `n` rows, given by their positions, with its percentile bootstrap."""
    return Estimate(statistic(np.arange(n)), bootstrap_interval(statistic, n), **more)


def on_sample(number: Number, size: tuple[int, int] | None) -> Number:
    """A number that says which sample it was taken from."""
    return replace(number, sample=size) if isinstance(number, Estimate) else number
