"""The gap between two modalities of the current space, under the hand."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.reels.gap import gap_reel
from core.reels.reel import Reel
from explorer.maps.draw.reel import play
from explorer.session.current import lens_view
from explorer.stage.colors import role_colors
from explorer.work.compute import computed


def gap_slider() -> None:
    """Draw the reel of the gap; nothing where there are no two sides."""
    view = lens_view((1, 1))
    if view.obstacle or not {"modality", "pair"} <= set(view.spaces[0].roles):
        return
    (space,) = view.spaces
    left, right = (*space.known_values("modality"), "", "")[:2]
    if not right:
        return
    reel: Reel | None = computed(
        gap_reel, (space,), "Gap slider", place="gap slider", left=left, right=right
    )
    if reel is not None:
        with st.container(border=True):
            st.markdown("**Close the gap.** Both modalities move toward each other.")
            play(reel, role_colors(space, "modality", reel.rows), key="gap.reel")


# What stands above some lenses, to play with.
TOYS: Mapping[str, Callable[[], None]] = {
    "modality.gap": gap_slider,
    "modality.gap_shift": gap_slider,
}
