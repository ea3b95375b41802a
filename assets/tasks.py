"""Queries with their targets as the demo's model sees them: ``python -m assets.tasks``.

Makes ``tasks.npz``: drawings that are asked for by a caption, captions by a drawing, names of
shapes by a drawing, and drawings by another drawing and what is different in them. All drawings
are of scenes that the model was never trained on.
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assets.shapes import open_clip_from
from core.demo.scenes import SHAPES, Scene, Thing, caption, drawing, scenes
from core.demo.shapes import MODEL
from core.demo.tasks import said_of

HERE = Path(__file__).parent
N = 120  # queries of a task
SEED = 0


def changed(rng: np.random.Generator) -> list[tuple[Scene, Scene]]:
    """Two held-out drawings of one thing on one ground, at one place, of nothing else in common."""
    alone = [s for s in scenes(6_000, rng, held_out=True) if len(s.things) == 1]
    by_place: dict[tuple[int, int], list[Scene]] = {}
    for scene in alone:
        by_place.setdefault((scene.ground, scene.things[0].place), []).append(scene)
    found: list[tuple[Scene, Scene]] = []
    seen: set[tuple[int, ...]] = set()
    for first in alone:
        for second in by_place[first.ground, first.things[0].place]:
            facts = tuple(second.numbers()[:5])
            if _apart(first.things[0], second.things[0]) and facts not in seen:
                seen.add(facts)
                found.append((first, second))
                break
        if len(found) == N:
            return found
    return found


def _apart(a: Thing, b: Thing) -> bool:
    return a.shape != b.shape and a.color != b.color and a.size != b.size


def tasks() -> None:
    """Draw, encode and save."""
    rng = np.random.default_rng(SEED)
    captioned, described = (scenes(N, rng, held_out=True) for _ in range(2))
    named = [scene for scene in scenes(4 * N, rng, held_out=True) if len(scene.things) == 1][:N]
    pairs = changed(rng)
    drawn = [*captioned, *described, *named, *(s for pair in pairs for s in pair)]
    texts = [caption(scene, rng) for scene in [*captioned, *described]]
    texts += [said_of(shape) for shape in SHAPES]
    texts += [said_of(" ".join(second.things[0].words[2::-1])) for _, second in pairs]
    model, prepare, tokenize = open_clip_from(MODEL)
    model.eval()
    with torch.inference_mode():
        shown = torch.stack([prepare(drawing(scene)) for scene in drawn])
        images: NDArray[np.float32] = model.encode_image(shown, normalize=True).numpy()
        said: NDArray[np.float32] = model.encode_text(tokenize(texts), normalize=True).numpy()
    np.savez_compressed(
        HERE / "tasks.npz",
        scenes=np.array([scene.numbers() for scene in drawn], np.int8),
        texts=np.array(texts),
        images=images.astype(np.float16),
        said=said.astype(np.float16),
    )


if __name__ == "__main__":
    tasks()
