"""Docstrings of the scientific Python packages, as a real sentence encoder sees them."""

from __future__ import annotations

import inspect
import re
import warnings
from importlib import import_module
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.demo.assets import ASSETS
from core.origin import EncoderId
from core.space import EmbeddingSpace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_VARIES = re.compile(r"^.*# may vary$", re.MULTILINE)
ENCODER = EncoderId("sentence-transformers", "sentence-transformers/all-MiniLM-L6-v2")


def docstrings() -> EmbeddingSpace:
    """Public functions and classes of five packages: one vector for each docstring.

    The vectors were made once, by ``assets/docstrings.py``; the texts are those of the packages
    that are installed here, empty where a package or a name is missing.
    """
    stored = _stored()
    names = stored["names"]
    items = _named(names)
    items["tokens"] = stored["tokens"].astype(int)
    items["docstring"] = _texts(names)
    return EmbeddingSpace(
        "Docstrings",
        stored["vectors"].astype(np.float32),
        items,
        {"label": "package", "group": "module", "length": "tokens", "text": "docstring"},
        encoder=ENCODER,
    )


def docstrings_cut() -> EmbeddingSpace:
    """Long docstrings, each cut to 8, 16, 32, ... tokens: the same topics at every length."""
    stored = _stored()
    cuts = stored["cuts"].astype(int)
    names = stored["names"][stored["long"]]
    items = _named(names).loc[np.repeat(np.arange(len(names)), len(cuts))].reset_index(drop=True)
    items["tokens"] = np.tile(cuts, len(names))
    ends = stored["ends"].astype(int)
    texts = _texts(names)
    items["docstring"] = [
        None if text is None else text[:end]
        for text, row in zip(texts, ends, strict=True)
        for end in row
    ]
    vectors = stored["cut_vectors"].astype(np.float32)
    return EmbeddingSpace(
        "Docstrings cut to lengths",
        vectors.reshape(-1, vectors.shape[-1]),
        items,
        {"pair": "name", "label": "package", "length": "tokens", "text": "docstring"},
        encoder=ENCODER,
    )


LAYERS = 7  # the token embeddings, then six layers


def docstrings_layer(layer: int) -> EmbeddingSpace:
    """300 of the docstrings, their first 128 tokens mean-pooled at one layer of the encoder.

    Layer 0 are the token embeddings; the vectors were made by ``assets/docstring_layers.py``.
    """
    with np.load(ASSETS / "docstring-layers.npz", allow_pickle=False) as stored:
        rows, vectors = stored["rows"].astype(int), stored["vectors"][layer]
    names = _stored()["names"][rows]
    items = _named(names)
    items["docstring"] = _texts(names)
    return EmbeddingSpace(
        f"Docstrings, layer {layer}",
        vectors.astype(np.float32),
        items,
        {"pair": "name", "label": "package", "text": "docstring"},
    )


def docstring(name: str) -> str | None:
    """The docstring of a public name such as ``"scipy.stats.norm"``; None where there is none.

    Output that may vary is left out: SciPy makes some anew whenever it is imported, and what items
    are decides which of them are drawn.
    """
    found = lookup(name)
    said = None if found is None else inspect.getdoc(found)
    return _VARIES.sub("...", said) if said else None


def lookup(name: str) -> object | None:
    """What a full name stands for in the packages installed here; None where it is not there."""
    parts = name.split(".")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of modules and names that are going away
        for at in range(len(parts) - 1, 0, -1):
            try:
                module = import_module(".".join(parts[:at]))
                found: object = attrgetter(".".join(parts[at:]))(module)
            except (ImportError, AttributeError):  # not installed, or gone from this version
                continue
            return found
    return None


def _stored() -> dict[str, NDArray[np.generic]]:
    with np.load(ASSETS / "docstrings.npz", allow_pickle=False) as stored:
        return dict(stored)


def _named(names: NDArray[np.generic]) -> pd.DataFrame:
    full = pd.Series(names.astype(str))
    return pd.DataFrame(
        {
            "name": full,
            "package": full.str.partition(".")[0],
            "module": full.str.rpartition(".")[0],
        }
    )


def _texts(names: Sequence[str] | NDArray[np.generic]) -> list[str | None]:
    return [docstring(str(name)) for name in names]
