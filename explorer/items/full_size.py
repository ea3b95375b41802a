"""The picture behind a thumbnail, at full size, where its file is still there."""

from pathlib import PurePosixPath

import streamlit as st

from core.encoders.originals import original
from core.io.images import decoded
from core.space import EmbeddingSpace
from explorer.keep.keeping import encoded_folder
from explorer.look.errors import explained
from explorer.look.theme import plain


def full_size(space: EmbeddingSpace, position: int) -> None:
    """Offer the picture of an item as it was when it was encoded."""
    if "image" not in space.roles:
        return
    small = space.column("image")[position]
    if not isinstance(small, bytes):
        return
    key = f"original.{space.fingerprint}.{position}"
    with st.popover("Full size", icon=":material/zoom_in:", key=f"{key}.box"):
        found = original(encoded_folder(), small)
        if found is None:
            st.caption("Its file is not known, or has been moved since it was encoded.")
            return
        with explained():  # another file may bear its name by now
            picture = decoded(found.data, found.name)
            st.image(picture)
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(
                    f"{plain(found.name)}: {picture.width:,} by {picture.height:,} pixels",
                    width="stretch",
                )
                st.download_button(
                    "The file itself",
                    found.data,
                    PurePosixPath(found.name).name,
                    icon=":material/download:",
                    key=key,
                    on_click="ignore",
                )
