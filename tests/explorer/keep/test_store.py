"""What is kept comes back whole; a crash, a full disk or a foreign file loses nothing."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.catalog import catalog
from core.io import mapped
from core.io.mapped import mapped_file
from core.origin import EncoderId
from core.projections.pca import PROJECTION as PCA
from core.space import EmbeddingSpace
from explorer.keep import atomic, entries
from explorer.keep.store import FORMAT, NotKept, Store


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "workspace"


@pytest.fixture
def store(folder):
    return Store(folder)


def content(folder):
    """Every file of a folder with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_space_comes_back_as_it_was(store, folder, joint):
    encoder = EncoderId("sentence-transformers", "a-model", options=(("layer", "3"),))
    items = joint.items.assign(
        picture=[b"\x00\xff"] * 120, empty=None, day=pd.Timestamp("2020-01-01")
    ).set_index(pd.Index([f"item {i}" for i in range(120)]))
    space = replace(joint, items=items, encoder=encoder)
    store.keep_space(space)
    again = Store(folder)
    assert [(one.name, one.n_items, one.n_dims) for one in again.spaces()[0]] == [("joint", 120, 8)]
    back = again.load_space(space.fingerprint)
    assert np.array_equal(back.vectors, space.vectors)
    assert (back.roles, back.encoder, back.name) == (space.roles, encoder, "joint")
    assert back.items.index.equals(space.items.index)
    assert back.items["picture"].tolist() == items["picture"].tolist()
    assert replace(back).fingerprint == back.fingerprint == space.fingerprint


def test_bare_vectors_come_back(store, joint):
    bare = replace(joint, items=pd.DataFrame(index=range(len(joint))), roles={})
    store.keep_space(bare)
    back = store.load_space(bare.fingerprint)
    assert back.items.index.equals(bare.items.index)
    assert replace(back).fingerprint == bare.fingerprint


def test_many_vectors_of_a_kept_space_stay_on_disk(store, joint, monkeypatch):
    store.keep_space(joint)
    assert mapped_file(store.load_space(joint.fingerprint).vectors) is None
    monkeypatch.setattr(mapped, "MAPPED_FROM", 1)
    stamp = mapped_file(store.load_space(joint.fingerprint).vectors)
    assert stamp.path == store.folder / "spaces" / joint.fingerprint / "vectors.npy"


def test_the_folder_is_for_its_owner_alone(tmp_path):
    (tmp_path / "workspace").mkdir(mode=0o755)
    Store(tmp_path / "workspace")
    assert (tmp_path / "workspace").stat().st_mode & 0o777 == 0o700


def test_deep_nesting_in_a_damaged_folder_is_left_out_with_a_notice(store, joint):
    store.keep_space(joint)
    about = store.folder / "spaces" / joint.fingerprint / "about.json"
    about.write_text("[" * 100_000)
    found, skipped = store.spaces()
    assert found == []
    assert "is no space" in skipped[0]
    with pytest.raises(NotKept):
        store.load_space(joint.fingerprint)
    (store.folder / "selections").mkdir(exist_ok=True)
    (store.folder / "selections" / "abc.json").write_text("[" * 100_000)
    assert store.selections(joint.fingerprint) == []


def test_a_map_is_made_once_and_then_read(folder, joint):
    made = []

    def make():
        made.append(1)
        return PCA(joint)

    first = Store(folder).map_of(("pca", 2), joint, make)
    second = Store(folder).map_of(("pca", 2), joint, make)
    assert len(made) == 1
    assert second.fingerprint == first.fingerprint
    assert second.name == first.name
    Store(folder).map_of(("pca", 3), joint, make)
    assert len(made) == 2


def test_a_damaged_map_is_made_again(folder, joint):
    first = Store(folder).map_of("key", joint, lambda: PCA(joint))
    (path,) = (folder / "maps").glob("*/vectors.npy")
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    assert Store(folder).map_of("key", joint, lambda: PCA(joint)).fingerprint == first.fingerprint
    assert Store(folder).map_of("key", joint, lambda: pytest.fail("kept")) is not None


@pytest.fixture
def slow_lens(monkeypatch):
    """A lens whose results are kept however long it takes, and how often it ran."""
    monkeypatch.setattr("explorer.keep.store.WORTH", 0.0)
    lens, runs = catalog()["modality.gap"], []

    def make(space):
        runs.append(1)
        return lens(space)

    return lens, make, runs


