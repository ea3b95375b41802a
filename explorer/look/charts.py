"""One chart per kind of readout. No lens has a chart of its own."""

import math
from collections.abc import Mapping
from itertools import cycle
from typing import assert_never

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from core.counts import by_frequency
from core.readouts import Band, Bars, Curve, Distribution, Heatmap, Plane
from explorer.look.heatmap import LETTER, heatmap
from explorer.look.labels import as_text
from explorer.look.theme import LAYOUT, MARKERS, OTHER, color, shown

Drawable = Distribution | Curve | Bars | Heatmap | Plane
MOST_GROUPS = 12
MOST_BARS = 60
HEIGHT = 320  # pixels of a histogram and of a curve, which stand side by side
WIDTH, KEY = 480, 60  # pixels of a chart in half a page, and of a mark in its legend
MOST_COUNTED = 16  # whole numbers in a row, each of which gets its tick
MOST_DECADES = 4  # of a logarithmic axis, so that there is room for more than its powers of ten
BAR = "%{{x:.4g}}: %{{y:,}} {}<extra>%{{fullData.name}}</extra>"
REFERENCES = ("star-open", "diamond-open", "square-open", "circle-open")
LEVEL = {"dash": "dot", "width": 1.5, "color": OTHER}


def chart(readout: Drawable) -> go.Figure:
    """Draw a readout, whichever lens it came from."""
    match readout:
        case Distribution():
            figure = _distribution(readout)
        case Curve():
            figure = _curve(readout)
        case Bars():
            figure = _bars(readout)
        case Heatmap():
            figure = heatmap(readout)
        case Plane():
            figure = _plane(readout)
        case _:
            assert_never(readout)
    return as_text(figure.update_layout(**LAYOUT))


