"""Tables as text."""

import json

import numpy as np
import pandas as pd
import pytest

from core.errors import InvalidFile
from core.io import read, space_of
from core.io.delimited import typed
from core.io.formats import scan


@pytest.fixture
def wide(vectors, species):
    table = pd.DataFrame(vectors, columns=[f"dim_{i}" for i in range(6)])
    return table.assign(label=species, note=[f"note {i}, with a comma" for i in range(24)])


@pytest.fixture
def spelled(vectors, species):
    return pd.DataFrame({"label": species, "emb": [json.dumps(row) for row in vectors.tolist()]})


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"sep": ";"},
        {"sep": ";", "decimal": ","},
        {"sep": "\t"},
        {"sep": "|"},
        {"lineterminator": "\r\n"},
        {"encoding": "utf-8-sig"},
        {"quoting": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("index", [False, True])
def test_a_column_for_each_dimension_is_read_however_it_is_written(path, wide, vectors, how, index):
    file = path.with_suffix(".csv")
    wide.to_csv(file, index=index, **how)
    opened = read(file)
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.roles["label"] == "label"
    assert opened.items["note"].tolist() == wide["note"].tolist()
    assert opened.findings == ()


def test_a_tsv_is_read(path, wide, vectors):
    wide.to_csv(path.with_suffix(".tsv"), sep="\t", index=False)
    np.testing.assert_array_equal(read(path.with_suffix(".tsv")).vectors, vectors)


@pytest.mark.parametrize("mark", [",", ";", "\t", " "])
def test_bare_numbers_without_names_are_vectors(path, vectors, mark):
    np.savetxt(path.with_suffix(".csv"), vectors, delimiter=mark)
    opened = read(path.with_suffix(".csv"))
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.items.columns.tolist() == []


def test_names_that_count_from_zero_are_names(path, vectors):
    pd.DataFrame(vectors).to_csv(path.with_suffix(".csv"), index=False)
    np.testing.assert_array_equal(read(path.with_suffix(".csv")).vectors, vectors)


@pytest.mark.parametrize("spell", [json.dumps, lambda row: " ".join(map(str, row)), str, tuple])
def test_a_vector_in_a_cell_is_read_however_it_is_spelled(path, spelled, vectors, spell):
    file = path.with_suffix(".csv")
    spelled.assign(emb=[str(spell(row)) for row in vectors.tolist()]).to_csv(file, index=False)
    opened = read(file)
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.chosen == "emb" and opened.items.columns.tolist() == ["label"]


def test_arrays_that_numpy_printed_over_several_lines_are_read(path, rng):
    vectors = rng.normal(size=(5, 40)).astype(np.float32)
    pd.DataFrame({"emb": list(vectors), "y": 1}).to_csv(path.with_suffix(".csv"), index=False)
    np.testing.assert_allclose(read(path.with_suffix(".csv")).vectors, vectors, rtol=1e-6)


def test_arrays_that_numpy_shortened_are_refused(path, rng):
    frame = pd.DataFrame({"emb": list(rng.normal(size=(5, 2000)))})
    frame.to_csv(path.with_suffix(".csv"), index=False)
    with pytest.raises(InvalidFile, match=r"shortened to '\.\.\.' when it was written"):
        read(path.with_suffix(".csv"))


def test_vectors_of_thousands_of_dimensions_fit_into_a_cell(path, rng):
    vectors = rng.normal(size=(3, 9000)).astype(np.float32)
    frame = pd.DataFrame({"emb": [json.dumps(row) for row in vectors.tolist()]})
    frame.to_csv(path.with_suffix(".csv"), index=False)
    np.testing.assert_array_equal(read(path.with_suffix(".csv")).vectors, vectors)


def test_missing_cells_and_words_among_numbers_are_counted(path, wide):
    file = path.with_suffix(".csv")
    table = wide.astype(object)
    table.loc[3, "dim_2"], table.loc[5, "dim_0"], table.loc[8, "dim_1"] = None, "abc", "nan"
    table.to_csv(file, index=False)
    opened = read(file)
    found = {finding.kind: finding.rows.tolist() for finding in opened.findings}
    assert found == {"unreadable": [5], "non_finite": [3, 8]}
    assert len(space_of(opened, drop={"unreadable", "non_finite"})) == 21


def test_ragged_vectors_in_cells_are_counted(path, spelled):
    spelled.loc[2, "emb"], spelled.loc[4, "emb"], spelled.loc[6, "emb"] = "[1, 2]", "", "[a,b]"
    spelled.to_csv(path.with_suffix(".csv"), index=False)
    (finding,) = read(path.with_suffix(".csv")).findings
    assert (finding.kind, finding.rows.tolist()) == ("ragged", [2, 4, 6])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n3,4,5\n6,7\n", "row 3 has more cells"),
        ("a,b\n1,2\n3,4,5,6\n6,7\n", "line 3, saw 4"),
        ("a,b\n1,2,3,4\n1,2,3,4\n", "the first line has 2 cells, the next 4"),
        ('a,b\n1,"2\n3,4,5\n', "mark in line 2 neither opens nor closes a cell"),
        ("a,b\n", "names of columns but no rows"),
        ("\n\n  \n", "it is empty"),
        ("label,name\nx,y\nz,w\n", "holds no vectors"),
        ("a,b\n1,\x00\n", "is binary data"),
    ],
)
def test_a_broken_table_is_refused_with_the_place(path, text, message):
    path.with_suffix(".csv").write_text(text)
    with pytest.raises(InvalidFile, match=message):
        read(path.with_suffix(".csv"))


