"""What a sentence encoder is told before each text: one prompt for documents, one for queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from core.encoders.encoder import variant
from core.errors import NotApplicable

if TYPE_CHECKING:
    from core.encoders.encoder import Encoder
    from core.origin import EncoderId

_DOCUMENT, _QUERY = "prompt", "query prompt"  # names of options
_NAMES = {_DOCUMENT: ("document", "passage", "corpus"), _QUERY: ("query", "question")}


def prompt_of(encoder: EncoderId) -> str | None:
    """The prompt before every text that an identity reads; None where none was chosen."""
    return dict(encoder.options).get(_DOCUMENT)


def with_prompts(encoder: EncoderId, document: str | None, query: str | None) -> EncoderId:
    """The same model with prompts for what it encodes and for what is asked of it."""
    chosen = [(name, text) for name, text in ((_DOCUMENT, document), (_QUERY, query)) if text]
    others = [each for each in encoder.options if each[0] not in {_DOCUMENT, _QUERY}]
    return replace(encoder, options=(*others, *chosen))


def asking(encoder: EncoderId) -> EncoderId:
    """The model as it reads what is asked: with the prompt of queries, where there is one."""
    query = dict(encoder.options).get(_QUERY)
    return with_prompts(encoder, query, query) if query else encoder


def prompted(plain: Encoder, prompt: str, identity: EncoderId) -> Encoder:
    """An encoder that reads every text after a prompt; `identity` is the one that chose it.

    Raises
    ------
    NotApplicable
        If it is no sentence encoder.
    """
    if plain.id.library != "sentence-transformers":
        msg = f"{plain.id.model!r} takes no prompts: only sentence encoders do."
        raise NotApplicable(msg)
    return variant(
        plain,
        identity,
        texts=lambda texts: plain.encode_texts([f"{prompt}{text}" for text in texts]),
    )


def known_prompts(encoder: Encoder) -> tuple[str, str]:
    """The prompts that a model was published with, for documents and for queries; else empty."""
    known: Mapping[str, str | None] = getattr(encoder.module, "prompts", None) or {}
    told = ((known.get(name) for name in names) for names in _NAMES.values())
    document, query = (next((text for text in texts if text), "") for texts in told)
    return document, query
