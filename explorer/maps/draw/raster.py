"""The map drawn by the server: a picture under an empty chart, for a browser without WebGL."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray
from PIL import Image, ImageColor

from core.regions import Polygon
from explorer.look import theme
from explorer.look.labels import as_text
from explorer.maps.draw.codes import coded
from explorer.maps.draw.overlay import overlay
from explorer.maps.draw.view import HEIGHT, Gesture, MapView

PIXELS = 900


def draw(view: MapView) -> Gesture:
    """Draw the map as a picture; box and lasso select among all points, at their own places."""
    low, high = view.room
    span = np.where(high > low, high - low, 1.0)
    low, span = low - 0.03 * span, 1.06 * span
    picture = raster(view, low, span)
    figure = go.Figure(layout=theme.LAYOUT)
    ends = low + np.outer([0, 1], span)
    figure.add_scatter(
        x=ends[:, 0],
        y=ends[:, 1],
        mode="markers",
        marker={"opacity": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_layout_image(
        source=Image.fromarray(picture),
        xref="x",
        yref="y",
        x=low[0],
        y=low[1] + span[1],
        sizex=span[0],
        sizey=span[1],
        sizing="stretch",
        layer="below",
    )
    overlay(figure, view, size=11)
    as_text(figure)
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    figure.update_xaxes(**axis, range=ends[:, 0].tolist())
    figure.update_yaxes(**axis, range=ends[:, 1].tolist())
    figure.update_layout(height=HEIGHT, dragmode="lasso")
    event = st.plotly_chart(
        figure,
        key=f"{view.key}.raster",
        on_select="rerun",
        selection_mode=("box", "lasso"),
        config={"displaylogo": False},
        alt=f"Map of {len(view.positions):,} items colored by {view.colors.title}",
    )
    st.caption("Drawn as a picture by the server: colors are mixed where points lie together.")
    return gesture(event)


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


def raster(
    view: MapView, low: NDArray[np.floating], span: NDArray[np.floating]
) -> NDArray[np.uint8]:
    """``(PIXELS, PIXELS, 4)`` mean color of the points in each pixel, opaque where many lie."""
    cell = ((view.positions - low) / span * PIXELS).astype(np.int64).clip(0, PIXELS - 1)
    pixel = (PIXELS - 1 - cell[:, 1]) * PIXELS + cell[:, 0]
    weight = np.ones(len(pixel))
    if view.chosen is not None:
        weight[~view.chosen] = 0.08

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(pixel, values, PIXELS**2).astype(np.float64)

    total = summed(weight)
    tones = _tones(view)
    sums = np.stack([summed(weight * tones[:, i]) for i in range(3)], axis=1)
    mean = sums / np.where(total > 0, total, 1)[:, None]
    most = np.quantile(total[total > 0], 0.98) if (total > 0).any() else 1.0
    opacity = np.where(total > 0, 0.25 + 0.75 * np.clip(total / most, 0, 1), 0)
    picture = np.column_stack([mean, 255 * opacity]).round().astype(np.uint8)
    return picture.reshape(PIXELS, PIXELS, 4)


def _tones(view: MapView) -> NDArray[np.float64]:
    """``(n, 3)`` color of each point, 0 to 255."""
    codes, palette, _ = coded(view.colors)
    return np.array([ImageColor.getrgb(tone) for tone in palette], np.float64)[codes]
