"""Records of drawn things, and crops of scenes of several: ``python -m assets.drawings``.

Makes ``drawings.npz`` with the model in ``shapes-model/``: records of a drawing and a caption,
several of one thing, and crops of scenes whose things keep to the company of their kind.
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assets.shapes import FOLDER, open_clip_from
from core.demo.scenes import COLORS, GROUNDS, SHAPES, Scene, Thing, caption, drawing, scenes

HERE = Path(__file__).parent
N_THINGS, N_UNMATCHED, N_RECORDS = 90, 18, 3
N_KINDS, N_EACH, N_SCENES, N_CROPS = 6, 8, 160, 4
SHARE_OF_KIND = 0.9  # of the things of a scene, which are of its kind
SEED = 0


def records(rng: np.random.Generator) -> tuple[list[int], list[Scene], list[str]]:
    """What each record is of, its drawing, and its caption; of some things there is one record."""
    drawn: dict[tuple[int, int, int], list[Scene]] = {}
    for scene in scenes(20_000, rng, held_out=False):
        if len(scene.things) == 1:
            (thing,) = scene.things
            drawn.setdefault((thing.shape, thing.color, scene.ground), []).append(scene)
    keys = sorted(drawn)
    chosen = rng.choice(len(keys), N_THINGS, replace=False)
    counts = np.where(np.arange(N_THINGS) < N_UNMATCHED, 1, N_RECORDS)
    of = np.repeat(np.arange(N_THINGS), counts).tolist()
    found = [s for at, n in zip(chosen, counts, strict=True) for s in drawn[keys[at]][:n]]
    return of, found, [caption(scene, rng) for scene in found]


def crops(rng: np.random.Generator) -> tuple[list[int], list[Scene]]:
    """The scene of each crop, and the crop: one thing, mostly of the kind of its scene."""
    names = rng.permutation(len(SHAPES) * len(COLORS)).reshape(N_KINDS, N_EACH)
    of, found = [], []
    for scene in range(N_SCENES):
        kind, ground = int(rng.integers(N_KINDS)), int(rng.integers(len(GROUNDS)))
        odd = rng.random(N_CROPS) >= SHARE_OF_KIND
        things = rng.choice(names[kind], N_CROPS, replace=False)
        things[odd] = rng.choice(np.delete(names, kind, 0).ravel(), odd.sum(), replace=False)
        for name in things:
            shape, color = divmod(int(name), len(COLORS))
            x, y = (int(at) for at in rng.integers(20, 45, 2))
            found.append(Scene(ground, (Thing(shape, color, 0, 4, x, y, 9),)))
            of.append(scene)
    return of, found


def drawings() -> None:
    """Draw, encode and save."""
    model, prepare, tokenize = open_clip_from(FOLDER)
    model.eval()

    def images(drawn: list[Scene]) -> NDArray[np.float16]:
        with torch.inference_mode():
            pixels = torch.stack([prepare(drawing(scene)) for scene in drawn])
            found: NDArray[np.float16] = model.encode_image(pixels, normalize=True).half().numpy()
        return found

    rng = np.random.default_rng(SEED)
    (thing, drawn, captions), (scene, cropped) = records(rng), crops(rng)
    with torch.inference_mode():
        texts = model.encode_text(tokenize(captions), normalize=True).half().numpy()
    np.savez_compressed(
        HERE / "drawings.npz",
        record_thing=np.array(thing, np.int16),
        record_scenes=np.array([one.numbers() for one in drawn], np.int8),
        captions=np.array(captions),
        record_vectors=np.stack([images(drawn), texts]),
        crop_scene=np.array(scene, np.int16),
        crops=np.array([one.numbers() for one in cropped], np.int8),
        crop_vectors=images(cropped),
    )


if __name__ == "__main__":
    drawings()
