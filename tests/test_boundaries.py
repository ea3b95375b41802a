"""Who may import whom, and what is loaded only when it is used."""

import subprocess
import sys

import pytest

CORE = """
import sys
from core.catalog import catalog, projections, transforms
import core.demo, core.io, core.quality, core.record, core.verdict
catalog(), projections(), transforms()
"""
SHELL = """
import sys
import explorer.data, explorer.map.page, explorer.panel, explorer.vitals
from core.catalog import catalog
catalog()
"""


def loaded(code: str, names: set[str]) -> set[str]:
    found = f"{code}\nprint(*sorted({names!r} & set(sys.modules)))"
    return set(subprocess.check_output([sys.executable, "-c", found], text=True).split())


def test_core_imports_no_user_interface():
    assert loaded(CORE, {"streamlit", "plotly", "explorer"}) == set()


@pytest.mark.parametrize("code", [CORE, SHELL], ids=["core", "shell"])
def test_heavy_packages_are_loaded_only_when_they_are_used(code):
    heavy = {"torch", "torchvision", "open_clip", "umap", "numba", "pynndescent", "sklearn"}
    assert loaded(code, heavy) == set()
