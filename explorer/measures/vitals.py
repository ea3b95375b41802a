"""Vital signs: one headline a family, with a verdict in words and where to go next."""

from typing import Any

import streamlit as st

from core.catalog import families, sign
from core.errors import ExplorerError
from core.estimates import Undefined
from core.lens import Lens
from core.verdict import state, verdict
from explorer.look import theme
from explorer.measures.steps import try_next
from explorer.reports.standalone import records, report_html, report_json, told_apart
from explorer.session.current import compared_names, current_name, lens_view
from explorer.session.workspace import session, space_named
from explorer.work.compute import awaited, lens_result, lens_result_within
from explorer.work.costly import Spaces, ask_for, duration, waits
from explorer.work.jobs import LONG

BADGES: dict[str, tuple[str, str, Any]] = {
    "good": ("better than chance", ":material/check_circle:", "green"),
    "bad": ("worse than chance", ":material/warning:", "orange"),
    "differs": ("differs from chance", ":material/info:", "blue"),
    "unclear": ("no different from chance", ":material/help:", "gray"),
    "unknown": ("no chance level", ":material/info:", "gray"),
}


def vital_signs() -> None:
    """Draw one card a family; a card that is still computing does not hold up the others."""
    above, waiting = st.container(), []
    columns = st.columns(2, gap="medium")
    for position, (family, about) in enumerate(families().items()):
        with columns[position % 2].container(border=True):
            st.markdown(f"##### {about.title}")
            waiting += _sign(sign(family))
            page = st.session_state["pages"][family]
            st.page_link(page, label="See what is behind it", icon=":material/arrow_forward:")
    if waiting:
        with above.container(border=True, horizontal=True, vertical_alignment="center"):
            time = duration(sum(lens.seconds(*spaces) for lens, spaces in waiting))
            st.markdown(f"Those not computed yet take {time}.", width="stretch")
            st.button(
                "Compute them",
                key="home.go",
                icon=":material/play_arrow:",
                on_click=ask_for,
                args=(waiting,),
            )


def report_download() -> None:
    """Offer everything that every lens finds about the chosen spaces, as one file."""
    name = current_name()
    if name is None:
        return
    names = [name, *compared_names()]
    spaces = [space_named(one) for one in names]
    key = ("report", tuple(space.fingerprint for space in spaces))
    asked = session().asked
    if key not in asked:
        if st.button("Make a report of all lenses", icon=":material/description:"):
            asked.add(key)
            st.rerun()
        return
    found = awaited(
        key,
        "Report",
        lambda: list(records(spaces, lens_result_within)),
        place="report",
        seconds=LONG,
    )
    if found is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Report, HTML",
            lambda: report_html(found, spaces),
            "report.html",
            "text/html",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Report, JSON",
            lambda: report_json(found),
            "report.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        findings, refusals = told_apart(found)
        st.caption(
            f"{len(findings)} lenses with their default settings; {len(refusals)} not computed, "
            "for reasons the report gives."
        )


def _sign(lens: Lens[Any]) -> list[tuple[Lens[Any], Spaces]]:
    """Draw one sign; return what it would need to compute that nobody asked for yet."""
    st.caption(lens.question)
    try:
        view = lens_view(lens.arity)
        if obstacle := view.obstacle or lens.obstacle(*view.spaces):
            st.markdown(f":gray[{theme.literal(obstacle)}]")
            return []
        if waits(lens, view.spaces, {}):
            st.markdown(":gray[Not computed yet.]")
            return [(lens, view.spaces)]
        result = lens_result(lens, view.spaces, {}, place=f"home.{lens.key}")
    except ExplorerError as error:
        st.warning(theme.literal(error), icon=":material/error:")
        return []
    if result is not None:
        _reading(lens, result)
        try_next(lens, result, view.spaces, place=f"home.{lens.key}")
    return []


def _reading(lens: Lens[Any], result: Any) -> None:
    found = getattr(result, lens.headline)
    reading = next(r for r in lens.readings if r.name == lens.headline)
    if isinstance(found, Undefined):
        st.markdown(f":gray[{theme.label(reading.name)}: undefined, {found.reason}.]")
        return
    text, icon, tone = BADGES[state(lens, result)]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.metric(
            theme.label(reading.name),
            theme.number(found.value, reading.score),
            help=reading.help,
            width="content",
        )
        st.badge(text, icon=icon, color=tone)
    st.caption(" · ".join(theme.notes(found, reading.score)))
    if said := verdict(lens, result):
        st.markdown(said)
