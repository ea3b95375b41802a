"""No compiled loop reads or writes beyond its arrays: Numba checks it where it is asked to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_compiled_loops_stay_within_their_arrays(tmp_path):
    here = Path(__file__).parent
    asked = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow"),
            *(str(here), "--ignore", str(Path(__file__))),
        ],
        env={name: os.environ[name] for name in os.environ if "XDIST" not in name} | asked,
        cwd=here.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:]
