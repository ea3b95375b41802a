"""Short sequences of drawings, and prompts for them at three levels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from core.demo.assets import ASSETS
from core.demo.scenes import COLORS, SHAPES, SIZES, Scene, drawing, png
from core.demo.shapes import ENCODER
from core.space import EmbeddingSpace

FRAMES = 24  # of a clip


class Prompt(NamedTuple):
    """What is asked of a frame: a shape, a phase of it ("red circle") or an action in that."""

    level: str
    shape: str
    phase: str | None = None
    action: str | None = None

    @property
    def text(self) -> str:
        """The prompt: "a small red circle"."""
        said = self.action or self.phase or self.shape
        return f"an {said}" if said[0] in "aeiou" else f"a {said}"


PROMPTS = (
    *(Prompt("shape", shape) for shape in SHAPES),
    *(Prompt("phase", shape, f"{color} {shape}") for shape in SHAPES for color in COLORS),
    *(
        Prompt("action", shape, f"{color} {shape}", f"{size} {color} {shape}")
        for shape in SHAPES
        for color in COLORS
        for size in SIZES
    ),
)


def clips() -> EmbeddingSpace:
    """24 clips of 24 drawings, and 198 prompts: see ``assets/clips.py``.

    A clip is of one shape; its color changes every eight drawings, its size every four.
    """
    with np.load(ASSETS / "clips.npz", allow_pickle=False) as stored:
        scenes = [Scene.of(numbers) for numbers in stored["scenes"]]
        vectors = stored["vectors"].astype(np.float32)
    frames = pd.DataFrame([_named(scene) for scene in scenes])
    frames.insert(0, "modality", "image")
    frames["clip"] = np.arange(len(scenes)) // FRAMES + 1
    frames["frame"] = np.arange(len(scenes)) % FRAMES + 1
    frames["picture"] = [png(drawing(scene)) for scene in scenes]
    asked = pd.DataFrame([(*prompt, prompt.text) for prompt in PROMPTS])
    asked.columns = pd.Index([*Prompt._fields, "prompt"])
    asked.insert(0, "modality", "text")
    items = pd.concat([frames, asked], ignore_index=True)
    items[["clip", "frame"]] = items[["clip", "frame"]].astype("Int64")
    return EmbeddingSpace(
        "Clips of shapes",
        vectors,
        items,
        {
            "modality": "modality",
            "label": "shape",
            "group": "clip",
            "position": "frame",
            "level": "level",
            "text": "prompt",
            "image": "picture",
        },
        encoder=ENCODER,
    )


def _named(scene: Scene) -> dict[str, str]:
    shape, color, size, place = scene.things[0].words
    phase = f"{color} {shape}"
    return {"shape": shape, "phase": phase, "action": f"{size} {phase}", "place": place}
