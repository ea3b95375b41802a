"""Items without a label take no part in what judges labels, unless they are made a class."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.catalog import catalog
from core.engines.lengths.bins import crowding, length_bins
from core.errors import NotApplicable
from core.estimates import Estimate
from core.lenses.compression._signals import signal
from core.space import EmbeddingSpace

BY_LABEL = [lens for lens in catalog().values() if lens.by_label]


@pytest.fixture
def half_labeled(rng):
    """Two classes that lie apart, and as many items without a label among both."""
    side = np.arange(120) % 2
    vectors = rng.normal(size=(120, 5)) + 3 * np.eye(5)[side]
    labels = np.array(["east", "north"], object)[side]
    labels[60:] = None
    items = pd.DataFrame({"side": labels})
    return EmbeddingSpace("half labeled", vectors.astype(np.float32), items, {"label": "side"})


def test_every_lens_that_needs_labels_alone_judges_them():
    assert all(lens.by_label for lens in catalog().values() if lens.needs == ("label",))


@pytest.mark.parametrize(
    "lens", [lens for lens in BY_LABEL if lens.arity == (1, 1)], ids=lambda lens: lens.key
)
def test_numbers_are_those_of_the_labeled_half(lens, half_labeled):
    labeled = half_labeled.take(np.arange(60))
    whole, half = lens(half_labeled), lens(labeled)
    for reading in lens.readings:
        if reading.score:
            assert getattr(whole, reading.name) == getattr(half, reading.name), reading.name
    assert lens.left_out(half_labeled) == "60 of 120 items have no label: they take no part."
    assert lens.left_out(labeled) is None


def test_scores_of_items_without_a_label_are_undefined(half_labeled):
    scores = catalog()["classes.separability"](half_labeled).by_item.values
    assert np.isnan(scores).tolist() == [False] * 60 + [True] * 60


def test_a_switch_makes_them_a_class(half_labeled):
    lens = catalog()["classes.separability"]
    apart, together = lens(half_labeled), lens(half_labeled, unlabeled=True)
    assert lens.left_out(half_labeled, unlabeled=True) is None
    assert isinstance(together.silhouette_cosine, Estimate)
    assert together.silhouette_cosine.value < 0 < apart.silhouette_cosine.value
    assert np.isfinite(together.by_item.values).all()


def test_one_class_beside_items_without_a_label_is_refused(half_labeled):
    labels = half_labeled.items["side"].where(half_labeled.items["side"] == "east", None)
    single = replace(half_labeled, items=half_labeled.items.assign(side=labels))
    with pytest.raises(NotApplicable, match="has only east"):
        catalog()["classes.icnn"](single)


def test_where_labels_are_one_thing_among_others_those_without_take_part_in_the_rest(half_labeled):
    lens = catalog()["geometry.outliers"]
    labels = half_labeled.items["side"].where(half_labeled.items["side"].notna(), "neither")
    filled = replace(half_labeled, items=half_labeled.items.assign(side=labels))
    known, as_class, told = lens(half_labeled), lens(half_labeled, unlabeled=True), lens(filled)
    assert known.outliers.value == as_class.outliers.value
    assert as_class.outvoted.value == told.outvoted.value != known.outvoted.value
    assert np.isnan(known.suspicion.values).sum() == 60
    assert np.isfinite(as_class.suspicion.values).all()


def test_the_switch_is_there_wherever_a_label_is_read():
    for lens in catalog().values():
        assert not (lens.by_label and lens.reads_label)
        switch = "unlabeled" in {knob.name for knob in lens.knobs}
        assert switch == (lens.by_label or lens.reads_label), lens.key


def test_items_without_a_label_are_nothing_to_be_found(half_labeled):
    found = signal(half_labeled, "label", 3)
    judged = half_labeled.items["side"].notna().to_numpy()[found.rows]
    assert judged[found.true.queries].all()


def test_a_mean_over_items_of_different_labels_leaves_out_those_without(rng):
    unit = np.float32(rng.normal(size=(80, 4)))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    labels = np.repeat([0, 1, -1, -1], 20)
    bins = length_bins(np.full(80, 7.0), 0)
    (crowded,) = crowding(unit, bins, clusters=np.arange(80), labels=labels)
    assert crowded.cosine_across_labels == pytest.approx(
        (unit[:20] @ unit[20:40].T).mean(), abs=1e-6
    )
