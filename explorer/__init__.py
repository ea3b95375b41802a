"""Embedding Explorer: the app, and what a notebook calls.

>>> import explorer, numpy as np
>>> space = explorer.space(np.eye(8, 3) + 1, name="eight")
>>> explorer.measure(space, "geometry.spectrum").effective_rank.value > 1
True
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.notebook.maps import map_widget as map  # noqa: A004 - explorer.map
    from explorer.notebook.maps import save_map
    from explorer.notebook.measures import measure, measure_all, report
    from explorer.notebook.showing import show
    from explorer.notebook.spaces import demo, space
    from explorer.notebook.spaces import open_files as open  # noqa: A004 - explorer.open

__all__ = ["demo", "map", "measure", "measure_all", "open", "report", "save_map", "show", "space"]

_ours = find_spec("core")
if _ours is None or Path(str(_ours.origin)).parents[1] != Path(__file__).parents[1]:
    _message = (
        "Embedding Explorer needs the package `core` that is installed with it, but another one, "
        f"{_ours and _ours.origin}, comes first: install it in an environment of its own."
    )
    raise ImportError(_message)

_PLACES = {
    "demo": ("spaces", "demo"),
    "map": ("maps", "map_widget"),
    "measure": ("measures", "measure"),
    "measure_all": ("measures", "measure_all"),
    "open": ("spaces", "open_files"),
    "report": ("measures", "report"),
    "save_map": ("maps", "save_map"),
    "show": ("showing", "show"),
    "space": ("spaces", "space"),
}


def __getattr__(name: str) -> Any:
    """What a notebook calls, imported when it is: the app starts without it."""
    if name not in _PLACES:
        message = f"module 'explorer' has no attribute {name!r}"
        raise AttributeError(message)
    module, attribute = _PLACES[name]
    return getattr(import_module(f"explorer.notebook.{module}"), attribute)
