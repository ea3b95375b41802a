"""What is open and what was made is there again in the next run of the app."""

import io

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer.keep.startup import Startup, set_startup, startup
from explorer.keep.store import Store
from tests.explorer.driving import ROOT, seen, settled

pytestmark = pytest.mark.slow  # whole pages are run


@pytest.fixture
def run(demos, tmp_path):
    """Start the app anew, as another process would, with one workspace folder."""
    before = startup()

    def start(*files):
        set_startup(Startup(files, demo=True, workspace=tmp_path / "workspace"))
        st.cache_resource.clear()
        return AppTest.from_file(str(ROOT / "explorer" / "shell" / "app.py"), default_timeout=60)

    yield start
    set_startup(before)
    st.cache_resource.clear()


def npz(n=40):
    rng = np.random.default_rng(0)
    stream = io.BytesIO()
    np.savez(stream, vectors=rng.normal(size=(n, 5)), label=np.array(["cat", "dog"] * (n // 2)))
    return stream.getvalue()


def opened(run):
    """A first run, in which a file was opened."""
    app = settled(run(), "data")
    app.file_uploader[0].upload("mine.npz", npz())
    settled(app)
    next(one for one in app.button if one.label == "Open this space").click()
    return settled(app)


def spaces(app):
    return app.selectbox(key="space").options


def test_an_opened_space_is_there_in_the_next_run(run):
    first = opened(run)
    kept = first.session_state["session"].kept["mine"]
    again = settled(run(), "data")
    assert spaces(again) == spaces(first)
    again.selectbox(key="space").select("mine")
    settled(again, "map")
    assert "40 items · 5 dimensions" in [caption.value for caption in again.caption]
    assert again.session_state["session"].kept["mine"] == kept


def test_a_closed_space_is_not_there_in_the_next_run(run):
    first = opened(run)
    first.button(key="close.mine").click()
    settled(first)
    assert "mine" not in spaces(settled(run(), "data"))


def test_everything_can_be_forgotten(run, tmp_path):
    first = opened(run)
    first.button(key="workspace.forget").click()
    settled(first)
    assert "mine" in spaces(first)
    assert not list(tmp_path.glob("workspace/*/*"))
    assert "mine" not in spaces(settled(run(), "data"))


def test_changed_roles_replace_the_kept_space(run, tmp_path):
    first = opened(run)
    first.segmented_control(key="data.tab").set_value("Columns and quality")
    settled(first)
    next(one for one in first.selectbox if one.label == "Label").set_value("(none)")
    settled(first)
    first.button(key="roles.apply").click()
    settled(first)
    again = settled(run(), "data")
    assert spaces(again).count("mine") == 1
    assert "mine (2)" not in spaces(again)
    (kept,), _ = Store(tmp_path / "workspace").spaces()
    assert Store(tmp_path / "workspace").load_space(kept.fingerprint).roles == {}


def test_a_file_of_the_command_line_is_opened_by_it_and_not_twice(run, tmp_path):
    path = tmp_path / "mine.npz"
    path.write_bytes(npz())
    assert spaces(settled(run(path), "data")).count("mine") == 1
    assert "mine" not in spaces(settled(run(), "data"))
    opened(run)
    assert not any(name.startswith("mine (") for name in spaces(settled(run(path), "data")))


def test_a_map_is_read_in_the_next_run_and_not_made_again(run, tmp_path):
    first = settled(run(), "map")
    first.selectbox(key="map.projection").select("umap")
    settled(first)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.glob("workspace/maps/*/*")}
    again = settled(run(), "map")
    again.selectbox(key="map.projection").select("umap")
    kept = again.session_state["session"]
    settled(again)
    made = [one.fingerprint for maps in kept.made.values() for one in maps.values()]
    before = first.session_state["session"].made
    assert made == [one.fingerprint for maps in before.values() for one in maps.values()]
    assert written == {
        path: path.stat().st_mtime_ns for path in tmp_path.glob("workspace/maps/*/*")
    }
    assert len(written) == 6  # two files each: PCA, the axis of the gap, UMAP


def test_a_damaged_space_is_said_to_be_so_and_the_others_open(run, tmp_path):
    opened(run)
    (about,) = tmp_path.glob("workspace/spaces/*/about.json")
    about.write_text("junk")
    app = settled(run(), "data")
    assert "mine" not in spaces(app)
    assert any("is no space, and is left out" in one for one in seen(app.warning))


def test_a_folder_that_cannot_be_used_does_not_stop_the_app(run, tmp_path):
    (tmp_path / "workspace").write_text("a file")
    app = settled(run(), "data")
    assert any("Nothing will be kept" in one.value for one in app.warning)
    assert spaces(app)


def test_a_space_that_cannot_be_read_is_said_and_can_be_closed(run, tmp_path):
    opened(run)
    (items,) = tmp_path.glob("workspace/spaces/*/items.parquet")
    items.write_bytes(b"junk")
    again = settled(run(), "data")
    again.selectbox(key="space").select("mine")
    settled(again)
    assert "cannot be read" in seen(again.warning)[0]
    again.button(key="close.mine").click().run()
    assert not again.warning
    assert "mine" not in spaces(again)


def test_files_of_the_command_line_are_looked_at_before_the_demo(run, tmp_path):
    names = ("mine", "Shapes and captions")  # also one that is called as a demo space is
    for name in names:
        (tmp_path / f"{name}.npz").write_bytes(npz())
    app = settled(run(*(tmp_path / f"{name}.npz" for name in names)), "data")
    assert tuple(spaces(app)[:2]) == names
    assert "Shapes and captions (2)" in spaces(app)
    assert app.selectbox(key="space").value == "mine"
    assert "40 items · 5 dimensions" in [caption.value for caption in app.caption]
