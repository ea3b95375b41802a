"""The words that set the texts of two groups of items apart."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.arrays import Mask
from core.estimates import Chance, Estimate, Interval
from core.statistics.resampling import LEVEL

PRIOR = 10.0  # texts of the prior of each group, which hold a word as often as all texts do
LEAST = 3  # texts that a word must occur in
_WORD = re.compile(r"[^\W\d_][\w'-]+")


@dataclass(frozen=True)
class WordContrast:
    """How much more often a word occurs in the texts of the first group.

    Attributes
    ----------
    word
        In lower case.
    first, second
        Number of texts of each group that hold it.
    log_odds
        Natural logarithm of the ratio of the odds that a text holds it.
    """

    word: str
    first: int
    second: int
    log_odds: Estimate


def word_contrasts(texts: NDArray[np.object_], first: Mask, second: Mask) -> list[WordContrast]:
    """Log-odds ratios of words, most of the first group first.

    After Monroe, Colaresi & Quinn (2008), Fightin' Words: a prior that expects of each group what
    both together show keeps rare words small; words are ordered by the ratio over its standard
    error. A text counts once for each of its words, however often they recur. Items of both groups
    count in both.

    Parameters
    ----------
    texts
        ``(n_items,)``; an empty cell has no words.
    first, second
        ``(n_items,)`` the groups.
    """
    counts = [_counts(texts[mask]) for mask in (first, second)]
    n = np.array([int(first.sum()), int(second.sum())], np.float64)
    words = [word for word in counts[0] | counts[1] if counts[0][word] + counts[1][word] >= LEAST]
    z = float(stats.norm.ppf(0.5 + LEVEL / 2))
    method = f"normal, prior of {PRIOR:g} texts a group, over {int(n[0]):,} and {int(n[1]):,} texts"
    scored: list[tuple[float, WordContrast]] = []
    for word in words:
        held = np.array([counts[0][word], counts[1][word]], np.float64)
        share = held.sum() / n.sum()
        with_, without = held + PRIOR * share, n - held + PRIOR * (1 - share)
        if without.min() <= 0:  # every text holds it: it distinguishes nothing
            continue
        value = float(np.log(with_[0] / without[0]) - np.log(with_[1] / without[1]))
        error = float(np.sqrt((1 / with_ + 1 / without).sum()))
        interval = Interval.around(value, z * error, method)
        estimate = Estimate(value, interval, Chance(0.0, "the same odds in both groups"))
        scored.append((value / error, WordContrast(word, int(held[0]), int(held[1]), estimate)))
    scored.sort(key=lambda one: (-one[0], one[1].word))
    return [contrast for _, contrast in scored]


def telling(contrasts: Sequence[WordContrast]) -> list[WordContrast]:
    """Those of the first group that are so by more than chance, were each of them looked at.

    The error of each is divided by the number of words (Bonferroni), which hold 5 % in all.
    """
    usual = float(stats.norm.ppf(0.5 + LEVEL / 2))
    beyond = float(stats.norm.isf((1 - LEVEL) / 2 / max(len(contrasts), 1))) / usual
    found = []
    for one in contrasts:
        interval, value = one.log_odds.interval, one.log_odds.value
        if interval is not None and value > beyond * (interval.high - value):
            found.append(one)
    return found


def _counts(texts: NDArray[np.object_]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        if isinstance(text, str):
            counts.update(set(_WORD.findall(text.lower())))
    return counts
