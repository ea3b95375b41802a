"""From a gesture on a map to a selection: the one place where maps are picked from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.regions import inside
from explorer.maps.draw.canvas import draw
from explorer.maps.draw.view import Gesture, MapView
from explorer.session.current import current_selection, redo, select, undo


def show(view: MapView, index: pd.Index[Any]) -> None:
    """Draw a map; what is drawn or clicked on it becomes the selection, once per gesture.

    `index` names the item of each point.
    """
    told = draw(view, _heard().get(view.key, ""))
    for done in told:
        _take(done, _drawn(view, done), index, key=view.key)
    if told:
        st.rerun()


def _drawn(view: MapView, done: Gesture) -> NDArray[np.floating]:
    """``(n, d)`` where points are; of regions on a turned map ``(n, 2)``, as they were seen."""
    if not done.turn:
        return view.positions
    center = view.room.mean(axis=0)
    seen: NDArray[np.float64] = (view.positions - center) @ np.array(done.turn).T + center[:2]
    return seen


def take(done: Gesture, positions: NDArray[np.floating], index: pd.Index[Any], *, key: str) -> None:
    """Make what was drawn around or clicked on a map the selection, once per gesture.

    Parameters
    ----------
    positions
        ``(n, d)`` where the points are drawn; NaN where they are not.
    index
        The item of each point.
    key
        Of the map.
    """
    if done.id != _heard().get(key, ""):
        _take(done, positions, index, key=key)
        st.rerun()


def _heard() -> dict[str, str]:
    """The id of the gesture that was taken last, by the key of the map."""
    heard: dict[str, str] = st.session_state.setdefault("map.heard", {})
    return heard


def _take(
    done: Gesture, positions: NDArray[np.floating], index: pd.Index[Any], *, key: str
) -> None:
    _heard()[key] = done.id
    if done.act:
        acts: Mapping[str, Callable[[], object]] = {
            "clear": partial(select, index[:0], ""),
            "undo": undo,
            "redo": redo,
        }
        acts[done.act]()
        return
    if done.clicked is not None:
        distance = np.linalg.norm(positions - np.asarray(done.clicked), axis=1)
        mask = np.zeros(len(index), bool)
        mask[int(np.nanargmin(distance))] = True
    else:
        mask = np.logical_or.reduce([inside(positions, region) for region in done.regions])
    how = "drawn on the map" if done.regions else "clicked on the map"
    before = current_selection()
    if before is None or done.mode == "new":
        selected = index[mask] if done.mode != "subtract" else index[:0]
    elif done.mode == "add":
        selected, how = before.index.union(index[mask], sort=False), f"{before.origin}, and {how}"
    else:
        selected = before.index.difference(index[mask], sort=False)
        how = f"{before.origin}, less {how}"
    select(selected, how)
