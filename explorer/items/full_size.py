"""The picture behind a thumbnail, at full size, where its file is still there."""

import streamlit as st

from core.encoders.originals import original
from core.io.images import decoded
from core.space import EmbeddingSpace
from explorer.keep.keeping import encoded_folder


def full_size(space: EmbeddingSpace, position: int) -> None:
    """Offer the picture of an item as it was when it was encoded."""
    if "image" not in space.roles:
        return
    small = space.column("image")[position]
    if not isinstance(small, bytes):
        return
    with st.popover("Full size", icon=":material/zoom_in:"):
        data = original(encoded_folder(), small)
        if data is None:
            st.caption("Its file is not known, or has been moved since it was encoded.")
        else:
            st.image(decoded(data, "the picture"))
