"""What a command is told about its files."""

import argparse
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from core.errors import InvalidSpace
from core.matching import match
from core.origin import EncoderId, Library
from core.space import ROLES
from explorer.keep.arguments import LIBRARIES, add_file_arguments, wanted
from explorer.keep.arguments import ROLES as KNOWN
from explorer.keep.startup import Wanted
from explorer.session import files as module
from explorer.session.files import first_spaces_of, read_ahead, spaces_of, with_option

X = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)


def told(*arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*")
    add_file_arguments(parser)
    return wanted(parser.parse_args(arguments))


@pytest.fixture
def table(tmp_path):
    frame = pd.DataFrame({"emb": list(X), "other": list(X * 2), "kind": ["a", "b"] * 4})
    frame = frame.assign(key=[f"k{i}" for i in range(8)])
    frame.to_parquet(tmp_path / "a.parquet")
    frame.assign(emb=[*X[:3], None, *X[4:]]).to_parquet(tmp_path / "holes.parquet")
    return tmp_path


def test_the_roles_and_the_libraries_are_those_of_a_space():
    assert KNOWN == ROLES
    assert get_args(Library) == LIBRARIES


def test_vectors_roles_and_names_are_taken(table):
    asked = told("--vectors", "other", "--roles", "group=kind", "--space", "mine")
    (space,), refused = spaces_of([table / "a.parquet"], asked)
    assert space.name == "mine" and space.roles == {"group": "kind"} and not refused
    np.testing.assert_array_equal(space.vectors, X * 2)


def test_rows_without_a_vector_go_when_it_is_asked_and_the_option_is_named(table):
    files = [table / "holes.parquet", table / "a.parquet"]
    spaces, (error,) = spaces_of(files, told())
    assert [len(space) for space in spaces] == [8]
    assert "1 vector" in str(error) and "--drop bad-rows" in with_option(error)
    spaces, refused = spaces_of(files, told("--drop", "bad-rows"))
    assert [len(space) for space in spaces] == [7, 8] and not refused


def test_a_column_that_matches_becomes_the_pair(table):
    asked = told("--match", "key", "--drop", "bad-rows")
    spaces, _ = spaces_of([table / "holes.parquet", table / "a.parquet"], asked)
    assert match(*spaces).by == "'key'"
    with pytest.raises(InvalidSpace, match="no column 'nothing'"):
        spaces_of([table / "a.parquet"], told("--match", "nothing"))


def test_vectors_that_an_offset_swamps_keep_their_digits_when_they_are_centered(tmp_path, rng):
    spread = rng.normal(size=(40, 5))
    np.save(tmp_path / "far.npy", spread + 1e8)
    (far,), _ = spaces_of([tmp_path / "far.npy"], told())
    (near,), _ = spaces_of([tmp_path / "far.npy"], told("--center"))
    assert "centered" in near.name and near.stored.changes
    np.testing.assert_allclose(near.vectors, spread - spread.mean(axis=0), atol=1e-6)
    assert np.abs(far.vectors - far.vectors.mean(axis=0) - near.vectors).max() > 1


def test_a_table_is_joined_as_said_and_the_option_that_says_it_is_named(tmp_path):
    for name in ("p", "q"):
        np.save(tmp_path / f"{name}.npy", X)
    for name in ("t", "u"):
        pd.DataFrame({"said": [name] * 8}).to_csv(tmp_path / f"{name}.csv", index=False)
    files = [tmp_path / name for name in ("p.npy", "q.npy", "t.csv", "u.csv")]
    _, refused = spaces_of(files, told())
    assert "--match t.csv=p.npy u.csv=q.npy" in with_option(refused[0])
    spaces, refused = spaces_of(files, told("--match", "t.csv=q.npy", "u.csv=p.npy"))
    assert [set(space.items["said"]) for space in spaces] == [{"u"}, {"t"}] and not refused


def test_files_are_read_ahead_once_and_anew_where_they_changed(tmp_path, monkeypatch):
    path, asked = tmp_path / "a.npy", Wanted()
    np.save(path, np.eye(4, dtype=np.float32))
    read_ahead((path,), asked)
    monkeypatch.setattr(module, "read_all", lambda *_, **__: pytest.fail("read twice"))
    (space,), refused = first_spaces_of((path,), asked)
    assert (len(space), refused) == (4, [])
    monkeypatch.undo()
    read_ahead((path,), asked)
    np.save(path, np.eye(6, dtype=np.float32))
    assert len(first_spaces_of((path,), asked)[0][0]) == 6
    assert len(first_spaces_of((path,), asked)[0][0]) == 6  # nothing is ahead any more


def test_why_a_file_cannot_be_read_is_told_by_who_asks_for_it(tmp_path):
    path, asked = tmp_path / "a.npy", Wanted(column="none")
    read_ahead((path,), asked)  # there is none yet
    np.save(path, np.eye(4, dtype=np.float32))
    read_ahead((path,), asked)
    with pytest.raises(InvalidSpace, match="no column 'none'"):
        first_spaces_of((path,), asked)


def test_a_model_is_named_for_all_spaces_or_each_in_order(table):
    files = [table / "a.parquet", table / "a.parquet"]
    clip = EncoderId("open_clip", "ViT-B-32", "laion2b_s34b_b79k")
    sentences = EncoderId("sentence-transformers", str(table / "model"))
    (table / "model").mkdir()
    one = "open_clip=ViT-B-32,laion2b_s34b_b79k"
    both = told("--encoder", one, f"sentence-transformers={table / 'model'}")
    assert [space.encoder for space in spaces_of(files, both)[0]] == [clip, sentences]
    assert [space.encoder for space in spaces_of(files, told("--encoder", one))[0]] == [clip, clip]
    assert spaces_of(files, told())[0][0].encoder is None


@pytest.mark.parametrize("wrong", ["ViT-B-32", "keras=a", "open_clip="])
def test_a_model_without_its_library_is_refused_with_those_there_are(wrong, capsys):
    with pytest.raises(SystemExit):
        told("--encoder", wrong)
    assert "open_clip, sentence-transformers" in capsys.readouterr().err
