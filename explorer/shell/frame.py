"""Around every page: the bar with the choice of space, comparison and subset; notices; heading."""

import html
import time

import streamlit as st

from core.counts import counted
from core.encoders.architecture import architecture
from explorer.look.errors import explained
from explorer.look.theme import plain
from explorer.select.panel import kept_list
from explorer.session.current import (
    active_subset,
    compared_names,
    current,
    current_name,
    current_selection,
    looked_at,
    select,
    together,
)
from explorer.session.navigation import arrive
from explorer.session.series import POOLED, STEP, as_seen, steps_of
from explorer.session.workspace import changed_files, read_again, session, space_named
from explorer.shell.address import remember_roles, remember_selection
from explorer.shell.restoring import follow
from explorer.work.comparable import fits_so_far, look_for_fits
from explorer.work.compute import SELDOM

TOGETHER = 2.0  # seconds in which several things happen at once
STAYS = 20.0  # seconds in which what happened is still said

# The page takes the window: Streamlit leaves six rem above a title and five beside everything. Its
# white on the accent, which is light in the dark theme, is for multiselects; its accent on
# a tint of itself, under the mouse, cannot be read.
STYLE = """<style>
.stMainBlockContainer { padding: 4.25rem 1rem 0.75rem; }
.stMainBlockContainer > div > .stVerticalBlock { gap: 0.5rem; }
.stMainBlockContainer .stElementContainer:has(> .stHtml style), .stElementContainer:has(h1.unseen)
  { position: absolute; width: 0; }
.stImage img { outline: 1px solid rgba(128, 128, 128, 0.45); }
.stLayoutWrapper:has(> .stVerticalBlock:empty) { display: none; }
.stApp button[data-variant="segmented_control"][data-selected]:is(
  [data-hovered], [data-focus-visible]) { color: inherit; }
[data-testid="stTopNavLink"]:focus-visible { outline: 2px solid currentColor; outline-offset: 1px; }
.st-key-bar, .st-key-tools { gap: 0.5rem; }
.st-key-tools .stHorizontalBlock .stHorizontalBlock { flex-wrap: nowrap; }
.stColumn > .stVerticalBlock:has(> * > .st-key-tools) { gap: 0.25rem; }
@media (max-width: 640px) {
  .st-key-bar, .st-key-tools { flex-wrap: nowrap; overflow-x: auto; padding-bottom: 2px; }
  .st-key-bar > *, .st-key-tools > * { flex-shrink: 0; }
  .st-key-bar p { white-space: nowrap; }
  [role="radiogroup"]:has([data-variant="segmented_control"]) { flex-wrap: nowrap;
    overflow-x: auto; }
  .stButtonGroup [data-variant="segmented_control"] { padding-inline: 0.5rem; flex-shrink: 0;
    font-size: 0.8rem; }
}
.st-key-dock-body .stVerticalBlock { gap: 0.6rem; }
.st-key-dock-body .st-key-set-apart { min-height: 9rem; }
.st-key-dock-body [class*="st-key-sign"] { gap: 0.15rem; }
.st-key-dock-body [class*="st-key-sign"] button { min-height: 1.6rem; }
.st-key-dock-body [class*="st-key-sign"] .stMarkdown p { font-size: 0.9rem; }
h1.unseen { position: absolute; width: 1px; height: 1px; padding: 0; margin: 0; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
@media (min-width: 641px) {
  .stHorizontalBlock:has(> .stColumn > .stVerticalBlock > .st-key-dock) { flex-wrap: nowrap; }
  .stColumn:has(> .stVerticalBlock > .st-key-dock) { min-width: 21rem; }
  .stColumn:has(> .stVerticalBlock > * > .st-key-tools) { min-width: 0; }
}
@media (max-width: 1439px) {
  .st-key-dock [data-variant="segmented_control"] { padding-inline: 0.4rem; font-size: 0.8rem; }
}
@media (min-width: 640px) {
  .st-key-dock-body { max-height: calc(100dvh - 8.2rem); overflow-y: auto; overflow-x: hidden;
    padding-right: 0.4rem; }
}
</style>"""
LOOKING = "Looking for what can be compared …"
DARK = "<style>.stMultiSelect span[title] {color: #0b1a24}</style>"


def heading(title: str, *, seen: bool) -> None:
    """The title of the page; where a map takes its place, for screen readers only."""
    if seen:
        st.title(title, anchor=False)
    else:
        st.html(f'<h1 class="unseen">{html.escape(title)}</h1>')


def notices() -> None:
    """Say what happened last; for a while, as a page is drawn anew when something is computed."""
    state, now = session(), time.monotonic()
    stays = TOGETHER if state.notices else STAYS  # beside news the old is none any more
    state.told = [one for one in state.told if now - one[0] < stays]
    state.told += [(now, good, text) for good, text in state.notices]
    state.notices = []
    for _, good, text in sorted(state.told, key=lambda one: -one[0]):  # the latest first
        draw, icon = (st.success, "check_circle") if good else (st.warning, "error")
        draw(text, icon=f":material/{icon}:")


