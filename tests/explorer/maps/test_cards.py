"""Cards show of a long text what was searched for."""

import pytest

from explorer.maps.panels.cards import BEFORE, SEEN, from_words

LONG = "nothing of it here. " * 50


@pytest.mark.parametrize("words", [[], ["absent"], ["nothing"]])
def test_a_text_is_left_as_it_is_where_no_word_is_far_down(words):
    assert from_words(LONG, words) == LONG


def test_a_long_text_begins_shortly_before_the_first_of_the_words():
    text = f"{LONG}Then a Kernel, {LONG}and a window."
    shown = from_words(text, ["window", "kernel"])
    assert shown.startswith("…")
    assert text.endswith(shown[1:])
    assert 0 <= shown.index("Kernel") <= BEFORE
    assert shown[1:5] in {"not ", "noth", "of i", "it h", "here"}  # no half of a word


def test_a_word_without_a_blank_before_it_is_still_found():
    shown = from_words("x" * (SEEN + 100) + "kernel", ["kernel"])
    assert shown == "…" + "x" * BEFORE + "kernel"
