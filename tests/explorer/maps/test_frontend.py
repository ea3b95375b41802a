"""The modules of the canvas that need no browser, where Node is installed."""

import shutil
import subprocess

import pytest

from tests.explorer.driving import ROOT

FRONTEND = ROOT / "explorer" / "maps" / "frontend"


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_the_modules_of_the_canvas_do_what_they_say():
    node = str(shutil.which("node"))
    command = [node, "--test", *map(str, sorted((FRONTEND / "test").glob("*.mjs")))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "# pass 0" not in done.stdout
