"""Numbers and names as they are read."""

import pytest

from core.estimates import Chance, Estimate, Interval, Score
from core.knobs import Knob, ValueOf
from explorer.look.theme import (
    MOST_COLORS,
    chance,
    color,
    estimate,
    interval,
    knob_label,
    label,
    notes,
    number,
)

SHARE, RANK, COUNT = Score(low=0, high=1), Score(low=1), Score("clusters", low=1)


@pytest.mark.parametrize(
    ("value", "score", "text"),
    [
        (1.0, SHARE, "1.000"),
        (2.0, RANK, "2"),
        (2.5, RANK, "2.500"),
        (1.0, COUNT, "1 cluster"),
        (30.0, Score("directions"), "30 directions"),
        (20.5, Score("directions"), "20.5 directions"),
        (-0.25, Score("%"), "−0.250%"),  # noqa: RUF001 - the minus sign that is shown
        (1234.5, None, "1,234"),
        (0.0, COUNT, "0 clusters"),
    ],
)
def test_a_number_is_read_with_its_unit(value, score, text):
    assert number(value, score) == text


@pytest.mark.parametrize(
    ("value", "level", "text"),
    [
        (0.647, 0.00092, "about 0"),
        (0.286, -9.4e-05, "about 0"),
        (0.0008, 0.0002, "0.0002"),
        (0.4, 0.002, "0.002"),
        (0.4, 0.0, "0"),
    ],
)
def test_a_chance_level_that_is_next_to_nothing_has_no_digits(value, level, text):
    assert chance(Estimate(value, chance=Chance(level, "shuffled"))) == text


def test_a_unit_that_stands_by_itself_is_not_said_again():
    found = Estimate(30.0, Interval(20, 40, "exact"), Chance(1.0, "shuffled"), (5, 9))
    items = Score("items", low=0)
    assert number(found.value, items, unit=False) == "30"
    assert notes(found, items, unit=False) == [
        part.replace(" ", "\u00a0")
        for part in ("95 %: 20 to 40", "chance level: 1", "sample: 5 of 9")
    ]
    assert number(0.5, Score("%"), unit=False) == "0.500%"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("recall_at_1", "Recall at 1"),
        ("icnn_modified", "ICNN modified"),
        ("knn_accuracy", "kNN accuracy"),
        ("neighbor_purity", "Neighbor purity"),
        ("n_clusters", "Clusters"),
        ("false_neighbors", "False neighbors"),
        ("min_dist", "Min distance"),
        ("k", "k"),
    ],
)
def test_a_name_is_read_as_words(name, text):
    assert label(name) == text


def luminance(hexed):
    """Relative luminance of sRGB (WCAG 2.2)."""
    parts = (int(hexed[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("position", range(MOST_COLORS))
def test_every_category_stands_out_on_the_dark_theme(position):
    assert (luminance(color(position)) + 0.05) / (luminance("#0E1117") + 0.05) > 3


def test_a_knob_is_called_by_its_title_or_else_by_its_name():
    assert (
        knob_label(Knob("left", ValueOf("domain", title="Target group"), "", "")) == "Target group"
    )
    assert knob_label(Knob("left", ValueOf("domain"), "", "")) == "Left"


@pytest.mark.parametrize(
    ("value", "low", "high", "level", "text"),
    [
        (1.8e-10, -0.006, 0.006, 0.0, "0"),
        (0.0005, 0.0004, 0.0006, 0.0, "0.0005"),
        (3.1e-15, 3.0e-15, 3.2e-15, 70.9, "0"),
        (3.1e-15, 3.0e-15, 3.2e-15, 0.0, "3.1e\N{MINUS SIGN}15"),
    ],
)
def test_what_rounding_leaves_of_a_number_is_read_as_zero(value, low, high, level, text):
    one = Estimate(value, Interval(low, high, "known"), Chance(level, "known"))
    assert estimate(one) == text
    assert interval(one).startswith("0 to 0") == (level > 1)
