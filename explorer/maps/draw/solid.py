"""The map in three dimensions, drawn by Plotly: to turn and to hover, not to select from."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from explorer.look import theme
from explorer.look.labels import as_text
from explorer.maps.draw.codes import coded
from explorer.maps.draw.overlay import overlay
from explorer.maps.draw.view import HEIGHT, Colors, MapView

MOST_POINTS = 50_000  # beyond, Plotly turns a map in jerks: a sample is drawn
DIMMED = 0.35  # of the size, for points that are not chosen


def draw(view: MapView) -> None:
    """Draw the map, or a sample of its points."""
    n = len(view.positions)
    drawn = sample(n, MOST_POINTS)
    st.plotly_chart(
        _figure(view, drawn),
        key=view.key,
        config={"displaylogo": False, "scrollZoom": True},
        alt=f"Map of {n:,} items colored by {view.colors.title}",
    )
    if len(drawn) < n:
        st.caption(f"Drawn: a random sample of {len(drawn):,} of {n:,} items.")


def sample(n: int, most: int) -> NDArray[np.int64]:
    """Positions of the points that are drawn: all, or a seeded sample in their order."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, most, replace=False))


def _figure(view: MapView, drawn: NDArray[np.int64]) -> go.Figure:
    figure = go.Figure(layout=theme.LAYOUT)
    size = float(np.clip(220 / max(len(drawn), 1) ** 0.5, 3, 8)) * 0.6
    if view.colors.values is not None:
        _add(figure, view, drawn, marker={"size": size, **_scale(view.colors, drawn)})
    elif view.colors.codes is not None:
        _, palette, _ = coded(view.colors)
        for code, (name, tone) in enumerate(zip(view.colors.names, palette, strict=True)):
            rows = drawn[view.colors.codes[drawn] == code]
            _add(figure, view, rows, marker={"size": size, "color": tone}, name=name)
    overlay(figure, view, size=size + 7)
    as_text(figure)
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    return figure.update_layout(
        height=HEIGHT,
        dragmode="orbit",
        hovermode="closest",
        uirevision=view.key,
        legend={"itemsizing": "constant"},
        scene={"xaxis": axis, "yaxis": axis, "zaxis": axis},
    )


def _add(
    figure: go.Figure,
    view: MapView,
    rows: NDArray[np.integer],
    *,
    marker: dict[str, Any],
    name: str = "",
) -> None:
    x, y, z = view.positions[rows].astype(np.float32).T
    # In 3-D, opacity is one number a trace: a dimmed point is drawn smaller instead.
    if view.chosen is not None:
        size = marker["size"]
        marker = marker | {"size": np.where(view.chosen[rows], size, size * DIMMED)}
    text = "%{hovertext}" if view.hover is not None else "%{x:.3g}, %{y:.3g}, %{z:.3g}"
    figure.add_scatter3d(
        x=x,
        y=y,
        z=z,
        mode="markers",
        marker=marker | {"opacity": 0.85, "line": {"width": 0}},
        name=name,
        showlegend=bool(name),
        hovertext=None if view.hover is None else view.hover[rows],
        hovertemplate=f"{text}<extra>%{{fullData.name}}</extra>",
    )


def _scale(colors: Colors, drawn: NDArray[np.int64]) -> dict[str, Any]:
    low, high = colors.ends
    return {
        "color": np.asarray(colors.values, np.float64)[drawn].astype(np.float32),
        "colorscale": theme.SEQUENTIAL,
        "cmin": low,
        "cmax": high,
        "colorbar": {"title": {"text": colors.title, "side": "right"}, "thickness": 12},
    }
