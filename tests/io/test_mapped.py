"""Numbers of a file are read; only many are mapped, and then watched."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from core.errors import InvalidFile
from core.io import mapped, read
from core.io.formats import scan
from core.io.mapped import FileChanged, check, mapped_file, npy_of, numbers_of
from core.progress import checking, tick
from core.space import EmbeddingSpace
from explorer.session.registry import Registry


@pytest.fixture
def file(tmp_path, rng):
    path = tmp_path / "v.npy"
    np.save(path, rng.normal(size=(20, 4)).astype(np.float32))
    return path


@pytest.fixture
def from_one_byte(monkeypatch):
    """Map whatever there is."""
    monkeypatch.setattr(mapped, "MAPPED_FROM", 1)


def test_a_small_file_is_read_so_that_rewriting_it_changes_nothing(file):
    vectors = read(file).vectors
    before = vectors.copy()
    file.write_bytes(b"")
    assert mapped_file(vectors) is None
    np.testing.assert_array_equal(vectors, before)


def test_a_mapped_array_knows_its_file_through_every_view(file, from_one_byte):
    vectors = read(file).vectors
    space = EmbeddingSpace("v", vectors, pd.DataFrame({"n": range(20)}))
    for view in (vectors, vectors[3:], space.vectors, npy_of(file)):
        assert mapped_file(view).path == file
    assert mapped_file(vectors * 2) is None
    assert mapped_file(space.take(np.arange(3)).vectors) is None


def rewritten(path):
    np.save(path, np.zeros((20, 4), np.float32))


def shortened(path):
    path.write_bytes(path.read_bytes()[:100])


def replaced(path):
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)


@pytest.mark.parametrize("change", [rewritten, shortened, replaced, lambda path: path.unlink()])
def test_a_mapped_file_that_changes_is_refused_before_it_is_touched(file, from_one_byte, change):
    vectors = read(file).vectors
    check([mapped_file(vectors), None])
    change(file)
    with pytest.raises(FileChanged, match=r"'v\.npy' was changed on disk since it was opened"):
        check([mapped_file(vectors)])


def arrow(path, x):
    table = pa.table({
        "emb": pa.FixedSizeListArray.from_arrays(pa.array(x.reshape(-1)), x.shape[1]),
        "text": [f"text {row}" for row in range(len(x))],
        "view": pa.array([f"a longer text, number {row}" for row in range(len(x))]).cast(
            pa.string_view()
        ),
        "number": np.arange(len(x)),
        "kind": pa.array(["a", "b"] * (len(x) // 2)).dictionary_encode(),
    })  # fmt: skip
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def test_vectors_of_a_large_arrow_file_are_mapped_and_watched_and_the_items_are_read(
    tmp_path, rng, from_one_byte
):
    x = rng.normal(size=(20, 4)).astype(np.float32)
    path = tmp_path / "a.arrow"
    arrow(path, x)
    opened = read(path)
    np.testing.assert_array_equal(opened.vectors, x)
    assert mapped_file(opened.vectors).path == path
    shortened(path)  # whoever touched a map of it would end here
    assert opened.items["text"].tolist() == [f"text {row}" for row in range(20)]
    assert opened.items["view"][19] == "a longer text, number 19"
    assert opened.items["number"].tolist() == list(range(20))
    assert opened.items["kind"].tolist() == ["a", "b"] * 10
    with pytest.raises(FileChanged):
        check([mapped_file(opened.vectors)])


def test_an_arrow_file_that_changes_while_it_is_read_is_refused(tmp_path, rng, from_one_byte):
    path = tmp_path / "a.arrow"
    arrow(path, rng.normal(size=(20, 4)).astype(np.float32))
    contents = scan(path)
    shortened(path)
    with pytest.raises(FileChanged):
        contents.arrays["emb"].load()


def test_the_registry_hands_out_no_space_whose_file_changed(file, from_one_byte):
    registry = Registry(1 << 30)
    space = EmbeddingSpace("v", read(file).vectors, pd.DataFrame({"n": range(20)}))
    registry.add("v", lambda: space)
    assert registry.get("v", "a") is space
    rewritten(file)
    with pytest.raises(FileChanged):
        registry.get("v", "a")


def test_work_ends_at_the_next_tick_after_a_file_changed(file, from_one_byte):
    stamp = mapped_file(read(file).vectors)
    with pytest.raises(FileChanged), checking(lambda: check([stamp])):  # noqa: PT012 - in order
        tick(0.1)
        shortened(file)
        tick(0.2)


def test_a_file_shorter_than_it_said_is_refused(file):
    with pytest.raises(InvalidFile, match="shorter"):
        numbers_of(file, "f4", (400, 4), offset=128)
