"""Drawings and captions as a small two-encoder model sees them, trained and while training."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.demo.assets import ASSETS
from core.demo.scenes import Scene, drawing, png
from core.origin import EncoderId
from core.space import EmbeddingSpace, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MODEL = ASSETS / "shapes-model"
ENCODER = EncoderId("open_clip", str(MODEL))
COURSES = (  # of training, in the order of the runs of assets/shapes.py
    "Training, temperature 0.02",
    "Training, temperature 0.2",
    "Training, uniformity and alignment added",
)
_ROLES: Mapping[Role, str] = {
    "modality": "modality",
    "pair": "pair",
    "label": "shape",
    "text": "caption",
    "image": "picture",
    "length": "tokens",
    "domain": "background",
}


def shapes() -> EmbeddingSpace:
    """600 held-out drawings and their captions, as embedded by the model in ``shapes-model``."""
    vectors = _stored()["vectors"]
    items = _items(vectors.shape[1])
    roles: Mapping[Role, str] = {**_ROLES, "group": "color"}
    return EmbeddingSpace("Shapes and captions", _woven(vectors), items, roles, encoder=ENCODER)


def nested() -> EmbeddingSpace:
    """The same pairs after the same training with a Matryoshka loss: first dimensions do alone.

    The loss is the mean over the first 4, 8, 16, 32 and all 64 dimensions (Kusupati et al. 2022);
    weights at the start and batches are those of the model in ``shapes-model``.
    """
    with np.load(ASSETS / "shapes-nested.npz", allow_pickle=False) as stored:
        vectors = stored["vectors"]
    roles: Mapping[Role, str] = {**_ROLES, "group": "color"}
    items = _items(vectors.shape[1])
    return EmbeddingSpace("Shapes and captions, Matryoshka", _woven(vectors), items, roles)


def untrained() -> EmbeddingSpace:
    """The first of the same pairs, as embedded by the same model before it was trained."""
    vectors = _stored()["followed"][0, 0]
    roles: Mapping[Role, str] = {**_ROLES, "group": "color"}
    return EmbeddingSpace(
        "Shapes and captions, untrained", _woven(vectors), _items(vectors.shape[1]), roles
    )


def course(run: int) -> EmbeddingSpace:
    """The first of the same pairs at every checkpoint of one training run: a row each time.

    A pair has the same name at every ``step``, so that the map can follow it, and lenses look at
    one step. The runs start from the same weights and see the same batches, at first
    with captions that name the shapes and nothing else: `COURSES` says in what they differ.
    """
    stored = _stored()
    vectors, steps = stored["followed"][run], stored["steps"].astype(int)
    once = _items(vectors.shape[2])
    items = once.iloc[np.tile(np.arange(len(once)), len(steps))].reset_index(drop=True)
    items.insert(0, "step", np.repeat(steps, len(once)))
    rows = np.concatenate([_woven(at) for at in vectors])
    roles: Mapping[Role, str] = {**_ROLES, "group": "color", "step": "step"}
    return EmbeddingSpace(COURSES[run], rows, items, roles)


@cache
def _stored() -> dict[str, NDArray[np.generic]]:
    with np.load(ASSETS / "shapes.npz", allow_pickle=False) as stored:
        return dict(stored)


def _items(n_pairs: int) -> pd.DataFrame:
    """Two rows a pair: the drawing, then its caption."""
    stored = _stored()
    scenes = [Scene.of(numbers) for numbers in stored["scenes"][:n_pairs]]
    captions = [str(text) for text in stored["captions"][:n_pairs]]
    facts = pd.DataFrame([_facts(scene) for scene in scenes])
    items = facts.loc[facts.index.repeat(2)].reset_index(drop=True)
    items.insert(0, "modality", np.tile(["image", "text"], n_pairs))
    items.insert(1, "pair", np.repeat(np.arange(n_pairs), 2))
    nothing = [None] * n_pairs
    items["picture"] = _alternating([png(drawing(scene)) for scene in scenes], nothing)
    items["caption"] = _alternating(nothing, captions)
    tokens = [len(re.findall(r"\w+|[^\w\s]+", text)) for text in captions]
    items["tokens"] = _alternating(nothing, tokens).astype("Int64")
    return items


def _facts(scene: Scene) -> dict[str, str]:
    """What a drawing shows; of two shapes, only that they are two."""
    if len(scene.things) > 1:
        facts = {name: f"two {name}s" for name in ("shape", "color", "size", "place")}
    else:
        facts = dict(zip(("shape", "color", "size", "place"), scene.things[0].words, strict=True))
    return {**facts, "background": scene.background}


def _woven(vectors: NDArray[np.generic]) -> NDArray[np.float32]:
    """``(2 n_pairs, n_dims)``: image and text by turns."""
    return np.stack(list(vectors), axis=1).reshape(-1, vectors.shape[-1]).astype(np.float32)


def _alternating(first: Sequence[object], second: Sequence[object]) -> pd.Series[Any]:
    return pd.Series([value for both in zip(first, second, strict=True) for value in both])
