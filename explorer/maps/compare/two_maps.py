"""Which two maps are compared, and both over the items that they share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.arrays import AnyPositions, Vectors
from core.catalog import projections
from core.engines.maps.alignment import aligned
from core.knobs import bind
from core.space import EmbeddingSpace
from explorer.maps.panels.gallery import Made, made_so_far, title_of
from explorer.session.current import compared_names, together
from explorer.session.series import as_seen
from explorer.session.workspace import session, space_named
from explorer.work.compute import derived

MOST_UNASKED = 10_000  # items of which a map that nobody asked for is made: seconds


@dataclass(frozen=True)
class Choice:
    """A map that can be shown: of which space, and how it is made."""

    space: str
    method: str
    knobs: tuple[tuple[str, Any], ...]

    @property
    def title(self) -> str:
        """``"Digits, raw pixels: UMAP, seed 0"``."""
        return f"{self.space}: {title_of(self.method, self.knobs)}"


@dataclass(frozen=True, eq=False)
class TwoMaps:
    """Two maps over the items that their spaces share, the second rotated onto the first.

    Attributes
    ----------
    spaces, maps
        Each pair whole.
    same
        The shared items in both spaces.
    rows
        ``(m,)`` their positions in the first space.
    places
        ``(m, 2)`` on both maps.
    disparity
        Share of the variance that the rotation leaves unexplained, in ``[0, 1]``.
    """

    spaces: tuple[EmbeddingSpace, EmbeddingSpace]
    maps: tuple[EmbeddingSpace, EmbeddingSpace]
    same: tuple[EmbeddingSpace, ...]
    rows: AnyPositions
    places: tuple[Vectors, Vectors]
    disparity: float

    @property
    def of_one_space(self) -> bool:
        """Whether one space is shown twice."""
        return self.spaces[0] is self.spaces[1]

    @property
    def fingerprint(self) -> str:
        """Of what decides where the points are."""
        return ".".join(flat.fingerprint for flat in self.maps)


def first_map(space: EmbeddingSpace, place: DeltaGenerator) -> Choice:
    """Ask for a map of the current space: at first the last one made."""
    mine = made_so_far(space)
    known = {choice.title: choice for choice in _of(space, mine)}
    if st.session_state.get("compare.left") not in known:
        made = sum(one.n_dims == 2 for one in mine)
        st.session_state["compare.left"] = list(known)[max(made - 1, 0)]
    chosen = place.selectbox(
        "First map",
        list(known),
        key="compare.left",
        help="Of the current space. Maps with other settings are made on the Map page.",
    )
    return known[chosen]


def second_map(space: EmbeddingSpace, first: Choice, place: DeltaGenerator) -> Choice:
    """Ask for the other map: of any compared space, or of the current one."""
    mine, compared = made_so_far(space), compared_names()
    own = _of(space, mine)
    others = [
        choice
        for name in compared
        for choice in _of(space_named(name), [*made_so_far(space_named(name)), *mine])
    ]
    known = {choice.title: choice for choice in [*own, *others]}
    again = st.session_state.get("compare.of") == compared
    if not again or st.session_state.get("compare.right") not in known:
        st.session_state["compare.of"] = compared
        made = sum(one.n_dims == 2 for one in mine)
        beside = replace(first, space=compared[-1]) if compared else _beside(first, own, made)
        st.session_state["compare.right"] = beside.title
    chosen = place.selectbox(
        "Second map",
        list(known),
        key="compare.right",
        help="Of the current space, or of those chosen under Compare with.",
    )
    return known[chosen]


def _of(space: EmbeddingSpace, made: list[Made]) -> list[Choice]:
    """The flat maps made of a space, those every projection makes unless told how, those linked."""
    flat = [Choice(space.name, one.method, one.knobs) for one in made if one.n_dims == 2]
    usual = [
        Choice(space.name, key, tuple(sorted(bind(method.knobs, {}, space).items())))
        for key, method in projections().items()
        if method.obstacle(space) is None
    ]
    linked = [choice for choice in session().linked if choice.space == space.name]
    return list(dict.fromkeys([*flat, *usual, *linked]))


def _beside(first: Choice, own: list[Choice], made: int) -> Choice:
    """Another map of the same space: the last one made, or of few items the last one known."""
    few = len(space_named(first.space)) <= MOST_UNASKED
    candidates = [*own[:made][::-1], *(own[::-1] if few else ())]
    return next((choice for choice in candidates if choice != first), first)


def two_maps(chosen: tuple[Choice, Choice]) -> TwoMaps | None:
    """Both maps, aligned; None while one is being made."""
    spaces = as_seen(chosen[0].space), as_seen(chosen[1].space)
    if chosen[0] == chosen[1] and len(spaces[0]) > MOST_UNASKED:
        st.caption(
            f"This is the same map twice: of more than {MOST_UNASKED:,} items no other is made "
            "unasked. Choose one as **Second map** above, and it is made."
        )
    same = together(spaces)
    maps = [
        derived(
            projections()[choice.method],
            space,
            dict(choice.knobs),
            place=f"compare.{position}",
        )
        for position, (choice, space) in enumerate(zip(chosen, spaces, strict=True))
    ]
    first, second = maps
    if first is None or second is None:
        return None
    rows, other_rows = (
        space.items.index.get_indexer(part.items.index).astype(np.int64)
        for space, part in zip(spaces, same, strict=True)
    )
    fixed = first.vectors[rows]
    rotated = aligned(second.vectors[other_rows], fixed)
    places = (fixed, rotated.places)
    return TwoMaps(spaces, (first, second), same, rows, places, rotated.disparity)
