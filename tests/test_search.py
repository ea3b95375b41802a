"""Items are found by words and patterns; what cannot be read is explained."""

import numpy as np
import pandas as pd
import pytest

from core import search
from core.errors import BadParameter


def test_every_word_must_occur_in_some_column_whatever_the_case(items):
    assert search.with_words(items[["caption"]], "RED cat").tolist() == [True, False, False, False]
    assert search.with_words(items, "owl").tolist() == [False, True, False, False]


def test_a_query_of_no_words_finds_everything(items):
    assert search.with_words(items, "  ").all()


def test_words_are_taken_literally(items):
    assert search.with_words(items, "(cat)").tolist() == [False, False, False, True]


def test_an_empty_cell_holds_no_words(items):
    assert not search.with_words(items, "None").any()
    assert not search.with_words(items, "nan").any()


def test_bytes_are_not_searched(items):
    assert not search.with_words(items[["picture"]], "red").any()


def test_what_holds_a_word_more_often_or_in_fewer_words_is_more_about_it():
    texts = ["red " + "and so on " * 20, "red", "Red, a red red thing", "blue", None]
    about = search.relevance(pd.DataFrame({"text": texts}), "red")
    assert np.argsort(-about, kind="stable").tolist() == [2, 1, 0, 3, 4]
    assert about[3:].tolist() == [0, 0]
    assert about.max() < 1


@pytest.mark.parametrize("query", ["red", "RED cat", "(cat)", "owl cat", "None", "nowhere", "1.5"])
def test_what_has_all_the_words_is_relevant_and_nothing_else(items, query):
    found = search.with_words(items, query)
    assert np.array_equal(search.relevance(items, query) > 0, found)


def test_relevance_adds_words_and_columns(items):
    both, red, cat = (search.relevance(items, query)[0] for query in ("red cat", "red", "cat"))
    assert both == pytest.approx(red + cat)
    one = pd.DataFrame({"a": ["red sky", "a red red sun"]})
    two = pd.DataFrame({"a": ["red sky", "a red "], "b": ["", "red sun"]})
    assert search.relevance(one, "red") == pytest.approx(search.relevance(two, "red"))
    assert search.relevance(items.iloc[:0], "red").tolist() == []


def test_a_pattern_matches_within_a_column(items):
    assert search.matching(items, r"^a \w+ cat$").tolist() == [True, False, False, False]
    assert search.matching(items, r"(?-i)^a").tolist() == [False, True, False, False]


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "(?=a)", r"(a)\1"])
def test_a_bad_pattern_is_explained(items, pattern):
    with pytest.raises(BadParameter, match="cannot be read"):
        search.matching(items, pattern)


def test_a_pattern_that_hangs_other_engines_is_answered_at_once():
    items = pd.DataFrame({"text": ["a" * 5_000 + "b"]})
    assert not search.matching(items, "(a+)+$").any()
