"""Transforms: what each changes, what it leaves, and how it is named."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from core.catalog import transforms
from core.errors import BadParameter, NotApplicable
from core.recipes import Stores
from core.space import EmbeddingSpace

KEYS = (
    "centre",
    "centre_per_modality",
    "unit_length",
    "whiten",
    "keep_dimensions",
    "compress",
    "remove_components",
)


def apply(key: str, space: EmbeddingSpace, **knobs) -> EmbeddingSpace:
    return transforms()[key](space, **knobs)


def covariance(space: EmbeddingSpace) -> np.ndarray:
    return np.cov(space.vectors.T, ddof=0)


@pytest.mark.parametrize("key", KEYS)
def test_a_transform_keeps_the_items_and_says_what_it_did(key, joint):
    before = joint.vectors.copy()
    result = apply(key, joint)
    assert result.items.equals(joint.items)
    assert result.roles == joint.roles
    assert result.name.startswith("joint · ")
    assert not result.vectors.flags.writeable
    assert np.array_equal(joint.vectors, before)
    assert np.array_equal(apply(key, joint).vectors, result.vectors)


@pytest.mark.parametrize("key", KEYS)
def test_a_transform_describes_itself(key):
    transform = transforms()[key]
    assert transform.key == key
    assert transform.help.endswith(".")
    assert all(knob.help.endswith(".") for knob in transform.knobs)


@pytest.mark.parametrize("key", [key for key in KEYS if key != "whiten"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_very_few_items_give_finite_vectors(key, n, joint):
    few = joint.take(np.arange(n))
    assert np.isfinite(apply(key, few).vectors).all()


def test_centered_vectors_have_mean_zero_and_the_same_differences(joint):
    far = apply("centre", replace(joint, vectors=joint.vectors + 1e5))
    assert far.vectors.mean(axis=0, dtype=np.float64) == pytest.approx(np.zeros(8), abs=1e-6)
    result = apply("centre", replace(joint, vectors=joint.vectors + 3))
    assert result.vectors.mean(axis=0) == pytest.approx(np.zeros(8), abs=1e-6)
    assert covariance(result) == pytest.approx(covariance(joint), abs=1e-5)
    assert result.name == "joint · centered"


def test_centering_each_modality_brings_every_centroid_to_the_origin(joint):
    result = apply("centre_per_modality", joint)
    for name in joint.values("modality"):
        side = result.vectors[joint.names("modality") == name]
        assert side.mean(axis=0) == pytest.approx(np.zeros(8), abs=1e-6)


@pytest.mark.parametrize("push", [0, 1e5])
def test_centering_moves_items_without_a_modality_as_the_others_on_average(joint, push):
    kinds = joint.items["kind"].where(np.arange(120) % 5 > 0)
    holed = replace(joint, items=joint.items.assign(kind=kinds), vectors=joint.vectors + push)
    result = apply("centre_per_modality", holed)
    told = kinds.notna().to_numpy()
    for name in ("image", "text"):
        side = result.vectors[kinds == name].astype(np.float64)
        assert side.mean(axis=0) == pytest.approx(np.zeros(8), abs=1e-6)
    vectors = holed.vectors.astype(np.float64)
    expected = vectors[~told] - vectors[told].mean(axis=0)
    assert result.vectors[~told] == pytest.approx(expected, abs=1e-6)
    nobody = replace(joint, items=joint.items.assign(kind=None))
    assert apply("centre_per_modality", nobody).vectors == pytest.approx(
        apply("centre", joint).vectors, abs=1e-6
    )


def test_centering_each_modality_needs_modalities(joint):
    with pytest.raises(NotApplicable, match="needs a 'modality' column"):
        apply("centre_per_modality", replace(joint, roles={}))


def test_unit_length_keeps_directions_and_zero_vectors(joint):
    vectors = joint.vectors.copy()
    vectors[3] = 0
    result = apply("unit_length", replace(joint, vectors=vectors))
    lengths = np.linalg.norm(result.vectors, axis=1)
    assert lengths[3] == 0
    assert np.delete(lengths, 3) == pytest.approx(np.ones(119), abs=1e-6)
    assert result.unit == pytest.approx(replace(joint, vectors=vectors).unit, abs=1e-6)


@pytest.mark.parametrize("method", ["ZCA", "PCA"])
def test_whitened_vectors_have_the_identity_as_covariance(method, joint):
    result = apply("whiten", joint, method=method)
    assert covariance(result) == pytest.approx(np.eye(8), abs=1e-5)
    assert result.name == f"joint · {method}-whitened"


def test_zca_stays_closest_to_the_centered_vectors(joint):
    centered = apply("centre", joint).vectors
    away = {
        method: np.linalg.norm(apply("whiten", joint, method=method).vectors - centered)
        for method in ("ZCA", "PCA")
    }
    assert away["ZCA"] < away["PCA"]


def test_zca_of_white_vectors_changes_nothing(joint):
    white = apply("whiten", joint)
    assert apply("whiten", white).vectors == pytest.approx(white.vectors, abs=1e-5)


def test_full_shrinkage_only_scales(joint):
    result = apply("whiten", joint, shrinkage=1.0)
    scale = np.sqrt(np.trace(covariance(joint)) / 8)
    assert result.vectors * scale == pytest.approx(apply("centre", joint).vectors, abs=1e-5)


def test_more_shrinkage_leaves_variances_less_even(joint):
    spreads = []
    for shrinkage in (0.0, 0.2, 0.6, 1.0):
        variances = np.linalg.eigvalsh(covariance(apply("whiten", joint, shrinkage=shrinkage)))
        spreads.append(variances.max() / variances.min())
    assert spreads == sorted(spreads)


def test_whitening_fewer_items_than_dimensions_stays_finite(rng):
    space = EmbeddingSpace(
        "wide", np.float32(rng.normal(size=(5, 20))), pd.DataFrame(index=range(5))
    )
    assert np.isfinite(apply("whiten", space).vectors).all()
    coordinates = apply("whiten", space, method="PCA")
    assert coordinates.n_dims == 4
    assert covariance(coordinates) == pytest.approx(np.eye(4), abs=1e-5)


def test_whitening_equal_vectors_is_refused_with_the_reason(joint):
    with pytest.raises(NotApplicable, match="vectors that differ"):
        apply("whiten", replace(joint, vectors=np.ones((120, 8), np.float32)))


def test_first_dimensions_are_cut_off_unchanged(joint):
    result = apply("keep_dimensions", joint, count=3)
    assert np.array_equal(result.vectors, joint.vectors[:, :3])
    assert result.name == "joint · first 3 dimensions"
    assert apply("keep_dimensions", joint, count=50).name == "joint · first 8 dimensions"


def test_principal_dimensions_keep_the_most_variance(joint):
    result = apply("keep_dimensions", joint, count=3, which="principal")
    strongest = np.linalg.eigvalsh(covariance(joint))[::-1][:3]
    assert covariance(result) == pytest.approx(np.diag(strongest), abs=1e-5)
    assert result.name == "joint · 3 principal dimensions"


def test_all_principal_dimensions_keep_every_distance(joint):
    result = apply("keep_dimensions", joint, count=8, which="principal")
    before, after = (s.neighbors(5, "euclidean").distances for s in (joint, result))
    assert after == pytest.approx(before, abs=1e-5)


def test_removed_components_leave_no_variance_along_them(joint):
    result = apply("remove_components", joint, count=2)
    left = np.linalg.eigvalsh(covariance(result))[::-1]
    assert left[:6] == pytest.approx(np.linalg.eigvalsh(covariance(joint))[::-1][2:], abs=1e-5)
    assert left[6:] == pytest.approx([0, 0], abs=1e-6)
    assert result.name == "joint · without top 2 components"


def test_removing_all_components_leaves_the_origin(joint):
    assert apply("remove_components", joint, count=8).vectors == pytest.approx(0, abs=1e-5)


def test_a_knob_out_of_range_is_refused(joint):
    with pytest.raises(BadParameter, match="'shrinkage' must be between"):
        apply("whiten", joint, shrinkage=2.0)


@pytest.mark.parametrize("codec", get_args(Stores))
def test_every_codec_opens_as_a_space_of_the_same_width(codec, joint):
    result = apply("compress", joint, codec=codec, dims=6, share=50.0)
    assert result.vectors.shape == joint.vectors.shape
    assert not np.array_equal(result.vectors, joint.vectors)
    assert not result.vectors[:, 6:].any()


def test_what_was_stored_in_int8_is_off_by_half_a_step(joint):
    off = np.abs(apply("compress", joint).vectors - joint.vectors)
    inside = off < np.quantile(off, 0.95)  # training rows do not span the others
    assert off[inside].max() <= np.ptp(joint.vectors, axis=0).max() / 255 / 2 * (1 + 1e-5)


def test_what_is_fitted_does_not_depend_on_the_order_of_the_items(joint, rng):
    order = rng.permutation(len(joint))
    stored = apply("compress", joint.take(order), codec="int4")
    assert np.array_equal(stored.vectors, apply("compress", joint, codec="int4").vectors[order])
