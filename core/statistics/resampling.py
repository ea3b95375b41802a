"""Intervals and chance levels, each naming its method.

All intervals are at 95 %. Everything random is seeded: same data, same numbers.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from core.arrays import AnyFloats
from core.estimates import Chance, Interval
from core.progress import ticked

LEVEL = 0.95
RESAMPLES = 500
PERMUTATIONS = 200
SEED = 0
_ENOUGH = 39  # draws, of which one more lies outside all once in twenty times
_MANY = 0.1  # share of draws at one end from which nothing is taken to lie beyond it


def mean_interval(values: AnyFloats, unit: str = "items") -> Interval | None:
    """Student's t interval of a mean; None below two values."""
    n = len(values)
    if n < 2:
        return None
    mean = float(np.mean(values, dtype=np.float64))
    half = float(stats.t.ppf(0.5 + LEVEL / 2, n - 1) * stats.sem(np.asarray(values, np.float64)))
    return Interval.around(mean, half, f"Student's t over {n:,} {unit}")


def proportion_interval(successes: float, trials: int, unit: str = "items") -> Interval | None:
    """Wilson's interval of a proportion; None without trials."""
    if not trials:
        return None
    z = float(stats.norm.ppf(0.5 + LEVEL / 2))
    share, scale = successes / trials, 1 + z * z / trials
    center = (share + z * z / (2 * trials)) / scale
    half = z / scale * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # At 0 and 1 an end is the share itself, but for rounding.
    low = max(0.0, min(share, float(center - half)))
    high = min(1.0, max(share, float(center + half)))
    return Interval(low, high, f"Wilson over {trials:,} {unit}")


def bootstrap_interval(
    statistic: Callable[[NDArray[np.int64]], float],
    n: int,
    *,
    unit: str = "items",
    resamples: int = RESAMPLES,
) -> Interval | None:
    """Percentile bootstrap of `statistic(positions)`, positions drawn with replacement."""
    if n < 3:
        return None
    rng = np.random.default_rng(SEED)
    drawn = np.array([statistic(rng.integers(n, size=n)) for _ in range(resamples)])
    low, high = np.quantile(drawn, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    method = f"percentile bootstrap over {n:,} {unit}, {resamples} resamples"
    return Interval(float(low), float(high), method)


def outside(none_below: bool, none_above: bool) -> tuple[float, float]:  # noqa: FBT001 - both ends
    """Shares below and up to which 95 % lie: the middle, or up to an end that has nothing beyond.

    A range from 2.5 % to 97.5 % of what cannot lie below it would leave out 2.5 % alone.
    """
    if none_below == none_above:
        return 0.5 - LEVEL / 2, 0.5 + LEVEL / 2
    return (0.0, LEVEL) if none_below else (1 - LEVEL, 1.0)


def binomial_range(trials: int, share: float) -> tuple[float, float]:
    """The share of hits that at least 95 % of so many trials give, if each hits by chance.

    Where no hit at all is no rare thing, the 5 % outside are all above; of shares near 1, below.
    """
    none, every = (1 - share) ** trials, share**trials
    ends = outside(none > 0.5 - LEVEL / 2, every > 0.5 - LEVEL / 2)
    low, high = np.clip(stats.binom.ppf(ends, trials, share), 0, trials) / trials
    return float(low), float(high)


def shuffled(
    statistic: Callable[[np.random.Generator], float],
    what: str,
    *,
    times: int = PERMUTATIONS,
) -> Chance:
    """Chance level: mean and central 95 % of `statistic(rng)` on shuffled data.

    `what` says what is shuffled: ``"labels shuffled"``. The statistic must be the very estimator
    whose chance level is wanted.
    """
    rng = np.random.default_rng(SEED)
    return chance_of(np.array([statistic(rng) for _ in range(times)]), what)


def draws(statistic: Callable[[np.random.Generator], ArrayLike], times: int) -> NDArray[np.float64]:
    """``(times, ...)`` values of `statistic(rng)` on data that it shuffles; a tick after each."""
    rng = np.random.default_rng(SEED)
    return np.array([statistic(rng) for _ in ticked(range(times))], np.float64)


def chance_of(drawn: AnyFloats, what: str) -> Chance:
    """Chance level from values of a statistic on shuffled data, one for each time it was drawn.

    Its range holds one draw more with a probability of 95 %: between the draws at the places
    ``(n + 1) / 40`` and ``39 (n + 1) / 40`` in their order (Weibull), whatever their distribution;
    of fewer than 39, which do not reach so far, by Student's t; of one there is none. Where many
    draws are at one end, as shares of which most are 0, nothing lies beyond it: the 5 % outside are
    all beyond the other end.
    """
    n, mean, method = len(drawn), float(np.mean(drawn)), f"{what}, {len(drawn)} times"
    if n < 2:
        return Chance(mean, method)
    if n >= _ENOUGH:
        least, most = float(np.min(drawn)), float(np.max(drawn))
        none = [np.mean(drawn == end) > _MANY for end in (least, most)]
        low, high = np.quantile(drawn, outside(*none), method="weibull")
        return Chance(mean, method, float(low), float(high))
    half = float(stats.t.ppf(0.5 + LEVEL / 2, n - 1) * np.std(drawn, ddof=1) * np.sqrt(1 + 1 / n))
    return Chance(mean, method, mean - half, mean + half)
