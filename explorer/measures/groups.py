"""The same lens on each group of a column: small multiples on a shared scale."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.counts import by_frequency
from core.estimates import Estimate, Number
from core.readouts import Band, Bars
from core.record import Record
from explorer.look import theme
from explorer.look.charts import chart
from explorer.look.downloads import binary
from explorer.session.current import part
from explorer.work.compute import lens_result

MOST_GROUPS = 12
WHOLE = "All items together"


def split_choice(record: Record) -> str | None:
    """Ask for a column to split by; None for no split."""
    if record.lens.arity != (1, 1):
        return None
    items = record.space.items
    columns = [str(c) for c in items if not binary(items[c]) and 2 <= items[c].nunique() <= 200]
    if not columns:
        return None
    chosen = st.selectbox(
        "Compare groups",
        [WHOLE, *columns],
        key=f"{record.lens.key}.split.{record.space.name}",
        width=300,
        help="Run the same lens on each group of a column.",
        persist_state="session",
    )
    return None if chosen == WHOLE else chosen


def by_group(record: Record, column: str) -> None:
    """Draw every number of a lens for each of the largest groups of a column."""
    results, left_out = _results(record, column)
    if left_out:
        st.caption(f"Left out, too few items or classes: {', '.join(left_out)}.")
    readings = [reading for reading in record.lens.readings if reading.score]
    for start in range(0, len(readings), 3):
        for reading, place in zip(readings[start : start + 3], st.columns(3), strict=False):
            numbers = {group: getattr(result, reading.name) for group, result in results.items()}
            if bars := group_bars(numbers, theme.label(reading.name)):
                key = f"{record.lens.key}.{column}.{reading.name}.bars"
                place.plotly_chart(chart(bars), key=key, config={"displaylogo": False})


def group_bars(numbers: Mapping[str, Number], axis: str) -> Bars | None:
    """One number for every group, with its intervals; None if it is undefined everywhere."""
    known = {name: value for name, value in numbers.items() if isinstance(value, Estimate)}
    if not known:
        return None
    values = np.array([value.value for value in known.values()])
    ends = [value.interval for value in known.values()]
    low = np.array([end.low if end else value for end, value in zip(ends, values, strict=True)])
    high = np.array([end.high if end else value for end, value in zip(ends, values, strict=True)])
    return Bars(tuple(known), values, axis, Band(low, high))


def _results(record: Record, column: str) -> tuple[dict[str, Any], list[str]]:
    cells: pd.Series[Any] = record.space.items[column]
    names = cells.map(str).where(cells.notna(), "(none)")
    results: dict[str, Any] = {}
    left_out: list[str] = []
    for group in by_frequency(names).index[:MOST_GROUPS]:
        of_group = part(record.space, (names == group).to_numpy())
        place = f"{record.lens.key}.{column}.{group}"
        if record.lens.obstacle(of_group):
            left_out.append(group)
            continue
        result = lens_result(record.lens, (of_group,), record.knobs, place=place)
        if result is not None:
            results[group] = result
    return results, left_out
