"""Several people at one app: what one computed is there for all; what is switched off is off."""

from dataclasses import replace
from functools import wraps

import pytest

from core.catalog import catalog
from explorer.keep.startup import set_startup, startup
from tests.explorer.driving import ROOT, seen, settled, started

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("demos")]  # whole pages are run


@pytest.fixture
def as_started():
    before = startup()
    yield
    set_startup(before)


def test_two_people_who_turn_the_same_slider_are_served_one_computation(monkeypatch):
    lens = catalog()["contrastive.uniformity"]
    ran = []
    run = lens.run

    @wraps(run)
    def counted(space, /, **knobs):
        ran.append(knobs["t"])
        return run(space, **knobs)

    monkeypatch.setitem(lens.__dict__, "run", counted)
    first = started()
    second = type(first).from_file(str(ROOT / "explorer" / "shell" / "app.py"), default_timeout=60)
    for person in (first, second):
        settled(person, "contrastive")
        person.slider(key="contrastive.uniformity.t").set_value(4.0)
        settled(person)
    assert ran.count(4.0) == 1
    assert first.session_state["session"].id != second.session_state["session"].id
    texts = [[one.value for one in person.markdown] for person in (first, second)]
    assert texts[0] == texts[1]


def test_a_guest_names_no_folder_of_the_host_as_a_model(as_started):
    app = settled(started(), "encode")
    assert [one for one in app.text_input if one.label.startswith("Folder, configuration file")]
    set_startup(replace(startup(), token="owner", guests=("guest",)))
    app = settled(started(), "encode")  # without the cookie of the owner
    assert app.file_uploader
    assert not [one for one in app.text_input if one.label.startswith("Folder, configuration file")]
    assert not [one for one in app.text_input if "machine" in one.label]


def test_a_read_only_app_offers_no_uploads_and_no_files(as_started):
    set_startup(replace(startup(), read_only=True))
    app = started()
    for page in ("data", "encode"):
        settled(app, page)
        assert "Whoever shares this app has switched off uploads." in seen(app.info)
        assert not app.file_uploader
        assert not [one for one in app.text_input if "machine" in one.label]
