"""What a model is asked: a text, a picture or a vector, and where it lands on the map."""

import hashlib
import re
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.encoders.encoder import load
from core.engines.maps.landing import Landing, landing, rank_among, share_of_pairs_below
from core.errors import BadParameter
from core.io.images import SUFFIXES, decoded
from core.readouts import Floats, Positions
from core.space import EmbeddingSpace, EncoderId, Vectors
from explorer import theme
from explorer.compute import awaited
from explorer.items import item_table
from explorer.panel import explained
from explorer.workspace import current_selection, session

MOST_DRAWN = 5_000
PICTURE_KINDS = sorted(suffix.removeprefix(".") for suffix in SUFFIXES)


def texts_vectors(encoder: EncoderId, texts: tuple[str, ...], *, place: str) -> Vectors | None:
    """``(n_texts, n_dims)`` vectors by the model of a space; None while they are not there."""
    found: Vectors | None = awaited(
        ("texts", encoder, texts),
        "Asking the model",
        lambda: load(encoder).encode_texts(texts),
        place=place,
    )
    return found


def picture_vector(encoder: EncoderId, file: Any, *, place: str) -> Vectors | None:
    """``(n_dims,)`` vector of an uploaded picture; None while it is not there."""
    data, name = file.getvalue(), file.name
    found: Vectors | None = awaited(
        ("picture", encoder, hashlib.blake2b(data).hexdigest()),
        "Asking the model",
        lambda: load(encoder).encode_images([decoded(data, name)])[0],
        place=place,
    )
    return found


def asked(space: EmbeddingSpace, *, key: str) -> Vectors | None:
    """Ask for a text, a picture or a vector; its vector, or None while there is none."""
    ways = ["a vector"] if space.encoder is None else ["a text", "a picture", "a vector"]
    way = st.segmented_control(
        "Drop in", ways, default=ways[0], required=True, key=f"{key}.way.{len(ways)}"
    )
    if way == "a vector" or space.encoder is None:
        written = st.text_area(
            f"{space.n_dims:,} numbers", key=f"{key}.vector", placeholder="0.12, -0.4, ..."
        )
        return parsed_vector(written, space.n_dims) if written.strip() else None
    if way == "a picture":
        file = st.file_uploader("Picture", PICTURE_KINDS, key=f"{key}.picture")
        if file is None:
            return None
        st.image(file, width=96)
        return picture_vector(space.encoder, file, place=f"{key}.picture")
    text = st.text_input("Text", key=f"{key}.text", placeholder="a red circle at the top").strip()
    if not text:
        return None
    vectors = texts_vectors(space.encoder, (text,), place=f"{key}.text")
    return None if vectors is None else vectors[0]


def parsed_vector(written: str, n_dims: int) -> Vectors:
    """Numbers apart by commas, spaces or lines, brackets aside.

    Raises
    ------
    BadParameter
        If they are not `n_dims` finite numbers.
    """
    parts = re.split(r"[\s,;]+", written.strip().strip("[]()").strip())
    try:
        numbers = np.array([float(part) for part in parts], np.float32)
    except ValueError as error:
        msg = f"A vector is numbers apart by commas or spaces: {error}."
        raise BadParameter(msg) from None
    if len(numbers) != n_dims or not np.isfinite(numbers).all():
        msg = f"This space needs {n_dims:,} finite numbers; got {len(numbers):,}."
        raise BadParameter(msg)
    return numbers


def dropped(space: EmbeddingSpace, projection: EmbeddingSpace) -> None:
    """Drop something in, and see where it lands: on the map, among neighbours, among pairs."""
    box = st.expander(
        "Drop something in", icon=":material/add_location:", key="probe", on_change="rerun"
    )
    if not box.open:
        return
    with box, explained():
        if space.encoder is None:
            st.caption(
                "No model is known for this space, so only a vector can be dropped in. Spaces "
                "made on the Encode page know their model."
            )
        left, right = st.columns([2, 3], gap="medium")
        with left:
            vector = asked(space, key="probe")
        if vector is None:
            return
        key = ("landing", space.fingerprint, projection.fingerprint, vector.tobytes())
        found: Landing | None = awaited(
            key, "Placing it", lambda: landing(space, projection, vector), place="probe.landing"
        )
        if found is None:
            return
        with left:
            _ranks(space, vector, found)
        with right:
            st.plotly_chart(
                _figure(space, projection, found),
                key="probe.chart",
                config={"displaylogo": False},
                alt="The map with the place where it lands",
            )
        neighbors(space, found.nearest, key="probe.near")


