"""What stands above the points where Plotly draws the map: lines, rings, trails and stars."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.arrays import AnyFloats
from explorer.look import theme
from explorer.maps.draw.codes import coded
from explorer.maps.draw.view import MapView

LINE = {"color": "rgba(215, 38, 61, 0.55)", "width": 2}  # the highlight, faint


def overlay(figure: go.Figure, view: MapView, *, size: float) -> None:
    """Add what the canvas draws above the points, in two or three dimensions.

    Parameters
    ----------
    size
        Of a ring, in pixels.
    """
    points = view.positions
    lines = [] if view.links is None else list(points[view.links])
    for star in view.stars:
        lines += [np.stack([star.place, end]) for end in points[star.near]]
    if lines:
        _add(figure, _broken(lines), mode="lines", line=LINE)
    if view.trails:
        _, palette, _ = coded(view.colors)
        for trail in view.trails:
            line = {"color": palette[trail.code], "width": 3}
            _add(figure, trail.places, mode="lines+markers", line=line)
    ringed = np.concatenate([view.marked, *(star.near for star in view.stars)]).astype(np.int64)
    if len(ringed):
        ring = {"color": theme.HIGHLIGHT, "size": size, "symbol": "circle-open"}
        _add(figure, points[ringed], mode="markers", marker=ring | {"line": {"width": 2.5}})
    for star in view.stars:
        look = ("star", size + 6) if len(star.place) == 2 else ("diamond", size)
        marker = {"color": theme.HIGHLIGHT, "symbol": look[0], "size": look[1]}
        named = {"text": [star.name], "textposition": "top center", "textfont": {"size": 15}}
        _add(figure, star.place[None], mode="markers+text", marker=marker, **named)


def _broken(lines: Sequence[AnyFloats]) -> AnyFloats:
    """Several lines as one, with gaps between."""
    gap = np.full((1, lines[0].shape[1]), np.nan)
    return np.concatenate([part for line in lines for part in (line, gap)])


def _add(figure: go.Figure, places: AnyFloats, **look: Any) -> None:
    common = {"hoverinfo": "skip", "showlegend": False, **look}
    if places.shape[1] == 2:
        figure.add_scatter(x=places[:, 0], y=places[:, 1], **common)
    else:
        figure.add_scatter3d(x=places[:, 0], y=places[:, 1], z=places[:, 2], **common)
