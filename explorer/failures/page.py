"""The page of failures: which search, its slices, what a transform would change, and the walk."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.catalog import transforms
from core.counts import counted
from core.engines.groups.regions import regions
from core.engines.retrieval.failures import Found, Slice, changes, found, slices, ways
from core.estimates import Estimate
from core.io.writers import spreadsheet_text
from core.space import EmbeddingSpace
from explorer.failures.walk import walk
from explorer.look.errors import explained
from explorer.look.forms import form
from explorer.session.current import current_name
from explorer.session.series import as_seen
from explorer.work.compute import computed, derived

NOTHING = "nothing"
WHAT_IF = (
    "centre_per_modality", "shift_along_gap", "whiten", "remove_components", "keep_dimensions",
)  # fmt: skip
KINDS = {"column": "of queries", "confused": "of failures", "region": "of the space"}
FEW = 30  # slices shown; the file has all


@dataclass(frozen=True, eq=False)
class Told:
    """A search with its slices."""

    found: Found
    slices: list[Slice]


def failures_page() -> None:
    """Draw the choice of a search and all that is said of its failures."""
    name = current_name()
    if name is None:
        st.info("No space is open. Upload one on the Data page.", icon=":material/upload_file:")
        return
    with explained():
        space = as_seen(name)
        known = ways(space)
        left, right = st.columns([3, 3], vertical_alignment="bottom")
        way = left.selectbox(
            "What is searched",
            range(len(known)),
            format_func=lambda at: known[at].says,
            key=f"failures.way.{hash(tuple(one.says for one in known))}",
            persist_state="session",
            help="What asks, and what counts as right; everything else on the other side competes.",
        )
        told = computed(searched, (space,), "Failures", place="failures", way=way)
        if told is None:
            return
        _headline(told.found)
        changed = _what_if(space, told, right, way=way)
        chosen = _table(told, changed)
        walk(space, told.found, chosen)


def searched(space: EmbeddingSpace, *, way: int) -> Told:
    """A search of a space, and its slices."""
    made = found(space, way=way)
    return Told(made, slices(space, made, regions(space, made.queries)))


def _headline(made: Found) -> None:
    rate = made.rate()
    of = f"{counted(len(made.queries), 'query', 'queries')}"
    if rate.sample:
        of += f", a sample of {rate.sample[1]:,},"
    low, high = map(_percent, rate.ends)
    st.markdown(
        f"**{_percent(rate.value)} %** of {of} find something else first (95 %: {low} to {high}); "
        f"the median rank of what is right is {np.median(made.ranks):g}."
    )


def _what_if(space: EmbeddingSpace, told: Told, place: Any, *, way: int) -> list[Estimate] | None:
    """Ask for a transform; how it changes the failures of each slice, query by query."""
    able = [key for key in WHAT_IF if transforms()[key].obstacle(space) is None]
    key = place.selectbox(
        "What if the vectors went through",
        [NOTHING, *able],
        format_func=lambda one: one if one == NOTHING else transforms()[one].title,
        key=f"failures.transform.{hash(tuple(able))}",
        persist_state="session",
        help="The same queries in changed vectors. What is fitted is fitted to all items.",
    )
    if key == NOTHING:
        return None
    knobs = form(transforms()[key].knobs, space, f"failures.{key}", columns=5)
    made = derived(transforms()[key], space, knobs, place="failures.made")
    if made is None:
        return None
    after = computed(found, (made,), "Failures after", place="failures.after", way=way)
    if after is None:
        return None
    then, before = _percent(after.rate().value), _percent(told.found.rate().value)
    st.caption(f"After: {then} % fail, before: {before} %. Changes are paired, query by query.")
    return changes(space, (told.found, after), told.slices)


def table(told: Told, changed: list[Estimate] | None) -> pd.DataFrame:
    """A row a slice; with what a transform changes where there is one."""
    rows = []
    for at, one in enumerate(told.slices):
        low, high = one.difference.ends
        row = {
            "slice": one.name,
            "kind": KINDS[one.kind],
            "queries": int(one.of.sum()),
            "fail": one.share.value,
            "fail from": one.share.ends[0],
            "fail to": one.share.ends[1],
            "rest": one.beside,
            "lift": one.lift,
            "difference from": low,
            "difference to": high,
            "share of failures": one.failures,
        }
        if changed is not None:
            ends = changed[at].ends
            row |= {"change": changed[at].value, "change from": ends[0], "change to": ends[1]}
            row["what if"] = _verdict(*ends)
        rows.append(row)
    return pd.DataFrame(rows)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _verdict(low: float, high: float) -> str:
    return "fewer fail" if high < 0 else "more fail" if low > 0 else "cannot be told"


def _table(told: Told, changed: list[Estimate] | None) -> Slice | None:
    """Draw the slices; the one that is chosen, None for all failures."""
    rows = table(told, changed)
    if rows.empty:
        st.info("No slice of ten queries or more.", icon=":material/filter_none:")
        return None
    shown = rows.head(FEW).drop(columns=["fail from", "fail to"])
    config: dict[str, Any] = {"lift": st.column_config.NumberColumn(format="%.2f")}
    for name in map(str, shown.columns):
        if name not in {"slice", "kind", "queries", "lift", "what if"}:
            shown[name] = (100 * shown[name]).round() + 0.0  # no -0
            config[name] = st.column_config.NumberColumn(f"{name}, %", format="%.0f")
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
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            f"CSV, {counted(len(rows), 'slice')}",
            partial(spreadsheet_text, rows),
            "failure-slices.csv",
            "text/csv",
            key="failures.csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption(
            "Slices that fail more often than the other queries come first; of twenty that do not, "
            "one would be taken for such by chance. A slice of failures holds those where what was "
            "found differs from what is right in a column, beside how often a random answer "
            "would. Choose a row to walk through it."
        )
    ticked = event["selection"]["rows"]
    return told.slices[ticked[0]] if ticked and ticked[0] < len(told.slices) else None
