"""Long work runs once per key, tells where it is, and stops when nobody wants it."""

import threading
import time

import pytest
import streamlit as st
from streamlit.runtime.caching.cache_resource_api import clear_session_cache
from streamlit.testing.v1 import AppTest

from core.errors import Cancelled
from core.progress import stage, tick
from explorer.work import jobs as jobs_module
from explorer.work.jobs import Jobs
from explorer.work.jobs import jobs as workspace_jobs

A, B = ("a", "panel"), ("b", "panel")


@pytest.fixture
def jobs():
    return Jobs()


def endless():
    stage("going round")
    while True:
        tick(0.5)
        time.sleep(0.001)


def test_the_same_key_runs_once_for_everybody(jobs):
    runs = []
    first = jobs.ask("key", "work", lambda: runs.append(1) or 7, slot=A)
    second = jobs.ask("key", "work", lambda: runs.append(2) or 8, slot=B)
    jobs.settle()
    assert first is second
    assert (first.future.result(), runs) == (7, [1])


def test_a_result_is_kept(jobs):
    jobs.ask("key", "work", lambda: 7, slot=A)
    jobs.settle()
    assert jobs.has("key")
    assert jobs.ask("key", "work", endless, slot=A).future.result(1) == 7


def test_progress_has_a_stage(jobs):
    job = jobs.ask("key", "work", endless, slot=A)
    while job.stage != "going round":
        time.sleep(0.001)
    assert not job.done
    jobs.withdraw(A)
    jobs.settle(5)


def test_withdrawing_stops_the_work(jobs):
    job = jobs.ask("key", "work", endless, slot=A)
    jobs.withdraw(A)
    jobs.settle(5)
    assert job.cancelled
    assert not jobs.has("key")


def test_work_goes_on_while_somebody_else_wants_it(jobs):
    release = threading.Event()

    def patient():
        while not release.is_set():
            tick(0.1)
            time.sleep(0.001)
        return "done"

    job = jobs.ask("key", "work", patient, slot=A)
    jobs.ask("key", "work", patient, slot=B)
    jobs.withdraw(A)
    time.sleep(0.05)
    assert not job.done
    release.set()
    assert job.future.result(5) == "done"


def test_asking_for_something_else_in_the_same_place_drops_the_old_work(jobs):
    old = jobs.ask("old", "work", endless, slot=("a", "slider"))
    new = jobs.ask("new", "work", lambda: 1, slot=("a", "slider"))
    jobs.settle(5)
    assert old.cancelled
    assert new.future.result() == 1


def test_a_session_that_is_over_wants_nothing_any_more(jobs):
    running = jobs.ask("running", "work", endless, slot=("a", "map"))
    waiting = jobs.ask("waiting", "work", endless, slot=("a", "home"))
    jobs.leave("a")
    jobs.settle(5)
    assert running.cancelled
    assert waiting.cancelled


def test_a_session_that_is_over_takes_nothing_from_the_others(jobs):
    release = threading.Event()
    job = jobs.ask("key", "work", lambda: release.wait(5), slot=A)
    jobs.ask("key", "work", endless, slot=B)
    jobs.leave("a")
    release.set()
    assert job.future.result(5)


def test_an_error_reaches_whoever_asked(jobs):
    def broken():
        msg = "no such thing"
        raise ValueError(msg)

    job = jobs.ask("key", "work", broken, slot=A)
    with pytest.raises(ValueError, match="no such thing"):
        job.future.result(5)


def test_a_cancelled_error_is_not_taken_for_a_result(jobs):
    def stops():
        raise Cancelled

    job = jobs.ask("key", "work", stops, slot=A)
    jobs.settle(5)
    assert job.cancelled


def test_old_results_make_room(jobs, monkeypatch):
    monkeypatch.setattr(jobs_module, "MOST_RESULTS", 3)
    for key in range(6):
        jobs.ask(key, "work", lambda: 1, slot=("a", str(key)))
        jobs.settle()
    assert [jobs.has(key) for key in range(6)] == [False, False, False, True, True, True]


def test_a_closed_tab_withdraws_what_its_pages_asked_for():
    """Streamlit clears the caches of a session when its browser goes away."""

    def page():
        from explorer.work.compute import awaited  # noqa: PLC0415 - the script of a page
        from tests.explorer.work.test_jobs import endless  # noqa: PLC0415

        awaited("endless", "Endless", endless, place="page")

    st.cache_resource.clear()
    AppTest.from_function(page).run()
    (job,) = workspace_jobs()._jobs.values()
    assert not job.done
    clear_session_cache("test session id")
    workspace_jobs().settle(5)
    assert job.cancelled
