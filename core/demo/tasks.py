"""Queries with their targets, of four tasks: text, image, and both together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.demo.assets import ASSETS
from core.demo.scenes import SHAPES, Scene, drawing, png
from core.demo.shapes import ENCODER
from core.space import EmbeddingSpace

if TYPE_CHECKING:
    from core.arrays import Codes

_TASKS = {  # each with its kind
    "drawing of a caption": "retrieval",
    "caption of a drawing": "retrieval",
    "name of the shape": "classification",
    "drawing changed by words": "composed",
}


def queries() -> EmbeddingSpace:
    """480 queries of four tasks, each with its target: see ``assets/tasks.py``.

    A drawing that is to be changed by words asks in two rows of one ``query``, drawing and words;
    its target shows what the words say, where and on the ground that the drawing has.
    """
    with np.load(ASSETS / "tasks.npz", allow_pickle=False) as stored:
        scenes = [Scene.of(numbers) for numbers in stored["scenes"]]
        texts = stored["texts"].astype(str)
        vectors = {"image": stored["images"], "text": stored["said"]}
    n = len(scenes) // 5
    image, text = np.split(np.arange(5 * n), [n, 2 * n, 3 * n]), np.arange(len(texts))
    captions, bodies, names, words = np.split(text, [n, 2 * n, 2 * n + len(SHAPES)])
    shape = np.array([SHAPES.index(scenes[at].things[0].words[0]) for at in image[2]])
    each = np.arange(n)
    reference, result = image[3][::2], image[3][1::2]
    rows = pd.concat(
        [
            _rows(0, "query", each, "text", captions),
            _rows(0, "target", each, "image", image[0]),
            _rows(1, "query", each, "image", image[1]),
            _rows(1, "target", each, "text", bodies),
            _rows(2, "query", shape, "image", image[2]),
            _rows(2, "target", np.arange(len(SHAPES)), "text", names),
            _rows(3, "query", each, "image", reference),
            _rows(3, "query", each, "text", words),
            _rows(3, "target", each, "image", result),
        ],
        ignore_index=True,
    )
    of = rows.pop("of").to_numpy()
    shown = (rows["modality"] == "image").to_numpy()
    rows["picture"] = [
        png(drawing(scenes[at])) if is_shown else None
        for at, is_shown in zip(of, shown, strict=True)
    ]
    rows["text"] = [None if is_shown else texts[at] for at, is_shown in zip(of, shown, strict=True)]
    made = np.where(shown[:, None], vectors["image"][of * shown], vectors["text"][of * ~shown])
    return EmbeddingSpace(
        "Queries and targets",
        made.astype(np.float32),
        rows,
        {
            "side": "side",
            "pair": "target",
            "group": "query",
            "label": "task",
            "domain": "kind",
            "modality": "modality",
            "image": "picture",
            "text": "text",
        },
        encoder=ENCODER,
    )


def said_of(thing: str) -> str:
    """The name of a thing with its article: "a small red circle"."""
    return f"an {thing}" if thing[0] in "aeiou" else f"a {thing}"


def _rows(  # noqa: PLR0917 - cells of a table, one a column
    task: int, side: str, target: Codes, modality: str, of: Codes
) -> pd.DataFrame:
    """Rows of a task; the two rows of a composed query have one number."""
    name, kind = list(_TASKS.items())[task]
    rows = pd.DataFrame({"task": name, "kind": kind, "side": side, "modality": modality, "of": of})
    rows["target"] = [f"{name} {at}" for at in target]
    rows["query"] = [f"{name} {at}" for at in range(len(rows))] if side == "query" else None
    return rows