def _distribution(readout: Distribution) -> go.Figure:
    figure = go.Figure(
        layout={
            "barmode": "overlay",
            "xaxis_title": readout.axis,
            "yaxis_title": readout.counted,
            "height": HEIGHT,
        }
    )
    values = np.asarray(readout.values, np.float64)
    defined = np.isfinite(values)
    if not defined.any():
        return figure
    edges = _edges(values[defined])
    middles = (edges[:-1] + edges[1:]) / 2
    groups = np.full(len(values), "", object) if readout.groups is None else readout.groups
    names = by_frequency(groups[defined]).index.tolist()[:MOST_GROUPS]
    for position, name in enumerate(sorted(names, key=str)):
        counts, _ = np.histogram(values[defined & (groups == name)], edges)
        figure.add_bar(
            x=middles,
            y=counts,
            width=np.diff(edges),
            name=str(name),
            opacity=0.65 if len(names) > 1 else 1.0,
            marker={"color": color(position), "line": {"width": 0}},
            hovertemplate=BAR.format(readout.counted),
            showlegend=len(names) > 1,
        )
    if max((max(bars.y) for bars in figure.data), default=0) < 6:
        figure.update_yaxes(dtick=1)  # there is no half an item
    return figure


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ends of the bars; values that are equal but for rounding share one bar.

    Counts are binned by whole numbers, as many in each bar: else some bars would hold more of them.
    """
    low, high = values.min(), values.max()
    if high - low <= 1e-6 * max(1.0, abs(low), abs(high)):
        return np.array([low - 0.5, high + 0.5])
    most = min(MOST_BARS, max(10, int(len(values) ** 0.5)))
    if high - low >= 2 and np.array_equal(values, np.round(values)):
        width = -(-(high - low + 1) // most)
        return np.arange(low - 0.5, high + 0.5 + width, width)
    return np.linspace(low, high, most + 1)


def _curve(readout: Curve) -> go.Figure:
    figure = go.Figure(
        layout={"xaxis_title": readout.x_axis, "yaxis_title": readout.y_axis, "height": HEIGHT}
    )
    for position, (name, y) in enumerate(readout.lines.items()):
        tone = color(position)
        if band := readout.bands.get(name):
            figure.add_scatter(
                x=np.concatenate([readout.x, readout.x[::-1]]),
                y=np.concatenate([band.high, band.low[::-1]]),
                mode="lines",
                fill="toself",
                fillcolor=tone,
                opacity=0.2,
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
            )
        figure.add_scatter(
            x=readout.x,
            y=y,
            name=name,
            mode="lines+markers" if len(readout.x) <= 40 else "lines",
            line={"color": tone, "width": 2},
            marker={"symbol": MARKERS[position % len(MARKERS)], "size": 7},
            showlegend=len(readout.lines) > 1,
            hovertemplate="%{x:.4g}: %{y:.4g}<extra>%{fullData.name}</extra>",
        )
    sides = cycle(("bottom right", "top left") if len(readout.levels) > 1 else ("top right",))
    ends = zip(_sorted(readout.levels), sides, strict=False)
    for (name, level), end in ends:  # no line of two close levels crosses the name of the other
        figure.add_hline(y=level, line=LEVEL, annotation_text=name, annotation_position=end)
    for name, place in readout.marks.items():
        figure.add_vline(
            x=place, line=LEVEL, annotation_text=name, annotation_position="bottom right"
        )
    if readout.log_x:
        _make_logarithmic(figure, readout.x)
    elif len(readout.x) <= MOST_COUNTED and np.all(np.diff(readout.x) == 1):
        figure.update_xaxes(tickvals=readout.x)  # layers, ranks: nothing lies between them
    if readout.falling:
        figure.update_xaxes(autorange="reversed")
    return figure


def _make_logarithmic(figure: go.Figure, x: ArrayLike) -> None:
    ticks = _log_ticks(np.asarray(x, np.float64))
    texts = [f"{tick:,.10g}" for tick in ticks]  # in full: Plotly writes 2 for 20 and for 200
    figure.update_xaxes(type="log", tickvals=ticks, ticktext=texts)


def _log_ticks(x: NDArray[np.float64]) -> list[float]:
    """1, 2 and 5 times powers of ten around positive values; the powers alone if that is many."""
    x = x[x > 0]
    if not len(x):
        return []
    low, high = np.floor(np.log10(x.min())), np.ceil(np.log10(x.max()))
    powers = 10.0 ** np.arange(low, high + 1)
    steps = (1, 2, 5) if len(powers) <= MOST_DECADES else (1,)
    return [float(step * power) for power in powers for step in steps]


def _bars(readout: Bars) -> go.Figure:
    order = np.arange(len(readout.names))[::-1]  # the first name on top
    values = np.asarray(readout.values, np.float64)
    figure = go.Figure(
        go.Bar(
            x=values[order],
            y=[readout.names[i] for i in order],
            orientation="h",
            marker={"color": color(0)},
            error_x=_whiskers(readout.band, values, order),
            hovertemplate="%{y}: %{x:.4g}<extra></extra>",
        ),
        layout={"xaxis_title": readout.axis, "height": 90 + 26 * max(2, min(len(order), 40))},
    )
    figure.update_yaxes(type="category", automargin=True)
    sides = cycle(("right", "left") if len(readout.levels) > 1 else ("center",))
    for (name, level), side in zip(_sorted(readout.levels), sides, strict=False):
        note = {"text": name, "xanchor": side}
        figure.add_vline(x=level, line=LEVEL, annotation=note, annotation_position="top")
    return figure


def _sorted(levels: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(levels.items(), key=lambda level: level[1])


def _whiskers(
    band: Band | None,
    values: NDArray[np.float64],
    order: NDArray[np.int64],
) -> dict[str, object] | None:
    if band is None:
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": (np.asarray(band.high, np.float64) - values)[order],
        "arrayminus": (values - np.asarray(band.low, np.float64))[order],
        "color": OTHER,  # on a bar, and on a light and a dark page
        "thickness": 2,
        "width": 4,
    }


def _plane(readout: Plane) -> go.Figure:
    figure = go.Figure(layout={"xaxis_title": readout.x_axis, "yaxis_title": readout.y_axis})
    if readout.front:
        points = list(readout.front)
        figure.add_scatter(
            x=np.asarray(readout.x)[points],
            y=np.asarray(readout.y)[points],
            mode="lines+text",
            name="front",
            text=[readout.names[point] for point in points],
            textposition=["top right"] + ["top left"] * (len(points) - 1),
            textfont={"size": 11},
            cliponaxis=False,
            hoverinfo="skip",
            line={**LEVEL, "shape": "hv"},  # what is between two costs as much as the dearer
        )
    on_ways = {point for way in readout.ways.values() for point in way}
    alone = {name: (at,) for at, name in enumerate(readout.names) if at not in on_ways}
    drawn = {**alone, **readout.ways}
    for position, name in enumerate(shown(list(drawn))):
        points = list(drawn[name])
        figure.add_scatter(
            x=np.asarray(readout.x)[points],
            y=np.asarray(readout.y)[points],
            mode="lines+markers" if len(points) > 1 else "markers",
            name=name,
            text=[readout.names[point] for point in points],
            hovertemplate="%{x:.4g} | %{y:.4g}<extra>%{text}</extra>",
            line={"color": color(position), "width": 1.5},
            marker={
                "size": [5] * (len(points) - 1) + [12],  # the last is where the way has led
                "color": color(position),
                "symbol": MARKERS[position % len(MARKERS)],
            },
        )
    for symbol, (name, (x, y)) in zip(cycle(REFERENCES), readout.references.items(), strict=False):
        figure.add_scatter(
            x=[x],
            y=[y],
            mode="markers",
            name=name,
            cliponaxis=False,
            hovertemplate="%{x:.4g} | %{y:.4g}<extra>%{fullData.name}</extra>",
            marker={"size": 12, "color": OTHER, "symbol": symbol, "line": {"width": 2}},
        )
    if readout.log_x:
        _make_logarithmic(figure, readout.x)
    legend = sum(KEY + LETTER * len(trace.name) for trace in figure.data) / WIDTH  # rows of it
    return figure.update_layout(height=400 + 20 * math.ceil(legend))