def test_a_result_is_found_once_and_then_read(folder, joint, slow_lens):
    lens, make, runs = slow_lens
    first = Store(folder).result_of("key", lens.result, lambda: make(joint))
    second = Store(folder).result_of("key", lens.result, lambda: make(joint))
    assert len(runs) == 1
    assert second.centroid_distance == first.centroid_distance
    assert Store(folder).has_result("key")
    assert not Store(folder).has_result("another")


def test_a_result_that_took_no_time_is_not_kept(folder, joint, monkeypatch):
    monkeypatch.setattr("explorer.keep.store.WORTH", np.inf)
    lens = catalog()["modality.gap"]
    found = lens(joint)
    assert Store(folder).result_of("key", lens.result, lambda: found) is found
    assert not Store(folder).has_result("key")


@pytest.mark.parametrize("name", ["about.json", "arrays.npz"])
def test_a_damaged_result_is_found_again(folder, joint, slow_lens, name):
    lens, make, runs = slow_lens
    Store(folder).result_of("key", lens.result, lambda: make(joint))
    (path,) = (folder / "results").glob(f"*/{name}")
    path.write_bytes(path.read_bytes()[:-9])
    again = Store(folder).result_of("key", lens.result, lambda: make(joint))
    assert len(runs) == 2
    assert again.centroid_distance == lens(joint).centroid_distance


def test_a_damaged_space_is_refused_with_its_name(store, joint):
    store.keep_space(joint)
    path = store.folder / "spaces" / joint.fingerprint / "vectors.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    with pytest.raises(NotKept, match=r"vectors.npy is damaged"):
        store.load_space(joint.fingerprint)


@pytest.mark.parametrize("name", ["about.json", "vectors.npy", "items.parquet"])
@pytest.mark.parametrize("junk", [None, b"", b"junk", b"[1]", b"{}"])
def test_a_foreign_or_broken_entry_is_skipped_and_the_others_are_found(store, joint, name, junk):
    store.keep_space(joint)
    other = replace(joint, name="other", vectors=joint.vectors + 1)
    store.keep_space(other)
    path = store.folder / "spaces" / joint.fingerprint / name
    path.unlink() if junk is None else path.write_bytes(junk)
    (store.folder / "spaces" / "notes.txt").write_text("mine")
    found, skipped = store.spaces()
    assert "other" in [one.name for one in found]
    assert store.load_space(other.fingerprint).name == "other"
    assert any("notes.txt" in sentence for sentence in skipped)
    with pytest.raises(NotKept):
        store.load_space(joint.fingerprint)


def test_a_pickle_is_never_read(store, joint):
    store.keep_space(joint)
    path = store.folder / "spaces" / joint.fingerprint / "vectors.npy"
    with path.open("wb") as stream:
        np.save(stream, np.array([{"a": 1}], object), allow_pickle=True)
    assert store.spaces()[0] == []


def test_another_format_is_refused_and_left_alone(folder, joint):
    Store(folder).keep_space(joint)
    (folder / "format.json").write_text(json.dumps({"format": FORMAT + 1}))
    before = content(folder)
    with pytest.raises(NotKept, match="--workspace"):
        Store(folder)
    assert content(folder) == before


def test_a_folder_that_cannot_be_used_is_explained(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotKept, match="cannot be used"):
        Store(tmp_path / "file")


class Full(OSError):
    """What a full disk raises."""


def failing(good):
    """A writer that puts some bytes on disk, then fails."""

    def fill(stream):
        stream.write(good)
        stream.flush()
        message = "No space left on device"
        raise Full(message)

    return fill


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.json"
    atomic.write(path, lambda stream: stream.write(b"old"))
    with pytest.raises(Full):
        atomic.write(path, failing(b"ne"))
    assert content(tmp_path) == {"a.json": b"old"}


def test_a_folder_that_fails_to_be_written_is_not_there(tmp_path):
    fills = {"a": lambda stream: stream.write(b"a"), "b": failing(b"b")}
    with pytest.raises(Full):
        atomic.write_folder(tmp_path / "entry", fills)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_a_sentence_and_loses_nothing(store, joint, monkeypatch):
    store.keep_space(joint)
    before = content(store.folder)
    monkeypatch.setattr(entries, "save", lambda array, stream: failing(b"x")(stream))
    with pytest.raises(NotKept, match="No space left"):
        store.keep_space(replace(joint, name="other", vectors=joint.vectors + 1))
    assert content(store.folder) == before


