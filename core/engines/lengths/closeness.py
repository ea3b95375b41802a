"""Mean cosine of two items as an estimate, and the change of it between two sets of vectors."""

from core.arrays import Codes, Floats
from core.estimates import Estimate
from core.statistics.influence import influence_interval


def mean_over_pairs(item_means: Floats, clusters: Codes, unit: str = "items") -> Estimate:
    """Mean over pairs of items, from each item's mean over the others.

    Parameters
    ----------
    item_means
        ``(n_items,)`` mean cosine of each item with the others.
    clusters
        ``(n_items,)`` which items are one observation.
    unit
        What an item is, in the words of the interval.
    """
    value = float(item_means.mean())
    influence = 2 * (item_means - value) / len(item_means)
    return Estimate(
        value, influence_interval(value, influence, clusters, within=(-1, 1), unit=unit)
    )


def change_over_pairs(
    before: Floats, after: Floats, clusters: Codes, *, unit: str = "items"
) -> Estimate:
    """Change of such a mean for the same items: what they add to both errors cancels."""
    change = after - before
    value = float(change.mean())
    influence = 2 * (change - value) / len(change)
    return Estimate(
        value, influence_interval(value, influence, clusters, within=(-2, 2), unit=unit)
    )
