"""Names as they are read, and colors that stand out."""

import pytest

from core.knobs import Knob, ValueOf
from explorer.look.theme import MOST_COLORS, color, knob_label, label


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
