"""Groups found without labels: how stable they are, what they are called, and as a column."""

from collections.abc import Callable, Hashable
from functools import partial

import numpy as np
import streamlit as st

from core import formatting
from core.arrays import Codes, Vectors
from core.engines.groups.clusters import (
    MOST_FITTED,
    NOISE,
    Method,
    clusters,
    clusters_seconds,
    stability,
    stability_seconds,
)
from core.engines.groups.names import Names, named
from core.estimates import Estimate
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.look.errors import explained
from explorer.session.selections import open_with_labels
from explorer.session.workspace import session
from explorer.work.compute import awaited
from explorer.work.costly import ASK_FROM, duration
from explorer.work.jobs import jobs

PLACES = ("in the space", "on the map")
METHODS: tuple[Method, ...] = ("HDBSCAN", "k-means", "coding rate")
MOST_LISTED = 24
NAMING = 3e-6  # seconds for an item and each of its columns


def groups_panel(space: EmbeddingSpace, projection: EmbeddingSpace | None) -> None:
    """Ask how to find groups; say how stable they are, and open them as labels."""
    box = st.expander("Find groups", icon=":material/hub:", key="groups", on_change="rerun")
    if not box.open:
        return
    with box, explained():
        where = st.segmented_control(
            "Where", PLACES, default=PLACES[0], required=True, key="groups.where"
        )
        able = METHODS if where == PLACES[0] else METHODS[:2]  # a map has no subspaces
        method = st.segmented_control(
            "How", able, default=able[0], required=True, key=f"groups.how.{len(able)}"
        )
        count = 8
        if method != "HDBSCAN":
            count = st.slider("Groups", 2, 40, 8, key="groups.count")
        on_map = where != PLACES[0] and projection is not None
        vectors_of = projection if on_map and projection is not None else space
        vectors = partial(_vectors, vectors_of, None if on_map else method)
        key = (space.fingerprint, vectors_of.fingerprint, where, method, count)
        size = (len(space), vectors_of.n_dims), method, count
        naming = NAMING * space.items.size
        lasts = clusters_seconds(*size) + naming, stability_seconds(*size)
        if not _wanted(("groups", *key), lasts, (space.name, where, method)):
            return
        grouped = awaited(
            ("groups", *key),
            "Groups",
            partial(_found, space, lambda: clusters(vectors(), method, count)),
            place="groups.found",
            seconds=lasts[0],
        )
        if grouped is None:
            return
        codes, names = grouped
        _said(codes, names)
        stable: Estimate | None = awaited(
            ("stability", *key),
            "Stability of the groups",
            lambda: stability(vectors(), method, count),
            place="groups.stable",
            seconds=lasts[1],
        )
        if stable is not None:
            said = "found again in other halves" if stable.differs_from_chance else "not stable"
            st.markdown(f"Stability **{formatting.estimate(stable)}**: {said}.")
            st.caption(" · ".join(formatting.notes(stable)))
        column = st.text_input("Name of the column", "group", key="groups.column")
        if st.button("Open with these labels", key="groups.open", icon=":material/label:"):
            labels = np.array([*names.names, "(no group)"], object)[codes]
            open_with_labels(space, labels, column)
            st.rerun()


def _wanted(key: Hashable, lasts: tuple[float, float], asked: tuple[str, ...]) -> bool:
    """Whether it is quick, done, or was asked for; else say how long it takes, and ask."""
    name = ("groups", *asked)
    if sum(lasts) < ASK_FROM or jobs().has(key) or name in session().asked:
        return True
    found, stable = map(duration, lasts)
    st.info(
        f"Finding them takes {found}, and how stable they are {stable} more.",
        icon=":material/hourglass:",
    )
    st.button("Find them", key="groups.go", on_click=session().asked.add, args=(name,))
    return False


def _vectors(space: EmbeddingSpace, method: Method | None) -> Vectors:
    """What is grouped: places on a map, which no method is given for, or directions."""
    if method is None:
        return space.vectors
    return space.unit if method == METHODS[2] else space.directions.offsets


def _found(space: EmbeddingSpace, work: Callable[[], Codes]) -> tuple[Codes, Names]:
    codes = work()
    return codes, named(space, codes)


def _said(codes: Codes, names: Names) -> None:
    sizes = np.bincount(codes[codes != NOISE], minlength=len(names.names))
    if names.column:
        st.caption(
            f"They follow the column {theme.plain(names.column)} (adjusted mutual information "
            f"{names.agreement:.2f}) and are named by it."
        )
    if len(codes) > MOST_FITTED:
        st.caption(
            f"Found from {MOST_FITTED:,} of {len(codes):,} items; the others joined the nearest."
        )
    listed = [
        f"{theme.plain(name)} ({size:,})" for name, size in zip(names.names, sizes, strict=True)
    ]
    rest = f"; {(codes == NOISE).mean():.0%} of the items are of no group" * bool(
        (codes == NOISE).any()
    )
    st.markdown(f"**{len(listed)} groups**: {', '.join(listed[:MOST_LISTED]) or 'none'}{rest}.")
