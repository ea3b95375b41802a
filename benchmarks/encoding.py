"""Items a second of encoding, beside a plain loop of open_clip: ``python benchmarks/encoding.py``.

A small ViT with random weights, JPEG pictures of 320 by 240 pixels, and captions of 4 to 24 words:
decoding, preparing and encoding, as a user's script would do it, in batches of the same size.
"""

import io
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import open_clip
import torch
from PIL import Image
from safetensors.torch import save_file

from core.encoders import encoding, load
from core.io.collection import read_texts
from core.io.pictures import read_pictures
from core.space import EncoderId

PICTURES, TEXTS, ROUNDS = 256, 1024, 5
WORDS = 24  # of the longest caption
CONFIG = {
    "embed_dim": 128,
    "vision_cfg": {"image_size": 224, "patch_size": 32, "width": 192, "layers": 3},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 192, "heads": 3, "layers": 3},
}


def main() -> None:
    """Print items a second of both, median of the rounds."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        model = _saved_model(folder)
        pictures = _saved_pictures(folder)
        lines = folder / "lines.txt"
        lines.write_text("\n".join(_captions()))
        encoder = load(EncoderId("open_clip", str(folder)))
        tokenize = open_clip.get_tokenizer(f"local-dir:{folder}")
        prepare = open_clip.image_transform(224, is_train=False)
        collection, texts = read_pictures(pictures), read_texts(lines)

        def plain_pictures() -> None:
            for start in range(0, PICTURES, encoding.BATCH):
                batch = [prepare(Image.open(p)) for p in pictures[start : start + encoding.BATCH]]
                model.encode_image(torch.stack(batch))

        def plain_texts() -> None:
            for start in range(0, TEXTS, encoding.BATCH):
                model.encode_text(tokenize(list(texts.texts[start : start + encoding.BATCH])))

        def ours(what: object) -> None:
            encoding._finished.clear()
            encoding.encode(encoder, what)

        rows = {
            "pictures": (PICTURES, plain_pictures, lambda: ours(collection)),
            "texts": (TEXTS, plain_texts, lambda: ours(texts)),
        }
        print(f"{'':10}{'open_clip loop':>16}{'explorer':>12}{'ratio':>8}{'lowest, highest':>18}")
        with torch.inference_mode():
            for name, (n, loop, own) in rows.items():
                seconds = _alternating(loop, own)
                ratios = seconds[:, 0] / seconds[:, 1]
                theirs, explorer = n / np.median(seconds, axis=0)
                print(
                    f"{name:10}{theirs:14.0f}/s{explorer:10.0f}/s{explorer / theirs:8.2f}"
                    f"{min(ratios):10.2f},{max(ratios):6.2f}"
                )


def _alternating(*runs: Callable[[], None]) -> np.ndarray:
    """``(ROUNDS, n_runs)`` seconds of each, taken by turns; a first round warms up."""
    seconds = np.zeros((ROUNDS + 1, len(runs)))
    for turn in range(ROUNDS + 1):
        for at, run in enumerate(runs):
            started = time.perf_counter()
            run()
            seconds[turn, at] = time.perf_counter() - started
    return seconds[1:]


def _saved_model(folder: Path) -> torch.nn.Module:
    torch.manual_seed(0)
    model = open_clip.model.CLIP(**CONFIG).eval()
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": CONFIG}))
    save_file(model.state_dict(), str(folder / "open_clip_model.safetensors"))
    return model


def _captions() -> list[str]:
    """Distinct captions, since equal ones are encoded once."""
    rng = np.random.default_rng(0)
    words = (
        "photo",
        "of",
        "the",
        "old",
        "red",
        "cat",
        "house",
        "that",
        "sleeps",
        "beside",
        "trees",
    )
    lengths = rng.integers(4, WORDS + 1, TEXTS)
    return [f"{' '.join(rng.choice(words, n - 1))} {at}" for at, n in enumerate(lengths)]


def _saved_pictures(folder: Path) -> list[Path]:
    rng = np.random.default_rng(0)
    paths = []
    for at in range(PICTURES):
        small = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        stream = io.BytesIO()
        Image.fromarray(small).resize((320, 240)).save(stream, "JPEG", quality=90)
        paths.append(folder / f"{at}.jpg")
        paths[-1].write_bytes(stream.getvalue())
    return paths


if __name__ == "__main__":
    main()
