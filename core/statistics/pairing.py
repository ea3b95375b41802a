"""The same number of the same items in two spaces: how much it differs, and how sure that is."""

import numpy as np

from core.arrays import Codes, Floats
from core.estimates import Chance, Estimate, Interval
from core.statistics.influence import clustered_mean_interval

_SAME = 1e-6  # share of its size by which a mean over items may miss the number


def paired_difference(
    first: Estimate,
    second: Estimate,
    values: tuple[Floats, Floats] | None,
    *,
    clusters: Codes,
) -> Estimate:
    """The second number less the first, with the interval of the difference.

    Where both numbers are means of a value per item, what an item adds to both cancels: Student's t
    over the differences of the items, as much wider as the intervals of the numbers are than those
    of independent items (neighbors share their luck, and fits count). Else both intervals together
    as if of different items (MOVER), which is wider than it need be.

    Parameters
    ----------
    values
        ``(n_items,)`` each, NaN where an item has none; None where there are no such values.
    clusters
        ``(n_items,)`` which items are one observation.
    """
    value = second.value - first.value
    interval = None
    if values is not None and _are_means(values, (first, second)):
        interval = _of_items(value, (first, second), values, clusters=clusters)
    elif first.interval and second.interval:
        interval = _of_two(value, (first, second.interval), (first.interval, second))
    return Estimate(value, interval, Chance(0.0, "no difference"))


def _are_means(values: tuple[Floats, Floats], numbers: tuple[Estimate, Estimate]) -> bool:
    """Whether each number is the mean of its values, over the same items."""
    known = [~np.isnan(each) for each in values]
    if not known[0].any() or (known[0] != known[1]).any():
        return False
    return all(
        abs(float(each[known[0]].mean()) - number.value) <= _SAME * max(1.0, abs(number.value))
        for each, number in zip(values, numbers, strict=True)
    )


def _of_items(
    value: float,
    numbers: tuple[Estimate, Estimate],
    values: tuple[Floats, Floats],
    *,
    clusters: Codes,
) -> Interval | None:
    known = ~np.isnan(values[0])
    plain = clustered_mean_interval((values[1] - values[0])[known], clusters[known])
    if plain is None:
        return None
    wider = 1.0
    for number, each in zip(numbers, values, strict=True):
        alone = clustered_mean_interval(each[known], clusters[known])
        if number.interval and alone and alone.high > alone.low:
            width = number.interval.high - number.interval.low
            wider = max(wider, width / (alone.high - alone.low))
    half = wider * (plain.high - plain.low) / 2
    method = f"paired, {plain.method}"
    if wider > 1:
        method += f", {wider:.2f} times as wide, as the numbers' own"
    return Interval.around(value, half, method)


def _of_two(
    value: float, below: tuple[Estimate, Interval], above: tuple[Interval, Estimate]
) -> Interval:
    """The first may lie as far up as its interval reaches while the second lies down, and back."""
    (first, of_second), (of_first, second) = below, above
    low = np.hypot(second.value - of_second.low, of_first.high - first.value)
    high = np.hypot(of_second.high - second.value, first.value - of_first.low)
    method = "both intervals, as if of different items"
    return Interval(value - float(low), value + float(high), method)
