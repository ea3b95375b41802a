"""What coding rates and ranks are for labels, or directions, that mean nothing."""

import numpy as np

from core.arrays import Floats, Vectors
from core.engines.groups.coding_rates import class_codes, mean_rate, rank_of
from core.engines.labels import Labels
from core.progress import stage, ticked
from core.statistics.independence import to_unit_length
from core.statistics.resampling import PERMUTATIONS, SEED

_WORK = 3e10  # operations spent on shuffled labels: a second or two
_PRODUCTS = 3e10  # multiplications spent on uniform directions


def shuffled_codes(unit: Vectors, labels: Labels, e2: float) -> tuple[Floats, float]:
    """Mean rate of the classes for shuffled labels, 5 to 200 times, and their mean rank, once."""
    n, d, k = *unit.shape, labels.n_classes
    side = min(d, n / k)
    work = n * d * side + k * (side**3 + 2e5)
    stage("shuffled labels")
    rng = np.random.default_rng(SEED)
    drawn = np.empty(int(np.clip(_WORK // work, 5, PERMUTATIONS)))
    for done in ticked(range(len(drawn))):
        drawn[done] = mean_rate(unit, labels.shuffled(rng), k, e2=e2)
    mixed = class_codes(unit, labels.shuffled(rng), k, e2=e2)
    return drawn, sum(one.rank * one.n_items for one in mixed) / n


def uniform_code(n: int, d: int, e2: float) -> tuple[Floats, Floats]:
    """Rates and ranks of as many uniform directions: up to 20 draws of each."""
    rng = np.random.default_rng(SEED)
    times = int(np.clip(_PRODUCTS // (n * d * min(n, d)), 1, 20))
    rates, ranks = np.empty(times), np.empty(times)
    for time in range(times):
        drawn = rng.standard_normal((n, d), np.float32)
        to_unit_length(drawn)
        moments = drawn.T @ drawn if n > d else drawn @ drawn.T
        shares = np.maximum(np.linalg.eigvalsh(moments.astype(np.float64))[::-1], 0) / n
        rates[time] = 0.5 * np.log1p(d / e2 * shares).sum()
        ranks[time] = rank_of(shares)
    return rates, ranks
