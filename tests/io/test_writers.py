"""What is written can be read back."""

import io
import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from core.errors import BadParameter, InvalidFile, NotApplicable
from core.io import (
    coordinates_bytes,
    items_bytes,
    read,
    space_bytes,
    space_of,
    write_coordinates,
    write_items,
    write_space,
)
from core.space import EmbeddingSpace

PNG = b"\x89PNG\r\n\x1a\n\x00\x00"
TEXT = st.text(max_size=8)
COLUMNS = {
    "str": TEXT,
    "object": st.one_of(st.none(), TEXT),
    "bytes": st.one_of(st.none(), st.binary(max_size=9)),
    "Int64": st.one_of(st.none(), st.integers(-(2**62), 2**62)),
    "int64": st.integers(-(2**62), 2**62),
    "float64": st.floats(allow_infinity=False),
    "bool": st.booleans(),
    "boolean": st.one_of(st.none(), st.booleans()),
    "datetime64[us]": st.datetimes(),
}


@st.composite
def spaces(draw):
    n_items, n_dims = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    number = st.floats(width=32, allow_nan=False, allow_infinity=False)
    vectors = draw(npst.arrays(np.float32, (n_items, n_dims), elements=number))
    names = draw(st.lists(st.text(min_size=1, max_size=6), max_size=4, unique=True))
    items = pd.DataFrame(index=pd.RangeIndex(n_items))
    for name in names:
        kind, values = draw(st.sampled_from(list(COLUMNS.items())))
        cells = draw(st.lists(values, min_size=n_items, max_size=n_items))
        items[name] = pd.Series(cells, dtype="object" if kind == "bytes" else kind)
    free = draw(st.permutations(["label", "text", "pair", "group"]))
    roles = dict(zip(free, names, strict=False))
    return EmbeddingSpace(draw(TEXT), vectors, items, roles)


def same_cells(left: pd.Series, right: pd.Series) -> bool:
    return left.isna().tolist() == right.isna().tolist() and [
        value for value in left if not pd.isna(value)
    ] == [value for value in right if not pd.isna(value)]


@pytest.mark.parametrize("suffix", [".parquet", ".npz"])
@given(space=spaces())
@settings(max_examples=40, deadline=None)
def test_a_space_comes_back_as_it_was(tmp_path_factory, suffix, space):
    file = tmp_path_factory.mktemp("space") / f"file{suffix}"
    write_space(space, file)
    opened = read(file)
    back = space_of(opened)
    numbers = np.ldexp(back.vectors.astype(float), back.stored.exponent)
    np.testing.assert_array_equal(numbers, space.vectors)
    assert back.items.columns.tolist() == space.items.columns.tolist()
    for name in space.items:
        assert same_cells(back.items[name], space.items[name]), name
    assert dict(back.roles) == dict(space.roles)
    assert back.name == (space.name or "file")


def test_types_come_back(path, joint):
    items = joint.items.assign(
        count=pd.array([1, None] * 60, dtype="Int16"),
        when=pd.date_range("2020", periods=120).astype("datetime64[ms]"),
        picture=[PNG, None] * 60,
        vectors="a column that is called as the vectors are",
    )
    space = EmbeddingSpace("typed", joint.vectors, items, {**joint.roles, "image": "picture"})
    for suffix in (".parquet", ".npz"):
        write_space(space, path.with_suffix(suffix))
        back = space_of(read(path.with_suffix(suffix)))
        pd.testing.assert_frame_equal(back.items, items, check_dtype=True)
        assert back.roles == space.roles and back.name == "typed"


def test_numpy_alone_can_use_an_npz(path, joint):
    write_space(joint, path.with_suffix(".npz"))
    with np.load(path.with_suffix(".npz"), allow_pickle=False) as stored:
        np.testing.assert_array_equal(stored["vectors"], joint.vectors)
        assert stored["species"].tolist() == joint.items["species"].tolist()


def test_parquet_alone_can_use_a_parquet(path, joint):
    write_space(joint, path.with_suffix(".parquet"))
    table = pq.read_table(path.with_suffix(".parquet"))
    assert str(table.schema.field("vector").type) == "fixed_size_list<element: float>[8]"
    assert table["species"].to_pylist() == joint.items["species"].tolist()


def test_bytes_are_those_of_the_file(path, joint):
    write_space(joint, path.with_suffix(".parquet"))
    assert space_bytes(joint, ".parquet") == path.with_suffix(".parquet").read_bytes()


def test_what_numpy_alone_wrote_in_our_name_is_not_trusted(path, vectors):
    file = path.with_suffix(".npz")
    for stated in ({}, {"vectors": "x", "columns": {"x": 1}}, {"vectors": "y", "columns": {}}):
        np.savez(file, x=vectors, __explorer__=np.array(json.dumps(stated)))
        with pytest.raises(InvalidFile, match="is not what this program writes"):
            read(file)


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("json", ["{", "1"]),
        ("json", ['{"base64": 3}', "1"]),
        ("json", ["[" * 5000, "1"]),
        ("Int64", ["a", "b"]),
        ("boolean", [3.5, 2.5]),
    ],
)
def test_cells_that_cannot_be_decoded_are_refused(path, kind, cells):
    stated = {"vectors": "x", "columns": {"c": {"name": "c", "kind": kind}}}
    np.savez(path, x=np.eye(2), c=cells, __explorer__=np.array(json.dumps(stated)))
    with pytest.raises(InvalidFile, match="is not what this program writes"):
        read(path.with_suffix(".npz"))


