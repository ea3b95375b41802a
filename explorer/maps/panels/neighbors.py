"""The neighbors of one item: true ones wherever the map put them, and false ones around it."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core import formatting
from core.arrays import AnyPositions
from core.engines.maps.point import PointNeighbors, point_neighbors
from core.space import EmbeddingSpace
from explorer.items.leads import leads
from explorer.maps.panels.cards import cards, look_at
from explorer.maps.panels.quality import judging
from explorer.session.workspace import session

Columns = dict[str, NDArray[Any]]

K = 12


def neighbors_panel(
    space: EmbeddingSpace, projection: EmbeddingSpace | None, position: int
) -> None:
    """What an item leads to, its nearest in the space, and what the map makes of them.

    They are marked on the map.
    """
    leads(space, position)
    metric = judging()["metric"]
    k = st.slider("Neighbors to show", 1, 50, K, key="map.neighbors")
    near = point_neighbors(space, projection or space, position, k=k, metric=metric)
    distance = "1 - cosine" if metric == "cosine" else "distance"
    st.markdown(f"**Nearest in the space** ({metric})")
    extra: Columns = {distance: near.distances}
    if projection is not None:
        st.caption(_verdict(near))
        extra["rank on the map"] = near.map_ranks
    _list(space, near.true, extra, key="neighbors")
    if projection is not None and len(near.false):
        st.markdown("**False neighbors**: near on the map only")
        extra = {distance: near.false_distances, "rank in the space": near.space_ranks}
        _list(space, near.false, extra, key="false")
    _mark(space, near.true, position)


def links(space: EmbeddingSpace) -> AnyPositions:
    """``(m, 2)`` positions to join by a line: the item asked about and its true neighbors."""
    if session().focus is None:
        return np.zeros((0, 2), np.int64)
    index = space.items.index
    ends = index.get_indexer(session().marked)
    start = index.get_indexer(pd.Index([session().focus]))[0]
    ends = ends[(ends >= 0) & (ends != start)] if start >= 0 else ends[:0]
    return np.column_stack([np.full(len(ends), start), ends]).astype(np.int64)


def _verdict(near: PointNeighbors) -> str:
    k, missing = len(near.true), len(near.missing)
    if not missing:
        return f"All {k} are among the {k} nearest on the map."
    farthest = near.map_ranks.max()
    return (
        f"{missing} of {k} are not among the {k} nearest on the map; the farthest is number "
        f"{farthest:,} there. Lines lead to them."
    )


def _list(space: EmbeddingSpace, positions: AnyPositions, extra: Columns, *, key: str) -> None:
    (name, numbers), *more = extra.items()
    values = [f"{name} {formatting.number(float(number))}" for number in numbers]
    for what, ranks in more:
        values = [f"{said} · {what} {rank:,}" for said, rank in zip(values, ranks, strict=True)]
    picked = cards(space, positions, f"neighbors.{key}", values=values)
    if picked is not None:
        look_at(space, picked)
        st.rerun()


def _mark(space: EmbeddingSpace, near: AnyPositions, position: int) -> None:
    """Ring the neighbors and the item on the map, which is drawn before them: draw it again."""
    index, state = space.items.index, session()
    if state.focus != index[position] or not np.array_equal(state.marked, index[near]):
        state.marked, state.focus = index[near], index[position]
        st.rerun()
