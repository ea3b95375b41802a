"""Long work runs once per key, tells where it is, and stops when nobody wants it."""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import streamlit as st
from streamlit.runtime.caching.cache_resource_api import clear_session_cache
from streamlit.testing.v1 import AppTest

from core.errors import Cancelled
from core.progress import so_far, stage, tick
from explorer.work import jobs as jobs_module
from explorer.work.jobs import LONG, MOST_LONG, YIELDING, Jobs
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


def waiting_for(event, *, then=1):
    """Work that lasts until something happens, and can be stopped."""

    def work():
        while not event.wait(0.001):
            tick(0.5)
        return then

    return work


def test_a_job_tells_the_number_it_has_before_it_is_done(jobs):
    release = threading.Event()

    def work():
        so_far(0.83)
        so_far(float("nan"))  # no number
        return waiting_for(release)()

    job = jobs.ask("lens", "work", work, slot=A)
    while job.fraction != 0.5:
        time.sleep(0.001)
    assert job.so_far == 0.83
    release.set()


def test_short_work_passes_long_work(jobs):
    release = threading.Event()
    long = jobs.ask("map", "work", waiting_for(release), slot=A, seconds=LONG)
    assert jobs.ask("number", "work", lambda: 7, slot=B).future.result(5) == 7
    assert jobs.ask("another", "work", lambda: 8, slot=("a", "home")).future.result(5) == 8
    assert not long.done
    release.set()
    assert long.future.result(5) == 1


def test_long_work_of_one_session_does_not_hold_up_that_of_another(jobs):
    release = threading.Event()
    first = jobs.ask("1", "work", waiting_for(release), slot=("a", "1"), seconds=LONG)
    second = jobs.ask("2", "work", lambda: 2, slot=("a", "2"), seconds=LONG)
    assert jobs.ask("3", "work", lambda: 3, slot=B, seconds=LONG).future.result(5) == 3
    assert not first.done
    assert not second.done  # one long job of a session at a time
    release.set()
    assert second.future.result(5) == 2


def test_no_more_than_a_few_long_jobs_run_side_by_side(jobs):
    release = threading.Event()
    asked = [
        jobs.ask(name, "work", waiting_for(release), slot=(name, "map"), seconds=LONG)
        for name in "abcde"
    ]
    assert [job.future.running() for job in asked] == [True] * MOST_LONG + [False] * 2
    release.set()
    jobs.settle(5)


def noted(jobs, order, *names):
    """Ask for work that notes its name, in a slot of its own of the session it begins with."""
    for name in names:
        jobs.ask(name, "work", lambda name=name: order.append(name), slot=(name[0], name))


def test_sessions_take_turns_and_each_has_its_page_from_the_top(jobs):
    release, order = threading.Event(), []
    jobs.ask("now", "work", waiting_for(release), slot=("c", "now"))
    noted(jobs, order, "a1", "a2", "a3", "b1", "b2")
    release.set()
    jobs.settle(5)
    assert order == ["a1", "b1", "a2", "b2", "a3"]


def test_the_page_on_the_screen_comes_before_the_one_that_was_left(jobs):
    release, order = threading.Event(), []
    jobs.ask("now", "work", waiting_for(release), slot=("c", "now"))
    noted(jobs, order, "a1", "a2", "a3")
    jobs.turn_page("a")
    noted(jobs, order, "a4", "a2", "a5", "a4")
    release.set()
    jobs.settle(5)
    assert order == ["a4", "a2", "a5", "a1", "a3"]


def test_a_short_job_that_takes_long_lets_the_others_pass(jobs, monkeypatch):
    monkeypatch.setattr(jobs_module, "SHORT", 0.01)
    release = threading.Event()
    slow = jobs.ask("slow", "work", waiting_for(release), slot=A)
    assert jobs.ask("quick", "work", lambda: 7, slot=B).future.result(5) == 7
    assert not slow.done
    release.set()
    assert slow.future.result(5) == 1


def test_what_waits_and_is_not_wanted_any_more_never_runs(jobs):
    release, ran = threading.Event(), []
    jobs.ask("now", "work", waiting_for(release), slot=A)
    job = jobs.ask("later", "work", lambda: ran.append(1), slot=B)
    jobs.withdraw(B)
    assert job.cancelled  # without its turn having come
    release.set()
    jobs.settle(5)
    assert ran == []


@pytest.mark.skipif(sys.platform != "linux", reason="a priority belongs to a process there")
def test_long_work_yields_the_cores_with_all_threads_it_starts(jobs):
    def priority():
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(os.getpriority, os.PRIO_PROCESS, 0).result()

    long = jobs.ask("long", "work", priority, slot=A, seconds=LONG).future.result(5)
    short = jobs.ask("short", "work", priority, slot=A).future.result(5)
    assert long == min(short + YIELDING, 19)


def test_work_within_a_job_is_computed_once_for_all(jobs):
    runs = []
    jobs.ask("lens", "work", lambda: runs.append("page") or 7, slot=A).future.result(5)

    def report():
        return [
            jobs.within(key, "work", lambda key=key: runs.append(key) or 8)
            for key in ("lens", "other")
        ]

    assert jobs.ask("report", "work", report, slot=B, seconds=LONG).future.result(5) == [7, 8]
    assert jobs.ask("other", "work", endless, slot=A).future.result(5) == 8
    assert runs == ["page", "other"]


def test_work_within_a_job_that_waits_its_turn_is_done_at_once(jobs):
    release = threading.Event()
    jobs.ask("now", "work", waiting_for(release), slot=A)
    waits = jobs.ask("lens", "work", lambda: 7, slot=B)
    report = jobs.ask(
        "report",
        "work",
        lambda: jobs.within("lens", "work", lambda: 7),
        slot=("b", "2"),
        seconds=LONG,
    )
    assert report.future.result(5) == 7
    assert waits.future.result(0) == 7
    release.set()
    jobs.settle(5)


def test_work_within_a_job_that_runs_already_is_waited_for(jobs):
    release = threading.Event()
    lens = jobs.ask("lens", "work", waiting_for(release, then=7), slot=A)
    report = jobs.ask(
        "report", "work", lambda: jobs.within("lens", "work", endless), slot=B, seconds=LONG
    )
    while len(lens.wanted_by) < 2:
        time.sleep(0.001)
    jobs.withdraw(A)  # the report still wants it
    release.set()
    assert report.future.result(5) == 7


def test_a_job_that_is_stopped_stops_the_work_within(jobs):
    report = jobs.ask(
        "report", "work", lambda: jobs.within("lens", "work", endless), slot=A, seconds=LONG
    )
    while report.fraction != 0.5:
        time.sleep(0.001)
    jobs.withdraw(A)
    jobs.settle(5)
    assert report.cancelled
    assert not jobs.has("lens")


def test_a_session_is_idle_while_none_of_its_work_waits_or_runs(jobs):
    release = threading.Event()
    assert jobs.idle("a")
    running = jobs.ask("now", "work", waiting_for(release), slot=A)
    jobs.ask("later", "work", lambda: 1, slot=B)
    assert not jobs.idle("a") and not jobs.idle("b") and jobs.idle("c")
    release.set()
    jobs.settle(5)
    while not (jobs.idle("a") and jobs.idle("b")):  # threads end a moment after their results
        time.sleep(0.001)
    assert running.done
