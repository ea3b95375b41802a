"""What cells lead to: pages, and pictures in the folder of the file, never others of the disk."""

import pytest

from explorer.items import leads as module
from explorer.items.leads import beside
from explorer.items.rows import is_address
from explorer.keep.startup import Startup


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "data" / "pictures").mkdir(parents=True)
    for name in ("data/pictures/a.png", "secret.png", "data/notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    monkeypatch.setattr(module, "startup", lambda: Startup((tmp_path / "data" / "x.npz",)))
    monkeypatch.setattr(module, "is_owner", lambda: True)
    return tmp_path


@pytest.mark.parametrize("said", ["pictures/a.png", "pictures\\a.png", "./pictures/a.png"])
def test_a_picture_in_the_folder_of_the_file_is_found(folder, said):
    assert beside(said) == (folder / "data/pictures/a.png").resolve()


@pytest.mark.parametrize("said", ["../secret.png", "notes.txt", "pictures/b.png", "", None, 3])
def test_nothing_outside_of_the_folder_nor_what_is_no_picture_is(folder, said):
    assert beside(said) is None
    assert beside(str(folder / "secret.png")) is None


def test_a_link_out_of_the_folder_is_not_followed(folder):
    (folder / "data" / "out.png").symlink_to(folder / "secret.png")
    assert beside("out.png") is None


def test_a_guest_sees_no_file_of_the_disk(folder, monkeypatch):
    monkeypatch.setattr(module, "is_owner", lambda: False)
    assert beside("pictures/a.png") is None


@pytest.mark.parametrize("cell", ["https://a.example/b.html", "http://a.example"])
def test_an_address_is_a_link(cell):
    assert is_address(cell)


@pytest.mark.parametrize("cell", ["javascript:alert(1)", "see https://a.example", "data:x", None])
def test_other_words_are_none(cell):
    assert not is_address(cell)
