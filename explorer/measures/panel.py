"""A family page: pick a lens, set its knobs, read its result. All errors are caught here."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.catalog import families, family
from core.lens import Lens
from core.record import Record
from core.tables import number_rows
from explorer.look.errors import explained
from explorer.look.forms import form
from explorer.look.theme import label, literal, plain
from explorer.measures.along import along_steps
from explorer.measures.drawing import answer, report
from explorer.measures.groups import by_group, split_choice
from explorer.session.current import LensView, current_name, lens_view
from explorer.session.navigation import choose
from explorer.session.roles import change_roles
from explorer.session.state import Visit
from explorer.session.workspace import open_made, session, space_named
from explorer.work.compute import lens_result
from explorer.work.costly import ask_for, duration, waits


def family_page(name: str, toys: Mapping[str, Callable[[], None]]) -> None:
    """Draw the page of one family of lenses; `toys` stand below some answers, to play with."""
    st.markdown(families()[name].intro)
    if lens := chosen_lens(name):
        lens_panel(lens, toy=toys.get(lens.key))


def chosen_lens(name: str) -> Lens[Any] | None:
    """Ask for one of the lenses of a family; None in the moment before the first is chosen."""
    lenses = {lens.key.partition(".")[2]: lens for lens in family(name)}
    chosen = st.segmented_control(
        "Lens",
        list(lenses),
        default=next(iter(lenses)),
        required=True,
        format_func=lambda key: lenses[key].title,
        key=f"{name}.lens",
        bind="query-params",
        label_visibility="collapsed",
    )
    return lenses[chosen] if chosen else None


def lens_panel(lens: Lens[Any], *, columns: int = 4, toy: Callable[[], None] | None = None) -> None:
    """Ask, compute and report one lens, with so many controls or numbers in a row.

    The answer comes first, then the `toy`, where there is one.
    """
    st.subheader(lens.question, anchor=False)
    with explained():
        view = lens_view(lens.arity)
        if obstacle := view.obstacle or lens.obstacle(*view.spaces):
            st.info(literal(obstacle), icon=":material/block:")
            if view.obstacle is None:
                _ask_for_role(lens, view)
        else:
            if view.said:
                st.caption(literal(view.said))
            others = {name: partial(space_named, name) for name in session().spaces}
            knobs = form(lens.knobs, view.spaces[0], lens.key, others=others, columns=columns)
            session().last_knobs[lens.key, str(current_name())] = knobs
            _answer(lens, view, knobs, columns=columns, toy=toy)
    _guide(lens)
    _example(lens)


def _ask_for_role(lens: Lens[Any], view: LensView) -> None:
    """Let the column be chosen here that a lens needs and that no role points to."""
    for space in view.spaces:
        missing = [role for role in lens.needs if role not in space.roles]
        columns = [str(column) for column in space.items if column not in space.roles.values()]
        if not missing or not columns or space.name not in session().spaces:
            continue
        with st.container(horizontal=True, vertical_alignment="bottom"):
            column = st.selectbox(
                f"Column of {plain(space.name)} that is the {missing[0]}",
                columns,
                key=f"{lens.key}.role.{missing[0]}.{space.fingerprint}",
            )
            if st.button("Use it", key=f"{lens.key}.role.go", icon=":material/check:"):
                change_roles({**space.roles, missing[0]: column}, space.name)
        return


def _answer(
    lens: Lens[Any],
    view: LensView,
    knobs: Mapping[str, Any],
    *,
    columns: int,
    toy: Callable[[], None] | None,
) -> None:
    first, then, record = st.container(), st.container(), None
    with first, explained():
        if _wanted(lens, view, knobs):
            result = lens_result(lens, view.spaces, knobs, place=lens.key)
            record = None if result is None else Record(lens, result, view.spaces, knobs)
        if record is not None:
            answer(record, columns=columns)
    if toy is not None:
        with then, explained():
            toy()
    if record is None:
        return
    report(record, columns=columns)
    along_steps(record, columns=max(1, columns - 1))
    if column := split_choice(record):
        by_group(record, column)


def _wanted(lens: Lens[Any], view: LensView, knobs: Mapping[str, Any]) -> bool:
    if not waits(lens, view.spaces, knobs):
        return True
    st.info(
        f"This takes {duration(lens.seconds(*view.spaces))} for {len(view.spaces[0]):,} items.",
        icon=":material/hourglass:",
    )
    st.button("Compute it", key=f"{lens.key}.go", on_click=ask_for, args=([(lens, view.spaces)],))
    return False


def _guide(lens: Lens[Any]) -> None:
    with st.expander(
        "How to read it, what not to conclude, sources",
        icon=":material/menu_book:",
        key=f"{lens.key}.guide",
    ):
        st.markdown(f"**How to read it.** {lens.reading_guide}")
        st.markdown(f"**What not to conclude.** {lens.caution}")
        st.markdown(f"**Closeness to the source:** {lens.fidelity}.")
        for paper in lens.papers:
            st.markdown(f"- [{paper.cite}]({paper.url})")
        if lens.invariances:
            st.markdown(f"**Changes no number:** {', '.join(lens.invariances)}.")


def _example(lens: Lens[Any]) -> None:
    box = st.expander(
        "Try it where the answer is known",
        icon=":material/science:",
        key=f"{lens.key}.example",
        on_change="rerun",
    )
    if not box.open:
        return
    with box, explained():
        example = lens.example(np.random.default_rng(0))
        st.markdown(example.says)
        result = lens_result(lens, example.spaces, example.knobs, place=f"{lens.key}.example")
        if result is None:
            return
        numbers = number_rows(lens, result).set_index("reading")["value"].rename("found")
        known = pd.DataFrame(example.expected, index=["known, from", "known, to"]).T.join(numbers)
        known = known.rename(index=label).rename_axis("reading")
        agrees = known["found"].between(known["known, from"], known["known, to"])
        st.dataframe(
            known.assign(agrees=agrees), key=f"{lens.key}.known", alt="Known and found values"
        )
        if st.button("Open these spaces", key=f"{lens.key}.open", icon=":material/add_circle:"):
            names = [open_made(one.name, one.fingerprint, one) for one in example.spaces]
            choose(Visit("", names[0], tuple(names[1:])))
            st.rerun()
