"""Train the small two-encoder model of the demo: ``python -m assets.shapes``.

Makes ``shapes-model/`` (open_clip's own format, with its card), ``shapes.npz`` (held-out pairs
as embedded at checkpoints of three training runs) and ``shapes-nested.npz`` (the same pairs after a
run with a Matryoshka loss).
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch.nn.functional import cross_entropy, normalize

from core.demo.scenes import Scene, caption, drawing, name, scenes

HERE = Path(__file__).parent
FOLDER = HERE / "shapes-model"
CONTEXT = 64  # more than the longest caption, with both of its ends
UNKNOWN_SHARE = 0.03
UNKNOWN = "[UNK]"
SPECIAL = ("[PAD]", UNKNOWN, "[BOS]", "[EOS]")
N_TRAINING, N_HELD_OUT, N_FOLLOWED = 24_000, 600, 250
N_STEPS, N_WARM_UP, BATCH, RATE = 2_000, 60, 64, 2e-3
N_NAMING = 200  # first steps, whose captions name the shapes only
CHECKPOINTS = (50, 100, 200, 300, 450, 650, 950, 1_400, 2_000)
SEED = 0


def words() -> list[str]:
    """Every word that a caption can hold, and the marks between them."""
    rng = np.random.default_rng(SEED)
    texts = [caption(s, rng) for s in scenes(4_000, rng, held_out=False)]
    found = {word for text in texts for word in text.lower().replace(".", " . ").split()}
    return sorted(found)


def tokenizer() -> int:
    """Write a tokenizer of whole words that Hugging Face's library reads; the size of its list."""
    vocabulary = {word: at for at, word in enumerate([*SPECIAL, *words()])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[BOS] $A [EOS]", special_tokens=[("[BOS]", 2), ("[EOS]", 3)]
    )
    made.save(str(FOLDER / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": CONTEXT,
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "bos_token": "[BOS]",
        "eos_token": "[EOS]",
    }
    (FOLDER / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    return len(vocabulary)


def configuration(vocab_size: int) -> None:
    """Write what open_clip needs to build the model and to prepare its images."""
    model = {
        "embed_dim": 64,
        "vision_cfg": {
            "image_size": 48,
            "width": 12,
            "head_width": 32,
            "layers": [1, 1, 1, 1],  # a list: a residual network with attention pooling
        },
        "text_cfg": {
            "context_length": CONTEXT,
            "vocab_size": vocab_size,
            "hf_tokenizer_name": "local",
            "width": 64,
            "heads": 2,
            "layers": 2,
            "pool_type": "eos",
            "eos_id": SPECIAL.index("[EOS]"),
            "pad_id": SPECIAL.index("[PAD]"),
        },
    }
    prepare = {
        "mean": [0.5, 0.5, 0.5],
        "std": [0.3, 0.3, 0.3],
        "interpolation": "bicubic",
        "resize_mode": "shortest",
    }
    text = json.dumps({"model_cfg": model, "preprocess_cfg": prepare}, indent=2)
    (FOLDER / "open_clip_config.json").write_text(text + "\n")


@dataclass(frozen=True)
class Run:
    """One way to train: the temperature, and what is added to the loss."""

    name: str
    temperature: float
    with_terms: bool = False
    nested: tuple[int, ...] = ()  # first dimensions that must do alone, by the same loss


RUNS = (  # the first one makes the model
    Run("temperature 0.02", 0.02),
    Run("temperature 0.2", 0.2),
    Run("temperature 0.02, with uniformity and alignment", 0.02, with_terms=True),
)
NESTED = Run("temperature 0.02, Matryoshka", 0.02, nested=(4, 8, 16, 32))


@dataclass(frozen=True)
class Data:
    """Drawings as the image encoder takes them, those to train on in half precision."""

    training: list[Scene]
    pixels: torch.Tensor
    held_out: list[Scene]
    held_out_pixels: torch.Tensor
    captions: list[str]


def untrained() -> tuple[Any, Any, Any]:
    """The model as it starts, how it prepares an image, and its tokenizer."""
    torch.manual_seed(SEED)
    place = f"local-dir:{FOLDER}"
    model, _, prepare = open_clip.create_model_and_transforms(place, load_weights=False)
    return model, prepare, open_clip.get_tokenizer(place)


def data(prepare: Any) -> Data:
    """Drawings to train on and others, of scenes that are never trained on, to look at."""
    rng = np.random.default_rng(SEED)
    training = scenes(N_TRAINING, rng, held_out=False)
    held_out = scenes(N_HELD_OUT, rng, held_out=True)
    pixels = torch.stack([prepare(drawing(scene)).half() for scene in training])
    others = torch.stack([prepare(drawing(scene)) for scene in held_out])
    return Data(training, pixels, held_out, others, [caption(scene, rng) for scene in held_out])


def loss(images: torch.Tensor, texts: torch.Tensor, run: Run) -> torch.Tensor:
    """InfoNCE both ways; with terms, also the alignment of pairs and each side's uniformity.

    Of a nested run, the mean over the first dimensions and all of them (Kusupati et al. 2022).
    """
    if run.nested:
        short = [[normalize(side[:, :dims]) for side in (images, texts)] for dims in run.nested]
        plain = replace(run, nested=())
        values = [loss(*sides, plain) for sides in ((images, texts), *short)]
        return torch.stack(values).mean()
    logits = images @ texts.T / run.temperature
    right = torch.arange(len(images))
    value = (cross_entropy(logits, right) + cross_entropy(logits.T, right)) / 2
    if run.with_terms:
        value = value + (images - texts).square().sum(1).mean()
        for side in (images, texts):
            value = value + torch.pdist(side).square().mul(-2).exp().mean().log() / 2
    return value


def train(run: Run, seen: Data) -> tuple[Any, NDArray[np.float16]]:
    """The trained model, and ``(n_checkpoints, 2, n_held_out, n_dims)`` held-out vectors.

    The first captions name the shapes and nothing else. Were all facts told from the start, colors
    and places would part most pairs, and shapes be learned several times more slowly.
    """
    model, _, tokenize = untrained()
    model.logit_scale.requires_grad = False
    model.logit_scale.fill_(-np.log(run.temperature))
    weights = [w for w in model.parameters() if w.requires_grad]
    groups = [
        {"params": [w for w in weights if w.ndim > 1], "weight_decay": 0.05},
        {"params": [w for w in weights if w.ndim < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.98))
    rng = np.random.default_rng(SEED)
    kept = [embedded(model, tokenize, seen)]
    started = time.process_time()
    for step, rows in enumerate(_batches(rng), start=1):
        for group in optimizer.param_groups:
            cooling = (1 + np.cos(np.pi * step / N_STEPS)) / 2
            group["lr"] = RATE * cooling * min(1, step / N_WARM_UP)
        images = model.encode_image(seen.pixels[rows].float(), normalize=True)
        shown = [seen.training[row] for row in rows]
        said = [name(one) if step <= N_NAMING else caption(one, rng) for one in shown]
        texts = model.encode_text(with_unknown(tokenize(said), rng), normalize=True)
        value = loss(images, texts, run)
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        if step in CHECKPOINTS:
            kept.append(embedded(model, tokenize, seen))
            cost = time.process_time() - started
            say(f"{run.name}: step {step}, loss {value.item():.3f}, {cost:.0f} s of CPU")
    return model, np.stack(kept).astype(np.float16)


def with_unknown(tokens: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Captions with some words made unknown, so that an unknown word is one to be passed over."""
    chosen = torch.from_numpy(rng.random(tokens.shape) < UNKNOWN_SHARE)
    return tokens.masked_fill(chosen & (tokens >= len(SPECIAL)), SPECIAL.index(UNKNOWN))


def _batches(rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    n_epochs = -(-BATCH * N_STEPS // N_TRAINING)
    order = np.concatenate([rng.permutation(N_TRAINING) for _ in range(n_epochs)])
    for step in range(N_STEPS):
        yield order[step * BATCH : (step + 1) * BATCH]


def embedded(model: Any, tokenize: Any, seen: Data) -> NDArray[np.float32]:
    """``(2, n_held_out, n_dims)`` unit vectors of the held-out drawings and captions."""
    model.eval()
    with torch.inference_mode():
        images = model.encode_image(seen.held_out_pixels, normalize=True)
        texts = model.encode_text(tokenize(seen.captions), normalize=True)
    model.train()
    return np.stack([images.numpy(), texts.numpy()])


def save(model: Any) -> None:
    """Write the weights in half precision, which is what open_clip reads back."""
    halves = {
        key: (value.half() if value.is_floating_point() else value).contiguous()
        for key, value in model.state_dict().items()
    }
    save_file(halves, FOLDER / "open_clip_model.safetensors")


def say(line: str) -> None:
    """Print a line of progress."""
    print(line, flush=True)  # noqa: T201 - a command that takes minutes says where it is


def trained(run: Run) -> NDArray[np.float16]:
    """The course of one run, in a process of its own; the first run's model is saved."""
    torch.set_num_threads(1)  # the same sums on every machine, and as many runs as cores
    model, vectors = train(run, data(untrained()[1]))
    if run == RUNS[0]:
        save(model)
    return vectors[:, :, :N_FOLLOWED]


def shapes() -> None:
    """Train all runs, then save the model, what it makes of held-out pairs, and its course."""
    FOLDER.mkdir(exist_ok=True)
    configuration(tokenizer())
    with ProcessPoolExecutor(len(RUNS), mp_context=get_context("spawn")) as processes:
        followed = np.stack(list(processes.map(trained, RUNS)))
    model, prepare, tokenize = open_clip_from(FOLDER)
    seen = data(prepare)
    np.savez_compressed(
        HERE / "shapes.npz",
        scenes=np.array([scene.numbers() for scene in seen.held_out], np.int8),
        captions=np.array(seen.captions),
        vectors=embedded(model, tokenize, seen).astype(np.float16),
        runs=np.array([run.name for run in RUNS]),
        steps=np.array([0, *CHECKPOINTS], np.int16),
        followed=followed,
    )


def nested() -> None:
    """The same model trained so that its first dimensions do alone: its held-out vectors."""
    torch.set_num_threads(1)
    vectors = train(NESTED, data(untrained()[1]))[1][-1]
    np.savez_compressed(HERE / "shapes-nested.npz", vectors=vectors, dims=np.array(NESTED.nested))


def open_clip_from(folder: Path) -> tuple[Any, Any, Any]:
    """Model, preparation of images and tokenizer, as anyone would load them."""
    place = f"local-dir:{folder}"
    model, _, prepare = open_clip.create_model_and_transforms(place)
    return model, prepare, open_clip.get_tokenizer(place)


if __name__ == "__main__":
    shapes()
    nested()
