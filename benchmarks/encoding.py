"""Items a second of encoding, beside a plain loop of open_clip: ``python benchmarks/encoding.py``.

A small ViT with random weights and pictures of 320 by 240 pixels as JPEG files: decoding, preparing
and encoding, as a user's script would do it, in batches of the same size.
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
from core.io.captions import read_pictures, read_texts
from core.space import EncoderId

N, ROUNDS = 128, 3
CONFIG = {
    "embed_dim": 128,
    "vision_cfg": {"image_size": 224, "patch_size": 32, "width": 192, "layers": 3},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 192, "heads": 3, "layers": 3},
}


def main() -> None:
    """Print items a second of both, best of three rounds."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        model = _saved_model(folder)
        pictures = _saved_pictures(folder)
        lines = folder / "lines.txt"
        lines.write_text("\n".join(f"a photo of thing number {i} on a table" for i in range(N)))
        encoder = load(EncoderId("open_clip", str(folder)))
        tokenize = open_clip.get_tokenizer(f"local-dir:{folder}")
        prepare = open_clip.image_transform(224, is_train=False)
        collection, texts = read_pictures(pictures), read_texts(lines)

        def plain_pictures() -> None:
            for start in range(0, N, encoding.BATCH):
                batch = [prepare(Image.open(p)) for p in pictures[start : start + encoding.BATCH]]
                model.encode_image(torch.stack(batch))

        def plain_texts() -> None:
            for start in range(0, N, encoding.BATCH):
                model.encode_text(tokenize(list(texts.texts[start : start + encoding.BATCH])))

        def ours(what: object) -> None:
            encoding._finished.clear()
            encoding.encode(encoder, what)

        rows = {
            "pictures": (plain_pictures, lambda: ours(collection)),
            "texts": (plain_texts, lambda: ours(texts)),
        }
        print(f"{'':10}{'open_clip loop':>16}{'explorer':>12}{'ratio':>8}")
        with torch.inference_mode():
            for name, both in rows.items():
                plain, own = _alternating(both)
                print(f"{name:10}{plain:14.0f}/s{own:10.0f}/s{own / plain:8.2f}")


def _alternating(both: tuple[Callable[[], None], Callable[[], None]]) -> list[float]:
    """Items a second of each, best of the rounds, taken by turns; a first round warms up."""
    best = [np.inf, np.inf]
    for turn in range(ROUNDS + 1):
        for at, run in enumerate(both):
            started = time.perf_counter()
            run()
            if turn:
                best[at] = min(best[at], time.perf_counter() - started)
    return [N / seconds for seconds in best]


def _saved_model(folder: Path) -> torch.nn.Module:
    torch.manual_seed(0)
    model = open_clip.model.CLIP(**CONFIG).eval()
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": CONFIG}))
    save_file(model.state_dict(), str(folder / "open_clip_model.safetensors"))
    return model


def _saved_pictures(folder: Path) -> list[Path]:
    rng = np.random.default_rng(0)
    paths = []
    for at in range(N):
        small = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        stream = io.BytesIO()
        Image.fromarray(small).resize((320, 240)).save(stream, "JPEG", quality=90)
        paths.append(folder / f"{at}.jpg")
        paths[-1].write_bytes(stream.getvalue())
    return paths


if __name__ == "__main__":
    main()
