"""A kept space that is closed stays while another tab or process has it open."""

import subprocess
import sys

import pytest

from explorer.keep.holding import Holding
from explorer.keep.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def spaces(store):
    return [one.fingerprint for one in store.spaces()[0]]


def test_a_space_goes_with_the_last_session_that_has_it_open(store, joint):
    store.keep_space(joint)
    holding = Holding(store)
    for session in "ab":
        holding.hold(joint.fingerprint, session)
    holding.close(joint.fingerprint, "a")
    assert spaces(store) == [joint.fingerprint]
    assert holding.closed == {joint.fingerprint}  # no new session opens it
    holding.leave("b")
    assert spaces(store) == []


def test_what_a_session_had_open_that_is_over_is_kept(store, joint):
    store.keep_space(joint)
    holding = Holding(store)
    holding.hold(joint.fingerprint, "a")
    holding.leave("a")
    assert spaces(store) == [joint.fingerprint]


def test_what_is_opened_again_is_no_longer_closed(store, joint):
    store.keep_space(joint)
    holding = Holding(store)
    holding.hold(joint.fingerprint, "a")
    holding.hold(joint.fingerprint, "b")
    holding.close(joint.fingerprint, "a")
    holding.hold(joint.fingerprint, "a")
    holding.leave("a")
    holding.leave("b")
    assert spaces(store) == [joint.fingerprint]


@pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
def test_another_process_that_has_it_open_keeps_it(store, joint):
    store.keep_space(joint)
    code = (
        "import sys; from pathlib import Path\n"
        "from explorer.keep.holding import Holding; from explorer.keep.store import Store\n"
        f"held = Holding(Store(Path({str(store.folder)!r})))\n"
        f"held.hold({joint.fingerprint!r}, 'other'); print('open', flush=True); sys.stdin.read()\n"
    )
    holding = Holding(store)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"open\n"
        holding.hold(joint.fingerprint, "a")
        holding.close(joint.fingerprint, "a")
        assert spaces(store) == [joint.fingerprint]
        other.communicate(b"")
    holding.hold(joint.fingerprint, "a")
    holding.close(joint.fingerprint, "a")
    assert spaces(store) == []
