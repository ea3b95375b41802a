"""What is written and drawn on a map beside its points, computed once a map."""

from __future__ import annotations

import streamlit as st

from core.engines.maps.density import Density, density
from core.engines.maps.labels import Label, map_labels
from core.space import EmbeddingSpace


def labels_of(space: EmbeddingSpace, projection: EmbeddingSpace) -> tuple[Label, ...]:
    """Names of classes, or words of regions, where they lie."""
    return _labels((space.fingerprint, projection.fingerprint), space, projection)


def density_of(projection: EmbeddingSpace) -> Density | None:
    """Where the points lie densely."""
    return _density(projection.fingerprint, projection) if len(projection) else None


@st.cache_resource(max_entries=16, show_spinner=False)
def _labels(
    key: tuple[str, str],  # noqa: ARG001 - what Streamlit caches by
    _space: EmbeddingSpace,
    _projection: EmbeddingSpace,
) -> tuple[Label, ...]:
    return map_labels(_space, _projection.vectors)


@st.cache_resource(max_entries=16, show_spinner=False)
def _density(key: str, _projection: EmbeddingSpace) -> Density:  # noqa: ARG001 - what it caches by
    return density(_projection.vectors)
