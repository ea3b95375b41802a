"""Vital signs: one headline a family, as a row to read, that leads to what is behind it."""

from typing import Any

import streamlit as st

from core import formatting
from core.catalog import families, sign
from core.errors import ExplorerError
from core.estimates import Undefined
from core.lens import Lens
from core.readouts import ItemScores
from core.verdict import verdict
from explorer.look import theme
from explorer.look.whisker import whisker
from explorer.reports.records import computed_and_refused, records, report_json
from explorer.reports.standalone import report_html
from explorer.session.current import compared_names, current_name, lens_view
from explorer.session.navigation import choose
from explorer.session.series import as_seen
from explorer.session.state import LENS, Visit
from explorer.session.workspace import session
from explorer.work.compute import awaited, lens_result, lens_result_within
from explorer.work.costly import Spaces, ask_for, duration, waits
from explorer.work.jobs import LONG


def vital_signs() -> None:
    """Draw one row a family; one that is still computing does not hold up the others."""
    above, rows, rest, waiting = st.container(), st.container(), st.container(), []
    for lens in map(sign, families()):
        place = rows if _fits(lens) else rest
        with place.container(key=f"sign.{lens.key.replace('.', '-')}", gap="xxsmall"):
            waiting += _sign(lens)
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
    spaces = [as_seen(one) for one in names]
    key = ("report", tuple(space.fingerprint for space in spaces))
    wanted = session().asked
    if key not in wanted:
        if st.button("Make a report of all lenses", icon=":material/description:"):
            wanted.add(key)
            st.rerun()
        return
    results = awaited(
        key,
        "Report",
        lambda: list(records(spaces, lens_result_within)),
        place="report",
        seconds=LONG,
    )
    if results is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Report, HTML",
            lambda: report_html(results, spaces),
            "report.html",
            "text/html",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Report, JSON",
            lambda: report_json(results),
            "report.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        findings, refusals = computed_and_refused(results)
        st.caption(
            f"{len(findings)} lenses with their default settings; {len(refusals)} not computed, "
            "for reasons the report gives."
        )


def _sign(lens: Lens[Any]) -> list[tuple[Lens[Any], Spaces]]:
    """Draw one sign; return what it would need to compute that nobody asked for yet."""
    try:
        view = lens_view(lens.arity)
        if obstacle := view.obstacle or lens.obstacle(*view.spaces):
            _quiet(lens, obstacle)
            return []
        if waits(lens, view.spaces, {}):
            _quiet(lens, "Not computed yet.")
            return [(lens, view.spaces)]
        result = lens_result(lens, view.spaces, {}, place=f"home.{lens.key}")
    except ExplorerError as error:
        _quiet(lens, str(error))
        return []
    if result is not None:
        _row(lens, result)
    return []


def _fits(lens: Lens[Any]) -> bool:
    view = lens_view(lens.arity)
    return not (view.obstacle or lens.obstacle(*view.spaces))


def _quiet(lens: Lens[Any], why: str) -> None:
    said = why.removeprefix(f"{lens.title!r} ")  # the family is its subject
    between = ": " if said == why else " "
    st.caption(f"**{families()[lens.family].title}**{between}{theme.literal(said)}")


def _row(lens: Lens[Any], result: Any) -> None:
    """The name and the value as a button, dot and whisker, and a sentence."""
    number = getattr(result, lens.headline)
    score = lens.headline_score
    if isinstance(number, Undefined):
        _quiet(lens, f"{theme.label(lens.headline)}: undefined, {number.reason}.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button(
            f"**{families()[lens.family].title}**",
            key=f"sign.open.{lens.key}",
            type="tertiary",
            on_click=choose,
            args=(_behind(lens),),
            help=f"{lens.question} Click to color the map by it.",
        )
        st.space("stretch")
        st.markdown(formatting.estimate(number, score), width="content")
    said = ", ".join([theme.inside(lens.headline), *formatting.notes(number, score)])
    st.html(whisker(number, score, said))
    st.caption(verdict(lens, result) or "")


def _behind(lens: Lens[Any]) -> Visit:
    """The lens beside the map, which is colored by what it says of each item."""
    scores = next((r.name for r in lens.readings if r.kind is ItemScores), None)
    colors = {} if scores is None else {"map.color": f"{LENS}{lens.key}.{scores}"}
    return Visit(controls={"dock": "Measure", "measure.lens": lens.key, **colors})
