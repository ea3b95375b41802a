"""Spaces from what a notebook holds."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import explorer
from core.errors import BadParameter, InvalidSpace

VECTORS = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
KINDS = ["cat", "dog", "owl"] * 4


def frame():
    return pd.DataFrame({"embedding": list(VECTORS), "kind": KINDS})


class Stream:
    """A table that speaks Arrow's stream protocol and nothing else, as polars and DuckDB do."""

    def __init__(self, table):
        self.__arrow_c_stream__ = table.__arrow_c_stream__


class Dataset:
    """A Hugging Face dataset, which gives Arrow when it is asked for that format."""

    def __init__(self, table):
        self.table = table

    def with_format(self, kind):  # noqa: D102 - the name that the library has
        assert kind == "arrow"
        return self

    def __getitem__(self, rows):
        return self.table


def test_a_table_with_a_column_of_vectors_is_a_space_with_its_own_index():
    table = frame().set_index(pd.Index([f"id {i}" for i in range(12)]))
    space = explorer.space(table, vectors="embedding", label="kind")
    assert np.array_equal(space.vectors, VECTORS)
    assert list(space.items.index[:2]) == ["id 0", "id 1"]
    assert list(space.items["kind"]) == KINDS
    assert space.roles["label"] == "kind"


@pytest.mark.parametrize("kind", [lambda table: table, Stream, Dataset])
def test_tables_of_other_libraries_come_in_by_their_own_protocol(kind):
    table = kind(pa.Table.from_pandas(frame(), preserve_index=False))
    assert np.array_equal(explorer.space(table, vectors="embedding").vectors, VECTORS)


def test_arrays_and_tensors_come_with_or_without_a_table():
    import torch  # noqa: PLC0415 - three seconds

    for data in (VECTORS, VECTORS.tolist(), torch.tensor(VECTORS, requires_grad=True)):
        assert np.array_equal(explorer.space(data).vectors, VECTORS)
    half = explorer.space((torch.tensor(VECTORS).bfloat16(), frame()[["kind"]]), label="kind")
    assert list(half.values("label")) == ["cat", "dog", "owl"]


@pytest.mark.parametrize("of", [np.asarray, "tensor"])
def test_what_single_precision_loses_is_told_and_undone(of, tmp_path):
    if of == "tensor":
        import torch  # noqa: PLC0415 - three seconds

        of = torch.tensor
    tiny = VECTORS.astype(np.float64) * 2.0**-200
    with pytest.warns(UserWarning, match="divided by 2"):
        space = explorer.space(of(tiny))
    assert np.array_equal(np.ldexp(space.vectors.astype(float), space.stored.exponent), tiny)
    with pytest.warns(UserWarning, match="Open them centered"):
        explorer.space(of(VECTORS.astype(np.float64) + 1e8))


def test_an_anndata_gives_what_obsm_or_x_holds():
    data = SimpleNamespace(X=VECTORS, obsm={"X_pca": VECTORS[:, :2]}, obs=frame()[["kind"]])
    assert explorer.space(data).n_dims == 4
    assert explorer.space(data, vectors="X_pca").n_dims == 2


def test_what_is_no_matrix_is_refused_in_words():
    with pytest.raises(InvalidSpace, match=r"2-D array of numbers.*found 1-D"):
        explorer.space(np.arange(3))


def test_an_unknown_role_is_named_with_those_there_are():
    with pytest.raises(BadParameter, match="no role 'lable'; there are label"):
        explorer.space(VECTORS, lable="kind")


def test_bad_rows_are_refused_unless_they_may_be_dropped():
    bad = VECTORS.copy()
    bad[3, 1] = np.nan
    with pytest.raises(InvalidSpace, match="Drop them first"):
        explorer.space(bad)
    assert len(explorer.space(bad, drop_bad_rows=True)) == 11


def test_files_open_as_the_app_opens_them(tmp_path):
    np.savez(tmp_path / "a.npz", features=VECTORS, labels=KINDS)
    np.save(tmp_path / "other.npy", np.arange(15.0).reshape(5, 3) ** 2 + 1)
    one = explorer.open(tmp_path / "a.npz", label="labels")
    assert one.roles["label"] == "labels"
    both = explorer.open(tmp_path / "a.npz", tmp_path / "other.npy")
    assert [len(space) for space in both] == [12, 5]


def test_an_attribute_that_is_not_there_is_named():
    with pytest.raises(AttributeError, match="nothing"):
        explorer.nothing  # noqa: B018
