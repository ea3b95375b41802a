"""Image-text pairs with made vectors, whose gap and collapse with length are put in by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from core.demo.scenes import png
from core.space import EmbeddingSpace

SHAPES = ("circle", "square", "triangle", "diamond", "bar", "ring")
COLORS = {
    "red": "#d1495b",
    "blue": "#2b6cb0",
    "green": "#2f855a",
    "yellow": "#d69e2e",
    "purple": "#805ad5",
}
SIZES = {"small": 7, "large": 13}
GROUNDS = {"white": "#ffffff", "grey": "#cbd5e0", "black": "#1a202c"}
PLACES = ("left", "middle", "right")
FILLERS = (
    "The drawing was made by a program for this demonstration.",
    "Nothing else is visible in the frame.",
    "The outline is clean and the surface has no texture.",
    "It could be used to teach the names of shapes and colours.",
    "The light is even and no shadow falls on the ground.",
)


def shapes_and_captions(n_pairs: int = 600, n_dims: int = 64, seed: int = 0) -> EmbeddingSpace:
    """Drawn shapes and captions, with made vectors that have a gap and collapse with length.

    The vectors come from no model. A pair shares a sum of random directions for its shape, colour,
    size, background and place; each modality adds noise and its own constant offset (the gap);
    the longer a caption, the more its vector is pulled to the mean of all captions.
    """
    rng = np.random.default_rng(seed)
    facts = pd.DataFrame(
        {
            "shape": rng.choice(SHAPES, n_pairs),
            "color": rng.choice(list(COLORS), n_pairs),
            "size": rng.choice(list(SIZES), n_pairs),
            "background": rng.choice(list(GROUNDS), n_pairs),
            "place": rng.choice(PLACES, n_pairs),
        }
    )
    content = np.zeros((n_pairs, n_dims))
    for fact, weight in zip(facts, (1.0, 0.8, 0.45, 0.45, 0.45), strict=True):
        codes, values = pd.factorize(facts[fact])
        content += weight * rng.normal(size=(len(values), n_dims))[codes] / np.sqrt(n_dims)
    captions = [_caption(row, rng) for row in facts.itertuples()]
    words = np.array([len(caption.split()) for caption in captions])
    offsets = rng.normal(size=(2, n_dims)) / np.sqrt(n_dims)
    noise = 0.35 * rng.normal(size=(2, n_pairs, n_dims)) / np.sqrt(n_dims)
    images = content + noise[0] + 0.9 * offsets[0]
    pull = 0.75 * (words / words.max())[:, None]
    texts = (1 - pull) * (content + noise[1]) + 0.9 * offsets[1]
    vectors = np.empty((2 * n_pairs, n_dims), np.float32)
    vectors[0::2], vectors[1::2] = images, texts
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    items = facts.loc[facts.index.repeat(2)].reset_index(drop=True)
    items.insert(0, "modality", np.tile(["image", "text"], n_pairs))
    items.insert(1, "pair", np.repeat(np.arange(n_pairs), 2))
    drawings = [_drawing(row) for row in facts.itertuples()]
    items["picture"] = _woven(drawings, [None] * n_pairs)
    items["caption"] = _woven([None] * n_pairs, captions)
    items["words"] = _woven([None] * n_pairs, list(words))
    items["words"] = items["words"].astype("Int64")
    return EmbeddingSpace(
        "Shapes and captions (made)",
        vectors,
        items,
        {
            "modality": "modality",
            "pair": "pair",
            "label": "shape",
            "text": "caption",
            "image": "picture",
            "length": "words",
            "group": "color",
            "domain": "background",
        },
    )


def _caption(row: Any, rng: np.random.Generator) -> str:
    fact = row._asdict()
    short = f"a {fact['size']} {fact['color']} {fact['shape']}"
    full = f"{short} on the {fact['place']} of a {fact['background']} background"
    count = int(rng.choice([0, 0, 1, 3, 6, 10, 16]))
    if count == 0:
        return short if rng.random() < 0.5 else full
    return " ".join([full.capitalize() + ".", *rng.choice(FILLERS, count)])


def _drawing(row: Any) -> bytes:
    fact = row._asdict()
    image = Image.new("RGB", (48, 48), GROUNDS[fact["background"]])
    draw = ImageDraw.Draw(image)
    x, y = {"left": 15, "middle": 24, "right": 33}[fact["place"]], 24
    r, color = SIZES[fact["size"]], COLORS[fact["color"]]
    box = (x - r, y - r, x + r, y + r)
    match fact["shape"]:
        case "circle":
            draw.ellipse(box, fill=color)
        case "ring":
            draw.ellipse(box, outline=color, width=max(2, r // 3))
        case "square":
            draw.rectangle(box, fill=color)
        case "bar":
            draw.rectangle((x - r, y - r // 3, x + r, y + r // 3), fill=color)
        case "triangle":
            draw.polygon([(x, y - r), (x - r, y + r), (x + r, y + r)], fill=color)
        case _:
            draw.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], fill=color)
    return png(image)


def _woven(first: Sequence[Any], second: Sequence[Any]) -> pd.Series[Any]:
    return pd.Series([value for both in zip(first, second, strict=True) for value in both])
