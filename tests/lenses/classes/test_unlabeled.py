"""Items without a label take no part in what judges labels, unless they are made a class."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.catalog import catalog
from core.engines.lengths.bins import crowding, length_bins
from core.errors import BadParameter, NotApplicable
from core.estimates import Estimate
from core.lenses.compression._signals import signal
from core.lenses.retrieval._hierarchy import Sequences
from core.space import EmbeddingSpace

# Of these a label is a name, not a class: the entity of a record, the tag that is to be found.
NAMES = {"retrieval.record_linkage", "retrieval.colocation"}
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


@pytest.mark.parametrize(
    "lens",
    [lens for lens in catalog().values() if not (lens.needs_encoder or lens.by_label)],
    ids=lambda lens: lens.key,
)
def test_a_lens_without_the_switch_reads_no_label(lens, joint, monkeypatch):
    if lens.reads_label or lens.key in NAMES:
        return
    read, column = set(), EmbeddingSpace.column

    def reading(space, role):
        read.add(role)
        return column(space, role)

    other = replace(joint, name="other", vectors=joint.vectors[:, ::-1] + joint.vectors)
    monkeypatch.setattr(EmbeddingSpace, "column", reading)
    lens(*(joint, other)[: lens.arity[0]])
    assert "label" not in read


ON_A_SIDE = [
    pytest.param(lens, role, id=f"{lens.key}, {role}")
    for lens in catalog().values()
    for role in ("modality", "domain")
    if role in lens.needs and not lens.needs_encoder
]


@pytest.mark.parametrize(("lens", "role"), ON_A_SIDE)
def test_numbers_are_those_of_the_items_that_are_on_a_side(lens, role, joint, rng):
    """More of the items have no value than any value has."""
    beside = joint.items.assign(
        **{joint.roles["pair"]: 1000 + np.arange(len(joint)), joint.roles[role]: None}
    )
    items = pd.concat([joint.items, beside], ignore_index=True)
    vectors = np.concatenate([joint.vectors, rng.normal(size=joint.vectors.shape) + 1])
    whole = replace(joint, vectors=vectors.astype(np.float32), items=items)
    other = replace(joint, name="other", vectors=joint.vectors[:, ::-1] + joint.vectors)
    wide = replace(whole, name="other", vectors=whole.vectors[:, ::-1] + whole.vectors)
    some = lens(*(joint, other)[: lens.arity[0]])
    found = lens(*(whole, wide)[: lens.arity[0]])
    for reading in lens.readings:
        if reading.score:
            assert getattr(found, reading.name) == getattr(some, reading.name), reading.name


def test_items_of_no_side_neither_ask_nor_are_found(rng):
    lens = catalog()["retrieval.task_benchmark"]
    target = rng.normal(size=(60, 6))
    vectors = np.concatenate([target + rng.normal(size=target.shape), target, target])
    items = pd.DataFrame({"pair": np.tile(np.arange(60), 3)})
    items["side"] = np.repeat(np.array(["query", "target", None], object), 60)
    space = EmbeddingSpace("asked", vectors, items, {"pair": "pair", "side": "side"})
    assert lens.left_out(space) == "60 of 180 items have no side: they take no part."
    whole, some = lens(space, queries="query"), lens(space.take(np.arange(120)), queries="query")
    assert whole.precision == some.precision
    with pytest.raises(BadParameter, match="one of query, target"):
        lens(space, queries="(none)")


def test_queries_without_a_label_are_no_task_unless_they_are_made_one(rng):
    lens = catalog()["retrieval.task_benchmark"]
    target = rng.normal(size=(60, 6))
    items = pd.DataFrame({"pair": np.tile(np.arange(60), 2)})
    items["side"] = np.repeat(["query", "target"], 60)
    items["task"] = np.tile(np.array(["one", "two", None], object)[np.arange(60) // 20], 2)
    items["kind"] = np.where(np.arange(120) % 3, "kind", None)
    vectors = np.concatenate([target + rng.normal(size=target.shape), target])
    roles = {"pair": "pair", "side": "side", "label": "task", "domain": "kind"}
    space = EmbeddingSpace("asked", vectors, items, roles)
    labeled = space.take(np.flatnonzero(items["task"].notna()))
    found = lens(space, queries="query")
    assert found.precision == lens(labeled, queries="query").precision
    assert found.by_task.rows["task"].tolist() == ["one", "two"]
    assert found.by_kind.names == ("kind",)
    told = lens(space, queries="query", unlabeled=True)
    assert told.by_task.rows["task"].tolist() == ["(none)", "one", "two"]


def test_the_layer_grid_makes_them_a_class_by_the_switch(half_labeled):
    lens = catalog()["compression.grid"]
    apart, together = (lens(half_labeled, half_labeled, unlabeled=on) for on in (False, True))
    assert np.isfinite(apart.by_item.values).sum() < np.isfinite(together.by_item.values).sum()


def test_frames_of_no_group_are_in_no_window_of_others(rng):
    items = pd.DataFrame({"group": ["a", "a", None, None], "position": [0, 1, 0, 1]})
    roles = {"group": "group", "position": "position"}
    space = EmbeddingSpace("frames", rng.normal(size=(4, 3)), items, roles)
    unit = space.unit.astype(np.float64)
    pooled = Sequences.of(space).pooled(unit, 2)
    assert pooled[2:] == pytest.approx(unit[2:])
    assert pooled[0] == pytest.approx(pooled[1])


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
