"""Docstrings as documents of sections, as sets of tokens, and questions whose answers are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.demo.assets import ASSETS
from core.demo.docstrings import ENCODER, docstring
from core.space import EmbeddingSpace, Role

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEADING = re.compile(r"^(\S.*)\n-{3,}\s*$", re.MULTILINE)
MENTION = re.compile(
    r"^(?:\w+:)?`?~?([\w.]+)`?\s*:\s+(\S.*(?:\n {2,}\S.*)*)",  # name : what it does
    re.MULTILINE,
)
_NO_PARTS = ("See Also", "References")  # names of other documents


def docstring_sections() -> EmbeddingSpace:
    """150 docstrings, a vector for each section, and two questions for each of them.

    One question is what another docstring says of the document under "See Also", one a sentence
    that was taken out of a section. A question has the document it asks for in its ``document``,
    and a sentence shares its ``part`` with the section it comes from. Vectors were made by
    ``assets/documents.py``; texts are those of the packages that are installed here.
    """
    stored = _stored()
    parts, mentions, sentences = (
        pd.DataFrame(stored[kind], columns=columns).astype({"document": int})
        for kind, columns in _COLUMNS.items()
    )
    names = stored["names"].astype(str)
    parts_of = {name: sections(docstring(name) or "") for name in names}
    # a part with the sentence that is asked for
    part = list(zip(parts["document"], parts["kind"], strict=True))
    parts["text"] = [parts_of[names[at]].get(kind, "") for at, kind in part]
    parts["part"] = [f"{names[at]}: {kind}" for at, kind in part]
    parts["position"] = parts.groupby("document").cumcount()
    mentions["text"] = [
        see_also(source).get(names[at], "")
        for at, source in zip(mentions["document"], mentions["source"], strict=True)
    ]
    taken = [tuple(row) for row in sentences.to_numpy(object)]
    sentences["text"] = [
        " ".join(parts_of[names[at]].get(kind, "")[int(start) : int(end)].split())
        for at, kind, start, end in taken
    ]
    sentences["part"] = [f"{names[at]}: {kind}" for at, kind, _, _ in taken]
    items = pd.concat(
        [
            parts.assign(side="section"),
            mentions.assign(side="question", kind="see also"),
            sentences.assign(side="question", kind="a sentence"),
        ],
        ignore_index=True,
    )
    items["document"] = names[items["document"]]
    items["text"] = items["text"].where(items["text"] != "", None)
    columns = ["side", "document", "kind", "part", "position", "text"]
    return EmbeddingSpace(
        "Docstring sections",
        stored["vectors"].astype(np.float32),
        items[columns].astype({"position": "Int64"}),
        _SECTION_ROLES,
        encoder=ENCODER,
    )


def docstring_tokens() -> EmbeddingSpace:
    """The first tokens of the same docstrings and of what others say of them: sets of vectors.

    A vector is the last layer of the encoder, in 64 principal components. The sets of 50 of the
    documents are also asked for, by the tokens of what is said of them elsewhere.
    """
    stored = _stored()
    names = stored["names"].astype(str)
    owner = stored["token_owner"].astype(int)
    n_documents = len(names)
    asks = owner >= n_documents
    document = names[np.concatenate([np.arange(n_documents), stored["asked"].astype(int)])[owner]]
    items = pd.DataFrame(
        {
            "set": np.where(asks, "about " + document.astype(object), document),
            "side": np.where(asks, "query", "document"),
            "package": [name.partition(".")[0] for name in document],
            "position": pd.Series(owner).groupby(owner).cumcount(),
            "token": stored["tokens"].astype(str),
        }
    )
    vectors = stored["token_vectors"].astype(np.float32)
    return EmbeddingSpace("Docstring tokens", vectors, items, _TOKEN_ROLES)


_COLUMNS: Mapping[str, list[str]] = {
    "parts": ["document", "kind"],
    "mentions": ["document", "source"],
    "sentences": ["document", "kind", "start", "end"],
}
_SECTION_ROLES: Mapping[Role, str] = {
    "side": "side",
    "group": "document",
    "label": "kind",
    "pair": "part",
    "position": "position",
    "text": "text",
}
_TOKEN_ROLES: Mapping[Role, str] = {
    "group": "set",
    "side": "side",
    "label": "package",
    "position": "position",
    "text": "token",
}


def sections(text: str) -> dict[str, str]:
    """The sections of a docstring by heading; what comes before the first is its ``Summary``."""
    first, *others = HEADING.split(text)
    parts = {"Summary": first.strip()}
    parts |= {
        heading.strip(): body.strip()
        for heading, body in zip(others[::2], others[1::2], strict=True)
    }
    return {heading: body for heading, body in parts.items() if heading not in _NO_PARTS}


def see_also(name: str) -> dict[str, str]:
    """What the docstring of a public name says of others, by their full names as written there."""
    body = dict(zip(*[iter(HEADING.split(docstring(name) or "")[1:])] * 2, strict=True))
    module, package = name.rpartition(".")[0], name.partition(".")[0]
    names: dict[str, str] = {}
    for mention in MENTION.finditer(body.get("See Also", "")):
        other, said = mention.group(1), " ".join(mention.group(2).split())
        names |= dict.fromkeys((other, f"{package}.{other}", f"{module}.{other}"), said)
    return {full: said for full, said in names.items() if full != name}


@cache
def _stored() -> dict[str, NDArray[np.generic]]:
    with np.load(ASSETS / "documents.npz", allow_pickle=False) as stored:
        return dict(stored)
