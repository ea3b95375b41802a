"""Who may import whom, and what is loaded only when it is used."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

CORE = """
import sys
from core.catalog import catalog, projections, transforms
import core.demo, core.io, core.quality, core.record, core.verdict
catalog(), projections(), transforms()
"""
SHELL = """
import sys
import explorer.bring.page, explorer.maps.page
import explorer.measures.panel, explorer.measures.vitals
from core.catalog import catalog
catalog()
"""


@cache
def loaded(code: str) -> set[str]:
    """Packages that are in memory after some code, run by a Python of its own."""
    found = f"{code}\nprint(*sys.modules)"
    modules = subprocess.check_output([sys.executable, "-c", found], text=True).split()
    return {module.partition(".")[0] for module in modules}


def test_core_imports_no_user_interface():
    assert not loaded(CORE) & {"streamlit", "plotly", "explorer"}


@pytest.mark.parametrize("code", [CORE, SHELL], ids=["core", "shell"])
def test_heavy_packages_are_loaded_only_when_they_are_used(code):
    heavy = {"torch", "torchvision", "open_clip", "umap", "numba", "pynndescent", "sklearn"}
    assert not loaded(code) & heavy


def test_no_sentence_of_core_names_a_page():
    pages = ("Data", "Encode", "Compare", "Map", "Ask", "Measures", "Models")
    named = [
        f"{path.name}:{number}"
        for path in sorted((Path(__file__).parents[1] / "core").rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if any(f"{page} page" in line for page in pages)
    ]
    assert named == []


def test_what_opens_has_a_key_so_that_it_stays_open_when_something_comes_to_stand_above_it():
    root = Path(__file__).parents[1]
    nameless = [
        f"{path.relative_to(root)}:{call.lineno}"
        for room in ("explorer", "pages")
        for path in sorted((root / room).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"expander", "popover"}
        and "key" not in {given.arg for given in call.keywords}
    ]
    assert nameless == []


def _unbound(function):
    """Names that a refusal under ``explained()`` leaves without a value, though read after it."""
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    for block in ast.walk(function):
        if not isinstance(block, ast.With) or "explained()" not in map(ast.unparse, block.items):
            continue
        inside = {node for part in block.body for node in ast.walk(part)}
        bound = {one.id for one in names if one in inside and isinstance(one.ctx, ast.Store)}
        before = {
            one.id for one in names if isinstance(one.ctx, ast.Store) and one.lineno < block.lineno
        }
        after = {
            one.id
            for one in names
            if isinstance(one.ctx, ast.Load) and one.lineno > block.end_lineno
        }
        returns = isinstance(block.body[-1], ast.Return)
        yield from () if returns else (bound - before) & after


def test_what_a_refusal_leaves_undone_has_a_value_where_it_is_read():
    """``explained()`` goes on after the block: what the block was to give must be there before."""
    left = {
        f"{path.stem}.{function.name}: {name}"
        for root in ("explorer", "pages")
        for path in Path(root).rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for name in _unbound(function)
    }
    assert left == set()
