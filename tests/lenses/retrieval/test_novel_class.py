"""Classes added from a few examples: exact under lengths, limits, orderings, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import NearestCentroid

from core.engines.labels import Labels
from core.engines.subspaces.joint import held_together
from core.errors import BadParameter
from core.estimates import Undefined
from core.lenses.retrieval._episodes import angular, euclidean
from core.lenses.retrieval._few_shots import Rows, judged, shown
from core.lenses.retrieval.novel_class import novel_class
from core.numerics.unit import unit_rows
from core.space import EmbeddingSpace

ANGULAR = ("harmonic_mean", "disjoint", "joint_old", "joint_new", "head_gain", "open_set_auc")


def classes(rng, k=10, each=24, *, noise=0.3, loud=0.0):
    """Classes in eight dimensions, beside 24 of noise that all share."""
    of = np.repeat(np.arange(k), each)
    signal = rng.normal(size=(k, 8))[of] + noise * rng.normal(size=(len(of), 8))
    vectors = np.hstack([signal, loud * rng.normal(size=(len(of), 24))])
    items = pd.DataFrame({"label": [f"class {c}" for c in of], "which": range(len(of))})
    return EmbeddingSpace("classes", vectors, items, {"label": "label"})


def rows_of(space):
    return Rows(space.vectors.astype(np.float64), Labels.of(space), held_together(space))


def values(found, names):
    return [getattr(found, name).value for name in names]


def test_random_lengths_change_no_number_by_angle_and_lower_those_by_distance(rng):
    space = classes(rng, loud=0.5)
    lengths = rng.lognormal(0, 0.8, len(space))[:, None]
    before, after = (
        novel_class(each) for each in (space, replace(space, vectors=space.vectors * lengths))
    )
    assert values(before, ANGULAR) == pytest.approx(values(after, ANGULAR), abs=1e-9)
    assert before.angular_kept.value == after.angular_kept.value == 1
    assert after.angular_gain.value > before.angular_gain.value + 0.02


def test_classes_far_apart_are_always_recognized_and_noise_is_at_chance(rng):
    easy, hard = novel_class(classes(rng, noise=0.01)), novel_class(classes(rng, noise=100))
    assert values(easy, ("harmonic_mean", "disjoint")) == [1, 1]
    assert hard.harmonic_mean.chance.value == pytest.approx(0.1)
    assert hard.disjoint.value == pytest.approx(hard.disjoint.chance.value, abs=0.06)


def test_a_head_trained_on_old_classes_finds_what_tells_new_ones(rng):
    found = novel_class(classes(rng, k=20, noise=0.3, loud=1.0), shots=2)
    assert found.head_gain.interval.low > 0


def test_more_examples_help(rng):
    line = novel_class(classes(rng, noise=1.0)).by_shots.lines["angular"]
    assert (np.diff(line) > 0).all()


def test_rules_are_nearest_means_as_in_scikit_learn(rng):
    space = classes(rng, k=5, noise=1.0, loud=0.1)
    rows = rows_of(space)
    (split,) = rows.splits(np.array([3, 4]))
    support, paired = shown(rows, split, shots=4, rng=rng)
    known = support | (split.known & np.isin(rows.labels.codes, split.old))
    assert np.bincount(rows.labels.codes[support], minlength=5).tolist() == [0, 0, 0, 4, 4]
    theirs = NearestCentroid().fit(rows.vectors[known], rows.labels.codes[known])
    ours = judged(rows, split, euclidean(rows), drawn=(support, paired))
    assert (ours.predicted == theirs.predict(rows.vectors[ours.rows])).all()
    unit = unit_rows(rows.vectors)
    means = np.array([unit[known & (rows.labels.codes == c)].mean(axis=0) for c in range(5)])
    by_angle = judged(rows, split, angular(rows), drawn=(support, paired))
    assert (by_angle.predicted == (unit[by_angle.rows] @ unit_rows(means).T).argmax(axis=1)).all()


@pytest.mark.parametrize(("role", "size"), [("pair", 2), ("group", 4)])
def test_nothing_of_a_pair_or_group_that_was_shown_is_judged(rng, role, size):
    space = classes(rng)
    named = np.arange(len(space)) // size
    roles = {"label": "label", role: role}
    rows = rows_of(replace(space, items=space.items.assign(**{role: named}), roles=roles))
    split = rows.splits(None)[0]
    support, seen = shown(rows, split, shots=5, rng=rng)
    found = judged(rows, split, angular(rows), drawn=(support, seen))
    known = support | (split.known & np.isin(rows.labels.codes, split.old))
    assert not np.isin(named[found.rows], named[known]).any()
    assert set(rows.labels.codes[found.rows]) == set(range(10))
    assert np.bincount(rows.labels.codes[support]).max() == 5
    assert len(set(named[support])) == 5 * len(split.new)  # each of a group of its own


def test_items_alike_within_groups_alone_tell_no_class(rng):
    space = classes(rng, noise=100)
    group = np.arange(len(space)) // 4
    copies = space.vectors[group * 4] + 0.01 * rng.normal(size=space.vectors.shape)
    held = replace(
        space,
        vectors=copies.astype(np.float32),
        items=space.items.assign(group=group),
        roles={"label": "label", "group": "group"},
    )
    found, leaking = novel_class(held), novel_class(replace(held, roles={"label": "label"}))
    chance = found.disjoint.chance.value
    within = 2 * np.sqrt(chance * (1 - chance) / 60)  # 60 groups are 60 trials
    assert found.disjoint.value == pytest.approx(chance, abs=within)
    # 1 - C(20, 5) / C(23, 5) = 54 % of the items have one of their three copies among the five
    assert leaking.disjoint.interval.low > chance


def test_classes_are_chosen_left_out_and_refused(rng):
    space = classes(rng, k=6)
    few = space.where(~((space.names("label") == "class 0") & (np.arange(len(space)) > 3)))
    found = novel_class(few, new=("class 1", "class 2"))
    rows = found.by_class.rows.set_index("class")
    assert rows.loc["class 0", "left out"] == "too few items"
    assert rows["new alone"].notna().sum() == 2
    with pytest.raises(BadParameter, match="two or more of"):
        novel_class(space, new=("class 1", "fox"))
    assert novel_class(classes(rng, k=3)).disjoint == Undefined(
        "needs 4 classes with more than 5 items, 5 of them outside their largest group, found 3"
    )
    pairs = np.arange(len(space)) // 4  # five items of a class are of two pairs
    paired = replace(
        space, items=space.items.assign(pair=pairs), roles={**space.roles, "pair": "pair"}
    )
    said = novel_class(paired, shots=20).disjoint.reason
    assert said.startswith("needs 4 classes with more than 20 pairs, 20 of them")
