"""What differs between two maps: the neighbors exchanged, and the groups that changed most."""

from functools import partial

import streamlit as st

from core import formatting
from core.counts import counted
from core.engines.maps.changes import ChangedGroup, Changes, changed_groups, neighborhood_changes
from explorer.maps.compare.two_maps import TwoMaps
from explorer.maps.panels.quality import judging, notes
from explorer.session.current import select
from explorer.work.compute import awaited, computed


def changes_of(two: TwoMaps) -> Changes | None:
    """Between two spaces, of neighbors in the spaces; between two maps of one, on the maps."""
    changes: Changes | None = computed(
        neighborhood_changes,
        two.maps if two.of_one_space else two.same,
        "Change of neighbors",
        place="compare.change",
        k=judging()["k"],
        metric="euclidean" if two.of_one_space else judging()["metric"],
    )
    return changes


def changed_panel(two: TwoMaps, changes: Changes | None) -> None:
    """How much the two differ, and the groups that changed most, to select with one click."""
    st.caption(
        f"The second map is rotated onto the first; {two.disparity:.0%} of its variance does not "
        f"fit. {counted(len(two.rows), 'item')} are in both."
    )
    if changes is None:
        return
    what = "on the two maps" if two.of_one_space else "in the two spaces"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.metric("Neighbors exchanged", formatting.estimate(changes.mean), width="content")
        st.caption(
            f"Mean over items of 1 less the Jaccard index of their {judging()['k']} neighbors "
            f"{what}. {notes(changes.mean)}"
        )
    groups: tuple[ChangedGroup, ...] | None = awaited(
        (
            "changed groups",
            *(space.fingerprint for space in (*two.same, *two.maps)),
            *judging().values(),
        ),
        "Groups that changed most",
        partial(changed_groups, two.same[0], changes),
        place="compare.groups",
    )
    if groups is None:
        return
    if not groups:
        st.caption("No group of items changed clearly more than the others.")
        return
    st.markdown("**Changed most**: click to select")
    with st.container(horizontal=True):
        for position, group in enumerate(groups):
            st.button(
                f"{group.name} · {group.change.value:.2f} · {counted(len(group.rows), 'item')}",
                key=f"compare.group.{position}",
                icon=":material/select:",
                on_click=select,
                args=(two.same[0].items.index[group.rows], f"changed most: {group.name}"),
                help=notes(group.change),
            )
