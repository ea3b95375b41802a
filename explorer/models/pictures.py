"""Models side by side as pictures: agreement, uniformity and alignment, small aligned maps."""

import html
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from core.catalog import catalog, projections
from core.engines.maps.alignment import aligned
from core.space import EmbeddingSpace, Role
from core.tables import readout_rows
from explorer.look import theme
from explorer.look.charts import chart
from explorer.look.downloads import rows_popover
from explorer.look.errors import explained
from explorer.maps.draw.thumbnail import thumbnail
from explorer.models.rows import Model
from explorer.session.current import together
from explorer.session.series import MOST_STEPS, in_turn
from explorer.session.workspace import space_named
from explorer.work.compute import derived, lens_result

MATRIX, PLANE = "agreement.matrix", "contrastive.plane"
COLORS: tuple[Role, ...] = ("label", "modality", "group")


def agreement(models: tuple[EmbeddingSpace, ...]) -> None:
    """Draw how much each two models agree."""
    lens = catalog()[MATRIX]
    with st.container(border=True, height="stretch"), explained():
        st.markdown("**Agreement of each two**")
        st.caption("Debiased CKA, 1 of equal shapes; unrelated models reach about 0.")
        if (obstacle := lens.obstacle(*models)) is not None:
            st.caption(theme.literal(obstacle))
        elif (found := lens_result(lens, models, {}, place="models.matrix")) is not None:
            st.plotly_chart(
                chart(replace(found.values, opens="")),
                key="models.matrix",
                config={"displaylogo": False},
                alt="Agreement of each two models",
            )
            rows_popover(lambda: readout_rows(found.values, models[0]), "models.matrix.rows")


def plane(models: Sequence[Model]) -> None:
    """Draw the uniformity-alignment plane, a series as its way through training."""
    lens = catalog()[PLANE]
    with st.container(border=True, height="stretch"), explained():
        st.markdown("**Uniformity and alignment**")
        st.caption("Left is a more even use of directions, down is closer positives.")
        points = _points(models)
        if (obstacle := lens.obstacle(*points)) is not None:
            st.caption(theme.literal(obstacle))
        elif (found := lens_result(lens, points, {}, place="models.plane")) is not None:
            st.plotly_chart(
                chart(found.plane),
                key="models.plane",
                config={"displaylogo": False},
                alt="Uniformity against alignment of each model",
            )
            rows_popover(lambda: readout_rows(found.plane, points[0]), "models.plane.rows")


def _points(models: Sequence[Model]) -> tuple[EmbeddingSpace, ...]:
    """The models, each that is a step of a series as steps of all of it."""
    fewest, points = models[0].space, list[EmbeddingSpace]()
    for model in models:
        steps = (
            in_turn(space_named(model.opened), None, most=MOST_STEPS)
            if model.stored is None
            else ()
        )
        points += steps or (model.space,)
    return together((fewest, *points))[1:]  # the first has the subset, where there is one


def small_maps(models: tuple[EmbeddingSpace, ...]) -> None:
    """Draw a map of each model, rotated onto that of the baseline."""
    able = {key: one for key, one in projections().items() if not any(map(one.obstacle, models))}
    with st.container(border=True), explained():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**Maps, rotated onto the first**", width="stretch")
            method = st.selectbox(
                "Projection",
                list(able),
                format_func=lambda key: able[key].title,
                index=list(able).index("pca"),
                key="models.projection",
                label_visibility="collapsed",
                width=160,
            )
        codes, names = _codes(models[0])
        places = [
            derived(able[method], model, {}, place=f"models.map.{at}")
            for at, model in enumerate(models)
        ]
        with st.container(horizontal=True, gap="medium"):
            for model, flat in zip(models, places, strict=True):
                if flat is None or places[0] is None:
                    continue
                turned = aligned(flat.vectors, places[0].vectors)
                with st.container(width=190, gap="xxsmall"):
                    st.image(thumbnail(turned.places, codes), width=176, alt=f"Map of {model.name}")
                    fits = "" if flat is places[0] else f": {turned.disparity:.0%} does not fit"
                    st.caption(f"{theme.plain(model.name)}{fits}")
        st.html(_legend(names))


def _codes(space: EmbeddingSpace) -> tuple[np.ndarray, tuple[str, ...]]:
    role = next((one for one in COLORS if one in space.roles), None)
    return (np.zeros(len(space), np.int64), ()) if role is None else space.codes(role)


def _legend(names: Sequence[str]) -> str:
    shown = theme.shown(names)
    swatches = "".join(
        '<span style="white-space: nowrap; margin-right: 1rem"><span style="display: inline-block; '
        f"width: 0.7rem; height: 0.7rem; border-radius: 50%; background: {theme.color(at)}; "
        f'margin-right: 0.3rem"></span>{html.escape(name)}</span>'
        for at, name in enumerate(shown)
    )
    return f'<div style="font-size: 0.8rem; line-height: 1.7">{swatches}</div>'
