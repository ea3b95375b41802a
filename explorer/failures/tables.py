"""The slices of a search as tables: by columns, by directions, and by what was confused."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from core import formatting
from core.counts import counted
from core.engines.failures.found import Found
from core.engines.failures.parts import Kind
from core.engines.failures.slices import Change, Slice
from core.estimates import Estimate
from core.io.writers import spreadsheet_text

TABS: dict[str, tuple[Kind, ...]] = {
    "Columns": ("column",),
    "Directions": ("asks", "errs"),
    "Confusions": ("confused",),
}
KINDS = {
    "column": "value of a column",
    "asks": "where queries lie",
    "errs": "which way what is found lies",
    "confused": "what was confused",
}
FEW = 30  # slices shown; the file has all
CORRECTED = (
    "From and to are ends of 95 % intervals. What is called more, less, fewer holds among all "
    "slices together: of those called so, one in twenty is not, on average (Benjamini and "
    "Hochberg). Choose a row to walk through it."
)
EMPTY = "Of these none has ten queries."
ABOUT = {
    "Columns": "Queries of a value against all others. ",
    "Confusions": "Of failures: how often what was found differs so from what is right, against "
    "what a random answer would. ",
}


@dataclass(frozen=True, eq=False)
class Told:
    """A search with its slices, and how well where queries lie tells that they fail."""

    found: Found
    slices: list[Slice]
    told: Estimate | None


def chosen_slice(told: Told, by_slice: list[Change] | None) -> Slice | None:
    """Draw the slices of one tab; the one that is chosen, None for all failures."""
    if not told.slices:
        st.info("Nothing fails, or no slice has ten queries.", icon=":material/filter_none:")
        return None
    sure = {
        tab: sum(
            one.differs and one.difference.value > 0
            for one in told.slices
            if one.part.kind in kinds
        )
        for tab, kinds in TABS.items()
    }
    there = {tab: sum(one.part.kind in kinds for one in told.slices) for tab, kinds in TABS.items()}
    tab = st.segmented_control(
        "Slices",
        list(TABS),
        default=max(TABS, key=lambda one: (sure[one] > 0, there[one] > 0)),
        format_func=lambda one: f"{one} ({sure[one]})" if sure[one] else one,
        key="failures.tab",
        required=True,
        label_visibility="collapsed",
        help="In parentheses: how many surely fail more often.",
    )
    at = [at for at, one in enumerate(told.slices) if one.part.kind in TABS[tab]]
    shown = [told.slices[one] for one in at]
    rows = table(shown, by_slice and [by_slice[one] for one in at])
    chosen = _drawn(rows, tab) if len(rows) else None
    with st.container(horizontal=True, vertical_alignment="center"):
        whole = table(told.slices, by_slice)
        st.download_button(
            f"CSV, {counted(len(whole), 'slice')}",
            partial(spreadsheet_text, whole),
            "failure-slices.csv",
            "text/csv",
            key="failures.csv",
            icon=":material/download:",
            on_click="ignore",
        )
        about = _about_directions(told) if tab == "Directions" else ABOUT[tab]
        st.caption(about + (CORRECTED if there[tab] else EMPTY))
    return None if chosen is None else shown[chosen]


def table(shown: list[Slice], by_slice: list[Change] | None) -> pd.DataFrame:
    """A row a slice; with what a transform changes where there is one."""
    rows = []
    for at, one in enumerate(shown):
        (low, high), (more, most) = one.share.ends, one.difference.ends
        row = {
            "slice": one.part.name,
            "kind": KINDS[one.part.kind],
            "queries": int(one.part.of.sum()),
            "share": one.share.value,
            "from": low,
            "to": high,
            "rest": one.beside,
            "lift": one.lift,
            "than the rest": _verdict(one, one.difference, ("more", "less")),
            "of all failures": one.failures,
            "difference from": more,
            "difference to": most,
            "p": one.p,
            "p, corrected": one.corrected,
        }
        if by_slice is not None:
            change = by_slice[at]
            ends = change.by.ends
            row |= {"change": change.by.value, "change from": ends[0], "change to": ends[1]}
            row["what if"] = _verdict(change, change.by, ("more fail", "fewer fail"))
        rows.append(row)
    return pd.DataFrame(rows)


def _verdict(of: Slice | Change, difference: Estimate, words: tuple[str, str]) -> str:
    """The word for more or for less, where it is sure."""
    if not of.differs:
        return "cannot be told"
    return words[0] if difference.value > 0 else words[1]


def _drawn(rows: pd.DataFrame, tab: str) -> int | None:
    """Draw the rows of a tab; the one that is chosen."""
    hidden = ["kind", "difference from", "difference to", "p", "p, corrected"]
    shown = rows.head(FEW).drop(columns=hidden)
    of_failures = tab == "Confusions"
    labels = {
        "change from": "from",
        "change to": "to",
        "share": "of failures" if of_failures else "fail",
        "rest": "random answer" if of_failures else "rest",
        "queries": "failures" if of_failures else "queries",
        "than the rest": "than random" if of_failures else "than the rest",
    }
    config: dict[str, Any] = {
        "lift": st.column_config.NumberColumn(format="%.2f"),
        "slice": st.column_config.TextColumn(width="large"),
        "than the rest": st.column_config.TextColumn(labels["than the rest"]),
        "queries": st.column_config.NumberColumn(labels["queries"]),
    }
    for name in map(str, shown.columns):
        if name not in {"slice", "queries", "lift", "than the rest", "what if"}:
            shown[name] = (100 * shown[name]).round() + 0.0  # no -0
            label = f"{labels.get(name, name)}, %"
            config[name] = st.column_config.NumberColumn(label, format="%.0f")
    event = st.dataframe(
        shown,
        key=f"failures.slices.{hash(tuple(rows['slice']))}",
        on_select="rerun",
        selection_mode="single-row",
        column_config=config,
        hide_index=True,
        placeholder="",
        height=38 + 35 * min(len(rows), 9),
        alt="Slices of the queries and how often they fail",
    )
    ticked = event["selection"]["rows"]
    return ticked[0] if ticked and ticked[0] < len(rows) else None


def _about_directions(told: Told) -> str:
    if told.told is None:
        return "Which way the nearest wrong answer lies from what is right. "
    return (
        "Where a query lies tells whether it fails with an AUC of "
        f"{formatting.estimate(told.told)} (95 %: {formatting.interval(told.told)}; chance 0.5), "
        "by a direction fitted to other queries: its two ends are the thirds of queries farthest "
        "along. *Errs*: which way the nearest wrong answer lies from what is right, named for what "
        "most of them change. "
    )
