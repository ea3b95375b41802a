"""The interface: the app, and what a notebook calls."""

from importlib.util import find_spec
from pathlib import Path

_ours = find_spec("core")
if _ours is None or Path(str(_ours.origin)).parents[1] != Path(__file__).parents[1]:
    _message = (
        "Embedding Explorer needs the package `core` that is installed with it, but another one, "
        f"{_ours and _ours.origin}, comes first: install it in an environment of its own."
    )
    raise ImportError(_message)
