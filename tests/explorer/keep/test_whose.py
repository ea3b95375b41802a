"""What is kept in the folder is the owner's: what guests look at leaves nothing there."""

import pytest

from core.projections.pca import PROJECTION
from explorer.keep import keeping
from explorer.keep.keeping import has_result, map_of, opened, result_of
from explorer.keep.startup import Startup, set_startup, startup


@pytest.fixture
def folder(tmp_path, monkeypatch):
    before = startup()
    set_startup(Startup(workspace=tmp_path, token="owner", guests=("guest",)))
    opened.clear()
    monkeypatch.setattr(keeping, "is_owner", lambda: False)
    yield tmp_path
    set_startup(before)
    opened.clear()


def files(folder):
    return {path for path in folder.rglob("*") if path.is_file()}


def test_a_guest_leaves_no_map_and_no_result_in_the_folder(folder, joint, monkeypatch):
    def make():
        return PROJECTION(joint)

    before = files(folder)
    assert map_of("map", joint, make) is make
    assert result_of("result", dict, make) is make
    assert not has_result("result")
    assert files(folder) == before
    monkeypatch.setattr(keeping, "is_owner", lambda: True)
    map_of("map", joint, make)()
    assert files(folder) > before
