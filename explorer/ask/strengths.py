"""What the model of a space tells apart, beside what it finds for a text."""

import numpy as np
import streamlit as st

from core import formatting
from core.engines.failures.agreeing import agreeing
from core.engines.failures.found import found
from core.engines.failures.ways import EVERYTHING, ways
from core.errors import NotApplicable
from core.estimates import Estimate
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.session.navigation import SEARCH, page_link
from explorer.work.compute import computed, computed_within

MOST = 20_000  # items of which it is looked for unasked
MOST_TOLD = 6  # columns


def strengths(space: EmbeddingSpace) -> None:
    """Say how often what texts find first has the color, the shape, ... of what is right.

    Nothing where no texts are known to search with, or there are many items.
    """
    if len(space) > MOST or (way := _by_texts(space)) is None:
        return
    told: tuple[int, list[tuple[str, Estimate]]] | None = computed(
        searched, (space,), "What the model tells apart", place="strengths", way=way
    )
    if not told or not told[1]:
        return
    count, columns = told[0], told[1][:MOST_TOLD]
    said = ", ".join(f"{theme.plain(name)} {share.value:.0%}" for name, share in columns)
    st.caption(
        f"What the model tells apart: of {count:,} texts here, what each finds first has the right "
        f"{said}.",
        help="\n\n".join(
            " · ".join(
                [f"{theme.plain(name)} {formatting.estimate(share)}", *formatting.notes(share)]
            )
            for name, share in columns
        ),
    )
    page_link("failures", "Where it fails", parameters={SEARCH: str(way)})


def searched(space: EmbeddingSpace, *, way: int) -> tuple[int, list[tuple[str, Estimate]]]:
    """How many texts ask, and what they get right; the search is that of the page of failures."""
    made = computed_within(found, (space,), "Failures", way=way, compete=EVERYTHING)
    return len(made.queries), agreeing(made)


def _by_texts(space: EmbeddingSpace) -> int | None:
    """Which search of the space asks by texts; None if none does."""
    try:
        known = ways(space)
    except NotApplicable:
        return None
    if "text" not in space.roles:
        return None
    texts = space.column("text")
    is_text = np.array([isinstance(one, str) and bool(one.strip()) for one in texts])
    if "modality" in space.roles:
        is_text &= space.names("modality") == "text"
    return next((at for at, way in enumerate(known) if is_text[way.queries].all()), None)
