"""Texts beyond the context of a model: said before, and read in windows if that is wanted."""

from collections.abc import Hashable
from functools import partial
from typing import cast

import streamlit as st

from core.counts import counted
from core.encoders.loading import load
from core.encoders.prompts import known_prompts, with_prompts
from core.encoders.series import LENGTHS, truncated
from core.encoders.tokens import Cut, cut_of
from core.encoders.windows import Pooled, in_windows
from core.io.collection import Collection
from core.origin import EncoderId
from explorer.bring.encode_run import Request, encode_panel
from explorer.work.compute import awaited
from explorer.work.jobs import LONG

WAYS = {"cut": "Cut them", "mean": "Windows, mean", "max": "Windows, maximum"}


def as_chosen(encoder: EncoderId, collection: Collection) -> EncoderId | None:
    """The model as it is to read the texts: long ones, and with prompts; None while it loads."""
    if not collection.texts:
        return encoder
    if encoder.library == "sentence-transformers":
        prompts: tuple[str, str] | None = awaited(
            ("prompts", encoder),
            "Loading the model",
            lambda: known_prompts(load(encoder)),
            place="encode.prompts",
            seconds=LONG,
        )
        if prompts is None:
            return None
        encoder = _with_prompts(encoder, prompts)
    cut: Cut | None = awaited(
        ("cut", encoder, hash(collection.texts)),
        "Counting tokens",
        lambda: cut_of(load(encoder), collection.texts),
        place="encode.cut",
        seconds=LONG,
    )
    if cut is None:
        return None
    if not cut.n_cut:
        return encoder
    st.warning(
        f"{counted(cut.n_cut, 'text')} of {cut.n_texts:,} {'is' if cut.n_cut == 1 else 'are'} "
        f"longer than the {cut.room:,} tokens that the model reads, the longest has "
        f"{cut.longest:,}: {_share(cut.unread)} of their tokens would not be read.",
        icon=":material/content_cut:",
    )
    way = st.segmented_control(
        "Longer texts",
        list(WAYS),
        default="cut",
        required=True,
        format_func=WAYS.__getitem__,
        key="encode.long",
        help="Cut: the model reads the beginning. Windows: the text is divided between words into "
        "parts that fit, each is encoded, and their vectors are pooled.",
    )
    return in_windows(encoder, None if way == "cut" else cast("Pooled", way))


def _share(share: float) -> str:
    """A share in percent; one that is not all of it is not rounded up to that."""
    return "over 99%" if 0.995 <= share < 1 else f"{share:.0%}"


def _with_prompts(encoder: EncoderId, known: tuple[str, str]) -> EncoderId:
    with st.expander("Prompts", icon=":material/chat:", key="encode.prompting"):
        left, right = st.columns(2)
        document = left.text_input(
            "Before every text", known[0], key="encode.prompt", placeholder="passage: "
        )
        query = right.text_input(
            "Before what is asked later", known[1], key="encode.query", placeholder="query: "
        )
    return with_prompts(encoder, document, query)


def encode_series(encoder: EncoderId, collection: Collection, key: tuple[Hashable, ...]) -> None:
    """Encode the texts cut to increasing lengths, one pair a text."""
    st.caption(
        f"Every text is cut to {', '.join(map(str, LENGTHS[:-1]))} and {LENGTHS[-1]} tokens, as "
        "far as it is longer, and encoded whole as well; the cuts of one text are a pair, as the "
        "lens “Truncation” needs it."
    )
    series: Collection | None = awaited(
        ("series", encoder, *key),
        "Cutting texts",
        lambda: truncated(load(encoder), collection),
        place="encode.series",
        seconds=LONG,
    )
    if series is not None:
        request = Request(
            ("series", encoder, *key), partial(load, encoder), series, lens="length.truncation"
        )
        encode_panel(request)