def test_text_in_another_encoding_is_refused_with_the_line(path, wide):
    file = path.with_suffix(".csv")
    content = wide.to_csv(index=False).replace("note 7,", "caf\u00e9,")
    file.write_text(content, encoding="latin-1")
    with pytest.raises(InvalidFile, match=r"line 9 is not UTF-8 text \(byte 0xe9\)"):
        read(file)


def test_row_names_without_a_name_are_read_as_r_writes_them(path):
    text = '"x1" "x2" "x3" "x4"\n'.replace(" ", ",") + '"r1",1,2,3,4\n"r2",5,6,7,8\n'
    path.with_suffix(".csv").write_text(text)
    opened = read(path.with_suffix(".csv"))
    np.testing.assert_array_equal(opened.vectors, [[1, 2, 3, 4], [5, 6, 7, 8]])
    assert opened.items["row"].tolist() == ["r1", "r2"]


@pytest.mark.parametrize(
    "text", ["a,b,c\n1,2,3,4\n5,6,7\n8,9,0\n", "text,label\nhello,a,\nbye,b,\n"]
)
def test_a_longer_line_and_a_last_separator_shift_no_columns(path, text):
    path.with_suffix(".csv").write_text(text)
    with pytest.raises(InvalidFile, match=r"ragged \(the first line has . cells, the next ."):
        scan(path.with_suffix(".csv"))


def test_columns_of_decimals_are_vectors_if_there_are_no_others(path, rng):
    table = pd.DataFrame(rng.normal(size=(9, 2)), columns=["sepal length", "petal width"])
    table.assign(species=["a", "b", "c"] * 3).to_csv(path.with_suffix(".csv"))
    opened = read(path.with_suffix(".csv"))
    assert opened.chosen == "all columns of numbers" and opened.vectors.shape == (9, 2)
    assert {"sepal length", "species"} <= set(opened.items)
    assert opened.roles["label"] == "species"


def test_a_table_of_several_chunks_reads_as_one(path, wide, vectors, monkeypatch):
    monkeypatch.setattr("core.io.delimited._CHUNK", 500)
    wide.to_csv(path.with_suffix(".csv"), index=False)
    opened = read(path.with_suffix(".csv"))
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.items["note"].tolist() == wide["note"].tolist()


def test_one_row_is_a_space(path):
    path.with_suffix(".csv").write_text("label,d0,d1\na,1,2\n")
    assert read(path.with_suffix(".csv")).vectors.tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("cells", "expected", "kind"),
    [
        (["1", "2"], [1, 2], "int64"),
        (["1", None], [1, pd.NA], "Int64"),
        (["1.5", ""], [1.5, np.nan], "float64"),
        (["007", "123"], ["007", "123"], "str"),
        (["true", "False"], [True, False], "bool"),
        (["NA", "None"], ["NA", "None"], "str"),
        (["1", "x"], ["1", "x"], "str"),
        (["12345678901234567890123", "1"], ["12345678901234567890123", "1"], "str"),
    ],
)
def test_a_column_of_text_gets_the_type_all_its_cells_have(cells, expected, kind):
    column = typed(pd.Series(cells, dtype="str"))
    assert str(column.dtype) == kind
    pd.testing.assert_series_equal(column, pd.Series(expected, dtype=kind))
