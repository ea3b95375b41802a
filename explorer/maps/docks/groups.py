"""Groups found without labels: how stable they are, what they are called, and as a column."""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from core import formatting
from core.arrays import Codes, Vectors
from core.engines.groups.clusters import NOISE, Method, clusters, stability
from core.engines.groups.names import Names, named
from core.estimates import Estimate
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.look.errors import explained
from explorer.session.selections import open_with_labels
from explorer.work.compute import awaited

PLACES = ("in the space", "on the map")
METHODS: tuple[Method, ...] = ("HDBSCAN", "k-means", "coding rate")
MOST_LISTED = 24


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
        vectors = partial(_vectors, space, method)
        if where != PLACES[0] and projection is not None:
            vectors = partial(_vectors, projection, None)
        key: tuple[object, ...] = (space.fingerprint, where, method, count)
        key += (projection.fingerprint,) if projection is not None and where != PLACES[0] else ()
        grouped = awaited(
            ("groups", *key),
            "Groups",
            partial(_found, space, lambda: clusters(vectors(), method, count)),
            place="groups.found",
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
    listed = [
        f"{theme.plain(name)} ({size:,})" for name, size in zip(names.names, sizes, strict=True)
    ]
    rest = f"; {(codes == NOISE).mean():.0%} of the items are of no group" * bool(
        (codes == NOISE).any()
    )
    st.markdown(f"**{len(listed)} groups**: {', '.join(listed[:MOST_LISTED]) or 'none'}{rest}.")
