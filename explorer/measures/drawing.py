"""What a lens found: the answer, numbers, charts, and the items behind them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core import formatting
from core.estimates import Estimate, Number, Undefined
from core.lens import Reading
from core.readouts import (
    Bars,
    Curve,
    Distribution,
    Heatmap,
    ItemPairs,
    ItemScores,
    Plane,
    Table,
)
from core.record import Record
from core.space import EmbeddingSpace
from core.tables import readout_rows, worst_first
from core.verdict import verdict
from explorer.items.cells import pair_heatmap
from explorer.items.rows import item_table, map_button, pair_rows
from explorer.look import theme
from explorer.look.charts import chart
from explorer.look.downloads import number_downloads, rows_popover
from explorer.measures.steps import try_next
from explorer.session.navigation import go
from explorer.session.state import LENS
from explorer.session.workspace import open_made

TILES = 4  # numbers in a row
FIRST = 20  # items sent to the map when none is ticked
MOST_PAIRS = 50
MOST_CHARTS = 4  # beyond, the first two are drawn and the rest is folded


def answer(record: Record, *, columns: int = TILES) -> None:
    """Draw what a lens found: a sentence, where it says one, and numbers, so many in a row."""
    if said := verdict(record.lens, record.result):
        st.markdown(f":material/arrow_right_alt: **{said}**")
    numbers(record, columns=columns)


def report(record: Record, *, columns: int = TILES) -> None:
    """Draw all else that a lens found, half as many charts in a row."""
    try_next(record.lens, record.result, record.spaces, place=record.lens.key)
    with st.container(horizontal=True, vertical_alignment="center"):
        number_downloads(record)
        if left_out := record.lens.left_out(*record.spaces, **record.knobs):
            st.caption(left_out)
    drawable = [reading for reading in record.lens.readings if not reading.score]
    readouts = [one for one in drawable if not _is_nothing(getattr(record.result, one.name))]
    if nothing := [theme.label(one.name) for one in drawable if one not in readouts]:
        st.caption(f"There is nothing to draw or list of: {', '.join(nothing)}.")
    apart = (ItemScores, ItemPairs, Table, EmbeddingSpace)
    charts = [reading for reading in readouts if reading.kind not in apart]
    first = len(charts) if len(charts) <= MOST_CHARTS else 2
    _charts(record, charts[:first], columns)
    if rest := charts[first:]:
        box = st.expander(
            f"{len(rest)} more charts",
            icon=":material/stacked_line_chart:",
            key=f"{record.lens.key}.more",
            on_change="rerun",
        )
        if box.open:
            with box:
                _charts(record, rest, columns)
    for reading in readouts:
        if reading.kind in apart:
            _rows(record, reading)


def _charts(record: Record, readings: Sequence[Reading], columns: int) -> None:
    beside = max(1, columns // 2)
    for start in range(0, len(readings), beside):
        row = readings[start : start + beside]
        for reading, column in zip(row, st.columns(len(row), gap="medium"), strict=True):
            with column:
                _chart(record, reading)


def numbers(record: Record, *, columns: int = TILES) -> None:
    """Every number with its interval and its chance level."""
    readings = [reading for reading in record.lens.readings if reading.score]
    if len(readings) == columns + 1 and columns >= TILES:
        columns += 1  # narrower tiles, and none in a row of its own
    for start in range(0, len(readings), columns):
        row = readings[start : start + columns]
        for reading, column in zip(row, st.columns(columns), strict=False):
            with column:
                number_tile(reading, getattr(record.result, reading.name))


def number_tile(reading: Reading, number: Number) -> None:
    """One number, as a tile: unit, interval and chance level below each other under it."""
    with st.container(border=True, gap=None, height="stretch"):
        name = theme.label(reading.name)
        if isinstance(number, Undefined):
            st.metric(name, "undefined", help=reading.help)
            st.caption(number.reason)
            return
        value = formatting.estimate(number, reading.score, unit=False)
        st.metric(name, value, help=tile_help(reading, number))
        word = [reading.score.unit] if reading.score and reading.score.unit not in {"", "%"} else []
        said = formatting.notes(number, reading.score, unit=False) or ["no interval"]
        st.caption("  \n".join(word + said))


def tile_help(reading: Reading, number: Estimate) -> str:
    """What the number is, how its interval and its chance level were found."""
    parts = [reading.help]
    if number.interval:
        parts.append(f"Interval: {number.interval.method}.")
    if number.chance:
        spread = ""
        if number.chance.low is not None and number.chance.high is not None:
            ends = (number.chance.low, number.chance.high)
            low, high = (formatting.beside(number, end, unit=False) for end in ends)
            spread = f" (95 % between {low} and {high})"
        parts.append(f"Chance level: {number.chance.method}{spread}.")
    return "\n\n".join(parts)


def _chart(record: Record, reading: Reading) -> None:
    value, key = getattr(record.result, reading.name), f"{record.lens.key}.{reading.name}"
    with st.container(border=True, height="stretch"):
        _heading(reading)
        name = f"{record.lens.title}: {reading.help}"
        if isinstance(value, Heatmap) and value.opens:
            pair_heatmap(value, key, name)
        else:
            # a knob of the same name has the key without an end
            drawn = f"{key}.chart"
            st.plotly_chart(chart(value), key=drawn, config={"displaylogo": False}, alt=name)
        rows_popover(lambda: readout_rows(value, record.space), key)


def _is_nothing(value: Any) -> bool:
    """Whether there is nothing to draw or to list of a readout."""
    match value:
        case ItemScores(values):
            return not np.isfinite(np.asarray(values, np.float64)).any()
        case ItemPairs():
            return not len(value.values)
        case Table(rows):
            return bool(rows.empty)
        case EmbeddingSpace():
            return False
        case _:
            return _is_empty(value)


def _is_empty(value: Distribution | Curve | Heatmap | Bars | Plane) -> bool:
    """Whether a chart would be axes alone."""
    match value:
        case Distribution(values):
            return not len(values)
        case Curve(x, lines):
            return not len(x) or not lines
        case Heatmap(values):
            return not values.size
        case Bars(names):
            return not names
        case Plane():
            return not value.names and not value.references


def _rows(record: Record, reading: Reading) -> None:
    value, key = getattr(record.result, reading.name), f"{record.lens.key}.{reading.name}"
    with st.container(border=True):
        _heading(reading)
        match value:
            case ItemScores():
                _ranked_items(reading, value, record.space, key=key)
            case ItemPairs():
                _item_pairs(reading, value, record.space, key=key)
            case Table(rows):
                _table(rows, reading.help, key)
            case EmbeddingSpace():
                if st.button("Open as a new space", key=key, icon=":material/add_circle:"):
                    open_made(value.name, value.fingerprint, value)
                    st.rerun()
            case _:
                msg = f"{reading.name} is not drawn as rows: {type(value).__name__}"
                raise TypeError(msg)


def _table(rows: pd.DataFrame, name: str, key: str) -> None:
    if rows.shape[1] == 1:  # sentences, which a cell would cut
        for sentence in rows.iloc[:, 0]:
            st.markdown(theme.literal(sentence))
    else:
        st.dataframe(rows, hide_index=True, placeholder="", key=key, alt=name)


def _ranked_items(reading: Reading, scores: ItemScores, space: EmbeddingSpace, *, key: str) -> None:
    """The items behind a number, worst first, with a way to the map."""
    order = worst_first(scores, space)
    ranked = {scores.axis: scores.values[order]}
    ticked = item_table(space, order, key, extra=ranked)
    chosen = ticked if len(ticked) else order[:FIRST]
    what = f"{len(chosen):,} ticked" if len(ticked) else f"first {len(chosen):,}"
    with st.container(horizontal=True):
        origin = f"{theme.label(reading.name)}, {what}"
        map_button(space, chosen, f"{key}.map", origin=origin, text=f"Show the {what} on the map")
        if st.button("Color the map by this", key=f"{key}.color", icon=":material/palette:"):
            go("map", controls={"map.color": f"{LENS}{key}"})
        rows_popover(lambda: readout_rows(scores, space), key)


def _item_pairs(reading: Reading, pairs: ItemPairs, space: EmbeddingSpace, *, key: str) -> None:
    few = slice(0, MOST_PAIRS)
    rows = pair_rows(space, pairs, MOST_PAIRS)
    config: dict[str, Any] = {}
    if "image" in space.roles:
        column = space.roles["image"]
        config = {f"{column} ({s})": st.column_config.ImageColumn() for s in ("first", "second")}
    st.dataframe(
        rows,
        hide_index=True,
        column_config=config,
        placeholder="",
        key=key,
        height=300,
        alt=reading.help,
    )
    with st.container(horizontal=True):
        both = np.unique(np.concatenate([pairs.first[few], pairs.second[few]]))
        map_button(space, both, f"{key}.map", origin=theme.label(reading.name))
        rows_popover(lambda: readout_rows(pairs, space), key)


def _heading(reading: Reading) -> None:
    st.markdown(f"**{theme.label(reading.name)}**")
    st.caption(reading.help)
