"""What a search gets right although it may miss what is right: column by column."""

import numpy as np
import pandas as pd

from core.engines.failures.found import Found
from core.engines.failures.parts import both, told_of
from core.estimates import Chance, Estimate
from core.statistics.estimating import from_hits

_RANDOM = "an answer drawn at random"


def agreeing(made: Found) -> list[tuple[str, Estimate]]:
    """How often what is found first has the value of what is right, the surest column first.

    Of every column of categories the share of the queries, in [0, 1], whose first find is right or
    has the same value, with Wilson's interval over what the queries are about; chance is the share
    of a random one of the right answers.
    """
    roles = made.space.roles
    sides = {roles.get("side"), roles.get("modality")}
    told = []
    for column in told_of(made.space):
        right, instead = both(made, column)
        known = np.asarray(pd.notna(right) & (pd.notna(instead) | (made.failed == 0)))
        if column in sides or not known.any():
            continue
        hits = np.where(right[known] == instead[known], 1.0, 1 - made.failed[known])
        answers = pd.Series(right[np.unique(made.right, return_index=True)[1]])
        random = pd.Series(right[known]).map(answers.value_counts(normalize=True)).mean()
        chance = Chance(float(random), _RANDOM)
        told.append((column, from_hits(hits, made.clusters[known], chance=chance)))
    return sorted(told, key=lambda one: (-one[1].value, one[0]))
