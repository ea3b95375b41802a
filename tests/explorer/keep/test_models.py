"""Models that encoded something are offered again, in the next run too."""

import pytest

from core.origin import EncoderId
from explorer.keep import models
from explorer.keep.store import Store

ONE = EncoderId("open_clip", "ViT-B-32", "openai")
OTHER = EncoderId("sentence-transformers", "some/model", options=(("layer", "3"),))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(models, "store", lambda: Store(tmp_path))
    return tmp_path


def test_the_last_one_comes_first_and_each_once(folder):
    models.keep_models([ONE])
    models.keep_models([OTHER])
    models.keep_models([ONE])
    assert models.kept_models() == [ONE, OTHER]


def test_not_more_are_kept_than_somebody_reads(folder):
    models.keep_models([EncoderId("open_clip", str(at)) for at in range(100)])
    assert len(models.kept_models()) == models.MOST


DAMAGED = ["", "[]", '{"models": [1]}', '{"models": [{"library": "x"}]}', "[" * 100_000]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_list_offers_none_and_is_written_anew(folder, text):
    (folder / models.FILE).write_text(text)
    assert models.kept_models() == []
    models.keep_models([ONE])
    assert models.kept_models() == [ONE]


def test_a_disk_that_is_full_loses_no_encoding(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    Store(folder)  # the folder is there from before
    monkeypatch.setattr(models.atomic, "write", full)
    models.keep_models([ONE])
    assert models.kept_models() == []


def test_a_guest_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(models, "store", lambda: None)
    models.keep_models([ONE])
    assert models.kept_models() == []
