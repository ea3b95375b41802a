"""What a model is asked: a text, a picture or a vector becomes a vector of the space."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.arrays import Vectors
from core.encoders.checking import its_own
from core.encoders.loading import load
from core.encoders.prompts import asking
from core.io.images import SUFFIXES, decoded, thumbnail
from core.origin import EncoderId
from core.space import EmbeddingSpace
from core.vector_search import vector_of
from explorer.keep.visitors import may_upload
from explorer.work.compute import awaited

PICTURE_KINDS = sorted(suffix.removeprefix(".") for suffix in SUFFIXES)


@dataclass(frozen=True, eq=False)
class Query:
    """What was asked for.

    Attributes
    ----------
    name
        To call it by.
    modality
        ``"text"`` or ``"image"``, or nothing where a vector does not tell.
    vector
        ``(n_dims,)`` in the space.
    """

    name: str
    modality: str
    vector: Vectors


def texts_vectors(
    space: EmbeddingSpace, encoder: EncoderId, texts: tuple[str, ...], *, place: str
) -> Vectors | None:
    """``(n_texts, n_dims)`` vectors by the model of a space; None while they are not there.

    Raises
    ------
    NotApplicable
        If these are no vectors of the space.
    """
    vectors: Vectors | None = awaited(
        ("texts", encoder, texts),
        "Asking the model",
        lambda: load(asking(encoder)).encode_texts(texts),
        place=place,
    )
    return None if vectors is None else its_own(space, vectors)


def preview(file: Any) -> bytes:
    """An uploaded picture, small, as it was decoded: browsers are never shown the file itself.

    Raises
    ------
    InvalidFile
        If it is no picture, damaged or too large.
    """
    return thumbnail(decoded(file.getvalue(), file.name))


def picture_vector(
    space: EmbeddingSpace, encoder: EncoderId, file: Any, *, place: str
) -> Vectors | None:
    """``(n_dims,)`` vector of an uploaded picture; None while it is not there.

    Raises
    ------
    NotApplicable
        If it is no vector of the space.
    """
    data, name = file.getvalue(), file.name
    vector: Vectors | None = awaited(
        ("picture", encoder, hashlib.blake2b(data).hexdigest()),
        "Asking the model",
        lambda: load(encoder).encode_images([decoded(data, name)])[0],
        place=place,
    )
    return None if vector is None else its_own(space, vector)


def query_from(space: EmbeddingSpace, *, key: str) -> Query | None:
    """Ask for a text, a picture or a vector; None while there is none."""
    ways = ["a vector"] if space.encoder is None else ["a text", "a picture", "a vector"]
    if not may_upload():
        ways = [one for one in ways if one != "a picture"]
    way = st.segmented_control(
        "Drop in",
        ways,
        default=ways[0],
        required=True,
        key=f"{key}.way.{len(ways)}",
        persist_state="session",
    )
    if way == "a vector" or space.encoder is None:
        written = st.text_area(
            f"{space.n_dims:,} numbers",
            key=f"{key}.vector",
            placeholder="0.12, -0.4, ...",
            persist_state="session",
        )
        if not written.strip():
            return None
        return Query("the vector", "", vector_of(written, space.n_dims)[0].astype(np.float32))
    if way == "a picture":
        file = st.file_uploader("Picture", PICTURE_KINDS, key=f"{key}.picture")
        if file is None:
            return None
        st.image(preview(file), width=96)
        vector = picture_vector(space, space.encoder, file, place=f"{key}.picture")
        return None if vector is None else Query(file.name, "image", vector)
    text = st.text_input(
        "Text",
        key=f"{key}.text",
        placeholder="a red circle at the top",
        persist_state="session",
    ).strip()
    if not text:
        return None
    vectors = texts_vectors(space, space.encoder, (text,), place=f"{key}.text")
    return None if vectors is None else Query(text, "text", vectors[0])
