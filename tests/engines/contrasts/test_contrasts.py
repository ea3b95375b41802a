"""What differs between two groups of items: columns, a direction, words."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.engines.contrasts.columns import level_differences, share_difference, share_differences
from core.engines.contrasts.direction import separating_direction
from core.engines.contrasts.words import telling, word_contrasts
from core.errors import NotApplicable
from core.space import EmbeddingSpace


def groups(n, m):
    first = np.arange(n + m) < n
    return first, ~first


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [  # Newcombe (1998), Table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ],
)
def test_shares_have_the_intervals_of_newcombe(first, second, low, high):
    found = share_difference(first, second)
    assert found.interval.low == pytest.approx(low, abs=1e-4)
    assert found.interval.high == pytest.approx(high, abs=1e-4)


def test_the_value_that_differs_most_comes_first():
    first, second = groups(50, 50)
    items = pd.DataFrame(
        {
            "color": ["red"] * 45 + ["blue"] * 5 + ["red"] * 5 + ["blue"] * 45,
            "even": np.where(np.arange(100) % 2, "no", "yes"),
            "name": [f"n{i}" for i in range(100)],
            "same": "one",
        }
    )
    found = share_differences(items, first, second)
    assert {found[0].column, found[1].column} == {"color"}
    assert abs(found[0].difference.value) == pytest.approx(0.8)
    even = next(one for one in found if one.column == "even")
    assert even.difference.interval.low < 0 < even.difference.interval.high
    assert not any(one.column == "same" for one in found)


def test_swapped_groups_turn_every_difference_round(joint):
    first, second = groups(50, 70)
    there = share_differences(joint.items, first, second)
    back = {(one.column, one.value): one for one in share_differences(joint.items, second, first)}
    for one in there:
        other = back[one.column, one.value].difference
        assert other.value == pytest.approx(-one.difference.value)
        assert other.interval.low == pytest.approx(-one.difference.interval.high)


def test_means_have_the_interval_of_welch(rng):
    x, y = rng.normal(3, 1, 40), rng.normal(1, 4, 70)
    items = pd.DataFrame({"size": np.concatenate([x, y])})
    (found,) = level_differences(items, *groups(40, 70))
    known = stats.ttest_ind(x, y, equal_var=False).confidence_interval(0.95)
    assert found.mean_difference.interval.low == pytest.approx(known.low)
    assert found.mean_difference.interval.high == pytest.approx(known.high)
    medians = found.median_difference
    assert medians.value == pytest.approx(np.median(x) - np.median(y))
    assert medians.interval.low <= medians.value <= medians.interval.high


def test_empty_cells_and_columns_without_spread_do_no_harm():
    items = pd.DataFrame({"hole": [np.nan] * 6, "flat": [2.0] * 6, "some": [1, 2, np.nan] * 2})
    found = {one.column: one for one in level_differences(items, *groups(3, 3))}
    assert set(found) == {"flat", "some"}
    assert found["flat"].mean_difference.value == found["flat"].effect == 0


def blobs(rng, apart, n=80, d=6):
    vectors = rng.normal(size=(2 * n, d))
    vectors[:n, 0] += apart
    return EmbeddingSpace("blobs", vectors, pd.DataFrame({"name": range(2 * n)}))


def test_the_direction_between_two_blobs_is_found(rng):
    space = blobs(rng, 4)
    found = separating_direction(space, *groups(80, 80))
    assert found.auc.value > 0.98
    assert found.vector[0] > 0.95
    assert found.along.values[:80].mean() > 1 > -1 > found.along.values[80:].mean()


@pytest.mark.slow
def test_groups_drawn_by_chance_are_told_apart_as_rarely_as_the_level_says(rng):
    drawn = [separating_direction(blobs(rng, 0, n=40, d=3), *groups(40, 40)).auc for _ in range(60)]
    told = np.mean([auc.differs_from_chance for auc in drawn])
    assert told <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)
    spread = np.std([auc.value for auc in drawn])  # neither does chance cover all there is
    assert drawn[0].chance.high - 0.5 == pytest.approx(1.96 * spread, rel=3 / np.sqrt(2 * 60))


def test_the_auc_is_that_of_the_normal_distribution(rng):
    found = separating_direction(blobs(rng, 1, n=2000, d=2), *groups(2000, 2000))
    assert found.auc.value == pytest.approx(0.7602, abs=0.02)  # Phi(1 / sqrt(2))
    assert found.auc.interval.low < 0.7602 < found.auc.interval.high
    half = found.auc.interval.high - found.auc.value
    assert half == pytest.approx(1.96 * 0.0075, rel=0.15)  # Hanley & McNeil (1982)


def test_the_scale_of_the_vectors_does_not_count(rng):
    space = blobs(rng, 2)
    large = EmbeddingSpace("large", 1000 * space.vectors, space.items)
    one, other = (separating_direction(s, *groups(80, 80)) for s in (space, large))
    assert one.auc.value == pytest.approx(other.auc.value, abs=1e-6)


def test_items_of_both_groups_are_left_out(rng):
    space = blobs(rng, 4)
    first, second = groups(80, 80)
    both = first.copy()
    both[80:100] = True
    assert separating_direction(space, both, second).auc.value > 0.98
    with pytest.raises(NotApplicable, match="found 0 and 0"):
        separating_direction(space, first, first)


def test_few_items_have_no_direction(rng):
    with pytest.raises(NotApplicable, match="needs 10 items"):
        separating_direction(blobs(rng, 1, n=9), *groups(9, 9))


def test_words_of_the_first_group_come_first_and_of_the_second_last():
    texts = np.array(["a red cat"] * 20 + ["a blue cat"] * 20, object)
    found = word_contrasts(texts, *groups(20, 20))
    assert [one.word for one in found] == [
        "red",
        "blue",
    ]  # "cat" is in all
    assert (found[0].first, found[0].second) == (20, 0)
    assert found[0].log_odds.interval.low > 0 > found[-1].log_odds.interval.high


def test_log_odds_are_those_of_the_definition():
    texts = np.array(["owl"] * 6 + ["x-ray"] * 4 + ["owl"] * 2 + ["x-ray"] * 8, object)
    owl = word_contrasts(texts, *groups(10, 10))[0]
    with_, without = (6 + 10 * 0.4, 2 + 10 * 0.4), (4 + 10 * 0.6, 8 + 10 * 0.6)
    value = np.log(with_[0] / without[0]) - np.log(with_[1] / without[1])
    assert owl.log_odds.value == pytest.approx(value)
    error = np.sqrt(sum(1 / each for each in (*with_, *without)))
    assert owl.log_odds.interval.high == pytest.approx(value + 1.959964 * error)


def test_a_word_counts_once_a_text_and_rare_words_are_left_out():
    texts = np.array(["cat cat cat cat", "dog", None, "rare"], object)
    assert word_contrasts(texts, *groups(2, 2)) == []


def test_words_tell_where_they_differ_by_more_than_chance_among_so_many(rng):
    first, second = groups(100, 900)
    vocabulary = np.array([f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(400)])
    texts = np.array([" ".join(vocabulary[rng.random(400) < 0.1]) for _ in range(1000)], object)
    noise = word_contrasts(texts, first, second)
    assert any(one.log_odds.interval.low > 0 for one in noise)  # one in forty by chance
    assert telling(noise) == []
    texts[first] = [f"{text} kernel" if i % 2 else text for i, text in enumerate(texts[first])]
    found = telling(word_contrasts(texts, first, second))
    assert [one.word for one in found] == ["kernel"]
    assert telling(word_contrasts(texts, second, first)) == []  # it is not more of the others
    assert telling([]) == []
