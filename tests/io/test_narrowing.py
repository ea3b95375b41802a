"""Wide numbers as float32: exact scaling, and what an offset costs."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import silhouette_score

from core.io import read, read_many, space_of, write_space
from core.io.narrowing import narrowed
from core.lenses.classes.separability import separability
from core.space import EmbeddingSpace


@pytest.fixture
def clouds(rng):
    codes = np.repeat([0, 1, 2], 60)
    return rng.normal(size=(180, 6)) + codes[:, None], codes


def opened(tmp_path, vectors, **how):
    np.save(tmp_path / "x.npy", vectors)
    return read(tmp_path / "x.npy", **how)


def kinds(opened):
    return [finding.kind for finding in opened.findings]


@pytest.mark.parametrize("scale", [2.0**-1000, 2.0**-170, 2.0**170, 2.0**1000])
def test_numbers_beyond_float32_are_divided_by_a_power_of_two_and_written_as_they_were(
    tmp_path, clouds, scale
):
    stored = clouds[0].astype(np.float32) * np.float64(scale)
    found = opened(tmp_path, stored)
    assert "scaled" in kinds(found)
    space = space_of(found)
    assert np.array_equal(np.ldexp(space.vectors.astype(float), space.stored.exponent), stored)
    for suffix in (".npz", ".parquet"):
        write_space(space, tmp_path / f"again{suffix}")
        again = space_of(read(tmp_path / f"again{suffix}"))
        assert np.array_equal(again.vectors, space.vectors)
        assert again.stored.exponent == space.stored.exponent


@pytest.mark.parametrize("kind", [np.float32, ">f4", np.float64])
@pytest.mark.parametrize("scale", [2.0**-60, 2.0**60])
def test_numbers_whose_squares_leave_the_range_are_divided_too(tmp_path, clouds, kind, scale):
    stored = (clouds[0].astype(np.float32) * scale).astype(kind)
    found = opened(tmp_path, stored)
    assert kinds(found) == ["scaled"]
    space = space_of(found)
    assert 0.1 < space.vectors.std() < 10
    assert np.array_equal(np.ldexp(space.vectors.astype(float), space.stored.exponent), stored)


def test_single_precision_that_is_beyond_one_scale_stays_as_it_is():
    apart = np.float32(
        [[1e-30, 0], [2e-30, 1e-30], [3e-30, 1e-30], [1e30, 1]]
    )  # dividing by 2^-98 leaves float32
    found = narrowed(apart)
    assert found.exponent == 0
    assert np.array_equal(found.vectors, apart)


@pytest.mark.parametrize("scale", [2.0**-38, 1, 2.0**38])
def test_numbers_within_the_range_keep_their_scale(clouds, scale):
    clouds = [clouds[0] * scale]
    found = narrowed(clouds[0])
    assert found.exponent == 0
    assert np.array_equal(found.vectors, clouds[0].astype(np.float32))
    assert [one.kind for one in found.findings] == ["narrowed"]


def test_an_offset_that_swamps_the_spread_is_told_with_its_figures(tmp_path, clouds):
    found = opened(tmp_path, clouds[0] + 1e8)
    (told,) = [one for one in found.findings if one.kind == "swamped"]
    assert told.remedy == "center"
    assert "2.45e+08" in told.sentence
    assert space_of(found).stored.changes == (told.sentence,)
    assert "swamped" not in kinds(opened(tmp_path, clouds[0] + 100))


def test_opened_centered_nothing_is_lost(tmp_path, clouds):
    vectors, codes = clouds
    found = opened(tmp_path, vectors + 1e8, center=True)
    assert found.name == "x · centered"
    assert "centered" in kinds(found) and "swamped" not in kinds(found)
    items = pd.DataFrame({"class": codes.astype(str)})
    space = EmbeddingSpace("x", space_of(found).vectors, items, {"label": "class"})
    expected = silhouette_score(vectors, codes)
    assert separability(space).silhouette.value == pytest.approx(expected, abs=1e-6)


def test_scaled_and_centered_go_together(tmp_path, clouds):
    far = (clouds[0] + 1e6) * 2.0**900
    space = space_of(opened(tmp_path, far, center=True))
    about = clouds[0] + 1e6 - (clouds[0] + 1e6).mean(axis=0)
    assert np.ldexp(space.vectors.astype(float), space.stored.exponent - 900) == pytest.approx(
        about, abs=1e-6
    )


def test_rows_that_are_not_finite_do_not_hide_what_an_offset_costs(tmp_path, clouds):
    holed = clouds[0] + 1e8
    holed[3] = np.nan
    assert "swamped" in kinds(opened(tmp_path, holed))
    centered = opened(tmp_path, holed, center=True)
    assert np.isnan(centered.vectors[3]).all()
    assert np.isfinite(np.delete(centered.vectors, 3, axis=0)).all()


def test_several_files_are_centered_one_by_one(tmp_path, clouds):
    for name, offset in (("a", 1e8), ("b", -1e8)):
        np.save(tmp_path / f"{name}.npy", clouds[0] + offset)
    both = read_many([tmp_path / "a.npy", tmp_path / "b.npy"], center=True)
    assert both[0].vectors == pytest.approx(both[1].vectors, abs=1e-6)


def test_float32_is_used_as_it_is(clouds):
    vectors = clouds[0].astype(np.float32)
    vectors.setflags(write=False)
    assert narrowed(vectors).vectors is vectors


@pytest.mark.parametrize("kind", ["float16", "int8", "bool", ">f4"])
def test_narrow_numbers_lose_nothing(kind):
    found = narrowed((np.arange(12).reshape(3, 4) % 2).astype(kind))
    assert found.vectors.dtype == np.float32
    assert not found.findings
