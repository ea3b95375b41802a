"""How often queries are matched with their partners, with intervals that count queries and fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from core.arrays import Codes, Mask
from core.engines.neighborhoods.purity import share_interval
from core.estimates import Chance, Estimate
from core.lenses.agreement._partners import (
    METHODS,
    Aligned,
    Outcomes,
    Split,
    Way,
    aligned,
    matched,
    ranks,
    served,
)
from core.statistics.fitting import Fitting
from core.statistics.halves import halves_half_width
from core.statistics.influence import clustered_proportion_interval, standard_error
from core.statistics.resampling import LEVEL, binomial_range

TOPS = (1, 5, 10)  # of the best candidates


@dataclass(frozen=True, eq=False)
class Judging:
    """What the intervals of the shares of a way count beside the number of queries.

    Attributes
    ----------
    error
        Standard error of the share matched, from random halves of the queries, each assigned by
        itself: the errors of one assignment come in cycles, and are not independent.
    fitting
        What the anchors add, for the share matched and for those among the best of :data:`TOPS`.
    """

    error: float
    fitting: Fitting


def judging(
    tried: tuple[Sequence[Aligned], Sequence[Split]],
    ways: Sequence[Way],
    *,
    sizes: Sequence[int],
    clusters: Codes,
) -> dict[Way, Judging]:
    """Errors of the shares of some ways: of the queries of all splits, and of the fit of the first.

    The fit chooses anew among `sizes`, and serves all ways.
    """
    fits, made = tried
    fit, split = fits[0], made[0]

    def refitted(mask: Mask) -> list[float]:
        half = aligned(fit.x, fit.y, split.anchors[mask], ridge=fit.ridge)
        best = {method: _best_of(half, split, method, sizes=sizes) for method in METHODS}
        chosen = (replace(way, size=way.size and best[way.method]) for way in ways)
        return [share for way in chosen for share in _shares(half, split, way)]

    fitting = Fitting.of(refitted, clusters[split.anchors])
    each = np.split(np.asarray(fitting.half_widths), len(ways))
    errors = [_error_of_queries(tried, way, clusters) for way in ways]
    return {
        way: Judging(error, replace(fitting, half_widths=own))
        for way, error, own in zip(ways, errors, each, strict=True)
    }


def _best_of(fit: Aligned, split: Split, method: str, *, sizes: Sequence[int]) -> int:
    """The size that serves the validation pairs best by one fit."""
    return max(
        (size for size in sizes if size <= len(fit.shared.correlations)),
        key=lambda size: sum(map(served, fit.scores(method, size, split.validation))),
    )


def _shares(fit: Aligned, split: Split, way: Way) -> list[float]:
    """Shares of the queries matched, and with the partner among the best of :data:`TOPS`."""
    judged = fit.scores(way.method, way.size, split.queries)[way.back]
    return [float(hits.mean()) for hits in (matched(judged), *map(ranks(judged).hits, TOPS))]


def _error_of_queries(
    tried: tuple[Sequence[Aligned], Sequence[Split]], way: Way, clusters: Codes
) -> float:
    """Standard error of the share matched, from random halves of the queries of all splits."""
    fits, made = tried
    queried, rows = np.unique(
        np.concatenate([split.queries for split in made]), return_inverse=True
    )
    scored = [
        fit.scores(way.method, way.size, split.queries)[way.back]
        for fit, split in zip(fits, made, strict=True)
    ]
    parts = np.split(rows, np.cumsum([len(split.queries) for split in made])[:-1])

    def of_half(mask: Mask) -> float:
        inside = [np.flatnonzero(mask[part]) for part in parts]
        hits = [matched(s[np.ix_(rows, rows)]) for s, rows in zip(scored, inside, strict=True)]
        return float(np.concatenate(hits).mean())

    # as much wider as Student's t is than the normal, which Wilson's interval takes
    half_width = float(halves_half_width(of_half, clusters[queried]))
    return half_width / float(stats.norm.ppf(0.5 + LEVEL / 2))


def share_matched(
    outcomes: Outcomes, clusters: Codes, top: int | None = None, *, judged: Judging | None = None
) -> Estimate:
    """Share of queries matched, or with the partner among the `top` best candidates."""
    hits = outcomes.hits if top is None else outcomes.places.hits(top)
    share = float(hits.mean())
    interval = clustered_proportion_interval(hits, clusters[outcomes.items])
    if judged is not None:
        if top is None:
            rows = clusters[outcomes.items]
            plain, _ = standard_error((hits - share) / len(hits), rows)
            interval = share_interval(share, max(plain, judged.error), rows)
        number = 0 if top is None else 1 + TOPS.index(top)
        interval = judged.fitting.widen(interval, share, number, within=(0, 1))
    by_chance = float(np.minimum((top or 1) / outcomes.candidates, 1).mean())
    # Without a range three hits of 500 would pass for more than the one that chance gives.
    ends = binomial_range(len(hits), by_chance)
    return Estimate(
        share,
        interval,
        Chance(by_chance, "random order of the candidates, exact", *ends),
        (len(np.unique(outcomes.items)), len(clusters)),
    )