def test_texts_too_long_for_an_npz_are_refused(joint):
    items = joint.items.assign(caption=["a" * 3_000_000, *joint.items["caption"][1:]])
    space = EmbeddingSpace("long", joint.vectors, items)
    with pytest.raises(NotApplicable, match=r"'caption' would take 1\.44 GB in an .npz"):
        space_bytes(space, ".npz")


def test_a_selection_is_written_with_its_index(path, joint):
    items = joint.items.iloc[[7, 3]]
    write_items(items, path.with_suffix(".csv"))
    table = pd.read_csv(path.with_suffix(".csv"))
    assert table["item"].tolist() == [7, 3]
    assert table["caption"].tolist() == ["sentence 7", "sentence 3"]
    write_items(items, path.with_suffix(".parquet"))
    assert pq.read_table(path.with_suffix(".parquet"))["item"].to_pylist() == [7, 3]


def test_a_spreadsheet_finds_no_formula_in_a_csv():
    cells = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\tx", "-1.5", "a=b", None]
    items = pd.DataFrame({"text": cells, "number": [-1.0] * 8, "=name": "x"})
    table = pd.read_csv(io.BytesIO(items_bytes(items, ".csv")), keep_default_na=False)
    assert table["text"].tolist() == [
        "'=1+1", "'+A1", "'-A1", "'@SUM(A1)", "'\tx", "-1.5", "a=b", "",
    ]  # fmt: skip
    assert table["number"].tolist() == [-1.0] * 8
    assert "'=name" in table


def test_a_csv_holds_pictures_only_where_they_are_asked_for(path):
    items = pd.DataFrame({"picture": [None, PNG], "address": ["data:image/png;base64,A"] * 2})
    assert items_bytes(items.assign(name="x"), ".csv") == b"item,name\n0,x\n1,x\n"


def test_half_a_character_is_written_as_one_that_is_unknown():
    items = pd.DataFrame({"text": ["a\ud800b", "=\ud800"]}, dtype=object)
    assert items_bytes(items, ".csv").decode() == "item,text\n0,a\ufffdb\n1,'=\ufffd\n"
    written = pq.read_table(io.BytesIO(items_bytes(items, ".parquet")))
    assert written["text"][0].as_py() == "a\ufffdb"


def test_pictures_are_data_uris_in_a_csv(path):
    write_items(pd.DataFrame({"picture": [PNG]}), path.with_suffix(".csv"), pictures=True)
    assert "data:image/png;base64,iVBORw0KGgo" in path.with_suffix(".csv").read_text()


def test_cells_of_mixed_kinds_are_text_in_parquet():
    mixed, large = (
        pd.Series([1, "a", None], dtype=object),
        pd.Series([1, None, 10**30], dtype=object),
    )
    items = pd.DataFrame({"mixed": mixed, "large": large})
    table = pq.read_table(io.BytesIO(items_bytes(items, ".parquet")))
    assert table["mixed"].to_pylist() == ["1", "a", None]
    assert table["large"].to_pylist() == ["1", None, str(10**30)]


def test_coordinates_are_written_before_the_items(path, joint):
    plane = EmbeddingSpace("map", joint.vectors[:, :2], joint.items.assign(x="taken"))
    write_coordinates(plane, path.with_suffix(".csv"))
    table = pd.read_csv(path.with_suffix(".csv"))
    assert table.columns.tolist()[:4] == ["item", "x (2)", "y", "kind"]
    np.testing.assert_allclose(table["y"], plane.vectors[:, 1], rtol=1e-6)
    assert coordinates_bytes(plane, ".csv") == path.with_suffix(".csv").read_bytes()


def test_coordinates_of_a_space_of_many_dimensions_are_refused(joint):
    with pytest.raises(BadParameter, match="at most three dimensions; 'joint' has 8"):
        coordinates_bytes(joint, ".csv")


def test_another_suffix_is_refused(joint):
    with pytest.raises(BadParameter, match=r"must end in \.parquet or \.npz; got '\.xlsx'"):
        space_bytes(joint, ".xlsx")
    with pytest.raises(BadParameter, match=r"must end in \.csv or \.parquet; got '\.npz'"):
        items_bytes(joint.items, ".npz")


def test_a_file_is_not_half_written(path, joint, monkeypatch):
    file = path.with_suffix(".npz")
    file.write_bytes(b"what was there")

    def fail(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(np.lib.format, "write_array", fail)
    with pytest.raises(KeyboardInterrupt):
        write_space(joint, file)
    assert file.read_bytes() == b"what was there"
    assert list(path.parent.iterdir()) == [file]
