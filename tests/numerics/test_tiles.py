"""Tiles cover every pair once, results keep their order, and a stop is a stop."""

import threading
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from core.errors import Cancelled
from core.numerics import tiles
from core.progress import listening, stage


@pytest.mark.parametrize("n", [1, 2, 31, 32, 33, 600, 9000])
def test_the_triangle_holds_every_pair_once(n):
    side = tiles.side(n)
    seen = np.zeros((-(-n // side),) * 2, int)
    for rows, columns in tiles.triangle(n):
        seen[rows.start // side, columns.start // side] += 1
        assert rows.start <= columns.start and max(rows.stop, columns.stop) <= n
    np.testing.assert_array_equal(seen, np.triu(np.ones_like(seen)))


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 500), (500, 3), (9000, 100)])
def test_the_rectangle_holds_every_pair_once(n, m):
    area = sum(
        (rows.stop - rows.start) * (columns.stop - columns.start)
        for rows, columns in set_of(tiles.rectangle(n, m))
    )
    assert area == n * m


def set_of(found):
    assert len({(rows.start, columns.start) for rows, columns in found}) == len(found)
    return found


def test_no_items_make_no_tiles():
    assert tiles.triangle(0) == tiles.rectangle(0, 5) == tiles.rectangle(5, 0) == []


def test_results_come_in_the_order_of_the_tasks():
    def slow_when_even(task):
        time.sleep(0.002 * (task % 2 == 0))
        return task

    assert list(tiles.in_order(slow_when_even, range(50))) == list(range(50))


def test_no_more_tasks_are_worked_on_than_may_be():
    lock, at_work, most = threading.Lock(), [], []

    def work(task):
        with lock:
            at_work.append(task)
            most.append(len(at_work))
        time.sleep(0.001)
        with lock:
            at_work.remove(task)
        return task

    assert list(tiles.in_order(work, range(12), at_a_time=1)) == list(range(12))
    assert max(most) == 1


def test_progress_is_reported_from_the_calling_thread():
    heard = []

    def listener(name, fraction):
        heard.append((name, fraction, threading.current_thread()))

    with listening(listener):
        stage("pairs")
        tiles.run(lambda _: time.sleep(0.02), range(60))
    assert len(heard) > 1
    assert {(name, thread) for name, _, thread in heard} == {("pairs", threading.current_thread())}
    assert [fraction for _, fraction, _ in heard] == sorted(fraction for _, fraction, _ in heard)
    assert all(0 <= fraction <= 1 for _, fraction, _ in heard)


def test_cancelling_leaves_the_remaining_tasks_undone(original):
    done = []

    def listener(_name, _fraction):
        raise Cancelled

    def work(task):
        time.sleep(0.01)
        done.append(task)

    with listening(listener), pytest.raises(Cancelled):
        tiles.run(work, range(10_000))
    reached = len(done)
    time.sleep(0.05)
    assert len(done) == reached < 1000
    assert _blas_threads() == original


def test_an_error_in_a_task_reaches_the_caller(original):
    def work(task):
        if task == 7:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tiles.run(work, range(100))
    assert _blas_threads() == original


def test_jobs_side_by_side_keep_one_blas_thread_until_the_last_ends(original):
    seen = []
    first, second = tiles.in_order(_note(seen), range(8)), tiles.in_order(_note(seen), range(40))
    next(first), next(second)
    list(first)
    list(second)
    assert {threads for counts in seen for threads in counts} == {1}
    assert _blas_threads() == original


def test_a_job_within_a_job_keeps_the_limit_of_the_outer_one(original):
    seen = []
    for _ in tiles.in_order(_note(seen), range(20)):
        tiles.run(_note(seen), range(2))
    assert {threads for counts in seen for threads in counts} == {1}
    assert _blas_threads() == original


def test_jobs_begin_and_end_in_any_thread(original):
    """Of all threads, threadpoolctl obeys one, which here is another one that lives on."""
    seen, stop = [], threading.Event()
    first = tiles.in_order(_note(seen), range(8))

    def begin():
        next(first)
        stop.wait()

    elsewhere = threading.Thread(target=begin)
    elsewhere.start()
    while not seen:
        time.sleep(0.01)
    try:
        list(tiles.in_order(_note(seen), range(8)))
        list(first)
        assert _blas_threads() == original
        tiles.run(_note(seen), range(8))
        assert {threads for counts in seen for threads in counts} == {1}
        assert _blas_threads() == original
    finally:
        stop.set()
        elsewhere.join()


def test_another_limit_around_the_first_job_does_not_stay(original):
    with threadpool_limits(1, user_api="blas"):
        job = tiles.in_order(time.sleep, [0.0] * 40)
        next(job)
    list(job)
    assert _blas_threads() == original


def test_scratch_belongs_to_a_thread_and_is_used_again():
    scratch = tiles.Scratch()
    here = scratch.array("tile", (3, 4), np.float32)
    elsewhere = []
    thread = threading.Thread(
        target=lambda: elsewhere.append(scratch.array("tile", (3, 4), np.float32))
    )
    thread.start()
    thread.join()
    assert not np.shares_memory(here, elsewhere[0])
    assert np.shares_memory(here, scratch.array("tile", (2, 3), np.float64))
    assert not np.shares_memory(here, scratch.array("other", (3, 4), np.float32))


@pytest.fixture
def original():
    """BLAS threads before a test, of the libraries that are loaded by then."""
    tiles._blas.cache_clear()
    tiles._blas()
    return _blas_threads()


def _blas_threads():
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def _note(seen):
    return lambda _: seen.append(_blas_threads())


def test_without_tasks_there_are_no_results():
    assert list(tiles.in_order(abs, [])) == []
