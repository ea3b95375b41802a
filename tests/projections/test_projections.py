"""Projections."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

import core.projections.tsne
import core.projections.umap
from core.catalog import projections
from core.errors import BadParameter, Cancelled, NotApplicable
from core.progress import listening
from core.space import EmbeddingSpace

KEYS = ("pca", "tsne", "umap")
QUICK = {
    "pca": {},
    "tsne": {"n_rounds": 250, "perplexity": 10.0},
    "umap": {"n_epochs": 50, "n_neighbors": 8},
}
LAYOUTS = ("tsne", "umap")


def project(key: str, space: EmbeddingSpace, **knobs) -> EmbeddingSpace:
    return projections()[key](space, **(QUICK[key] | knobs))


@pytest.fixture
def blobs(rng) -> EmbeddingSpace:
    codes = np.repeat(np.arange(4), 40)
    vectors = rng.normal(size=(160, 10)) + 12 * np.eye(10)[codes]
    items = pd.DataFrame({"label": codes.astype(str)})
    return EmbeddingSpace("blobs", np.float32(vectors), items, {"label": "label"})


def test_there_are_four_projections():
    assert set(projections()) == {*KEYS, "gap_axis"}


@pytest.mark.parametrize("key", KEYS)
def test_a_projection_describes_itself(key):
    projection = projections()[key]
    assert projection.help.endswith(".")
    assert projection.papers
    assert all(knob.help.endswith(".") for knob in projection.knobs)
    assert projection.knobs[0].name == "n_components"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("n_components", [2, 3])
def test_a_projection_is_a_space_of_the_same_items(key, n_components, blobs):
    result = project(key, blobs, n_components=n_components)
    assert result.vectors.shape == (160, n_components)
    assert result.items.equals(blobs.items)
    assert result.roles == blobs.roles
    assert result.name == f"{projections()[key].title} of blobs"
    assert result.vectors.std(axis=0).min() > 0


@pytest.mark.parametrize("key", KEYS)
def test_groups_far_apart_stay_apart(key, blobs):
    labels = blobs.names("label")
    found = project(key, blobs, n_components=3).neighbors(5, "euclidean").indices
    assert np.mean(labels[found] == labels[:, None]) > 0.99


@pytest.mark.parametrize("key", KEYS)
def test_the_same_seed_gives_the_same_map(key, blobs):
    knobs = {} if key == "pca" else {"seed": 3}
    first, second = (project(key, blobs, **knobs) for _ in range(2))
    assert np.array_equal(first.vectors, second.vectors)


@pytest.mark.parametrize("key", LAYOUTS)
def test_lengths_shape_the_map_only_if_the_metric_sees_them(key, blobs, rng):
    longer = blobs.vectors * np.float32(2.0 ** rng.integers(0, 6, (160, 1)))
    named = replace(blobs, items=blobs.items.assign(item=range(160)))  # drawn by what they are
    stretched = replace(named, vectors=longer)
    shown = {
        metric: [project(key, space, metric=metric).vectors for space in (named, stretched)]
        for metric in ("cosine", "euclidean")
    }
    assert np.array_equal(*shown["cosine"])
    assert not np.allclose(*shown["euclidean"])


@pytest.mark.parametrize("key", LAYOUTS)
def test_a_layout_reports_progress_and_can_be_stopped(key, blobs):
    seen = []
    with listening(lambda name, fraction: seen.append((name, fraction))):
        project(key, blobs)
    fractions = [fraction for name, fraction in seen if name == "layout"]
    assert len(fractions) > 1
    assert fractions == sorted(fractions)

    def stop(name, fraction):
        if name == "layout" and fraction > 0:
            raise Cancelled

    with listening(stop), pytest.raises(Cancelled):
        project(key, blobs)


@pytest.mark.parametrize("key", LAYOUTS)
def test_items_beyond_the_limit_are_placed_near_their_neighbors(key, blobs, monkeypatch):
    monkeypatch.setattr(getattr(core.projections, key), "MOST_LAID_OUT", 80)
    result = project(key, blobs)
    assert result.name.endswith("of blobs (80 of 160 items laid out, the others placed)")
    labels = blobs.names("label")
    found = result.neighbors(5, "euclidean").indices
    assert np.mean(labels[found] == labels[:, None]) > 0.99
    assert np.array_equal(result.vectors, project(key, blobs).vectors)


@pytest.mark.parametrize("key", LAYOUTS)
def test_a_layout_needs_four_items_and_names_the_alternative(key, blobs):
    with pytest.raises(NotApplicable, match=r"needs 4 items; 'blobs' has 3\. Use PCA"):
        project(key, blobs.take(np.arange(3)))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("n", [4, 5, 9])
def test_few_items_have_a_map(key, n, blobs):
    assert np.isfinite(project(key, blobs.take(np.arange(n)), n_components=3).vectors).all()


@pytest.mark.parametrize("key", KEYS)
def test_equal_vectors_and_zero_vectors_have_a_map(key, blobs):
    vectors = np.zeros((30, 10), np.float32)
    few = blobs.take(np.arange(30))
    assert np.isfinite(project(key, replace(few, vectors=vectors)).vectors).all()
    assert np.isfinite(project(key, replace(few, vectors=vectors + 1)).vectors).all()


def test_pca_agrees_with_scikit_learn_up_to_sign(blobs):
    result = project("pca", blobs, n_components=3)
    reference = PCA(3).fit_transform(blobs.vectors.astype(np.float64))
    assert np.abs(result.vectors) == pytest.approx(np.abs(reference), abs=1e-4)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_pca_shows_any_number_of_items(n, blobs):
    assert np.isfinite(project("pca", blobs.take(np.arange(n)), n_components=3).vectors).all()


def test_pca_of_one_dimension_is_flat_across_it(rng):
    line = EmbeddingSpace("line", np.float32(rng.normal(size=(9, 1))), pd.DataFrame(index=range(9)))
    result = project("pca", line)
    assert result.vectors[:, 0] == pytest.approx(line.vectors[:, 0] - line.vectors.mean(), abs=1e-6)
    assert not result.vectors[:, 1].any()


def test_tsne_keeps_neighbors_as_well_as_scikit_learn(rng):
    from sklearn.manifold import TSNE  # noqa: PLC0415 - the reference, named beside its use

    angles = rng.uniform(0, 2 * np.pi, (150, 2))
    torus = np.hstack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    space = EmbeddingSpace("torus", torus, pd.DataFrame(index=range(150)))
    ours = project("tsne", space, n_rounds=1000, perplexity=15.0, metric="euclidean").vectors
    theirs = TSNE(perplexity=15, init="pca", random_state=0).fit_transform(torus)
    trust = [trustworthiness(torus, places, n_neighbors=10) for places in (ours, theirs)]
    assert trust[0] > trust[1] - 0.01


def test_a_map_of_four_dimensions_is_refused(blobs):
    with pytest.raises(BadParameter, match="'n_components' must be between 2 and 3"):
        project("pca", blobs, n_components=4)


def test_the_gap_axis_keeps_distances_along_the_gap_and_is_orthogonal_to_the_rest(rng):
    side = np.repeat(["image", "text"], 200)
    vectors = rng.normal(size=(400, 12)) * [3, *[1] * 11]
    vectors[:, 11] += np.where(side == "text", 2.0, -2.0)
    space = EmbeddingSpace(
        "pairs", np.float32(vectors), pd.DataFrame({"side": side}), {"modality": "side"}
    )
    made = projections()["gap_axis"](space)
    centers = [space.unit[side == name].mean(axis=0) for name in space.values("modality")]
    gap = np.linalg.norm(centers[1] - centers[0])
    shown = [made.vectors[side == name].mean(axis=0) for name in space.values("modality")]
    assert shown[1][0] - shown[0][0] == pytest.approx(gap, rel=1e-4)
    assert abs(shown[0][0] + shown[1][0]) < 1e-5


def test_a_large_map_by_pca_is_fitted_to_what_the_items_are_and_not_where_they_are(monkeypatch):
    rng = np.random.default_rng(1)
    vectors = np.float32(rng.normal(size=(3000, 6)) * [5, 4, 1, 1, 1, 1])
    order = rng.permutation(3000)
    whole, mixed = (
        EmbeddingSpace("s", rows, pd.DataFrame(index=range(3000)))
        for rows in (vectors, vectors[order])
    )
    exact = projections()["pca"](whole).vectors
    monkeypatch.setattr("core.projections.pca.MOST_EXACT", 1000)
    monkeypatch.setattr("core.projections.pca.FITTED", 1500)
    first, second = (projections()["pca"](space).vectors for space in (whole, mixed))
    assert second == pytest.approx(first[order], abs=1e-4)
    for axis in range(2):
        assert abs(np.corrcoef(first[:, axis], exact[:, axis])[0, 1]) > 0.99


@pytest.mark.slow
def test_umap_shows_how_crowded_groups_are_where_that_is_asked_for(rng):
    wide = np.repeat([0.3, 3.0], 100)[:, None]
    vectors = wide * rng.normal(size=(200, 8)) + 30 * np.repeat(np.eye(8)[:2], 100, axis=0)
    space = EmbeddingSpace("two", np.float32(vectors), pd.DataFrame(index=range(200)))

    def ratio(density):
        places = project(
            "umap", space, metric="euclidean", density=density, n_epochs=300
        ).vectors.reshape(2, 100, 2)
        narrow, broad = (np.median(np.ptp(np.sort(part, axis=0)[10:90], axis=0)) for part in places)
        return broad / narrow

    assert ratio(density=True) > 1.5 * ratio(density=False)
