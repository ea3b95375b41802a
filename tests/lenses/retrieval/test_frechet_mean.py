"""Fréchet means of labels: theory, orderings, trees by prompts and by columns, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import BadParameter, NotApplicable
from core.estimates import Undefined
from core.lenses.retrieval.frechet_mean import example, frechet_mean
from core.space import EmbeddingSpace


def nested(rng, *, noise=0.6, each=60, d=32):
    """Twelve fine labels, three in each of four coarse ones, as far again from each other."""
    fine = np.repeat(np.arange(12), each)
    centers = rng.normal(size=(4, d))[np.arange(12) // 3] + 0.5 * rng.normal(size=(12, d))
    vectors = centers[fine] + noise * np.sqrt(2) * rng.normal(size=(len(fine), d))
    items = pd.DataFrame({"fine": [f"f{at:02}" for at in fine], "coarse": fine // 3})
    items["coarse"] = "c" + items["coarse"].astype(str)
    return EmbeddingSpace("nested", vectors.astype(np.float32), items, {"label": "fine"})


def test_scores_of_the_ends_alone_name_the_labels_between(rng):
    (space,), knobs = example(rng).spaces, example(rng).knobs
    found = frechet_mean(space, **knobs)
    rows = found.by_label.rows.set_index("label")
    assert rows["is"].tolist() == ["scored", "reached", "reached", "reached", "scored"]
    assert rows.loc["2", "right by argmax"] == 0
    assert rows.loc["2", "right"] > 0
    assert found.saved.interval.low > 0
    assert found.distance.value == pytest.approx(
        (1 - found.saved.value) * found.distance_of_argmax.value
    )


def test_on_a_tree_the_mean_is_nearer_and_the_highest_score_no_less_often_right(rng):
    space = nested(rng, noise=1.5)
    found = frechet_mean(space, above=("coarse",))
    assert found.distance.value <= found.distance_of_argmax.value
    assert found.accuracy.value <= found.accuracy_of_argmax.value
    assert found.reached.value == 1
    assert len(found.by_label.rows) == 16
    assert found.calibration_error.value < found.calibration_error_before.value


def test_intervals_count_that_other_items_give_other_means(rng):
    widths = []
    for each in (9, 90):
        found = frechet_mean(nested(rng, noise=1.5, each=each), above=("coarse",)).saved
        assert found.interval.method.endswith(f"fit: 10 random halves of {12 * each:,} items")
        widths.append(found.interval.high - found.interval.low)
    assert widths[0] > 2 * widths[1]


def test_sure_scores_leave_nothing_to_save(rng):
    found = frechet_mean(nested(rng, noise=0.01), above=("coarse",))
    assert found.saved == Undefined("the highest score is always that of the label")
    assert found.accuracy.value == 1


def test_labels_that_are_far_from_all_scored_ones_are_suggested(rng):
    observed = tuple(f"f{at:02}" for at in range(3))
    found = frechet_mean(nested(rng), above=("coarse",), observed=observed)
    assert found.reached.value == pytest.approx(4 / 16)
    assert found.next_labels.rows["labels reached then"].iloc[0] == 6
    assert sum("," not in name for name in found.labels.names) == 3


def test_labels_that_are_numbers_stand_by_size(rng):
    grade = np.tile(np.arange(1, 13), 20)
    vectors = np.eye(12)[grade - 1] + 0.1 * rng.normal(size=(240, 12))
    items = pd.DataFrame({"grade": grade})
    space = EmbeddingSpace("grades", vectors.astype(np.float32), items, {"label": "grade"})
    found = frechet_mean(space)
    assert list(found.by_label.rows["label"]) == [str(at) for at in range(1, 13)]
    assert found.mistakes.rows[:2] == ("1", "2")


def test_edges_say_what_a_tree_would(rng):
    space = nested(rng, noise=1.5)
    lines = [f"f{at:02} | c{at // 3}" for at in range(12)] + [f"c{at} | any" for at in range(4)]
    by_edges, by_tree = (
        frechet_mean(space, edges=tuple(lines)),
        frechet_mean(space, above=("coarse",)),
    )
    assert by_edges.reached.value == 1
    assert by_edges.distance.value == pytest.approx(by_tree.distance.value, rel=0.1)


def test_items_known_by_a_coarse_label_alone_are_of_that(rng):
    space = nested(rng, noise=1.5)
    prompts = space.take(np.arange(0, 720, 60))
    levels = pd.concat(
        [
            space.items,
            prompts.items.assign(level="fine"),
            pd.DataFrame({"coarse": [f"c{at}" for at in range(4)], "level": "coarse"}),
        ],
        ignore_index=True,
    )
    levels.loc[:9, "fine"] = None
    means = [space.vectors[space.items["coarse"] == f"c{at}"].mean(axis=0) for at in range(4)]
    rows = np.concatenate([space.vectors, prompts.vectors, means]).astype(np.float32)
    found = frechet_mean(EmbeddingSpace("prompted", rows, levels, {"level": "level"}))
    assert found.by_label.rows.set_index("label").loc["c0", "items"] == 10
    assert np.isnan(found.by_item.values[720:]).all()


def test_what_cannot_be_said_is_refused_in_words(rng):
    space = nested(rng)
    with pytest.raises(BadParameter, match="Scored labels must be among f00"):
        frechet_mean(space, observed=("fox",))
    with pytest.raises(NotApplicable, match="are numbers have an order"):
        frechet_mean(space, distances="order")
    with pytest.raises(NotApplicable, match="score all, or say"):
        frechet_mean(space, observed=("f00", "f01"))
    crossed = space.items.assign(coarse=np.arange(720) % 4)
    with pytest.raises(NotApplicable, match="must lie in one 'coarse'"):
        frechet_mean(replace(space, items=crossed), above=("coarse",))
    few = frechet_mean(space.take(np.arange(0, 720, 40)))
    assert few.saved.reason == "needs 2 labels with a score of 3 groups, found 0"
