"""Sections and tokens of docstrings as all-MiniLM-L6-v2 sees them: ``python -m assets.documents``.

Makes ``documents.npz``: vectors of the sections of 150 docstrings, of a sentence taken out of one
of them and of what another docstring says of it, and its first token vectors in 64 principal
components. The texts are not kept: they are in the packages.
"""

import re
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assets.docstrings import BATCH, MOST, SEED, Encoder
from core.demo.docstrings import docstring
from core.demo.documents import sections, see_also

HERE = Path(__file__).parent
PACKAGES = ("numpy", "pandas", "scipy", "sklearn")
N_DOCUMENTS, N_ASKED = 150, 50
N_TOKENS, N_QUERY_TOKENS, N_DIMS = 24, 16, 64
FEWEST_SECTIONS, SHORTEST = 3, 60  # sections of a document, characters of a section
SENTENCE = re.compile(r"[A-Z][^.:`<>=*|]{50,160}\.(?=\s)")
ASKED_OF = ("Parameters", "Returns", "Notes", "Attributes", "Raises")
FEWEST_WORDS = 4  # of what is said of a document elsewhere


def chosen() -> tuple[dict[str, dict[str, str]], dict[str, tuple[str, str]]]:
    """Documents by section, and for each who mentions it, in which words."""
    with np.load(HERE / "docstrings.npz", allow_pickle=False) as stored:
        names = [str(name) for name in stored["names"]]
    texts = {name: kept(docstring(name) or "") for name in names}
    fit = {
        name: found
        for name, found in texts.items()
        if len(found) >= FEWEST_SECTIONS and asked_for(found)
    }
    mentioned: dict[str, tuple[str, str]] = {}
    for source in names:
        for other, said in see_also(source).items():
            if other in fit and len(said.split()) >= FEWEST_WORDS:
                mentioned.setdefault(other, (source, said))
    rng = np.random.default_rng(SEED)
    some = np.sort(rng.choice(sorted(mentioned), N_DOCUMENTS, replace=False))
    return {str(n): fit[n] for n in some}, {str(n): mentioned[n] for n in some}


def kept(text: str) -> dict[str, str]:
    """The sections that are long enough."""
    return {head: body for head, body in sections(text).items() if len(body) >= SHORTEST}


def asked_for(found: dict[str, str]) -> list[tuple[str, int, int]]:
    """Where a sentence can be taken out, in the section of a heading."""
    return [
        (heading, *sentence.span())
        for heading in ASKED_OF
        if heading in found
        for sentence in SENTENCE.finditer(found[heading])
        if len(found[heading]) - len(sentence.group()) >= SHORTEST
    ]


def token_vectors(encoder: Encoder, tokens: list[list[int]]) -> NDArray[np.float32]:
    """Vectors of all tokens, one text after the other, of the last layer."""
    transformer = encoder.model[0].auto_model
    out: list[NDArray[np.float32]] = []
    for start in range(0, len(tokens), BATCH):
        marked = [
            [encoder.tokenizer.cls_token_id, *one, encoder.tokenizer.sep_token_id]
            for one in tokens[start : start + BATCH]
        ]
        batch = encoder.tokenizer.pad({"input_ids": marked}, return_tensors="pt")
        with torch.inference_mode():
            states = transformer(**batch).last_hidden_state.numpy()
        out += [state[1 : len(one) - 1] for state, one in zip(states, marked, strict=True)]
    return np.concatenate(out)


def documents() -> None:
    """Choose, encode and save."""
    texts, mentioned = chosen()
    names, encoder = list(texts), Encoder()
    rng = np.random.default_rng(SEED)
    taken = {name: asked_for(found) for name, found in texts.items()}
    sentences = {name: spans[rng.integers(len(spans))] for name, spans in taken.items()}
    parts = [(at, heading) for at, name in enumerate(names) for heading in texts[name]]
    bodies = []
    for at, heading in parts:
        body, (asked, start, end) = texts[names[at]][heading], sentences[names[at]]
        bodies.append(body[:start] + body[end:] if heading == asked else body)
    said = [mentioned[name][1] for name in names]
    asked = [texts[name][heading][start:end] for name, (heading, start, end) in sentences.items()]
    tokens, _ = encoder.tokens(bodies + said + [" ".join(one.split()) for one in asked])
    of_documents, _ = encoder.tokens([docstring(name) or "" for name in names])
    rows = np.sort(rng.choice(len(names), N_ASKED, replace=False))
    of_queries, _ = encoder.tokens([said[row] for row in rows])
    sets = [one[:N_TOKENS] for one in of_documents] + [one[:N_QUERY_TOKENS] for one in of_queries]
    found = token_vectors(encoder, sets)
    principal = np.linalg.eigh(found.T @ found)[1][:, ::-1][:, :N_DIMS]
    np.savez_compressed(
        HERE / "documents.npz",
        names=np.array(names),
        parts=np.array(parts),
        mentions=np.array([(at, mentioned[name][0]) for at, name in enumerate(names)]),
        sentences=np.array([(at, *sentences[name]) for at, name in enumerate(names)]),
        vectors=encoder.vectors([one[:MOST] for one in tokens]),
        asked=rows.astype(np.int16),
        token_owner=np.repeat(np.arange(len(sets)), [len(one) for one in sets]).astype(np.int16),
        tokens=np.array([t for one in sets for t in encoder.tokenizer.convert_ids_to_tokens(one)]),
        token_vectors=(found @ principal).astype(np.float16),
    )


if __name__ == "__main__":
    documents()
