"""Items a second of encoding, beside plain loops of open_clip: ``python benchmarks/encoding.py``.

A tiny tower and a ViT-B-32, both with random weights; JPEG pictures of 320 by 240 pixels; captions
of 4 to 24 words, and texts of 60 to 200 words, most of which the model cuts. Beside it: what a
user's script would do, decoding, preparing and encoding in batches of the same size, and the same
with a DataLoader of two worker processes. What was encoded before is not used.
"""

import argparse
import io
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import open_clip
import torch
from PIL import Image
from safetensors.torch import save_file

from core.encoders import load
from core.encoders.encoding import Plan, encode
from core.io.collection import read_texts
from core.io.pictures import read_pictures
from core.origin import EncoderId

BATCH = 32
SHORT, LONG = (4, 24), (60, 200)  # words
TINY = {
    "embed_dim": 128,
    "vision_cfg": {"image_size": 224, "patch_size": 32, "width": 192, "layers": 3},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 192, "heads": 3, "layers": 3},
}
MODELS = {"tiny": TINY, "ViT-B-32": open_clip.get_model_config("ViT-B-32")}


class Files(torch.utils.data.Dataset):
    """Pictures as a script of open_clip would read them."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths
        self.prepare = open_clip.image_transform(224, is_train=False)

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, at: int) -> torch.Tensor:
        return self.prepare(Image.open(self.paths[at]))


def main() -> None:
    """Print items a second of each, median of the rounds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=256)
    parser.add_argument("--texts", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print(f"{'':24}{'plain loop':>12}{'two workers':>13}{'explorer':>11}{'of the best':>13}")
    for name, config in MODELS.items():
        with tempfile.TemporaryDirectory() as made, torch.inference_mode():
            folder = Path(made)
            model = _saved_model(folder, config)
            for what, n, runs in _runs(folder, model, asked):
                rates = n / np.median(_alternating(asked.rounds, *runs), axis=0)
                others = rates[:-1]
                shown = [f"{rate:.0f}/s" for rate in others] + [""] * (2 - len(others))
                print(
                    f"{name + ', ' + what:24}{shown[0]:>12}{shown[1]:>13}"
                    f"{f'{rates[-1]:.0f}/s':>11}{rates[-1] / others.max():>13.2f}"
                )


def _runs(
    folder: Path, model: torch.nn.Module, asked: argparse.Namespace
) -> list[tuple[str, int, list[Callable[[], None]]]]:
    encoder = load(EncoderId("open_clip", str(folder)), "cpu")
    tokenize = open_clip.get_tokenizer(f"local-dir:{folder}")
    files = _saved_pictures(folder, asked.pictures)
    pictures = read_pictures(files)

    def loop(workers: int) -> None:
        for batch in torch.utils.data.DataLoader(Files(files), BATCH, num_workers=workers):
            model.encode_image(batch)

    def ours(what: object) -> None:
        with tempfile.TemporaryDirectory() as fresh:
            encode(encoder, what, Plan(batch=BATCH, folder=Path(fresh)))

    rows = [("pictures", len(files), [lambda: loop(0), lambda: loop(2), lambda: ours(pictures)])]
    for what, words in (("short texts", SHORT), ("long texts", LONG)):
        path = folder / f"{what}.txt"
        path.write_text("\n".join(_texts(asked.texts, words)))
        texts = read_texts(path)

        def plain(texts: Sequence[str] = texts.texts) -> None:
            for start in range(0, len(texts), BATCH):
                model.encode_text(tokenize(list(texts[start : start + BATCH])))

        rows.append((what, len(texts), [plain, lambda texts=texts: ours(texts)]))
    return rows


def _alternating(rounds: int, *runs: Callable[[], None]) -> np.ndarray:
    """``(rounds, n_runs)`` seconds of each, taken by turns; a first round warms up."""
    seconds = np.zeros((rounds + 1, len(runs)))
    for turn in range(rounds + 1):
        for at, run in enumerate(runs):
            started = time.perf_counter()
            run()
            seconds[turn, at] = time.perf_counter() - started
    return seconds[1:]


def _saved_model(folder: Path, config: dict[str, object]) -> torch.nn.Module:
    torch.manual_seed(0)
    model = open_clip.model.CLIP(**config).eval()
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config}))
    save_file(model.state_dict(), str(folder / "open_clip_model.safetensors"))
    return model


def _texts(n: int, words: tuple[int, int]) -> list[str]:
    """Distinct texts, since equal ones are encoded once."""
    rng = np.random.default_rng(0)
    known = [
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
    ]
    lengths = rng.integers(words[0], words[1] + 1, n)
    return [f"{' '.join(rng.choice(known, n - 1))} {at}" for at, n in enumerate(lengths)]


def _saved_pictures(folder: Path, n: int) -> list[Path]:
    rng = np.random.default_rng(0)
    paths = []
    for at in range(n):
        small = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        stream = io.BytesIO()
        Image.fromarray(small).resize((320, 240)).save(stream, "JPEG", quality=90)
        paths.append(folder / f"{at}.jpg")
        paths[-1].write_bytes(stream.getvalue())
    return paths


if __name__ == "__main__":
    main()
