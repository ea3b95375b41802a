"""Rows of a result as tables of HTML: what a result lists, and the items at its ends."""

import html
from typing import Any, assert_never

import numpy as np
import pandas as pd

from core import formatting
from core.counts import counted
from core.readouts import ItemPairs, ItemScores, Table
from core.space import EmbeddingSpace
from core.tables import N_ENDS, ends
from explorer.items.rows import numbered, pair_rows, rows_of

MOST_ROWS = 20
MOST_COLUMNS = 4  # of an item, besides its number and its score
LONGEST = 100  # characters of a cell


def listing(readout: Table | ItemScores | ItemPairs, space: EmbeddingSpace) -> str:
    """The first rows of a table, the first pairs, or the items of the highest and lowest scores.

    `space` is the one the readout was computed on.
    """
    match readout:
        case Table(rows):
            cut, left = rows.head(MOST_ROWS), len(rows) - MOST_ROWS
            return _table(cut) + (_quiet(f"{left:,} more rows") if left > 0 else "")
        case ItemScores(values, axis):
            at = ends(readout, space)
            few = rows_of(space, at, {axis: values[at]})
            few = numbered(few.iloc[:, : MOST_COLUMNS + 1])
            left = int(np.count_nonzero(~np.isnan(values))) - len(at)
            between = f"{counted(left, 'item')} between" if left else ""
            return (
                _table(few, gap=N_ENDS, between=between) if len(at) else _quiet("No item has one")
            )
        case ItemPairs():
            few = pair_rows(space, readout, N_ENDS)
            return _table(few) if len(few) else _quiet("There is no such pair")
        case _:
            assert_never(readout)


def _table(rows: pd.DataFrame, *, gap: int = 0, between: str = "") -> str:
    rows = rows.convert_dtypes()  # counts and ranks, whole throughout, lose their decimals
    head = "".join(f"<th>{html.escape(str(name))}" for name in rows.columns)
    body = [
        "<tr>" + "".join(map(_cell, row)) + "</tr>"
        for row in rows.itertuples(index=False, name=None)
    ]
    if between:
        body.insert(gap, f'<tr><td class="quiet" colspan={rows.shape[1]}>{between}</tr>')
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(body)}</table></div>'


def _cell(value: Any) -> str:
    """A cell of a file is foreign: its signs are escaped and its length is limited."""
    if isinstance(value, str) and value.startswith("data:image/"):
        return f'<td><img src="{html.escape(value)}" alt="" height=48>'
    if isinstance(value, float | np.floating):
        text = "" if np.isnan(value) else formatting.number(float(value))
        return f'<td class="number">{text}'
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return f'<td class="number">{value:,}'
    if value is None or value is pd.NA or isinstance(value, bytes):
        return "<td>"
    words = " ".join(str(value).split())
    cut = words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
    return f"<td>{html.escape(cut)}"


def _quiet(text: str) -> str:
    return f'<p class="quiet">{html.escape(text)}.</p>'
