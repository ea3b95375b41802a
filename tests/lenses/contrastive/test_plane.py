"""The plane of uniformity and alignment: kinds of positives, changes between spaces, refusals."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from core.engines.losses.uniformity import sphere_uniformity
from core.engines.pairs.positives import closeness, positives
from core.errors import NotApplicable
from core.lenses.contrastive.alignment import alignment
from core.lenses.contrastive.plane import uniformity_alignment_plane
from core.lenses.contrastive.uniformity import uniformity
from tests.spaces import space_of


def squared(vectors):
    rows = np.asarray(vectors, np.float32).astype(float)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return squareform(pdist(rows)) ** 2


def test_each_space_lies_where_the_single_lenses_say(joint, rng):
    noisy = replace(joint, name="noisy", vectors=joint.vectors + rng.normal(size=(120, 8)))
    found = uniformity_alignment_plane(joint, noisy)
    assert found.plane.names == ("joint", "noisy")
    for i, space in enumerate((joint, noisy)):
        assert found.plane.x[i] == pytest.approx(uniformity(space).uniformity.value, abs=1e-6)
        assert found.plane.y[i] == pytest.approx(alignment(space).alignment.value, abs=1e-6)
    assert found.uniformity_change.value == pytest.approx(np.diff(found.plane.x)[0])
    assert found.alignment_change.value == pytest.approx(np.diff(found.plane.y)[0])
    assert found.plane.references == {
        "ideal corner in 8 dimensions": (sphere_uniformity(8, 2.0), 0.0)
    }


def test_a_space_beside_itself_does_not_change(joint):
    found = uniformity_alignment_plane(joint, replace(joint, name="again"))
    for change in (found.uniformity_change, found.alignment_change):
        assert change.value == 0
        assert (change.interval.low, change.interval.high) == (0, 0)
    assert not found.change.values.any()


def test_changes_lead_from_the_first_space_to_the_last(joint, rng):
    noisy = replace(joint, name="noisy", vectors=joint.vectors + rng.normal(size=(120, 8)))
    forth, back = (
        uniformity_alignment_plane(joint, joint, noisy),
        uniformity_alignment_plane(noisy, joint),
    )
    assert forth.alignment_change.value == pytest.approx(-back.alignment_change.value)
    assert forth.uniformity_change.value == pytest.approx(-back.uniformity_change.value)
    assert len(forth.spaces.rows) == 3


def test_spaces_of_different_width_have_a_corner_each(joint):
    narrow = replace(joint, name="narrow", vectors=joint.vectors[:, :5])
    assert len(uniformity_alignment_plane(joint, narrow).plane.references) == 2


def test_the_change_of_an_item_is_that_of_its_distance_to_its_partner(joint, rng):
    noisy = replace(joint, name="noisy", vectors=joint.vectors + rng.normal(size=(120, 8)))
    partners = np.arange(120) ^ 1
    expected = [squared(s.vectors)[np.arange(120), partners] for s in (joint, noisy)]
    assert uniformity_alignment_plane(joint, noisy).change.values == pytest.approx(
        expected[1] - expected[0], abs=1e-5
    )


def test_without_modalities_all_items_of_a_pair_are_positives(rng):
    vectors = rng.normal(size=(8, 4))
    space = space_of(vectors, pair=[0, 0, 0, 1, 1, 2, None, None])
    them = positives(space, "pair")
    found = closeness(space.unit, them)
    distance = squared(vectors)
    pairs = [(0, 1), (0, 2), (1, 2), (3, 4)]
    assert found.alignment == pytest.approx(np.mean([distance[p] for p in pairs]), abs=1e-6)
    assert found.counts.tolist() == [2, 2, 2, 1, 1, 0, 0, 0]
    assert np.isnan(found.means[5:]).all()


def test_positives_of_a_label_are_all_pairs_inside_it(rng):
    vectors = rng.normal(size=(30, 5))
    labels = np.r_[np.repeat([0, 1, 2], [5, 10, 14]), 3]
    space = space_of(vectors, label=labels)
    found = closeness(space.unit, positives(space, "automatic"))
    same = (labels[:, None] == labels) & ~np.eye(30, dtype=bool)
    assert found.alignment == pytest.approx(squared(vectors)[same].mean(), abs=1e-6)
    assert found.means[7] == pytest.approx(squared(vectors)[7][same[7]].mean(), abs=1e-6)
    assert np.isnan(found.means[-1])
    assert found.influence.sum() == pytest.approx(0, abs=1e-9)


def test_items_without_a_label_are_nobodys_positives(rng):
    vectors = rng.normal(size=(30, 5))
    labels = np.r_[np.repeat(["cat", "dog"], 10), np.full(10, None)]
    space, known = space_of(vectors, label=labels), space_of(vectors[:20], label=labels[:20])
    found = closeness(space.unit, positives(space, "label"))
    alone = closeness(known.unit, positives(known, "label"))
    assert found.alignment == pytest.approx(alone.alignment, abs=1e-9)
    assert np.isnan(found.means[20:]).all()
    assert found.means[:20] == pytest.approx(alone.means, abs=1e-6)
    unknown = space_of(vectors, label=[None] * 30)
    with pytest.raises(NotApplicable, match="share a label"):
        positives(unknown, "label")


def test_a_pair_column_without_pairs_leaves_it_to_the_labels(rng):
    vectors = rng.normal(size=(20, 4)).astype(np.float32)
    space = space_of(vectors, pair=range(20), label=["a", "b"] * 10)
    automatic, by_label = positives(space, "automatic"), positives(space, "label")
    np.testing.assert_array_equal(automatic.partners, by_label.partners)


def test_pairs_go_before_labels_unless_labels_are_asked_for(joint):
    by_pair, by_label = positives(joint, "automatic"), positives(joint, "label")
    assert len(by_pair.partners) == 60
    assert len(by_label.partners) == 120


def test_spaces_without_positives_are_refused(rng):
    vectors = rng.normal(size=(20, 4))
    bare = space_of(vectors)
    with pytest.raises(NotApplicable, match="has neither column"):
        uniformity_alignment_plane(bare, bare)
    with pytest.raises(NotApplicable, match="no 'pair' column"):
        uniformity_alignment_plane(bare, bare, by="pair")
    alone = space_of(vectors, pair=range(20))
    with pytest.raises(NotApplicable, match="No two items share"):
        uniformity_alignment_plane(alone, alone)
    own = space_of(vectors, label=range(20))
    with pytest.raises(NotApplicable, match="share a label"):
        uniformity_alignment_plane(own, own)
    classes = space_of(rng.normal(size=(240, 4)), pair=[0, 1] * 120)
    with pytest.raises(NotApplicable, match="120 items"):
        uniformity_alignment_plane(classes, classes)


@pytest.mark.slow
@pytest.mark.parametrize("by", ["pair", "label"])
def test_intervals_of_the_changes_cover(by):
    rng = np.random.default_rng(8)
    centers = rng.normal(size=(4, 6))

    def draw(n):
        labels = rng.integers(4, size=n)
        content = np.repeat(rng.normal(size=(n // 2, 6)), 2, axis=0)
        first = centers[labels] + content + 0.5 * rng.normal(size=(n, 6))
        last = first + 0.5 * rng.normal(size=(n, 6))
        roles = {"label": labels, "pair": np.repeat(range(n // 2), 2)}
        return [space_of(vectors, **roles) for vectors in (first, last)]

    if by == "label":

        def draw(n):
            labels = rng.integers(4, size=n)
            first = centers[labels] + rng.normal(size=(n, 6))
            last = first + 0.5 * rng.normal(size=(n, 6))
            return [space_of(vectors, label=labels) for vectors in (first, last)]

    truth = uniformity_alignment_plane(*draw(16_000), by=by)
    found = [uniformity_alignment_plane(*draw(120), by=by) for _ in range(300)]
    for reading in ("uniformity_change", "alignment_change"):
        value = getattr(truth, reading).value
        ends = [getattr(it, reading).interval for it in found]
        covered = np.mean([end.low <= value <= end.high for end in ends])
        assert covered > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300), reading
