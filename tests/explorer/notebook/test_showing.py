"""The app that a notebook starts: on its spaces, with its lenses, and no longer than it lives."""

import contextlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import core.catalog as catalog_module
import explorer
from core.catalog import catalog, families, family, take_in
from core.errors import BadParameter
from core.lens import Lens
from explorer.keep.keeping import hand_over, handed_spaces
from explorer.keep.startup import Startup, set_startup, startup
from explorer.work.compute import _key

LENS = '''
from dataclasses import dataclass
from typing import Annotated
import numpy as np
import pandas as pd
from core.cost import Size
from core.estimates import Estimate
from core.annotations import Amount
from core.knobs import Between
from core.lens import Example, Lens
from core.readouts import ItemScores
from core.space import EmbeddingSpace

FACTOR = 2.0

@dataclass(frozen=True)
class Found:
    mean: Annotated[Amount, "Mean length."]
    by_item: Annotated[ItemScores, "Length of an item."]

def helper(norms):
    return FACTOR * norms

def doubled_length(space: EmbeddingSpace, /, *,
                   power: Annotated[int, Between(1, 3), "Of the lengths."] = 1) -> Found:
    """Twice the length."""
    values = helper(space.norms.astype(np.float64)) ** power
    return Found(Estimate(values.mean()), ItemScores(values, "twice the length"))

def example(rng):
    space = EmbeddingSpace("ones", np.ones((5, 4), np.float32), pd.DataFrame(index=range(5)))
    return Example((space,), {"mean": (3.9, 4.1)}, "Twice the length 2.")

lens = Lens(run=doubled_length, title="Doubled length", question="How long are they, twice?",
            reading_guide="Twice the mean length.", caution="None.", headline="mean", sources=(),
            fidelity="inspired by the paper", example=example, cost=lambda size: 1e-6 * size.n)
'''


@pytest.fixture
def lens():
    """A lens that the cells of a notebook made: its module is `__main__`, and no file."""
    cells = {"__name__": "__main__"}
    exec(LENS, cells)  # noqa: S102 - it is above
    return cells["lens"]


@pytest.fixture
def taken(lens):
    take_in([lens])
    yield lens
    take_in([])


@pytest.fixture
def space():
    items = pd.DataFrame({"kind": ["a", "b"] * 10}, index=[f"item {i}" for i in range(20)])
    vectors = np.random.default_rng(0).normal(size=(20, 4))
    return explorer.space((vectors, items), name="lengths", label="kind")


def test_a_lens_of_a_notebook_has_a_key_and_a_family_of_its_own(taken):
    assert taken.key == "own.doubled_length"
    assert catalog()["own.doubled_length"] is taken
    assert list(families())[-1] == "own"
    assert family("own") == [taken]


def test_without_one_there_is_no_such_family():
    assert "own" not in families()
    assert not catalog_module._own


def test_two_lenses_of_one_name_are_refused(lens, space):
    with pytest.raises(BadParameter, match=r"two lenses 'own\.doubled_length'"):
        explorer.show(space, lenses=[lens, lens])
    with pytest.raises(BadParameter, match=r"two lenses 'geometry\.hubness'"):
        take_in([catalog()["geometry.hubness"]])


def test_nothing_to_show_is_refused():
    with pytest.raises(BadParameter, match="at least one space"):
        explorer.show()


def test_results_of_a_changed_lens_are_computed_anew(lens, space):
    cells = {"__name__": "__main__"}
    exec(LENS.replace("** power", "* power"), cells)  # noqa: S102 - it is above
    changed: Lens = cells["lens"]
    assert _key(lens.run, (space,), {}) == _key(lens.run, (space,), {})
    assert _key(lens.run, (space,), {}) != _key(changed.run, (space,), {})


def test_spaces_are_handed_over_whole_and_in_order(space, tmp_path):
    before = startup()
    hand_over([space, space], tmp_path)
    set_startup(Startup(handed=tmp_path))
    try:
        found = [(name, load()) for name, load in handed_spaces()]
    finally:
        set_startup(before)
    assert [name for name, _ in found] == ["lengths", "lengths"]
    for _, one in found:
        assert one.fingerprint == space.fingerprint
        assert one.items.equals(space.items)
        assert one.roles == space.roles


def shown_folders():
    return set(Path(tempfile.gettempdir()).glob("explorer-show-*"))


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
        return True
    return False


@pytest.mark.slow
def test_the_app_answers_whoever_has_the_token_until_it_is_closed(space):
    before = shown_folders()
    with explorer.show(space, browser=False) as shown:
        (folder,) = shown_folders() - before
        assert folder.stat().st_mode & 0o777 == 0o700
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(shown.url, timeout=30) as page:
            policy = page.headers["Content-Security-Policy"]
        assert "frame-ancestors http://localhost:* http://127.0.0.1:*" in policy
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(shown.url.partition("?")[0], timeout=30)  # noqa: S310 - our own
        assert shown.url in shown._repr_html_()
    assert shown_folders() == before
    assert shown._repr_html_() == "<p>The app was closed.</p>"
    assert not listens(int(re.search(r"localhost:(\d+)/", shown.url)[1]))


@pytest.mark.slow
def test_the_app_ends_with_the_notebook_even_if_that_is_killed(tmp_path):
    code = (
        "import os, signal, explorer, numpy as np\n"
        "shown = explorer.show(explorer.space(np.eye(8)), browser=False)\n"
        "print(shown.url, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    before = shown_folders()
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=120
    )
    port = int(re.search(r"localhost:(\d+)/", done.stdout)[1])
    deadline = time.monotonic() + 60
    while listens(port) or shown_folders() != before:
        assert time.monotonic() < deadline, "it still answers, or its folder is there"
        time.sleep(0.1)
