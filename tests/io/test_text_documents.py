"""Folders and archives of text files: each file is one text, folders are classes."""

import tarfile
import zipfile

import pytest

from core.errors import InvalidFile
from core.io.text_documents import read_documents

FILES = {
    "data/train/pos/1.txt": "Good.\nVery good.\n",
    "data/train/neg/2.txt": "Bad.",
    "data/test/pos/3.txt": "﻿Fine.\r\n",
    "data/test/neg/4.txt": " \n",
    "data/test/neg/5.txt": "Grün".encode("latin-1"),
    "data/README": "about",
}


def laid_out(place, files):
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return place


@pytest.mark.parametrize("packed", ["", "zip", "tar.gz"])
def test_a_file_is_a_text_and_its_folders_are_class_and_split(tmp_path, packed):
    place = laid_out(tmp_path / "reviews", FILES)
    if packed == "zip":
        place = tmp_path / "reviews.zip"
        with zipfile.ZipFile(place, "w") as made:
            for path in sorted((tmp_path / "reviews").rglob("*.*")):
                made.write(path, path.relative_to(tmp_path / "reviews"))
            made.writestr("data/README", "about")
    elif packed:
        place = tmp_path / "reviews.tar.gz"
        with tarfile.open(place, "w:gz") as made:
            made.add(tmp_path / "reviews", ".")
    found = read_documents(place)
    told = dict(zip(found.items["file"], found.texts, strict=True))
    assert told == {
        "data/train/pos/1.txt": "Good.\nVery good.",
        "data/train/neg/2.txt": "Bad.",
        "data/test/pos/3.txt": "Fine.",
    }
    by_file = found.items.set_index("file")
    assert by_file[found.roles["label"]].to_dict() == {name: name.split("/")[2] for name in told}
    assert by_file["split"].to_dict() == {name: name.split("/")[1] for name in told}
    said = " ".join(found.refused)
    for name in (
        "4.txt' is empty",
        "5.txt' cannot be opened: line 1 is not UTF-8",
        "README' is no",
    ):
        assert name in said


@pytest.mark.parametrize("beside", ["1.png", "captions.csv"])
def test_texts_beside_pictures_or_tables_are_not_read_alone(tmp_path, beside):
    assert read_documents(laid_out(tmp_path, {"1.txt": "a cat", beside: "x"})) is None


def test_nothing_but_empty_files_is_refused(tmp_path):
    with pytest.raises(InvalidFile, match=r"holds no text that can be read: 'a.txt' is empty"):
        read_documents(laid_out(tmp_path, {"a.txt": "", "b.txt": "\n"}))
