"""The lessons: all of them, and one step of one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import segno
import streamlit as st

from core.catalog import catalog
from core.lessons import lessons
from explorer.look.errors import explained
from explorer.look.theme import literal, plain
from explorer.measures.steps import lens_visit
from explorer.session.current import current_name
from explorer.session.navigation import go
from explorer.stage.frame import alone
from explorer.stage.place import Place, asked, here, link, present, presented, visit
from explorer.stage.said import Said, numbers_of, prepare_numbers
from explorer.stage.views import prepare, show
from explorer.work.compute import ahead

_keys = st.components.v2.component(
    "explorer_lesson_keys", js=Path(__file__).with_name("keys.js").read_text(encoding="utf-8")
)
_STYLE = """<style>
.st-key-lesson-keys { position: absolute; }
.st-key-lesson-words h2 { padding: 0.1rem 0 0.3rem; font-size: 1.7rem; }
.st-key-lesson-words [data-testid="stMarkdownContainer"] p { font-size: 1.08rem; line-height: 1.5; }
</style>"""
_LARGE = """<style>
header[data-testid="stHeader"] { display: none; }
.stApp .stMainBlockContainer:has(.st-key-lesson-words) { padding-top: 0.75rem; }
.st-key-lesson-words h2 { font-size: 2.2rem; }
.st-key-lesson-words [data-testid="stMarkdownContainer"] p { font-size: 1.3rem; }
.st-key-lesson-seen { --reel-font: 17px; }
.st-key-lesson-seen [data-testid="stMarkdownContainer"] p { font-size: 1.2rem; }
.st-key-lesson-seen [data-testid="stCaptionContainer"] p { font-size: 1.05rem; }
.st-key-lesson-seen [data-testid="stMetricValue"] p { font-size: 2.4rem; }
</style>"""


def lessons_page() -> None:
    """Draw the list of lessons, or the step that the address names."""
    alone()
    place = here()
    if place is None:
        if (name := asked()) is not None:
            st.info(
                f"There is no lesson {literal(repr(name))}. These are all:",
                icon=":material/link_off:",
            )
        _list()
        return
    step = place.step
    st.html(_STYLE)
    if presented():
        st.html(_LARGE)
    _keys(key="lesson.keys", data={"presented": presented()})
    _head(place)
    words, seen = st.columns([5, 8], gap="medium")
    with words, st.container(key="lesson-words"):
        with st.container():  # however long it is, what is below keeps its place
            _words(place)
        _onward(place)
    with seen, st.container(key="lesson-seen"), explained():
        if step.question is None or _answered(place) is not None:
            show(step.view, key=f"{place.key}.view")
        else:
            st.info("Predict first: the answer opens what there is to see.", icon=":material/help:")
    with ahead():  # while a visitor reads, and predicts
        prepare(step.view, key=f"{place.key}.view")
        if (after := place.beside(1)) is not None:
            prepare_numbers(after.step, place=after.key)
            prepare(after.step.view, key=f"{after.key}.view")


def _list() -> None:
    st.markdown(
        "In each of these the truth is known. Predict, then see; then try it on your own space."
    )
    for name, lesson in lessons().items():
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(width=270):
                st.button(
                    lesson.title,
                    key=f"lesson.open.{name}",
                    type="tertiary",
                    icon=":material/play_circle:",
                    on_click=visit,
                    args=(Place(name, 0),),
                )
            with st.container():
                st.markdown(f"{lesson.asks} *{len(lesson.steps)} steps*")


def _head(place: Place) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("All lessons", icon=":material/list:", on_click=visit, args=(None,))
        st.markdown(
            f"**{place.lesson.title}** · step {place.at + 1} of {len(place.lesson.steps)}",
            width="stretch",
        )
        with st.popover(
            "Link",
            icon=":material/qr_code:",
            help="A link and a code for this step",
            key="lesson.link",
        ):
            _code(place, scale=9 if presented() else 5)
            st.code(link(place), language=None, wrap_lines=True)
        on = presented()
        st.button("Full screen", icon=":material/fullscreen:", key="lesson-whole")
        st.button(
            "Stop presenting" if on else "Present",
            icon=":material/close:" if on else ":material/slideshow:",
            on_click=partial(present, on=not on),
            key="lesson-present",
            help="Escape stops it, too." if on else None,
        )


def _code(place: Place, *, scale: int) -> None:
    picture = segno.make(link(place), error="m").png_data_uri(scale=scale, border=2)
    st.html(f'<img src="{picture}" alt="Code of the link to this step">', width="content")


def _words(place: Place) -> None:
    """What the step says and asks, and once that is answered, what there is to see.

    What needs no number stands there before the numbers do.
    """
    st.header(place.step.title, anchor=False)
    with explained():
        above = st.container()
        said = numbers_of(place.step, place=place.key)
        with above:
            _asked(place, said)


def _asked(place: Place, said: Mapping[str, Said] | None) -> None:
    step, answered = place.step, _answered(place)
    _write(step.says, said)
    if step.question is not None:
        _write(f"**{step.question.asks}**", said)
        if answered is None:
            for at, answer in enumerate(step.question.answers):
                st.button(
                    answer,
                    key=f"{place.key}.answer.{at}",
                    on_click=_answer,
                    args=(place, at),
                    width="stretch",
                )
            return
        right = step.question.answers[step.question.right]
        if answered == step.question.right:
            st.success(right, icon=":material/check:")
        else:
            st.warning(f"You said: {step.question.answers[answered]}. It is: {right}.")
    _write(step.shows, said)


def _write(text: str, said: Mapping[str, Said] | None) -> None:
    """A text with its numbers; one that has some waits for them."""
    if said is not None or "{" not in text:
        st.markdown(text.format_map(said or {}))


def _answered(place: Place) -> int | None:
    answer: int | None = st.session_state.get(f"{place.key}.answer")
    return answer


def _answer(place: Place, at: int) -> None:
    st.session_state[f"{place.key}.answer"] = at


def _onward(place: Place) -> None:
    before, after = place.beside(-1), place.beside(1)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        with st.container(key="lesson-back", width="content"):
            st.button(
                "Back",
                icon=":material/arrow_back:",
                disabled=before is None,
                on_click=visit,
                args=(before or place,),
                key="lesson.back",
            )
        with st.container(key="lesson-next", width="content"):
            st.button(
                "Next",
                icon=":material/arrow_forward:",
                disabled=after is None,
                on_click=visit,
                args=(after or place,),
                key="lesson.next",
            )
        if presented():
            _code(place, scale=2)
    if after is None:
        _own(place)


def _own(place: Place) -> None:
    name = current_name()
    st.markdown("**Try it on your own space**" + (f": {plain(name)}" if name else ""))
    with st.container(horizontal=True, gap="small"):
        for key in place.lesson.own:
            lens = catalog()[key]
            if st.button(
                lens.title,
                key=f"{place.key}.own.{key}",
                icon=":material/straighten:",
                help=literal(lens.question),
            ):
                way = lens_visit(key)
                go(way.page, controls=way.controls)
        if st.button("Open a file", key=f"{place.key}.own.open", icon=":material/upload_file:"):
            go("data", controls={"data.tab": "Open"})
