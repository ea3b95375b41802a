"""A constant vector added to all items changes nothing that exact arithmetic does not change.

Vectors lie on a grid, so that float32 holds them with and without the offset: what differs then is
what a lens loses.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import null_space

from core.catalog import catalog
from core.estimates import Estimate
from core.space import EmbeddingSpace

CLOSE = 1e-4
N, D = 240, 12
SIGNS = np.where(np.arange(D) % 2 == 0, 1.0, -1.0)
LENSES = {key: lens for key, lens in catalog().items() if not lens.needs_encoder}

# Lenses that look at distances, or at vectors about their mean: with these knobs.
UNMOVED = {
    "contrastive.common_salient": {},
    "agreement.cca": {},
    "agreement.cka": {"unit": False},
    "agreement.matrix": {},
    "agreement.procrustes": {},
    "agreement.relative": {},
    "agreement.subspace": {},
    "classes.icnn": {"metric": "euclidean"},
    "classes.pairs": {"metric": "euclidean"},
    "classes.persistence": {"scaling": "as they are"},
    "classes.probe": {"metric": "euclidean"},
    "classes.separability": {"metric": "euclidean"},
    "geometry.dimension": {"metric": "euclidean"},
    "geometry.hubness": {"metric": "euclidean"},
    "geometry.outliers": {"metric": "euclidean"},
    "geometry.spectrum": {},
}
# What of these looks at directions all the same.
OF_DIRECTIONS = {"silhouette_cosine", "mean_cosine"}

# In a narrow cone these shrink with its width: they are compared relative to it.
WIDTHS = {"centroid_distance", "paired_distance"}
# Whitening has a floor, which must be above the variance across the shell of the cone.
IN_A_CONE = {"contrastive.whitening": {"eps": 0.01}}
# Noise as long as the cone is wide or wider, in these lenses by design, drawn along the axes.
BY_AXES = {"modality.transfer"}
# Vectors are stored, dimension by dimension and about the origin, as an index would have them: what
# few digits leave of a narrow cone is what these lenses find.
STORED = {key for key in LENSES if key.startswith("compression.")}
STORED.add("retrieval.fixed_dim_encoding")  # its planes go through the origin, as the paper's do
# Readings that follow the width of a cone, and those of a head that is trained in it.
OF_WIDTH = {"threshold", "guessed_threshold", "temperature", "head_gain", "similarity"}
SEARCHES = sorted(key for key in {*LENSES} - STORED if key.split(".")[0] == "retrieval")


def made():
    rng = np.random.default_rng(0)
    items = pd.DataFrame(
        {
            "kind": ["image", "text"] * (N // 2),
            "species": ["cat", "cat", "dog", "dog", "owl", "owl"] * (N // 6),
            "pair": np.repeat(np.arange(N // 2), 2),
            "words": rng.integers(1, 400, N),
            "source": ["web", "web", "book", "book"] * (N // 4),
            "tags": ["fur; paws", "fur; tail", "beak", "fur", "beak; tail"] * (N // 5),
            "prompt": (["species"] * 6 + [None] * 34) * (N // 40),
        }
    )
    roles = {
        "modality": "kind",
        "label": "species",
        "pair": "pair",
        "length": "words",
        "group": "source",
        "domain": "source",
        "tags": "tags",
        "level": "prompt",
    }
    vectors = rng.normal(size=(N, D)) + np.repeat(rng.normal(size=(N // 2, D)), 2, axis=0)
    vectors[:, 0] += items["species"].map({"cat": 0.0, "dog": 1.0, "owl": 2.0})
    vectors[:, 1] += np.where(items["kind"] == "image", 1.0, -1.0)
    one = EmbeddingSpace("one", on_grid(vectors), items, roles)
    other = on_grid(vectors + rng.normal(size=vectors.shape) / 2)
    return one, replace(one, name="other", vectors=other)


def named(space):
    """Items that are drawn by a name of their own, where they have none, not by their vectors."""
    if "pair" in space.roles:
        return space
    items = space.items.assign(name=np.arange(len(space)))
    return replace(space, items=items, roles={**space.roles, "pair": "name"})


def on_grid(vectors):
    return np.round(vectors * 64) / 64


def moved(space, offset):
    vectors = space.vectors.astype(np.float64) + offset * SIGNS
    held = vectors.astype(np.float32)
    assert np.array_equal(held, vectors), "the grid is too fine for this offset"
    return replace(space, vectors=held)


def cone(space, height):
    """The same vectors on top of a high coordinate: all nearly point one way."""
    top = np.full(len(space), height, np.float32)
    return replace(space, vectors=np.column_stack([space.vectors, top]))


def cone_of_moved(space, offset):
    """The cone that `moved` leaves, without the offset: in other coordinates, to rounding."""
    axis = SIGNS / np.sqrt(D)
    vectors, height = space.vectors.astype(np.float64), offset * np.sqrt(D)
    across = vectors @ null_space(axis[None]) * (height / (height + vectors @ axis))[:, None]
    return cone(replace(space, vectors=across.astype(np.float32)), height)


def values(lens, spaces, knobs, *, without=frozenset()):
    result = lens(*spaces[: lens.arity[0]], **knobs)
    named = {r.name: getattr(result, r.name) for r in lens.readings if r.score}
    return {
        name: value.value if isinstance(value, Estimate) else value.reason
        for name, value in named.items()
        if name not in without
    }


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        if isinstance(value, str):
            assert found[name] == value, name
        else:
            assert found[name] == pytest.approx(value, rel=CLOSE, abs=CLOSE), name


@pytest.mark.slow
@pytest.mark.parametrize("key", UNMOVED)
def test_an_offset_changes_nothing_where_only_differences_count(key):
    lens, spaces = LENSES[key], made()
    there = values(lens, spaces, UNMOVED[key], without=OF_DIRECTIONS)
    for offset in (3.0, 1e3, 1e5):
        far = [moved(space, offset) for space in spaces]
        assert_same(values(lens, far, UNMOVED[key], without=OF_DIRECTIONS), there)


@pytest.mark.slow
@pytest.mark.parametrize("key", sorted({*LENSES} - STORED))
def test_a_narrow_cone_is_what_it_tends_to(key):
    """From a height of 10,000 on a cone is flat: of what it holds only the size changes."""
    lens, spaces, knobs = LENSES[key], made(), IN_A_CONE.get(key, {})
    low, high = (
        values(lens, [cone(space, height) for space in spaces], knobs) for height in (1e4, 1e5)
    )
    for name in WIDTHS & low.keys():
        low[name], high[name] = 1e4 * low[name], 1e5 * high[name]
    assert_same(high, low)


@pytest.mark.slow
@pytest.mark.parametrize("key", sorted({*LENSES} - {*UNMOVED} - BY_AXES - STORED))
def test_directions_after_a_large_offset_are_those_of_a_cone_without_it(key):
    lens, spaces = LENSES[key], made()
    knobs = IN_A_CONE.get(key, {})
    offset = 1e5
    far = values(lens, [moved(space, offset) for space in spaces], knobs)
    assert_same(far, values(lens, [cone_of_moved(space, offset) for space in spaces], knobs))


@pytest.mark.parametrize("key", SEARCHES)
def test_what_is_found_first_is_the_same_in_a_wide_cone_and_in_a_narrow_one(key, rng):
    lens = LENSES[key]
    spaces = [named(space) for space in lens.example(rng).spaces]
    length = max(float(space.norms.max()) for space in spaces)
    wide, narrow = (
        values(lens, [cone(space, height * length) for space in spaces], {}, without=OF_WIDTH)
        for height in (300, 1e4)
    )
    assert any(isinstance(value, float) for value in wide.values())
    assert narrow == pytest.approx(wide, abs=0.02)
