"""Whether the map can be trusted, as a whole and where it shows a group."""

from functools import partial

import numpy as np
import streamlit as st

from core import formatting
from core.engines.groups.cohesion import Cohesion, cohesion
from core.errors import ExplorerError
from core.estimates import Score
from core.io import coordinates_bytes
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.look.whisker import whisker
from explorer.maps.panels.gallery import gallery, judged_as
from explorer.maps.panels.quality import judging, quality_panel
from explorer.session.current import current_selection
from explorer.session.selections import mask_of
from explorer.work.compute import awaited

SHARE = Score(low=0, high=1)
REAL = 0.95  # share of the other patches of the map that a group has to surpass
HALF = 0.5  # of the neighbors, which a group holds itself


def trust_dock(space: EmbeddingSpace, projection: EmbeddingSpace | None) -> None:
    """Draw whether the selection is a group, the quality of the map, and the maps made so far."""
    if projection is None:
        return
    is_it_real(space, projection)
    judged_as(space, projection, quality_panel(space, projection))
    gallery(space)
    _export(projection)


def is_it_real(space: EmbeddingSpace, projection: EmbeddingSpace) -> None:
    """Say how far the selected items are each other's neighbors in the space itself."""
    st.markdown("**Is this cluster real?**")
    picked = current_selection()
    if picked is None:
        st.caption("Select what looks like a cluster: this says whether it is one in the space.")
        return
    members, metric = mask_of(space, picked), judging()["metric"]
    key = ("cohesion", space.fingerprint, projection.fingerprint, members.tobytes(), metric)
    work = partial(cohesion, space, projection.vectors, members, metric=metric)
    try:
        cohesion_of: Cohesion | None = awaited(
            key, "Neighbors of the selection", work, place="trust.cohesion"
        )
    except ExplorerError as error:
        st.caption(theme.literal(error))
        return
    if cohesion_of is None:
        return
    st.markdown(answer(cohesion_of, len(picked)))
    said = ", ".join(["share of neighbors inside", *formatting.notes(cohesion_of.in_space)])
    st.html(whisker(cohesion_of.in_space, SHARE, said))


def answer(cohesion: Cohesion, count: int) -> str:
    """The answer in a sentence or two, with its numbers."""
    inside, chance = cohesion.in_space, cohesion.in_space.chance
    level = 0.0 if chance is None else chance.value
    share = f"{inside.value:.0%} of the nearest neighbors of these {count:,} items in the space"
    share += f" are among them (chance level {level:.0%}), {cohesion.on_map.value:.0%} on the map."
    usual = float(np.median(cohesion.patches)) if len(cohesion.patches) else level
    around = f" A patch of the map of this size usually holds {usual:.0%}"
    around += f"; {cohesion.surpassed:.0%} of them hold no more."
    if not inside.differs_from_chance or inside.value < level:
        word = "No: in the space they are neighbors no more than by chance."
    elif cohesion.surpassed >= REAL and inside.value >= HALF:
        word = "Yes."
    elif cohesion.surpassed >= REAL:
        word = "In part: they hold together more than other places, but most neighbors are outside."
    else:
        word = "No more than any other place of the map."
    return f"**{word}** {share}{around}"


def _export(projection: EmbeddingSpace) -> None:
    with st.container(horizontal=True):
        for suffix in (".csv", ".parquet"):
            st.download_button(
                f"Coordinates, {suffix.removeprefix('.').upper()}",
                partial(coordinates_bytes, projection, suffix),
                f"coordinates{suffix}",
                "application/octet-stream",
                key=f"map.coordinates{suffix}",
                icon=":material/download:",
                on_click="ignore",
            )
