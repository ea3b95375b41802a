"""Drop something in and see where it lands: on the map, among its neighbors, among the pairs."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.engines.maps.landing import Landing, landing, rank_among
from core.space import EmbeddingSpace
from explorer.ask.probe import Query, query_from
from explorer.items.rows import item_table
from explorer.look.errors import explained
from explorer.maps.draw.view import Star
from explorer.session.current import current_selection
from explorer.session.navigation import encoder_link
from explorer.session.state import Visit
from explorer.work.compute import awaited

LAST = "probe.last"  # what was dropped in, which stays on the map while the box is closed


def dropped(
    space: EmbeddingSpace, projection: EmbeddingSpace, below: DeltaGenerator
) -> tuple[Star, ...]:
    """Ask for a text, a picture or a vector; say how near it is to what, and where to draw it.

    It stays on every map of the space, with the box closed too, until another is asked for or none;
    how far a new map is with it is said `below`.
    """
    box = st.popover(
        "Drop in",
        icon=":material/add_location:",
        key="probe",
        on_change="rerun",
        help="Drop something in: a text, a picture or a vector",
    )
    if not box.open:
        fingerprint, what = st.session_state.get(LAST, ("", None))
        landed = None
        with below, explained():
            landed = _landed(space, projection, what) if fingerprint == space.fingerprint else None
        return () if landed is None else (_star(what, landed),)
    with box, explained():
        if space.encoder is None:
            st.caption(
                "No model is known for this space, so only a vector can be dropped in. Spaces "
                "made on the Encode page know their model."
            )
            encoder_link("probe.encoder", Visit("map"))
        what = query_from(space, key="probe")
        st.session_state[LAST] = (space.fingerprint, what)
        landed = _landed(space, projection, what)
        if what is None or landed is None:
            return ()
        _ranks(space, what, landed)
        _neighbors(space, landed)
        return (_star(what, landed),)
    return ()  # what was asked for cannot be placed, and the box says why


def _landed(
    space: EmbeddingSpace, projection: EmbeddingSpace, what: Query | None
) -> Landing | None:
    """Where it lands; None where nothing is asked for, or while it is computed."""
    if what is None:
        return None
    vector = what.vector
    landed: Landing | None = awaited(
        ("landing", space.fingerprint, projection.fingerprint, vector.tobytes()),
        "Placing it",
        lambda: landing(space, projection, vector),
        place="probe.landing",
    )
    return landed


def _star(what: Query, landed: Landing) -> Star:
    near = np.concatenate([rows for rows, _ in landed.nearest.values()])
    return Star(landed.place, what.name, near)


def _neighbors(space: EmbeddingSpace, landing: Landing) -> None:
    """The nearest items in each modality, side by side."""
    for (name, (rows, cosines)), place in zip(
        landing.nearest.items(), st.columns(len(landing.nearest), gap="medium"), strict=True
    ):
        with place:
            st.markdown(f"**Nearest: {name}**")
            item_table(space, rows, f"probe.near.{name}", extra={"cosine": cosines})


def _ranks(space: EmbeddingSpace, query: Query, landing: Landing) -> None:
    """How close it is to what is nearest, against the pairs; its rank for a selected item.

    Pairs are of two modalities, so what is of its own modality is not held against them.
    """
    lines = []
    for name, (_, cosines) in landing.nearest.items():
        line = f"- Nearest {name}: cosine {cosines[0]:.3f}"
        share = landing.above_pairs[name] if name != query.modality else None
        lines.append(line + (f", above {share:.0%} of the pairs" if share is not None else ""))
    picked = current_selection()
    if picked is not None and len(picked) == 1:
        partner = int(space.items.index.get_indexer(pd.Index(picked.index))[0])
        key = ("rank", space.fingerprint, query.vector.tobytes(), partner)
        work = partial(rank_among, space, query.vector, partner)
        if placed := awaited(key, "Counting what is nearer", work, place="probe.rank"):
            rank, count = placed
            lines.append(f"- The selected item comes {rank:,g} of {count:,} of its kind for it")
    elif "pair" in space.roles:
        lines.append("- Select one item to see its rank for this")
    st.markdown("\n".join(lines))
    st.caption(
        "Placed by the map itself, exactly."
        if landing.linear
        else "Placed at the median of its five nearest items: this kind of map has no formula for "
        "new items."
    )
