"""Work that is begun before it is asked for."""

import pytest
from streamlit.testing.v1 import AppTest

from explorer.work import compute
from explorer.work.jobs import Jobs


def page():
    import streamlit as st  # noqa: PLC0415 - a script of its own

    from explorer.work.compute import ahead, computed  # noqa: PLC0415
    from tests.explorer.work.test_ahead import quick  # noqa: PLC0415

    if st.toggle("now"):
        st.write(computed(quick, (), "Quick", place="later"))
    else:
        with ahead():
            found = computed(quick, (), "Quick", place="later")
        st.write("there" if found else "not there")


def quick() -> int:
    CALLS.append(1)
    return 7


CALLS: list[int] = []


@pytest.fixture
def jobs(monkeypatch):
    mine = Jobs()
    monkeypatch.setattr(compute, "jobs", lambda: mine)
    monkeypatch.setattr(compute, "jobs_of", lambda name: (mine, name))
    CALLS.clear()
    return mine


def test_what_is_begun_ahead_draws_nothing_and_is_there_when_it_is_asked_for(jobs):
    app = AppTest.from_function(page, default_timeout=60).run()
    assert app.markdown[-1].value in {"there", "not there"}
    assert not app.get("progress")
    jobs.settle(10)
    app.run()
    assert app.markdown[-1].value == "there"
    app.toggle[0].set_value(True).run()
    assert app.markdown[-1].value == "`7`"
    assert CALLS == [1]


@pytest.mark.parametrize(("owner", "under_way"), [(True, compute.MOST_AHEAD), (False, 1)])
def test_little_is_begun_ahead_of_other_work_and_less_of_a_visitor(
    jobs, monkeypatch, owner, under_way
):
    monkeypatch.setattr(compute, "is_owner", lambda: owner)
    monkeypatch.setattr(jobs, "unfinished", lambda session: under_way)
    app = AppTest.from_function(page, default_timeout=60).run()
    assert app.markdown[-1].value == "not there"
    assert CALLS == []
