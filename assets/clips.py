"""Encode clips and the prompts for them by the model of the demo: ``python -m assets.clips``.

Makes ``clips.npz``: drawings of one shape each in a sequence, whose color changes from phase to
phase and whose size from action to action; and a prompt for each shape, each phase and each action
that there could be. All drawings are of scenes that the model was never trained on.
"""

from itertools import product
from pathlib import Path

import numpy as np
import torch

from assets.shapes import open_clip_from
from core.demo.clips import PROMPTS
from core.demo.scenes import COLORS, GROUNDS, PLACES, SHAPES, SIDE, SIZES, Scene, Thing, drawing
from core.demo.shapes import MODEL

HERE = Path(__file__).parent
CLIPS, PHASES, ACTIONS, FRAMES = 24, 3, 2, 4  # clips; phases of each; actions of these; frames
SEED = 0


def frames(rng: np.random.Generator) -> list[Scene]:
    """The drawings of all clips, in order."""
    made = []
    for clip in range(CLIPS):
        for color in rng.choice(len(COLORS), PHASES, replace=False):
            for size in rng.choice(len(SIZES), ACTIONS, replace=False):
                kind = clip % len(SHAPES), int(color), int(size)
                made += [_frame(rng, kind) for _ in range(FRAMES)]
    return made


def _frame(rng: np.random.Generator, kind: tuple[int, int, int]) -> Scene:
    """A held-out scene of one thing of a shape, color and size: a ground and a place at random."""
    least, most = list(SIZES.values())[kind[2]]
    free = _everywhere(kind, int(rng.integers(least, most + 1)))
    return free[int(rng.integers(len(free)))]


def _everywhere(kind: tuple[int, int, int], radius: int) -> list[Scene]:
    scenes = []
    for ground, place in product(range(len(GROUNDS)), range(len(PLACES))):
        y, x = (SIDE // 2 + 17 * (at - 1) for at in divmod(place, 3))
        scenes.append(Scene(ground, (Thing(*kind, place, x, y, radius),)))
    return [scene for scene in scenes if scene.held_out] or scenes[:1]


def clips() -> None:
    """Encode, and save in half precision."""
    model, prepare, tokenize = open_clip_from(MODEL)
    model.eval()
    scenes = frames(np.random.default_rng(SEED))
    with torch.inference_mode():
        shown = torch.stack([prepare(drawing(scene)) for scene in scenes])
        images = model.encode_image(shown, normalize=True)
        texts = model.encode_text(tokenize([prompt.text for prompt in PROMPTS]), normalize=True)
    np.savez_compressed(
        HERE / "clips.npz",
        scenes=np.array([scene.numbers() for scene in scenes], np.int8),
        vectors=np.concatenate([images.numpy(), texts.numpy()]).astype(np.float16),
    )


if __name__ == "__main__":
    clips()
