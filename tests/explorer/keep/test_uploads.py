"""Uploads lie on disk as long as a space of them is open, and not longer."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.runtime import scriptrunner
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from core.io.mapped import stamp_of
from core.space import EmbeddingSpace
from explorer.keep import uploads
from explorer.session.registry import Registry


@dataclass(frozen=True)
class File:
    """What Streamlit hands over."""

    name: str
    file_id: str
    content: bytes = b"1"

    def getbuffer(self):
        """The bytes."""
        return memoryview(self.content)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    uploads.clear()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    uploads.clear()


def test_files_of_one_upload_lie_side_by_side_under_their_names():
    files = [File("a.npy", "1"), File("a.npy", "2"), File("../b.csv", "3")]
    paths = uploads.kept(files, "session")
    assert [path.name for path in paths] == ["a.npy", "a-2.npy", "b.csv"]
    assert len({path.parent for path in paths}) == 1
    assert uploads.kept(files, "session") is paths
    assert uploads.kept(files, "another")[0] != paths[0]


def test_a_folder_that_was_uploaded_keeps_its_folders_and_leads_nowhere_else():
    names = ("pets/cat/1.png", "pets/dog/1.png", "pets/../../evil.png", "/etc/passwd")
    files = [File(name, str(at)) for at, name in enumerate(names)]
    paths = uploads.kept(files, "session")
    place = paths[0].parent
    assert {path.name for path in paths} == {"pets", "etc"}
    inside = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
    assert inside == {"pets/cat/1.png", "pets/dog/1.png", "pets/evil.png", "etc/passwd"}


def test_they_go_with_the_session():
    (mine,), (other,) = (uploads.kept([File("a", "1")], session) for session in "ab")
    uploads.leave("a")
    assert not mine.exists()
    assert other.exists()
    assert uploads.kept([File("a", "1")], "a")[0].exists()


def test_they_go_with_the_last_space_that_was_read_from_them(joint):
    first, second = uploads.kept([File("a", "1"), File("b", "2")], "session")
    registry = Registry(1 << 30)
    for key, path in (("a", first), ("b", second), ("a|roles", first)):
        files = () if "|" in key else (stamp_of(path),)
        registry.add(key, lambda: joint, files=files, holder="session")
    registry.release("a", "session")
    registry.release("b", "session")
    assert first.exists()  # the space with other roles is made of it
    registry.release("a|roles", "session")
    assert not first.parent.exists()


def test_files_that_were_not_uploaded_stay(tmp_path, joint):
    uploads.folder()
    path = tmp_path / "mine.npy"
    path.touch()
    registry = Registry(1 << 30)
    registry.add("a", lambda: joint, files=(stamp_of(path),), holder="session")
    registry.leave("session")
    assert path.exists()


def test_a_space_is_let_go_with_the_last_session_that_holds_it():
    registry = Registry(1 << 30)
    made = []

    def load():
        made.append(1)
        return EmbeddingSpace("a", pd.DataFrame([[1.0, 2.0]]).to_numpy(), pd.DataFrame({"n": [1]}))

    for session in "ab":
        registry.add("demo", load, holder=session)
    space = registry.get("demo", "a")
    registry.release("demo", "a")
    assert registry.get("demo", "b") is space
    assert registry.n_bytes > 0
    registry.leave("b")
    assert registry.n_bytes == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
def test_what_a_killed_run_left_is_swept_and_what_lives_stays(tmp_path):
    code = (
        "import sys, tempfile; from explorer.keep import uploads\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "(uploads.folder() / 'big.npy').touch(); print(uploads.folder(), flush=True)\n"
        "sys.stdin.read()"
    )
    mine = uploads.folder()
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        theirs = Path(other.stdout.readline().decode().strip())
        uploads.sweep()
        assert theirs.exists()
        other.kill()
        other.wait()
    uploads.sweep()
    assert not theirs.exists()
    assert mine.exists()


def test_what_the_server_holds_of_them_is_given_up_and_the_files_stay(monkeypatch):
    held = MemoryUploadedFileManager("/upload")
    for file_id in ("1", "2", "other"):
        held.add_file("streamlit's", UploadedFileRec(file_id, "a.npy", "binary", b"1"))
    context = SimpleNamespace(session_id="streamlit's", uploaded_file_mgr=held)
    monkeypatch.setattr(scriptrunner, "get_script_run_ctx", lambda: context)
    paths = uploads.kept([File("a.npy", "1"), File("b.csv", "2")], "session")
    uploads.give_up(paths)
    assert list(held.file_storage["streamlit's"]) == ["other"]
    assert all(path.exists() for path in paths)
