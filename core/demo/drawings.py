"""Records of drawn things, and crops of scenes of several things, as the demo model sees them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.demo.assets import ASSETS
from core.demo.scenes import Scene, drawing, png
from core.demo.shapes import ENCODER
from core.space import EmbeddingSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray


def records() -> EmbeddingSpace:
    """234 records, each a drawing and a caption, of 90 things; one record of each thing asks.

    A thing is a shape of a color on a ground, drawn anew for every record; captions say more or
    less of it. Of 18 things there is the record that asks and no other.
    """
    stored = _stored()
    scenes = [Scene.of(numbers) for numbers in stored["record_scenes"]]
    thing = stored["record_thing"].astype(int)
    first = np.concatenate([[True], np.diff(thing) > 0])
    n = len(scenes)
    names = [f"{_name(scene)} on {scene.background}" for scene in scenes]
    pictures = [png(drawing(scene)) for scene in scenes]
    items = pd.DataFrame(
        {
            "modality": np.repeat(["image", "text"], n),
            "record": np.tile(np.arange(n), 2),
            "thing": np.tile(np.array(names, object), 2),
            "side": np.tile(np.where(first, "query", "catalog"), 2),
            "picture": pd.Series([*pictures, *[None] * n], dtype=object),
            "caption": pd.Series([*[None] * n, *stored["captions"].astype(str)], dtype=object),
        }
    )
    vectors = stored["record_vectors"].astype(np.float32).reshape(2 * n, -1)
    return EmbeddingSpace(
        "Records of drawings",
        vectors,
        items,
        {
            "modality": "modality",
            "pair": "record",
            "label": "thing",
            "side": "side",
            "image": "picture",
            "text": "caption",
        },
        encoder=ENCODER,
    )


def crops() -> EmbeddingSpace:
    """640 crops of 160 scenes: things that keep to the company of their kind, with all their tags.

    A crop shows one thing, its label; its tags are the things of its scene.
    """
    stored = _stored()
    scenes = [Scene.of(numbers) for numbers in stored["crops"]]
    names = pd.Series([_name(scene) for scene in scenes], dtype=object)
    scene = pd.Series(stored["crop_scene"].astype(int))
    items = pd.DataFrame(
        {
            "thing": names,
            "scene": scene,
            "tags": names.groupby(scene).transform(lambda found: ", ".join(sorted(found))),
            "picture": [png(drawing(one)) for one in scenes],
        }
    )
    return EmbeddingSpace(
        "Crops and tags",
        stored["crop_vectors"].astype(np.float32),
        items,
        {"label": "thing", "group": "scene", "tags": "tags", "image": "picture"},
        encoder=ENCODER,
    )


def _name(scene: Scene) -> str:
    shape, color, _, _ = scene.things[0].words
    return f"{color} {shape}"


@cache
def _stored() -> dict[str, NDArray[np.generic]]:
    with np.load(ASSETS / "drawings.npz", allow_pickle=False) as stored:
        return dict(stored)
