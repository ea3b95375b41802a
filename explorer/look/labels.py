"""Names in charts are text: Plotly takes signs such as ``<a href=...>`` for markup."""

import html
from collections.abc import Iterable
from typing import Any

import numpy as np
import plotly.graph_objects as go


def as_text(figure: go.Figure) -> go.Figure:
    """The figure in which every name, category and note of the data stands as it was written."""
    for trace in figure.data:
        _escape(trace, "name", "x", "y", "text")
    for note in figure.layout.annotations:
        _escape(note, "text")
    for axis in (*figure.select_xaxes(), *figure.select_yaxes(), *_color_bars(figure)):
        _escape(axis, "tickvals", "ticktext")
        _escape(axis.title, "text")
    return figure


def _escape(part: Any, *names: str) -> None:
    for name in names:
        if name in part and (values := _escaped(part[name])) is not None:
            part[name] = values


def _color_bars(figure: go.Figure) -> Iterable[Any]:
    for trace in figure.data:
        if "colorbar" in trace:
            yield trace.colorbar
        elif "marker" in trace and "colorbar" in trace.marker:
            yield trace.marker.colorbar


def _escaped(values: Any) -> list[str] | str | None:
    """Texts with their signs escaped; None where the values are no texts."""
    if isinstance(values, str):
        return html.escape(values, quote=False)
    if isinstance(values, np.ndarray) and values.dtype.kind in "biufM":
        return None
    if values is None or not any(isinstance(value, str) for value in values):
        return None
    return [html.escape(str(value), quote=False) for value in values]
