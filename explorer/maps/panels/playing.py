"""The steps of a series below its map: which is shown, and playing them one after another."""

import time
from dataclasses import replace

import streamlit as st

from core.engines.maps.alignment import mirrored, rotated
from core.errors import NotApplicable
from core.matching import matched
from core.space import EmbeddingSpace
from explorer.session.navigation import choose
from explorer.session.series import POOLED, STEP, chosen_step, steps_of
from explorer.session.state import Visit

SHOWN, PLAYS, POOLS = "map.step", "map.play", "map.pooled"
SECONDS = 1.6  # a step, at least
HEIGHT = 58  # pixels below the map


def step_row(whole: EmbeddingSpace, *, ready: bool) -> None:
    """Ask which step is shown, and play them; `ready` once the map of this one is drawn."""
    known = steps_of(whole)
    if not known:
        return
    chosen = chosen_step()
    pooled = chosen == POOLED
    at = known.index(chosen) if chosen in known else len(known) - 1
    st.session_state[SHOWN], st.session_state[POOLS] = known[at], pooled
    with st.container(horizontal=True, key="steps", vertical_alignment="center", gap="small"):
        playing = st.session_state.get(PLAYS, False)
        st.button(
            "Pause" if playing else "Play",
            key="map.play.go",
            icon=":material/pause:" if playing else ":material/play_arrow:",
            disabled=pooled,
            on_click=_play,
            args=(not playing, known, at),
            help="One step after another, with all that stands beside the map.",
        )
        column = whole.roles["step"]
        st.select_slider(
            str(column),
            known,
            key=SHOWN,
            format_func=lambda step: f"{column} {step}",
            on_change=_look,
            label_visibility="collapsed",
            disabled=pooled,
            width="stretch",
        )
        st.toggle("All at once", key=POOLS, on_change=_pool, args=(known[at],), width="content")
    if playing and not pooled:
        st.fragment(run_every=SECONDS)(_next)(known, at, ready=ready)


def where_in(whole: EmbeddingSpace) -> str:
    """Which step the map shows, in words; empty where the space is no series."""
    known, chosen = steps_of(whole), chosen_step()
    if not known:
        return ""
    if chosen == POOLED:
        return f"all {len(known)} steps"
    return f"{whole.roles['step']} {chosen if chosen in known else known[-1]}"


def in_line(made: EmbeddingSpace, last: EmbeddingSpace, *, has_axes: bool) -> EmbeddingSpace:
    """A map of one step rotated as that of the last step is, so that what moves is what changed.

    Parameters
    ----------
    has_axes
        Whether its axes have a meaning: they are mirrored then, and never mixed.
    """
    return _in_line((made.fingerprint, last.fingerprint), made, last, has_axes=has_axes)


@st.cache_resource(max_entries=32, show_spinner=False)
def _in_line(
    key: tuple[str, str],  # noqa: ARG001 - what Streamlit caches by
    _made: EmbeddingSpace,
    _last: EmbeddingSpace,
    *,
    has_axes: bool,
) -> EmbeddingSpace:
    try:
        same, onto = matched(_made, _last)
    except NotApplicable:  # nothing says which item is which: it stays as it is
        return _made
    if len(same) < len(_made):
        return _made
    turn = mirrored if has_axes else rotated
    return replace(_made, vectors=turn(same.vectors, onto.vectors))


def _look() -> None:
    choose(Visit(controls={STEP: st.session_state[SHOWN]}))


def _pool(step: str) -> None:
    if st.session_state[POOLS] == (chosen_step() == POOLED):
        return  # Streamlit also says so where the toggle was gone for a run, and nobody touched it
    st.session_state[PLAYS] = False
    choose(Visit(controls={STEP: POOLED if st.session_state[POOLS] else step}))


def _play(on: bool, known: tuple[str, ...], at: int) -> None:  # noqa: FBT001 - of a callback
    st.session_state[PLAYS] = on
    st.session_state["map.played"] = time.monotonic()
    if on and at == len(known) - 1:
        choose(Visit(controls={STEP: known[0]}))


def _next(known: tuple[str, ...], at: int, *, ready: bool) -> None:
    """Go on to the next step, once this one was seen for a while; stop at the last."""
    if not ready or time.monotonic() - st.session_state.get("map.played", 0.0) < SECONDS:
        return
    st.session_state["map.played"] = time.monotonic()
    if at == len(known) - 1:
        st.session_state[PLAYS] = False
    else:
        choose(Visit(controls={STEP: known[at + 1]}))
    st.rerun()
