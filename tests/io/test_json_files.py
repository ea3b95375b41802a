"""JSON and FiftyOne's export."""

import base64
import io
import json
import zlib

import numpy as np
import pandas as pd
import pytest

from core.errors import InvalidFile
from core.io import read, space_of


@pytest.fixture
def rows(vectors, species):
    return [
        {"embedding": row, "label": name}
        for row, name in zip(vectors.tolist(), species, strict=True)
    ]


def write_lines(path, rows):
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def test_jsonl_reads_vectors_and_columns(path, rows, vectors, species):
    opened = read(write_lines(path.with_suffix(".jsonl"), rows))
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.items["label"].tolist() == species
    assert opened.roles == {"label": "label"} and opened.chosen == "embedding"


@pytest.mark.parametrize(
    "shape",
    [
        lambda rows: rows,
        lambda rows: {"samples": rows, "info": {}},
        lambda rows: {key: [row[key] for row in rows] for key in rows[0]},
        lambda rows: json.loads(pd.DataFrame(rows).to_json(double_precision=15)),
    ],
    ids=["items", "samples", "columns", "pandas"],
)
def test_json_reads_items_and_columns(path, rows, vectors, species, shape):
    path.with_suffix(".json").write_text(json.dumps(shape(rows)))
    opened = read(path.with_suffix(".json"))
    np.testing.assert_allclose(opened.vectors, vectors, rtol=1e-6)
    assert opened.items["label"].tolist() == species


def test_json_reads_bare_vectors(path, vectors):
    path.with_suffix(".json").write_text(json.dumps(vectors.tolist()))
    np.testing.assert_array_equal(read(path.with_suffix(".json")).vectors, vectors)
    write_lines(path.with_suffix(".jsonl"), vectors.tolist())
    np.testing.assert_array_equal(read(path.with_suffix(".jsonl")).vectors, vectors)


def test_json_reads_a_vector_for_each_word(path, vectors):
    words = {f"word {i}": row for i, row in enumerate(vectors.tolist())}
    path.with_suffix(".json").write_text(json.dumps(words))
    opened = read(path.with_suffix(".json"))
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.roles == {"text": "words"} and opened.items["words"][3] == "word 3"


def test_a_column_for_each_dimension_is_vectors(path, vectors):
    rows = [{f"x{i}": value for i, value in enumerate(row)} for row in vectors.tolist()]
    np.testing.assert_array_equal(
        read(write_lines(path.with_suffix(".jsonl"), rows)).vectors, vectors
    )
    columns = {f"x{i}": column for i, column in enumerate(vectors.T.tolist())}
    path.with_suffix(".json").write_text(json.dumps(columns))
    np.testing.assert_array_equal(read(path.with_suffix(".json")).vectors, vectors)


def test_ragged_missing_and_nan_vectors_are_counted(path, rows):
    rows[1]["embedding"] = rows[1]["embedding"][:2]
    del rows[4]["embedding"]
    rows[6]["embedding"] = ["a"] * 6
    rows[8]["embedding"][2] = float("nan")
    rows[9]["embedding"][0] = None
    rows[10]["embedding"][0] = 10**400
    opened = read(write_lines(path.with_suffix(".jsonl"), rows))
    found = {finding.kind: finding.rows.tolist() for finding in opened.findings}
    assert found == {"ragged": [1, 4, 6], "non_finite": [8, 9, 10]}


def test_nested_values_become_json_text_and_missing_keys_empty_cells(path, rows):
    rows[0]["nested"] = {"a": [1, {"b": 2}]}
    rows[1]["count"] = 3
    opened = read(write_lines(path.with_suffix(".jsonl"), rows))
    assert json.loads(opened.items["nested"][0]) == {"a": [1, {"b": 2}]}
    assert opened.items["nested"].isna().sum() == 23
    assert opened.items["count"].dtype == "Int64" and opened.items["count"][1] == 3
    assert space_of(opened).fingerprint


@pytest.mark.parametrize("binary", [False, True])
def test_an_export_of_fiftyone_is_read(tmp_path, vectors, species, binary):
    def stored(vector):
        stream = io.BytesIO()
        np.save(stream, vector)
        packed = base64.b64encode(zlib.compress(stream.getvalue())).decode()
        return {"$binary": {"base64": packed, "subType": "00"}} if binary else vector.tolist()

    samples = [
        {
            "_id": {"$oid": f"{i:024x}"},
            "filepath": f"data/{i}.jpg",
            "ground_truth": {"_cls": "Classification", "label": name, "confidence": None},
            "clip": stored(vector),
        }
        for i, (vector, name) in enumerate(zip(vectors, species, strict=True))
    ]
    (tmp_path / "samples.json").write_text(json.dumps({"samples": samples}))
    (tmp_path / "metadata.json").write_text("{}")
    opened = read(tmp_path)
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.roles == {"label": "ground_truth", "image": "filepath"}
    assert opened.items["ground_truth"].tolist() == species
    assert opened.items["_id"][1] == "0" * 23 + "1"


@pytest.mark.parametrize(
    ("suffix", "text", "message"),
    [
        (".json", "[" * 100_000, "nested too deep"),
        (".jsonl", '{"a": 1}\n' + "[" * 100_000, "line 2 is not JSON .nested too deep"),
        (".json", '{"a": ', "is not JSON"),
        (".json", "3", "holds a single int"),
        (".json", "[]", "holds no items"),
        (".json", '{"a": 1}', "an object with the keys 'a'"),
        (".json", "[1, 2, 3]", "holds no vectors"),
        (".jsonl", '{"v": [1, 2]}\n{"v": [1,\n', "line 2 is not JSON"),
        (".jsonl", '{"v": [1, 2]}\n7\n', "item 2 is int, not an object"),
        (".jsonl", "\n\n", "holds no items"),
        (".json", "1" * 5000, "is not JSON"),
    ],
)
def test_broken_json_is_refused_with_the_place(path, suffix, text, message):
    path.with_suffix(suffix).write_text(text)
    with pytest.raises(InvalidFile, match=message):
        read(path.with_suffix(suffix))


def test_a_new_key_in_every_line_is_refused(path):
    rows = [{f"key {row} {i}": 1 for i in range(1000)} for row in range(25)]
    with pytest.raises(InvalidFile, match="more than 20,000 different keys"):
        read(write_lines(path.with_suffix(".jsonl"), rows))


def test_a_compression_bomb_in_a_binary_value_is_left_unread(path, rows):
    bomb = base64.b64encode(zlib.compress(bytes(1 << 25))).decode()
    rows[0]["mask"] = {"$binary": {"base64": bomb, "subType": "00"}}
    opened = read(write_lines(path.with_suffix(".jsonl"), rows))
    assert opened.items["mask"].isna().all()


def test_values_of_any_depth_are_text_or_a_sentence(path):
    for depth in range(900, 1010, 5):
        nested = "[" * depth + "]" * depth
        path.with_suffix(".jsonl").write_text(f'{{"v": [1, 2], "deep": {nested}}}\n' * 2)
        try:
            assert read(path.with_suffix(".jsonl")).vectors.shape == (2, 2)
        except InvalidFile as error:
            depth_told = "nested too deep" in str(error)
            assert depth_told
