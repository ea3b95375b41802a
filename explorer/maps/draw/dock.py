"""What stands beside the map and is drawn in the browser: charts of columns, cards of items."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from core.columns import Column
from explorer.maps.draw.blobs import address

TYPES = {"float64": "f8", "uint16": "u2"}
BUNDLE = Path(__file__).with_name("dock.js")

_component = st.components.v2.component(
    "explorer_dock", html='<div class="dock"></div>', js=BUNDLE.read_text(encoding="utf-8")
)


def draw(kind: str, data: Mapping[str, Any], *, key: str, tells: str) -> Any:
    """Draw a part of the dock; what it told last under the name `tells`, or None."""
    callbacks: dict[str, Any] = {f"on_{tells}_change": _nothing}
    result = _component(key=key, data={"kind": kind, **data}, **callbacks)
    return result.get(tells)


def column_data(column: Column, where: Callable[[NDArray[Any]], Any] = address) -> dict[str, Any]:
    """What the chart of a column is given; `where` says of an array where the browser finds it."""
    return {
        "name": column.name,
        "kind": column.kind,
        "type": TYPES[str(column.values.dtype)],
        "address": where(column.values),
        "names": list(column.names),
        "low": column.low,
        "high": column.high,
        "bins": column.bins,
        "log": column.log,
    }


def _nothing() -> None:
    """The page runs again by itself; a callback is what makes Streamlit keep the value."""
