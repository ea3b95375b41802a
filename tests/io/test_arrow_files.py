"""Parquet, Arrow, Feather and Hugging Face datasets."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from core.errors import InvalidFile
from core.io import read, space_of

FIXED = pa.list_(pa.float32(), 6)


def fixed(vectors):
    return pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), vectors.shape[1])


def write(table, path):
    match path.suffix:
        case ".parquet":
            pq.write_table(table, path)
        case ".feather":
            feather.write_feather(table, path, compression="uncompressed")
        case ".arrow":
            with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as out:
                out.write_table(table)


@pytest.fixture(params=[".parquet", ".feather", ".arrow"])
def file(request, path):
    return path.with_suffix(request.param)


@pytest.mark.parametrize("kind", [FIXED, pa.list_(pa.float32()), pa.large_list(pa.float64())])
def test_lists_of_numbers_are_vectors(file, vectors, species, kind):
    write(pa.table({"emb": pa.array(vectors.tolist(), kind), "species": species}), file)
    opened = read(file)
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.items["species"].tolist() == species
    assert opened.roles == {"label": "species"} and opened.findings == ()


@pytest.mark.parametrize("kind", [pa.float16(), pa.int16(), pa.float64()])
def test_lists_of_other_numbers_become_float32(file, vectors, kind):
    numbers = (vectors * 10).astype(np.int16)
    rows = [row.astype(kind.to_pandas_dtype()) for row in numbers]
    write(pa.table({"emb": pa.array(rows, pa.list_(kind))}), file)
    np.testing.assert_array_equal(read(file).vectors, numbers.astype(np.float32))


def test_an_arrow_file_is_used_in_place(path, vectors):
    write(pa.table({"emb": fixed(vectors)}), path.with_suffix(".feather"))
    opened = read(path.with_suffix(".feather"))
    assert not opened.vectors.flags.owndata and not opened.vectors.flags.writeable
    assert space_of(opened).vectors is opened.vectors


def test_several_batches_are_put_together(path, vectors):
    table = pa.table({"emb": fixed(vectors), "i": np.arange(24)})
    feather.write_feather(table, path.with_suffix(".feather"), chunksize=5)
    pq.write_table(table, path.with_suffix(".parquet"), row_group_size=7)
    for suffix in (".feather", ".parquet"):
        opened = read(path.with_suffix(suffix))
        np.testing.assert_array_equal(opened.vectors, vectors)
        assert opened.items["i"].tolist() == list(range(24))


def test_missing_and_ragged_vectors_are_counted_and_dropped_only_on_request(file, vectors):
    rows = vectors.tolist()
    rows[2], rows[5], rows[9][1] = None, rows[5][:3], None
    write(pa.table({"emb": pa.array(rows, pa.list_(pa.float32()))}), file)
    opened = read(file)
    found = {finding.kind: finding.rows.tolist() for finding in opened.findings}
    assert found == {"ragged": [2, 5], "non_finite": [9]}
    space = space_of(opened, drop={"ragged", "non_finite"})
    assert space.items.index.tolist() == [i for i in range(24) if i not in {2, 5, 9}]
    np.testing.assert_array_equal(space.vectors, np.delete(vectors, [2, 5, 9], axis=0))


def test_missing_fixed_size_vectors_are_counted(file, vectors):
    rows = vectors.tolist()
    rows[7] = None
    write(pa.table({"emb": pa.array(rows, FIXED)}), file)
    (finding,) = read(file).findings
    assert finding.kind == "ragged" and finding.rows.tolist() == [7]


def test_a_column_for_each_dimension_is_vectors(file, vectors, species):
    table = {f"dim_{i}": column for i, column in enumerate(vectors.T)} | {"label": species}
    write(pa.table(table), file)
    opened = read(file)
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.chosen == "dim (6 columns)" and opened.items.columns.tolist() == ["label"]


def test_several_list_columns_are_choices_and_none_becomes_text(file, vectors):
    write(pa.table({"clip": fixed(vectors), "dino": fixed(vectors[:, :4].copy())}), file)
    opened = read(file, choose="dino")
    assert [(c.name, c.shape) for c in opened.choices] == [("clip", (24, 6)), ("dino", (24, 4))]
    np.testing.assert_array_equal(opened.vectors, vectors[:, :4])
    assert opened.items.columns.tolist() == []


def test_nested_cells_become_json_text_and_images_become_bytes(file, vectors):
    png = b"\x89PNG\r\n\x1a\n" + bytes(9)
    table = pa.table(
        {
            "emb": fixed(vectors),
            "tags": [["a", "b"]] * 24,
            "box": [{"x": 1, "name": "q"}] * 24,
            "photo": [{"bytes": png, "path": "a.png"}] * 24,
            "views": [{"bytes": None, "path": f"{i}.jpg"} for i in range(24)],
        }
    )
    write(table, file)
    opened = read(file)
    assert json.loads(opened.items["tags"][0]) == ["a", "b"]
    assert json.loads(opened.items["box"][0]) == {"x": 1, "name": "q"}
    assert opened.items["photo"][3] == png and opened.items["views"][3] == "3.jpg"
    assert opened.roles["image"] == "photo"
    assert space_of(opened).fingerprint


def test_types_of_columns_survive_empty_cells(file, vectors):
    table = pa.table(
        {
            "emb": fixed(vectors),
            "count": pa.array([None, 7] * 12, pa.int32()),
            "flag": pa.array([None, True] * 12),
            "when": pa.array([0] * 24, pa.timestamp("ms", tz="Mars/Olympus")),
            "kind": pa.array(["a", None] * 12).dictionary_encode(),
            "price": pa.array([1, 2] * 12, pa.decimal128(4, 2)),
        }
    )
    if file.suffix == ".parquet":
        table = table.drop_columns("when")
    write(table, file)
    items = read(file).items
    assert items["count"].dtype == "Int32" and items["count"][1] == 7
    assert items["flag"].dtype == "boolean" and items["flag"].isna()[0]
    assert items["kind"].tolist()[0] == "a" and items["kind"].isna()[1]
    assert items["price"].tolist() == [1.0, 2.0] * 12


def test_names_of_classes_of_a_hugging_face_dataset_are_the_labels(file, vectors):
    feature = {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
    metadata = {"huggingface": json.dumps({"info": {"features": feature}})}
    table = pa.table({"emb": fixed(vectors), "label": [0, 1, -1] * 8})
    write(table.replace_schema_metadata(metadata), file)
    opened = read(file)
    assert opened.items["label"].tolist()[:2] == ["cat", "dog"]
    assert opened.items["label"].isna()[2]
    assert opened.roles == {"label": "label"}


def test_vectors_spelled_as_text_are_read(file, vectors):
    write(pa.table({"emb": [json.dumps(row) for row in vectors.tolist()]}), file)
    np.testing.assert_array_equal(read(file).vectors, vectors)


def test_a_folder_that_datasets_saved_is_one_table_with_its_splits(tmp_path, vectors, species):
    table = pa.table({"emb": fixed(vectors), "label": species})
    for split, part in (("train", table[:16]), ("test", table[16:])):
        folder = tmp_path / split
        folder.mkdir()
        write(part[:10], folder / "data-00000-of-00002.arrow")
        write(part[10:], folder / "data-00001-of-00002.arrow")
        files = [{"filename": f"data-0000{i}-of-00002.arrow"} for i in range(2)]
        (folder / "state.json").write_text(json.dumps({"_data_files": files}))
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    opened = read(tmp_path)
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.items["split"].tolist() == ["train"] * 16 + ["test"] * 8
    assert opened.roles == {"label": "label", "side": "split"}
    one = read(tmp_path / "train")
    assert one.vectors.shape == (16, 6)


def test_a_dataset_that_names_a_file_outside_is_refused(tmp_path):
    (tmp_path / "state.json").write_text('{"_data_files": [{"filename": "../secret.arrow"}]}')
    with pytest.raises(InvalidFile, match=r"'../secret.arrow' is not the name of a file in it"):
        read(tmp_path)


def test_columns_of_one_name_are_refused(path, vectors):
    file = path.with_suffix(".arrow")
    write(pa.Table.from_arrays([fixed(vectors), fixed(vectors)], names=["a", "a"]), file)
    with pytest.raises(InvalidFile, match="several columns are called 'a'"):
        read(file)


@pytest.mark.parametrize("codec", ["zstd", "lz4"])
def test_a_compression_bomb_is_refused_before_it_is_unpacked(path, codec):
    file = path.with_suffix(".feather")
    zeros = pa.table({"emb": fixed(np.zeros((1 << 17, 64), np.float32))})
    feather.write_feather(zeros, file, compression=codec)
    assert file.stat().st_size < 1 << 18
    with pytest.raises(InvalidFile, match=r"the table would take 33\.\d MB"):
        read(file, limit_bytes=1 << 20)


def test_a_text_that_stands_for_many_cells_is_refused(path, vectors):
    file = path.with_suffix(".feather")
    text = pa.DictionaryArray.from_arrays(np.zeros(24, np.int8), ["a" * (1 << 20)])
    write(pa.table({"emb": fixed(vectors), "text": text}), file)
    with pytest.raises(InvalidFile, match=r"a column would take 25\.2 MB"):
        read(file, limit_bytes=1 << 23)


def test_overlapping_views_are_measured_by_what_they_stand_for(path, vectors):
    file = path.with_suffix(".arrow")
    text = pa.array(["a" * (1 << 10)] * 24, pa.string_view())
    write(pa.table({"emb": fixed(vectors), "text": text}), file)
    assert read(file).items["text"][5] == "a" * (1 << 10)


def test_types_that_can_stand_for_any_number_of_values_are_left_out(path, vectors):
    file = path.with_suffix(".arrow")
    nothing = pa.array([[None, None]] * 24, pa.list_(pa.null()))
    write(pa.table({"emb": fixed(vectors), "void": nothing}), file)
    opened = read(file)
    assert opened.items.columns.tolist() == []
    assert opened.findings[0].sentence == "The column 'void' of type list<item: null> is left out."


def test_text_offsets_that_lead_out_of_the_file_are_refused(path):
    file = path.with_suffix(".arrow")
    write(pa.table({"text": ["abcd" * 8] * 20, "emb": [[0.5, 2.0]] * 20}), file)
    content = file.read_bytes()
    offsets = np.arange(0, 32 * 21, 32, dtype=np.int32).tobytes()
    assert content.count(offsets) == 1
    forged = offsets[:-4] + (1 << 30).to_bytes(4, "little")
    file.write_bytes(content.replace(offsets, forged))
    with pytest.raises(InvalidFile, match="the data are damaged"):
        read(file)


def test_a_file_that_was_cut_off_is_refused(file, vectors):
    write(pa.table({"emb": fixed(vectors)}), file)
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(InvalidFile, match=r"cut off|damaged"):
        read(file)


def test_no_rows_is_no_space(file):
    write(pa.table({"emb": pa.array([], FIXED), "label": pa.array([], pa.string())}), file)
    with pytest.raises(InvalidFile, match="holds no vectors"):
        read(file)


def test_the_index_that_pandas_writes_is_a_column(path, vectors):
    frame = pd.DataFrame({"emb": list(vectors)}, index=[f"id{i}" for i in range(24)])
    frame.to_parquet(path.with_suffix(".parquet"))
    assert "id3" in read(path.with_suffix(".parquet")).items.iloc[3].tolist()


def test_a_column_with_a_point_in_its_name_is_no_part_of_another(path):
    table = pa.table({"a": [{"b": 1}] * 2, "a.b": ["x", "y"], "v": [[1.0, 2.0]] * 2})
    write(table, path.with_suffix(".parquet"))
    assert read(path.with_suffix(".parquet")).items["a.b"].tolist() == ["x", "y"]
