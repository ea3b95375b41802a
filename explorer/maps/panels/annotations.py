"""What is written and drawn on a map beside its points, computed once a map."""

from __future__ import annotations

import streamlit as st

from core.arrays import Vectors
from core.engines.maps.density import Density, density
from core.engines.maps.labels import Label, map_labels
from core.space import EmbeddingSpace


def labels_of(space: EmbeddingSpace, places: Vectors, *, key: str) -> tuple[Label, ...]:
    """Names of classes, or words of regions, where they lie.

    Parameters
    ----------
    space, places
        Items, and where each is on the map: ``(n, 2)``.
    key
        Different for other places.
    """
    return _labels((space.fingerprint, key), space, places)


def density_of(places: Vectors, *, key: str) -> Density | None:
    """Where the points lie densely."""
    return _density(key, places) if len(places) else None


@st.cache_resource(max_entries=16, show_spinner=False)
def _labels(
    key: tuple[str, str],  # noqa: ARG001 - what Streamlit caches by
    _space: EmbeddingSpace,
    _places: Vectors,
) -> tuple[Label, ...]:
    return map_labels(_space, _places)


@st.cache_resource(max_entries=16, show_spinner=False)
def _density(key: str, _places: Vectors) -> Density:  # noqa: ARG001 - what it caches by
    return density(_places)
