"""A dropped vector lands where an equal item lies, near its neighbors."""

from dataclasses import replace

import numpy as np
import pytest

from core.engines.maps.landing import landing, rank_among, share_of_pairs_below
from core.errors import NotApplicable
from core.projections.pca import pca

ODD = np.isin(np.arange(120) % 8, [1, 2])  # an image and a text in eight


def test_on_a_linear_map_an_item_lands_exactly_on_itself(joint):
    projection = pca(joint)
    found = landing(joint, projection, joint.vectors[17])
    assert found.linear
    np.testing.assert_allclose(found.place, projection.vectors[17], atol=1e-4)


def test_on_another_map_it_lands_at_the_median_of_its_nearest(joint, rng):
    other = replace(pca(joint), vectors=rng.normal(size=(120, 2)))
    found = landing(joint, other, joint.vectors[17])
    near = joint.neighbors(4).indices[17]
    expected = np.median(other.vectors[[17, *near]], axis=0)
    assert not found.linear
    np.testing.assert_allclose(found.place, expected, atol=1e-6)


def test_an_item_is_its_own_nearest_in_its_modality(joint):
    nearest = landing(joint, pca(joint), 5 * joint.vectors[17]).nearest
    assert set(nearest) == {"image", "text"}
    assert nearest["text"][0][0] == 17
    assert nearest["text"][1][0] == pytest.approx(1)


def test_an_item_is_first_among_its_modality_for_its_own_vector(joint):
    assert rank_among(joint, joint.vectors[17], 17) == (1, 60)
    assert rank_among(joint, -joint.vectors[17], 17) == (60, 60)


def test_items_without_a_modality_are_no_kind_of_their_own(joint):
    holed = replace(joint, items=joint.items.assign(kind=joint.items["kind"].mask(ODD, None)))
    found = landing(holed, pca(holed), 5 * joint.vectors[17])
    assert set(found.nearest) == {"image", "text"}
    assert rank_among(holed, joint.vectors[17], 17) == (1, 120)
    assert rank_among(holed, joint.vectors[20], 20) == (1, 45)
    assert share_of_pairs_below(holed, 1.01, "image") == 1
    images = joint.items["kind"].mask(joint.items["kind"] == "text", None)
    alone = replace(joint, items=joint.items.assign(kind=images))
    assert share_of_pairs_below(alone, 1.01, "image") is None
    nobody = replace(joint, items=joint.items.assign(kind=None))
    assert set(landing(nobody, pca(joint), joint.vectors[17]).nearest) == {"items"}


def test_the_share_of_pairs_below_spans_zero_to_one(joint):
    assert share_of_pairs_below(joint, -1.01, "text") == 0
    assert share_of_pairs_below(joint, 1.01, "text") == 1


def test_without_pairs_there_is_no_share(joint):
    assert share_of_pairs_below(replace(joint, roles={"modality": "kind"}), 0.5, "text") is None


def test_a_vector_of_another_model_is_refused(joint):
    with pytest.raises(NotApplicable, match="8 dimensions"):
        landing(joint, pca(joint), np.ones(5, np.float32))


def test_ranks_and_shares_are_those_of_exact_arithmetic_in_a_narrow_cone(joint):
    far = replace(joint, vectors=joint.vectors + 1e4)
    exact = far.vectors.astype(np.longdouble)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    images, (asked, partner) = np.arange(0, 120, 2), (1, 40)
    ranks = np.argsort(np.argsort(-(exact[images] @ exact[asked]))) + 1
    assert rank_among(far, far.vectors[asked], partner) == (ranks[partner // 2], 60)
    pairs = np.sum(exact[0::2] * exact[1::2], axis=1)
    middle = float((np.sort(pairs)[29] + np.sort(pairs)[30]) / 2)
    assert share_of_pairs_below(far, middle, "image") == 0.5