def bar() -> None:
    """Draw the choice of space, comparison and subset, in one row above every page."""
    state = session()
    follow()
    arrive()
    if st.context.theme.type == "dark":
        st.html(DARK)
    names = list(state.spaces)
    with st.container(horizontal=True, key="bar", vertical_alignment="center", gap="small"):
        if not names:
            st.caption("No space is open. Upload one on the Data page.")
            return
        st.selectbox(
            "Space",
            names,
            key="space",
            bind="query-params",
            filter_mode=None,
            label_visibility="collapsed",
            width=240,
            help="The embeddings that every page looks at.",
        )
        remember_roles()
        _step()
        _compare()
        remember_selection()
        _facts()
        _subset()
    _changed(current_name())


def _step() -> None:
    """Ask which step of a series is looked at."""
    space = space_named(str(current_name()))
    if not (known := steps_of(space)):
        return
    options = [*known, POOLED]
    if STEP in st.session_state and st.session_state[STEP] not in options:
        st.session_state[STEP] = known[-1]
    st.selectbox(
        "Step",
        options,
        index=len(known) - 1,
        format_func=lambda step: step if step == POOLED else f"{space.roles['step']} {step}",
        key=STEP,
        bind="query-params",
        filter_mode=None,
        label_visibility="collapsed",
        width=150,
        help="Map and measures look at one step of training.",
    )


def _compare() -> None:
    """Ask what the space is compared with: only what holds the same items is offered."""
    name = str(current_name())
    if len(session().spaces) < 2:
        return
    known = fits_so_far(name)
    if "compare" not in st.session_state and (said := st.query_params.get_all("compare")):
        st.session_state["compare"] = said
    chosen = compared_names()
    fitting = [other for other, found in (known or {}).items() if not found.obstacle]
    if "compare" in st.session_state:
        st.session_state["compare"] = chosen
    if known is None:
        st.fragment(run_every=SELDOM)(_looking)(name)
    elif not fitting:
        st.caption("No other open space holds these items.")
    if not (options := list(dict.fromkeys([*fitting, *chosen]))):
        return
    st.multiselect(
        "Compare with",
        options,
        key="compare",
        bind="query-params",
        placeholder="compared with …",
        label_visibility="collapsed",
        width=230,
        help="Open spaces that hold the same items, for lenses of two or more.",
    )
    if chosen:
        spaces = tuple(map(as_seen, (name, *chosen)))
        with explained():  # each matches the first, but they need not match each other
            n_shared = len(together(spaces)[0])
            st.caption(f"{n_shared:,} of {len(spaces[0]):,} items match", width="content")


def at_rest() -> None:
    """Begin what can wait until the page stands: what its space can be compared with."""
    if len(session().spaces) > 1:
        look_for_fits(str(current_name()))


def _looking(name: str) -> None:
    if fits_so_far(name) is not None:
        st.rerun()
    if session().drawn:
        look_for_fits(name)
    st.caption(LOOKING)


def _changed(name: str | None) -> None:
    """Say that a file of the space was rewritten, and offer to read it again."""
    if name is None or not (files := changed_files(name)):
        return
    st.warning(
        f"{plain(' and '.join(files))} changed on disk since it was opened; what is shown is from "
        "before.",
        icon=":material/sync_problem:",
    )
    if st.button("Read it again", key="space.again", icon=":material/refresh:"):
        with explained():
            read_again(name)
            st.rerun()


def _subset() -> None:
    selection = current_selection()
    if (space := current()) is not None:
        kept_list(space)
    if selection is None:
        return
    st.toggle(
        "Use as the subset",
        session().use_subset,
        key=f"subset.{selection.key}",
        on_change=_toggle,
        args=(f"subset.{selection.key}",),
        width="content",
        help=f"Every measure then looks at the {len(selection):,} selected items only: "
        f"{plain(selection.origin)}.",
    )
    st.button("Clear selection", on_click=_clear, icon=":material/close:", type="tertiary")


def _toggle(key: str) -> None:
    session().use_subset = st.session_state[key]


def _clear() -> None:
    select(session().marked[:0], "")


def _facts() -> None:
    space = looked_at()
    if space is None:
        return
    subset = active_subset()
    items = f"{len(subset):,} of " if subset else ""
    items += counted(len(space), "item")
    st.caption(f"{items} · {counted(space.n_dims, 'dimension')}", width="content")
    with st.popover(
        "About", icon=":material/info:", help="What is known about the space", key="about"
    ):
        roles = ", ".join(f"{role}: {plain(column)}" for role, column in space.roles.items())
        st.caption(roles or "No roles yet: say what the columns mean on the Data page.")
        if space.encoder is not None:
            said = architecture(space.encoder)
            st.caption(f"Encoder: {plain(space.encoder)}{plain(f' ({said})') if said else ''}")
