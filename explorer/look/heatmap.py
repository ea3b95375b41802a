"""The chart of a matrix: colored cells, numbers where there is room, a click to open one."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.readouts import Heatmap
from explorer.look.contrast import inks
from explorer.look.theme import DIVERGING, SEQUENTIAL

MOST_TICKS = 40
ROOM = 300  # pixels for the names below a heat map in half a page
LETTER = 7  # pixels of a letter of a tick
LONGEST_TICK = 28  # letters of a name beside a heat map; the rest shows under the pointer
CELL = "%{{y}} | %{{x}}: %{{{}:.4g}}{}<extra></extra>"


def heatmap(readout: Heatmap) -> go.Figure:
    """Draw a value per pair of names; on a scale of two colors about 0 where some are below it."""
    values = np.asarray(readout.values, np.float64)
    signed = bool(np.nanmin(values, initial=0) < 0)
    few = max(values.shape) <= 14
    columns, rows = _ticks(readout.columns), _ticks(readout.rows)
    widest = LETTER * max(map(len, columns["ticktext"]), default=0)
    upright = widest if widest * len(columns["ticktext"]) > ROOM else 0  # names of columns
    cells = (42 if few else 30) * min(len(readout.rows), 22)
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=list(readout.columns),
            y=list(readout.rows),
            colorscale=DIVERGING if signed else SEQUENTIAL,
            zmin=None if signed else 0,  # else 0.99 beside 1 looks like nothing beside all
            zmax=None if signed else np.nanmax(values, initial=0) or 1,
            zmid=0 if signed else None,
            colorbar={
                "title": {"text": readout.axis, "side": "right", "font": {"size": 13}},
                "tickfont": {"size": 12},
                "thickness": 14,
            },
            hovertemplate=CELL.format("z", ""),
            xgap=1,
            ygap=1,
        ),
        layout={"height": max(cells, LETTER * len(readout.axis)) + upright + 120},
    )
    if few:
        _write_numbers(figure, readout, values)
    if readout.opens:
        _make_clickable(figure, readout, values)
    figure.update_xaxes(type="category", automargin=True, **columns)
    figure.update_yaxes(type="category", autorange="reversed", automargin=True, **rows)
    return figure.update_yaxes(showgrid=False).update_xaxes(showgrid=False)


def _write_numbers(figure: go.Figure, readout: Heatmap, values: NDArray[np.float64]) -> None:
    """Each number in its cell, black or white: Plotly's own gray is faint on the middle of a scale.

    Whole numbers, such as counts, have no decimals.
    """
    rows, columns = np.isfinite(values).nonzero()
    written = values[rows, columns]
    top = np.abs(written).max(initial=0) or 1
    counts = top > 1 and np.array_equal(written, written.round())
    digits = 0 if counts else _digits(top)
    signed = figure.data[0].zmid is not None
    figure.add_scatter(
        x=[readout.columns[column] for column in columns],
        y=[readout.rows[row] for row in rows],
        text=[f"{value:,.{digits}f}" if value or digits < 3 else "0" for value in written],
        mode="text",
        textfont={
            "color": inks(DIVERGING, (written / top + 1) / 2)
            if signed
            else inks(SEQUENTIAL, written / top)
        },
        hoverinfo="skip",
        showlegend=False,
    )


def _digits(largest: float) -> int:
    """After the point, of cells: two, or as many as the largest needs to be more than a zero."""
    return 2 if largest >= 0.1 else min(1 - math.floor(math.log10(largest)), 6)


def _ticks(names: Sequence[str]) -> dict[str, list[str]]:
    """Names beside a heat map: as many as can be read, each short enough to leave cells room."""
    some = list(names[:: -(-len(names) // MOST_TICKS) or 1])
    half = LONGEST_TICK // 2  # names of runs and checkpoints differ at their end
    short = [n if len(n) <= LONGEST_TICK else f"{n[:half]}…{n[1 - half :]}" for n in some]
    return {"tickvals": some, "ticktext": short}


def _make_clickable(figure: go.Figure, readout: Heatmap, values: NDArray[np.float64]) -> None:
    """Cover the cells of two different names with invisible points: a heat map has no selection."""
    cells = [(i, j) for i, j in np.ndindex(values.shape) if readout.rows[i] != readout.columns[j]]
    unseen = {"marker": {"opacity": 0}}
    figure.update_traces(hoverinfo="skip", hovertemplate=None)
    figure.add_scatter(
        x=[readout.columns[j] for _, j in cells],
        y=[readout.rows[i] for i, _ in cells],
        customdata=[values[cell] for cell in cells],
        mode="markers",
        selected=unseen,
        unselected=unseen,
        hovertemplate=CELL.format("customdata", "<br>click to open the pair"),
        showlegend=False,
        **unseen,
    )
    figure.update_layout(hovermode="closest", hoverdistance=-1)  # a click anywhere in a cell
