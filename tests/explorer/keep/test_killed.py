"""Killing the app in the middle of writing loses nothing that was written."""

import json
import subprocess
import sys

import pytest

from tests.explorer.driving import ROOT


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="processes do not fork there")
def test_fifty_kills_lose_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.explorer.keep.killing", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["written"] >= 50
    assert found["lost"] == []
    assert found["left"] == 0
