"""The page of failures: which search, its slices, what a transform would change, and the walk."""

from typing import Any

import numpy as np
import streamlit as st

from core import formatting
from core.catalog import transforms
from core.counts import counted
from core.engines.failures.directions import directions
from core.engines.failures.found import Found, found
from core.engines.failures.parts import by_columns, by_confusions
from core.engines.failures.slices import Change, changes, slices
from core.engines.failures.ways import EVERYTHING, among, ways
from core.space import EmbeddingSpace
from core.statistics.estimating import from_change
from explorer.failures.tables import Told, chosen_slice
from explorer.failures.walk import walk
from explorer.look import theme
from explorer.look.errors import explained
from explorer.look.forms import form
from explorer.session.current import current_name
from explorer.session.navigation import SEARCH
from explorer.session.series import as_seen
from explorer.work.compute import computed, computed_within, derived

NOTHING = "nothing"
WHAT_IF = (
    "centre_per_modality", "shift_along_gap", "whiten", "remove_components", "keep_dimensions",
)  # fmt: skip
MOST_NAMED = 3  # slices named in a sentence


def failures_page() -> None:
    """Draw the choice of a search and all that is said of its failures."""
    name = current_name()
    if name is None:
        st.info("No space is open. Upload one on the Data page.", icon=":material/upload_file:")
        return
    with explained():
        space = as_seen(name)
        search, what_if = _choices(space)
        told = computed(searched, (space,), "Failures", place="failures", **search)
        if told is None:
            return
        _headline(told.found)
        after = _what_if(space, what_if, search)
        by_slice = None
        if after is not None:
            by_slice = changes((told.found, after), told.slices)
            _after(told, after, by_slice)
        walk(told.found, chosen_slice(told, by_slice))


def searched(space: EmbeddingSpace, *, way: int, compete: str) -> Told:
    """A search of a space, and its slices."""
    made = computed_within(found, (space,), "Failures", way=way, compete=compete)
    ways_off = directions(made)
    parts = [*by_columns(made), *ways_off.parts, *by_confusions(made)]
    return Told(made, slices(made, parts), ways_off.told)


def _choices(space: EmbeddingSpace) -> tuple[dict[str, Any], Any]:
    """What is searched, among what where there are tasks, and the place of what if."""
    known = ways(space)
    key = f"failures.way.{hash(tuple(one.says for one in known))}"
    if (said := st.query_params.get(SEARCH, "")).isdigit() and int(said) < len(known):
        st.session_state[key] = int(said)
        del st.query_params[SEARCH]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.selectbox(
            "What is searched",
            range(len(known)),
            format_func=lambda at: known[at].says,
            key=key,
            persist_state="session",
            help="What asks, and what counts as right.",
        )
        offered = among(space, way)
        compete = EVERYTHING
        if len(offered) > 1:
            compete = st.selectbox(
                "Among",
                offered,
                key=f"failures.among.{hash(offered)}",
                persist_state="session",
                help="What competes with what is right. Labels are tasks here: choose one to see "
                "its slices alone.",
            )
        return {"way": way, "compete": compete}, st.container()


def _headline(made: Found) -> None:
    rate = made.rate().times(100)
    of = f"{counted(len(made.queries), 'query', 'queries')}"
    if rate.sample:
        of += f", a sample of {rate.sample[1]:,},"
    st.markdown(
        f"**{formatting.estimate(rate)} %** of {of} find something else first (95 %: "
        f"{formatting.interval(rate)}); "
        f"the median rank of what is right is {np.median(made.ranks):g}."
    )


def _what_if(space: EmbeddingSpace, place: Any, search: dict[str, Any]) -> Found | None:
    """Ask for a transform; what the same queries find after it."""
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
    after: Found | None = computed(
        found, (made,), "Failures after", place="failures.after", **search
    )
    return after


def _after(told: Told, after: Found, by_slice: list[Change]) -> None:
    """The change of all queries, and the slices that change most among those that surely do."""
    whole = from_change(after.failed - told.found.failed, told.found.clusters).times(100)
    said = (
        f"After it **{formatting.estimate(after.rate().times(100))} %** fail: "
        f"{formatting.estimate(whole, signed=True)} points (95 %: "
        f"{formatting.interval(whole, signed=True)}), paired, query by query."
    )
    surely = [
        (change.by.value, one.part.name)
        for one, change in zip(told.slices, by_slice, strict=True)
        if change.differs and one.part.kind != "confused"
    ]
    for word, sign in (("Fewer fail", 1), ("More fail", -1)):
        names = [
            name
            for value, name in sorted(surely, key=lambda one: sign * one[0])
            if sign * value < 0
        ]
        if names:
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            said += f" {word} of: {theme.plain('; '.join(names[:MOST_NAMED]))}{more}."
    if not surely:
        said += " Of no slice it is sure that it changes."
    st.markdown(said)
