"""What a visitor may have; who started the app may have what fits."""

import threading
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core.space import EmbeddingSpace
from explorer.keep.startup import Limits, Startup, set_startup, startup
from explorer.session import limits
from explorer.session.limits import TooMuch, check_jobs, check_spaces, check_upload
from explorer.session.registry import Registry
from explorer.work.jobs import Jobs


@pytest.fixture
def shared(monkeypatch):
    """An app that others are let into, and what says who is at its screen."""
    before = startup()
    narrow = Limits(spaces=2, megabytes=3, jobs=4)
    set_startup(Startup(token="owner", guests=("guest",), limits=narrow))
    yield lambda *, owner: monkeypatch.setattr(limits, "is_owner", lambda: owner)
    set_startup(before)


def test_a_visitor_has_so_many_spaces_so_much_memory_and_so_many_jobs(shared):
    shared(owner=False)
    check_spaces(1, 3_000_000)
    check_upload([SimpleNamespace(size=1_000_000), SimpleNamespace(size=2_000_000)])
    check_jobs(3)
    with pytest.raises(TooMuch, match=r"2 spaces .* Close one first"):
        check_spaces(2, 0)
    with pytest.raises(TooMuch, match=r"need 4 MB; .* 3 MB"):
        check_spaces(1, 4_000_000)
    with pytest.raises(TooMuch, match=r"have 4 MB; .* 3 MB"):
        check_upload([SimpleNamespace(size=2_000_000), SimpleNamespace(size=2_000_000)])
    with pytest.raises(TooMuch, match="4 pieces of work"):
        check_jobs(4)


def test_who_started_the_app_has_no_limits(shared):
    shared(owner=True)
    check_spaces(1_000, 1 << 40)
    check_upload([SimpleNamespace(size=1 << 40)])
    check_jobs(1_000)


def test_memory_of_some_spaces_is_that_of_their_vectors_and_items():
    registry = Registry(1 << 30)
    for name, n in (("a", 10), ("b", 20)):
        space = EmbeddingSpace(name, np.ones((n, 5), np.float32), pd.DataFrame(index=range(n)))
        registry.add(name, lambda space=space: space, space=space, holder="me")
    both, first = registry.n_bytes_of(["a", "b"]), registry.n_bytes_of(["a", "gone"])
    assert both == registry.n_bytes
    assert 10 * 5 * 4 <= first < both


def test_what_a_session_waits_for_is_counted_until_it_is_done():
    jobs = Jobs()
    go = threading.Event()
    jobs.ask("slow", "slow", go.wait, slot=("me", "here"))
    jobs.ask("next", "next", lambda: 1, slot=("me", "there"))
    jobs.ask("other", "other", lambda: 1, slot=("you", "here"))
    assert jobs.unfinished("me") == 2
    go.set()
    jobs.settle(20)
    assert jobs.unfinished("me") == 0