WRITER = """
import sys, time
from pathlib import Path
from explorer.keep import atomic, entries

def fill(stream):
    for block in range(100_000):
        stream.write(b"new" * 1000)
        stream.flush()
        if block == 3:
            print("in the middle", flush=True)
            time.sleep(60)

what, path = sys.argv[1], Path(sys.argv[2])
if what == "file":
    atomic.write(path, fill)
else:
    atomic.write_folder(path, {"a": fill})
"""


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_writer_killed_in_the_middle_loses_nothing_that_was_there(store, joint, what):
    store.keep_space(joint)
    store.keep_selection({"id": "ab", "space": "s", "name": "n", "origin": "o", "mask": "m"})
    before = content(store.folder)
    place = "selections/ab.json" if what == "file" else "spaces/new"
    path = store.folder / place
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, what, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "in the middle\n"
    process.kill()
    process.wait()
    process.stdout.close()
    left = {name: data for name, data in content(store.folder).items() if atomic.PART not in name}
    assert left == before
    again = Store(store.folder)
    assert [one.name for one in again.spaces()[0]] == ["joint"]
    assert again.selection("ab")["mask"] == "m"
    for part in store.folder.glob(f"*/{atomic.PART}*"):
        os.utime(part, (0, 0))
    Store(store.folder)
    assert content(store.folder) == before


def test_what_a_living_writer_has_not_finished_is_left_alone(store):
    part = store.folder / "spaces" / f"{atomic.PART}x"
    part.mkdir(parents=True)
    Store(store.folder)
    assert part.exists()
    old = time.time() - 2 * atomic.ABANDONED
    os.utime(part, (old, old))
    Store(store.folder)
    assert not part.exists()


def test_maps_make_room_and_spaces_stay(folder, joint):
    budget = joint.vectors.nbytes + 60_000
    store = Store(folder, budget)
    store.keep_space(joint)
    for key in range(80):
        store.map_of(key, joint, lambda: PCA(joint))
    assert store.n_bytes <= budget
    assert store.load_space(joint.fingerprint).name == "joint"
    assert store.size("maps") > 0


def test_a_space_beyond_the_budget_is_refused_with_its_size(folder, joint):
    with pytest.raises(NotKept, match="GiB"):
        Store(folder, 1000).keep_space(joint)


def test_forgetting_everything_leaves_the_files_of_others(store, joint):
    (store.folder / "mine.txt").write_text("mine")
    store.keep_space(joint)
    store.map_of("key", joint, lambda: PCA(joint))
    store.forget_everything()
    assert (store.spaces(), store.n_bytes) == (([], []), 0)
    assert (store.folder / "mine.txt").read_text() == "mine"
    store.keep_space(joint)
    assert len(store.spaces()[0]) == 1


def test_a_selection_name_cannot_leave_the_folder(store):
    with pytest.raises(NotKept, match="not in this workspace"):
        store.selection("../format")


def test_selections_of_a_space_are_found_by_its_fingerprint(store):
    for key, space in (("a", "one"), ("b", "two")):
        store.keep_selection({"id": key, "space": space, "name": key, "origin": "", "mask": ""})
    (store.folder / "selections" / "junk.json").write_text("{")
    assert [one["id"] for one in store.selections("one")] == ["a"]
    store.drop_selection("a")
    assert store.selections("one") == []


def test_a_table_no_file_can_hold_is_refused_and_leaves_nothing(store):
    items = pd.DataFrame({"mixed": [1, "a"]})
    with pytest.raises(NotKept, match="cannot be kept"):
        store.keep_space(EmbeddingSpace("mixed", np.eye(2), items))
    assert store.spaces() == ([], [])


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not looked for there")
def test_what_a_writer_that_was_killed_left_behind_is_swept_at_the_next_start(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from explorer.keep import atomic\n"
        f"atomic.write(Path({str(tmp_path)!r}) / 'spaces' / 'a', lambda stream: os._exit(9))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    alive = tmp_path / "spaces" / f"{atomic._mark()}of-this-process"
    alive.touch()
    assert len(list(tmp_path.glob("spaces/.part-*"))) == 2
    Store(tmp_path)
    assert list(tmp_path.glob("spaces/.part-*")) == [alive]
