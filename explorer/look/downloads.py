"""Everything on a page as a file: numbers as CSV and JSON, the rows behind each chart."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from core.counts import counted
from core.io.writers import spreadsheet_text
from core.record import Record
from core.tables import number_rows

MOST_ROWS = 1_000  # shown; the download holds all


def number_downloads(record: Record) -> None:
    """Buttons for the numbers of a result as CSV and as JSON with everything to repeat them."""
    key = record.lens.key
    name = key.replace(".", "-")
    st.download_button(
        "CSV",
        lambda: spreadsheet_text(number_rows(record.lens, record.result)),
        f"{name}.csv",
        "text/csv",
        key=f"{key}.csv",
        icon=":material/download:",
        help="The numbers with intervals and chance levels.",
        on_click="ignore",
    )
    st.download_button(
        "JSON",
        lambda: json.dumps(record.as_json(), indent=2),
        f"{name}.json",
        "application/json",
        key=f"{key}.json",
        icon=":material/download:",
        help="The same, with data fingerprints, settings and versions.",
        on_click="ignore",
    )


def rows_popover(rows: Callable[[], pd.DataFrame], key: str) -> None:
    """The data behind a chart, made when asked for."""
    box = st.popover(
        "Data",
        icon=":material/table:",
        key=f"{key}.rows",
        on_change="rerun",
        type="tertiary",
        help="The data behind this, as a table and a download.",
    )
    if not box.open:
        return
    with box:
        table = rows()
        table = table[[c for c in table if not binary(table[c])]]
        st.dataframe(table.head(MOST_ROWS), key=f"{key}.rows.table", alt="The data as a table")
        st.download_button(
            f"CSV, {counted(len(table), 'row')}",
            lambda: spreadsheet_text(table.reset_index()),
            f"{key}.csv",
            "text/csv",
            key=f"{key}.rows.csv",
            icon=":material/download:",
            on_click="ignore",
        )


def binary(column: "pd.Series[Any]") -> bool:
    """Whether a column holds bytes, such as images, which no text file can show."""
    return column.dtype == object and any(
        isinstance(cell, bytes) for cell in column.dropna().head(20)
    )
