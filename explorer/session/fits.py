"""Which open spaces can be compared: how many items they share, and what says which is which."""

from dataclasses import dataclass

import streamlit as st

from core.counts import counted
from core.errors import NotApplicable
from core.matching import match
from core.space import EmbeddingSpace

FEWEST = 2  # shared items, below which there is nothing to compare


@dataclass(frozen=True)
class Fit:
    """How a space goes together with another one.

    Attributes
    ----------
    n_shared, n_first
        Items that both hold, and items of the first.
    by
        What says which item is which, as in :class:`core.matching.Match`.
    obstacle
        Why they cannot be compared; empty where they can.
    """

    n_shared: int
    n_first: int
    by: str = ""
    obstacle: str = ""

    @property
    def said(self) -> str:
        """``"500 of 1,200 items match by 'pair'"``."""
        if self.n_shared == self.n_first:
            return f"all {counted(self.n_first, 'item')} match by {self.by}"
        return f"{self.n_shared:,} of {counted(self.n_first, 'item')} match by {self.by}"


def fit(first: EmbeddingSpace, second: EmbeddingSpace) -> Fit:
    """How the second goes together with the first, found once for both."""
    return _fit((first.fingerprint, second.fingerprint), first, second)


@st.cache_resource(max_entries=1024, show_spinner=False)
def _fit(
    key: tuple[str, str],  # noqa: ARG001 - what Streamlit caches by
    _first: EmbeddingSpace,
    _second: EmbeddingSpace,
) -> Fit:
    try:
        found = match(_first, _second)
    except NotApplicable as why:
        return Fit(0, len(_first), obstacle=str(why))
    n_shared = len(found.spaces[0])
    if n_shared < FEWEST:
        return Fit(n_shared, len(_first), obstacle=f"{counted(n_shared, 'item')} in common.")
    return Fit(n_shared, len(_first), found.by)
