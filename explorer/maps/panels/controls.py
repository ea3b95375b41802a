"""Which projection is shown, in how many dimensions, with which knobs; and the first one to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.catalog import projections
from core.engines.maps.first_look import candidates
from core.engines.maps.kept_labels import K, kept_labels
from core.engines.pairs.gaps import gap_seen
from core.knobs import bind
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.look.forms import form
from explorer.maps.panels.gallery import remember
from explorer.maps.panels.playing import in_line
from explorer.session.current import current_name
from explorer.session.series import last_step
from explorer.work.compute import awaited, derived

GAP = "gap_axis"
AUTO = "auto"  # the projection that shows what there is to see


@dataclass(frozen=True, eq=False)
class Shown:
    """A map, why it is this one, and the map it grows out of when it is first drawn."""

    projection: EmbeddingSpace
    reason: str = ""
    start: EmbeddingSpace | None = None


def chosen_projection(space: EmbeddingSpace, top: Sequence[DeltaGenerator]) -> Shown | None:
    """Ask for a projection and its knobs; the map, or None while it is being made."""
    known = projections()
    name = top[0].selectbox(
        "Projection",
        [AUTO, *known],
        format_func=lambda key: "First look" if key == AUTO else known[key].title,
        key="map.projection",
        bind="query-params",
        filter_mode=None,
        label_visibility="collapsed",
        help="How the space is flattened. Every projection distorts; Trust says how. The first "
        "look takes the one that shows what there is: a gap, labels, or else the largest spread.",
    )
    asked = st.query_params.get("map.view")  # by a link, before the box has been drawn once
    view = st.session_state.get("map.view") or ("3-D" if asked == "3-D" else "2-D")
    said = "Dimensions and settings of the map"
    with top[1].popover(view, icon=":material/tune:", help=said, key="map.settings"):
        flat = st.segmented_control(
            "View",
            ["2-D", "3-D"],
            default="2-D",
            required=True,
            key="map.view",
            bind="query-params",
            help="In 3-D a drag turns the map; box and lasso select what they are seen around.",
        )
        knobs = () if name == AUTO else known[name].knobs
        knobs = tuple(knob for knob in knobs if knob.name != "n_components")
        values = form(knobs, space, f"map.{name}")
    values["n_components"] = 3 if flat == "3-D" else 2
    if name == AUTO:
        return first_look(space, values["n_components"])
    made = _made(space, name, values)
    return None if made is None else Shown(made)


def first_look(space: EmbeddingSpace, n_components: int) -> Shown | None:
    """The map that shows what there is to see: the gap, the labels, or the largest spread.

    The principal components come first and at once; what shows more follows.
    """
    knobs = {"n_components": n_components}
    shadow = _made(space, "pca", knobs)
    if shadow is None:
        return None
    if (shadow.vectors == shadow.vectors[:1]).all():
        return Shown(shadow, "All items lie at one place: nothing tells their vectors apart.")
    shown = candidates(space)
    if shown == (GAP,):
        gap = _made(space, GAP, knobs)
        if gap is None:
            return Shown(shadow, "PCA, until the axis of the gap is there.")
        return Shown(gap, _gap_reason(space, shadow), shadow)
    if "tsne" in shown:
        return _labels(space, shadow, knobs)
    directions = "three" if n_components == 3 else "two"
    return Shown(shadow, f"The {directions} directions along which the items spread most (PCA).")


def _gap_reason(space: EmbeddingSpace, shadow: EmbeddingSpace) -> str:
    left, right = space.known_values("modality")
    seen: float | None = awaited(
        ("gap seen", space.fingerprint, shadow.fingerprint),
        "How much of the gap a map shows",
        lambda: gap_seen(space.vectors, shadow.vectors, space.names("modality") == right),
        place="map.reason",
    )
    said = f"Left to right: the way from {left} to {right}, which no other axis shows as well."
    return said if seen is None else f"{said} PCA would show {seen:.0%} of it."


def _labels(space: EmbeddingSpace, shadow: EmbeddingSpace, knobs: dict[str, int]) -> Shown:
    better = _made(space, "tsne", knobs)
    if better is None:
        return Shown(shadow, "PCA, until a map is there that may keep the labels better.")
    maps = {"PCA": shadow, "t-SNE": better}
    estimates = {
        name: awaited(
            ("kept labels", space.fingerprint, one.fingerprint),
            "How far a map keeps the labels",
            partial(kept_labels, space, one.vectors),
            place=f"map.kept.{name}",
        )
        for name, one in maps.items()
    }
    shares = {name: share.value for name, share in estimates.items() if share is not None}
    if len(shares) < len(maps):
        return Shown(shadow, "PCA, until it is known which map keeps the labels better.")
    best = max(shares, key=lambda name: shares[name])
    other = next(name for name in maps if name != best)
    reason = (
        f"{best}, as it keeps labels: {shares[best]:.0%} of an item's {K} nearest here share "
        f"its {theme.plain(space.roles['label'])}, {shares[other]:.0%} on {other}."
    )
    return Shown(maps[best], reason, shadow)


def _made(space: EmbeddingSpace, name: str, knobs: dict[str, Any]) -> EmbeddingSpace | None:
    method, last = projections()[name], last_step(str(current_name()))
    made = derived(method, space, knobs, place=f"map.projection.{name}")
    if made is not None and last is not None and last is not space:
        onto = derived(method, last, knobs, place=f"map.projection.{name}.last")
        made = None if onto is None else in_line(made, onto, has_axes=name == GAP)
    if made is not None:
        whole = bind(projections()[name].knobs, knobs, space)
        remember(space, made, method=projections()[name], knobs=whole)
    return made
