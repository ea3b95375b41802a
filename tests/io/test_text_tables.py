"""Tables of texts as people have them, with the texts in cells, in lists, under keys, packed."""

import gzip
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from core.errors import InvalidFile
from core.io.collection import read_texts
from core.io.pictures import read_pictures
from core.io.text_tables import is_text_table, no_text, text_columns, text_table

COCO = {
    "images": [{"id": 7, "file_name": "7.jpg"}],
    "annotations": [{"image_id": 7, "id": 1, "caption": "a cat"}, {"image_id": 7, "caption": "it"}],
}
KARPATHY = {"images": [{"filename": "1.jpg", "sentences": [{"raw": "a dog"}, {"raw": "it runs"}]}]}


def read(path):
    table = text_table(path)
    return read_texts(path, text_columns(table)[0])


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (COCO, ("a cat", "it")),
        (KARPATHY, ("a dog", "it runs")),
        ({"q1": "who?", "q2": ["when?", "where?"]}, ("who?", "when?", "where?")),
        ([{"id": 1, "captions": ["one", "two"]}, {"id": 2, "captions": ["three"]}],
         ("one", "two", "three")),
        (["first", "second"], ("first", "second")),
    ],
)  # fmt: skip
def test_texts_of_a_json_file_are_found_however_they_are_nested(tmp_path, content, texts):
    path = tmp_path / "said.json"
    path.write_text(json.dumps(content))
    assert read(path).texts == texts


def test_texts_of_one_cell_are_a_pair(tmp_path):
    path = tmp_path / "said.jsonl"
    path.write_text('{"captions": ["one", "two"]}\n{"captions": ["three"]}\n')
    found = read(path)
    assert found.items[found.roles["pair"]].tolist() == [0, 0, 1]


def test_a_cell_that_only_begins_as_a_list_is_one_text(tmp_path):
    path = tmp_path / "said.csv"
    path.write_text("text,n\n[1] a footnote,1\n[2],2\n")
    assert read(path).texts == ("[1] a footnote", "[2]")


def test_a_table_that_names_pictures_says_that_they_are_missing(tmp_path):
    path = tmp_path / "captions.csv"
    path.write_text("file,caption\na.jpg,a cat\n")
    found = read(path)
    assert found.texts == ("a cat",)
    assert "Column 'file' names pictures" in found.doubts[0]


def test_tables_are_read_packed_and_as_arrow(tmp_path):
    table = pd.DataFrame({"text": ["one", "two"], "label": ["a", "b"]})
    table.to_feather(tmp_path / "t.feather")
    table.to_parquet(tmp_path / "t.pq")
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(table.to_csv(index=False).encode()))
    for path in tmp_path.iterdir():
        assert is_text_table(path)
        assert read(path).texts == ("one", "two")


def test_lines_in_utf_16_are_read_by_their_mark(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes("première\nzweite\n".encode("utf-16"))
    assert read_texts(path).texts == ("première", "zweite")


def test_two_tables_of_texts_at_once_are_refused_in_a_sentence(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("text,n\nhello,1\n")
    with pytest.raises(InvalidFile, match="one table of texts at a time"):
        read_pictures(sorted(tmp_path.iterdir()))


@pytest.mark.parametrize("name", ["lists.parquet", "lists.feather"])
def test_lists_of_texts_in_a_column_are_all_read(tmp_path, name):
    table = pa.table({"caption": [["a", "b"], [], ["c"]], "n": [1, 2, 3]})
    (pq.write_table if name.endswith("parquet") else feather.write_feather)(table, tmp_path / name)
    found = read_texts(tmp_path / name, "caption")
    assert found.texts == ("a", "b", "c")
    assert found.items[found.roles["pair"]].tolist() == [0, 0, 2]
    assert found.refused == ("1 empty text was left out.",)


def test_half_a_character_in_json_is_replaced(tmp_path):
    (tmp_path / "a.json").write_text('[{"text": "\\ud800 x"}, {"text": "ok"}]')
    assert read_texts(tmp_path / "a.json", "text").texts == ("\ufffd x", "ok")


def test_pictures_that_lie_elsewhere_are_no_texts(tmp_path):
    image = pa.array([{"bytes": None, "path": f"{at}.png"} for at in "ab"])
    pq.write_table(pa.table({"image": image, "label": [0, 1]}), tmp_path / "a.parquet")
    table = text_table(tmp_path / "a.parquet")
    assert text_columns(table) == []
    assert "column 'image' names pictures, which are not in this file. Give the pictures" in str(
        no_text(tmp_path / "a.parquet", table)
    )


def test_addresses_of_pictures_are_said_not_to_be_fetched(tmp_path):
    (tmp_path / "a.csv").write_text(
        "url,caption\nhttps://a.b/1.jpg,a cat\nhttps://a.b/2.jpg,a dog\n"
    )
    (doubt,) = read_texts(tmp_path / "a.csv", "caption").doubts
    assert doubt.startswith("Column 'url' holds addresses of pictures, and nothing is fetched")


def test_a_table_that_was_saved_as_lines_is_in_doubt(tmp_path):
    (tmp_path / "a.txt").write_text("text\tlabel\na cat\tx\na dog\ty\n")
    (doubt,) = read_texts(tmp_path / "a.txt").doubts
    assert doubt.startswith("Each line has 2 cells, apart by tabs")
    (tmp_path / "b.txt").write_text("a\tcat\na dog\n")
    assert not read_texts(tmp_path / "b.txt").doubts
