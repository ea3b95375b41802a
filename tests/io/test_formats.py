"""What a file is must agree with what its suffix says."""

import gzip
import pickle

import numpy as np
import pytest

from core.errors import InvalidFile
from core.io import read
from core.io.formats import FORMATS


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_empty_file_is_refused(path, suffix):
    path.with_suffix(suffix).touch()
    with pytest.raises(InvalidFile, match=r"'given\..*' cannot be opened: it is empty"):
        read(path.with_suffix(suffix))


@pytest.mark.parametrize("suffix", [suffix for suffix in FORMATS if suffix != ".npy"])
def test_an_array_under_another_suffix_is_refused_with_the_right_one(path, suffix):
    with path.with_suffix(suffix).open("wb") as stream:
        np.save(stream, np.ones((3, 2), np.float32))
    with pytest.raises(InvalidFile, match=r"is a NumPy array \(.npy\).*rename it to end in .npy"):
        read(path.with_suffix(suffix))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pickle.dumps([1.0]), "it is a pickle. A pickle can run any code and is never opened"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "it is a gzip archive. Unpack it"),
        (b"\x89HDF\r\n\x1a\n", "it is an HDF5 file. Rename it to end in .h5"),
        (b"\x89PNG\r\n\x1a\n", "it is a picture"),
        ("a,b\n1,2\n".encode("utf-16"), "it is text in UTF-16. Save it as UTF-8"),
        (b"PAR1....", "it is a Parquet table. If that is right, rename it to end in .parquet"),
        (b"a,b\n1,\x00\n", "it is binary data"),
    ],
)
def test_content_that_is_not_a_table_of_text_is_named(path, content, message):
    path.with_suffix(".csv").write_bytes(content)
    with pytest.raises(InvalidFile, match=message):
        read(path.with_suffix(".csv"))


@pytest.mark.parametrize(("suffix", "message"), [(".abc", "suffix '.abc'"), ("", "no suffix")])
def test_an_unknown_suffix_is_refused_with_those_that_are_read(path, suffix, message):
    path.with_suffix(suffix).write_text("hello")
    with pytest.raises(InvalidFile, match=rf"{message}.*\.npy, \.npz"):
        read(path.with_suffix(suffix))


def test_a_missing_file_is_refused(path):
    with pytest.raises(InvalidFile, match="no such file or directory"):
        read(path.with_suffix(".npy"))


def test_a_folder_that_is_no_dataset_is_refused(tmp_path):
    with pytest.raises(
        InvalidFile, match="holds no dataset, no projector, and no files of vectors"
    ):
        read(tmp_path)


def test_suffixes_count_in_any_case(path):
    with path.with_suffix(".NPY").open("wb") as stream:
        np.save(stream, np.ones((3, 2), np.float32))
    assert read(path.with_suffix(".NPY")).vectors.shape == (3, 2)