def neighbors(
    space: EmbeddingSpace, nearest: dict[str, tuple[Positions, Floats]], *, key: str
) -> None:
    """The nearest items in each modality, side by side, and rings around them on the map."""
    for (name, (rows, cosines)), place in zip(
        nearest.items(), st.columns(len(nearest), gap="medium"), strict=True
    ):
        with place:
            st.markdown(f"**Nearest: {name}**")
            item_table(space, rows, f"{key}.{name}", extra={"cosine": cosines})
    rows = np.concatenate([rows for rows, _ in nearest.values()])
    if st.button("Ring them on the map", key=f"{key}.ring", icon=":material/adjust:"):
        session().marked, session().focus = space.items.index[rows], None
        st.rerun()


def _ranks(space: EmbeddingSpace, vector: Vectors, found: Landing) -> None:
    """How close it is to what is nearest, against the pairs; its rank for a selected item."""
    lines = []
    for name, (_, cosines) in found.nearest.items():
        line = f"- Nearest {name}: cosine {cosines[0]:.3f}"
        share = share_of_pairs_below(space, float(cosines[0]), name)
        lines.append(line + (f", above {share:.0%} of the pairs" if share is not None else ""))
    picked = current_selection()
    if picked is not None and len(picked) == 1:
        partner = int(space.items.index.get_indexer(pd.Index(picked.index))[0])
        rank, count = rank_among(space, vector, partner)
        lines.append(f"- The selected item comes {rank:,} of {count:,} of its kind for it")
    elif "pair" in space.roles:
        lines.append("- Select one item to see its rank for this")
    st.markdown("\n".join(lines))
    st.caption(
        "Placed by the map itself, exactly."
        if found.linear
        else "Placed at the median of its five nearest items: this kind of map has no formula for "
        "new items."
    )


def _figure(space: EmbeddingSpace, projection: EmbeddingSpace, found: Landing) -> go.Figure:
    step = max(1, len(space) // MOST_DRAWN)
    points, place = projection.vectors[::step], found.place
    names = space.names("modality")[::step] if "modality" in space.roles else None
    figure = go.Figure(layout=theme.LAYOUT)
    nearest = projection.vectors[np.concatenate([rows for rows, _ in found.nearest.values()])]
    for code, name in enumerate(["items"] if names is None else space.values("modality")):
        rows = points if names is None else points[names == name]
        _points(figure, rows, name, marker={"size": 5, "color": theme.color(code), "opacity": 0.35})
    ring = {"size": 11, "symbol": "circle-open", "color": theme.HIGHLIGHT, "line": {"width": 2}}
    _points(figure, nearest, "nearest", marker=ring)
    star = {"size": 18, "symbol": "star", "color": theme.HIGHLIGHT}
    if len(place) == 3:
        star = {"size": 10, "symbol": "diamond", "color": theme.HIGHLIGHT}
    _points(figure, place[None], "here", marker=star)
    axis = {"visible": False}
    figure.update_layout(height=360, scene={"xaxis": axis, "yaxis": axis, "zaxis": axis})
    if len(place) == 2:
        figure.update_xaxes(**axis)
        figure.update_yaxes(**axis, scaleanchor="x")
    return figure


def _points(figure: go.Figure, points: Vectors, name: str, *, marker: dict[str, Any]) -> None:
    common = {"mode": "markers", "name": name, "marker": marker, "hoverinfo": "name"}
    if points.shape[1] == 2:
        figure.add_scatter(x=points[:, 0], y=points[:, 1], **common)
    else:
        figure.add_scatter3d(x=points[:, 0], y=points[:, 1], z=points[:, 2], **common)
