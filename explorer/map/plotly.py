"""The map drawn by Plotly: one WebGL trace per category, selection by polygon."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from core.regions import Polygon
from explorer import theme
from explorer.map.overlay import overlay
from explorer.map.view import Gesture, MapView

MOST_2D = 50_000  # points drawn; Plotly slows down beyond (a sample is drawn, all are selected)
MOST_3D = 50_000
HEIGHT = 640


def draw(view: MapView) -> Gesture:
    """Draw the map, and return what was done on it since it was last drawn."""
    drawn = sample(len(view.positions), MOST_2D if view.positions.shape[1] == 2 else MOST_3D)
    figure = _figure(view, drawn)
    flat = view.positions.shape[1] == 2
    event = st.plotly_chart(
        figure,
        key=view.key,
        on_select="rerun" if flat else "ignore",
        selection_mode=("points", "box", "lasso"),
        config={"displaylogo": False, "scrollZoom": True},
        alt=f"Map of {len(view.positions):,} items coloured by {view.colors.title}",
    )
    if len(drawn) < len(view.positions):
        st.caption(
            f"Drawn: a random sample of {len(drawn):,} of {len(view.positions):,} items. A box or "
            "lasso selects among all of them."
        )
    return gesture(event) if flat else Gesture()


def sample(n: int, most: int) -> NDArray[np.int64]:
    """Positions of the points that are drawn: all, or a seeded sample in their order."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, most, replace=False))


def gesture(event: Any) -> Gesture:
    """Regions and click of a Plotly selection event. Its point indices are never used."""
    selection = event["selection"] if event else {}
    regions = [
        Polygon(tuple(map(float, lasso["x"])), tuple(map(float, lasso["y"])))
        for lasso in selection.get("lasso", [])
    ]
    regions += [
        Polygon.box((min(box["x"]), max(box["x"])), (min(box["y"]), max(box["y"])))
        for box in selection.get("box", [])
    ]
    points = selection.get("points", [])
    clicked = (points[0]["x"], points[0]["y"]) if len(points) == 1 and not regions else None
    return Gesture(tuple(regions), clicked)


def _figure(view: MapView, drawn: NDArray[np.int64]) -> go.Figure:
    flat = view.positions.shape[1] == 2
    figure = go.Figure(layout=theme.LAYOUT)
    size = float(np.clip(220 / max(len(drawn), 1) ** 0.5, 3, 8)) * (1 if flat else 0.6)
    if view.colors.values is not None:
        _add(figure, view, drawn, _numeric_marker(view, drawn, size), "")
    elif view.colors.codes is not None:
        for code, name in enumerate(view.colors.names):
            rows = drawn[view.colors.codes[drawn] == code]
            other = code >= theme.MOST_COLORS
            marker = {
                "size": size,
                "color": theme.OTHER if other else theme.color(code),
                "symbol": theme.marker(code) if len(drawn) <= 5_000 and flat else "circle",
            }
            _add(figure, view, rows, marker, name)
    overlay(figure, view, size=size + 7)
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    figure.update_layout(
        height=HEIGHT,
        dragmode="lasso" if flat else "orbit",
        hovermode="closest",
        uirevision=view.key,
        legend={"itemsizing": "constant"},
    )
    if flat:
        figure.update_xaxes(**axis)
        return figure.update_yaxes(**axis, scaleanchor="x")
    return figure.update_layout(scene={"xaxis": axis, "yaxis": axis, "zaxis": axis})


def _add(  # noqa: PLR0917 - one trace, described
    figure: go.Figure,
    view: MapView,
    rows: NDArray[np.integer],
    marker: dict[str, Any],
    name: str,
) -> None:
    points = view.positions[rows].astype(np.float32)
    if view.chosen is not None:
        # Opacity per point is a list of two levels; a constant would hide what is chosen.
        marker = marker | {"opacity": np.where(view.chosen[rows], 0.95, 0.12).astype(np.float32)}
    common: dict[str, Any] = {
        "mode": "markers",
        "marker": marker,
        "name": name,
        "showlegend": bool(name),
        "hovertext": None if view.hover is None else view.hover[rows],
        "hovertemplate": "%{hovertext}<extra>%{fullData.name}</extra>"
        if view.hover is not None
        else "%{x:.3g}, %{y:.3g}<extra>%{fullData.name}</extra>",
    }
    if points.shape[1] == 2:
        faint = {"marker": {"opacity": 0.12}}
        figure.add_scattergl(x=points[:, 0], y=points[:, 1], unselected=faint, **common)
    else:
        figure.add_scatter3d(x=points[:, 0], y=points[:, 1], z=points[:, 2], **_solid(common))


def _solid(common: dict[str, Any]) -> dict[str, Any]:
    """In 3-D, opacity is one number a trace: a dimmed point is drawn smaller instead."""
    marker = dict(common["marker"])
    opacity = marker.pop("opacity", None)
    if opacity is not None:
        marker["size"] = np.where(opacity > 0.5, marker["size"], marker["size"] * 0.35)
    return common | {"marker": marker | {"opacity": 0.85}}


def _numeric_marker(view: MapView, drawn: NDArray[np.int64], size: float) -> dict[str, Any]:
    values = np.asarray(view.colors.values, np.float64)
    defined = values[np.isfinite(values)]
    low, high = np.quantile(defined, [0.01, 0.99]) if len(defined) else (0.0, 1.0)
    return {
        "size": size,
        "color": values[drawn].astype(np.float32),
        "colorscale": theme.SEQUENTIAL,
        "cmin": float(low),
        "cmax": float(high),
        "colorbar": {"title": {"text": view.colors.title, "side": "right"}, "thickness": 12},
    }
