"""Tables of texts as people have them, with the texts in cells, in lists, under keys, packed."""

import gzip
import json

import pandas as pd
import pytest

from core.errors import InvalidFile
from core.io.collection import read_texts
from core.io.pictures import read_pictures
from core.io.text_tables import is_text_table, text_columns, text_table

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
