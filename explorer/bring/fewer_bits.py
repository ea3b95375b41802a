"""Taking the codes of a space away: what is stored, what it costs, and how it is searched."""

from functools import partial

import streamlit as st

from core.catalog import transforms
from core.compressed import Compressed
from core.compressed import compress as compressed
from core.io.array_files import SUFFIXES, array_bytes
from core.knobs import Knob
from core.recipes import Recipe, recipe_of
from core.space import EmbeddingSpace
from explorer.bring.compress_command import said, with_directions
from explorer.look.errors import explained
from explorer.look.forms import form
from explorer.session.workspace import session
from explorer.work.compute import awaited

_ONLY = {"loops": "recurrent_binary", "n_blocks": "product_quantization"}  # codec of a knob
_ROWS = ("deduplication", "row_hashing")


def fewer_bits(space: EmbeddingSpace, stem: str) -> None:
    """Choose a codec, measure it, take the codes and the Python that searches them away."""
    st.markdown("**Vectors in fewer bits**")
    st.caption(
        "Codes with everything that is needed to use them; what they cost is measured first, on "
        "items that nothing was fitted to."
    )
    knobs = form(_shown(transforms()["compress"].knobs), space, "export.bits")
    recipe = recipe_of(
        knobs["codec"], min(knobs["dims"], space.n_dims), knobs["which"], knobs=knobs
    )
    key = ("codes", space.fingerprint, recipe.title)
    if st.button("Measure and make the codes", key="export.bits.go", icon=":material/compress:"):
        session().asked.add(repr(key))
    if repr(key) not in session().asked:
        return
    with explained():
        made: Compressed | None = awaited(
            key, recipe.title, partial(_made, space, recipe), place="export.bits"
        )
        if made is not None:
            _offer(made, f"{stem}-{recipe.codec.key}")


def _shown(knobs: tuple[Knob, ...]) -> tuple[Knob, ...]:
    """The knobs that count for the codec that is chosen."""
    codec = st.session_state.get("export.bits.codec", "int8")
    return tuple(
        knob
        for knob in knobs
        if _ONLY.get(knob.name, codec) == codec and (knob.name != "share" or codec in _ROWS)
    )


def _made(space: EmbeddingSpace, recipe: Recipe) -> Compressed:
    return compressed(with_directions(space), recipe)


def _offer(made: Compressed, stem: str) -> None:
    st.markdown(said(made))
    with st.container(horizontal=True):
        for suffix in SUFFIXES:
            st.download_button(
                f"Codes, {suffix} ({made.n_bytes / 2**20:,.2f} MiB)",
                partial(array_bytes, made.arrays, made.about, suffix),
                f"{stem}{suffix}",
                "application/octet-stream",
                key=f"export.bits{suffix}",
                icon=":material/download:",
                on_click="ignore",
            )
    head = f"""\
import numpy as np

stored, k = np.load("{stem}.npz"), {made.k}
queries = ...  # (n, {made.tried.space.n_dims}) float32, rows of length one
"""
    with_numpy, with_faiss = st.tabs(["Search with NumPy", "Search with faiss"])
    with_numpy.code(head + made.recipe.searches, language="python")
    with_faiss.code(
        head.replace("numpy as np", "faiss\nimport numpy as np") + made.recipe.searches_with_faiss,
        language="python",
    )
