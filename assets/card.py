"""Measure the demo model and write its card: ``python -m assets.card``."""

import re
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch

from assets import shapes as made
from core.demo.scenes import COLORS, GROUNDS, PLACES, SHAPES, SIZES, Scene, drawing
from core.demo.shapes import MODEL, shapes
from core.estimates import Chance, Estimate
from core.lenses.contrastive.alignment import alignment
from core.lenses.contrastive.uniformity import uniformity
from core.lenses.modality.gap import modality_gap
from core.lenses.modality.retrieval import retrieval
from core.space import EmbeddingSpace
from core.statistics.resampling import proportion_interval

CARD = MODEL / "CARD.md"
NOUN_PHRASE = re.compile(  # size, color, shape, place; the longer names of places first
    rf"(?:({'|'.join(SIZES)}) )?(?:({'|'.join(COLORS)}) )?\b({'|'.join(SHAPES)})\b"
    rf"(?: at the ({'|'.join(sorted(PLACES, key=len, reverse=True))}))?"
)
TEXT = """\
# Shapes: a two-encoder model small enough to look into

A contrastive image-text model in the format of open_clip, made for the demonstrations of this
project: {size:,} parameters, {bytes:.1f} MB in half precision. It knows drawings of {n_shapes}
colored shapes on plain backgrounds and captions in the words of their templates, and nothing else.

    place = "local-dir:assets/shapes-model"
    model, _, preprocess = open_clip.create_model_and_transforms(place)
    tokenizer = open_clip.get_tokenizer(place)  # needs the package transformers

- Images: {side} x {side} pixels, a residual network of {n_blocks} blocks with attention pooling.
- Text: a causal transformer of {n_layers} layers on up to {context} tokens, the whole words of a
  list of {n_words}; any other word is one unknown token. The longest caption measured below takes
  {longest}: none is cut.
- Data: {n_training:,} drawings, with a new caption each time one is seen. One in eight combinations
  of background, shapes, colors, sizes and places is never trained on.
- Training: `python -m assets.shapes`, seeded. Symmetric InfoNCE at temperature {temperature},
  {n_steps:,} steps of {batch} pairs, AdamW with a warm-up. In the first {n_naming} steps captions
  name the shapes and nothing else ("a ring"). License: that of the project.

## What it can do

On {n_pairs} held-out pairs, measured by `python -m assets.card` with the lenses of this project.

{table}

The shape is told from one-shape drawings by the nearest of the prompts "a circle", "a square", ...
Many a caption ("a red circle") fits several drawings: one who reads captions without fault and
chooses at random among the drawings that fit would find the right one first {best:.3f} of the time.

## What it cannot do

It has seen no photograph, no other word and no other shape. Its numbers say nothing about models
trained on real data. What makes it useful is that everything about it is known.
"""


def space_of_model() -> tuple[EmbeddingSpace, Any, Any]:
    """The demo space embedded anew by the committed model; the model and its tokenizer."""
    place = f"local-dir:{MODEL}"
    model, _, prepare = open_clip.create_model_and_transforms(place)
    tokenize = open_clip.get_tokenizer(place)
    model.eval()
    known = shapes()
    is_text = known.names("modality") == "text"
    vectors = np.empty_like(known.vectors)
    with torch.inference_mode():
        pixels = torch.stack([prepare(drawing(scene)) for scene in stored_scenes()])
        vectors[~is_text] = model.encode_image(pixels, normalize=True).numpy()
        captions = [str(text) for text in known.column("text")[is_text]]
        vectors[is_text] = model.encode_text(tokenize(captions), normalize=True).numpy()
    space = EmbeddingSpace(known.name, vectors, known.items, known.roles, known.encoder)
    return space, model, tokenize


def stored_scenes() -> list[Scene]:
    """What the held-out drawings show."""
    with np.load(MODEL.parent / "shapes.npz", allow_pickle=False) as stored:
        return [Scene.of(numbers) for numbers in stored["scenes"]]


def zero_shot(space: EmbeddingSpace, model: Any, tokenize: Any) -> Estimate:
    """Share of one-shape drawings nearest to the prompt of their shape."""
    with torch.inference_mode():
        prompts = model.encode_text(tokenize([f"a {shape}" for shape in SHAPES]), normalize=True)
    labels = space.names("label")
    rows = np.flatnonzero((space.names("modality") == "image") & np.isin(labels, SHAPES))
    said = np.array(SHAPES)[(space.vectors[rows] @ prompts.numpy().T).argmax(axis=1)]
    hits = int((said == labels[rows]).sum())
    return Estimate(
        hits / len(rows),
        proportion_interval(hits, len(rows), "drawings"),
        Chance(1 / len(SHAPES), "one of the shapes at random"),
    )


def best_recall(captions: Sequence[str], scenes: Sequence[Scene]) -> float:
    """Recall at 1 of a faultless reader, who chooses at random among the drawings that fit."""
    return float(np.mean([1 / sum(fits(text, scene) for scene in scenes) for text in captions]))


def fits(text: str, scene: Scene) -> bool:
    """Whether a caption is true of a scene: as many shapes, and none of its words is wrong."""
    text = text.lower()
    ground = re.search(
        f"({'|'.join(GROUNDS)}) background|background is ({'|'.join(GROUNDS)})", text
    )
    if ground and scene.background not in ground.groups():
        return False
    said = [match.group(3, 2, 1, 4) for match in NOUN_PHRASE.finditer(text)]
    return any(
        len(said) == len(order)
        and all(
            word in {None, fact}
            for words, thing in zip(said, order, strict=True)
            for word, fact in zip(words, thing.words, strict=True)
        )
        for order in permutations(scene.things)
    )


def measured() -> dict[str, Estimate]:
    """The numbers of the card, from the committed model."""
    space, model, tokenize = space_of_model()
    found = retrieval(space, left="image", right="text")
    gap = modality_gap(space, left="image", right="text")
    numbers = {
        "zero-shot accuracy, shape": zero_shot(space, model, tokenize),
        "caption found first (recall at 1)": found.recall_at_1,
        "caption among the first 5": found.recall_at_5,
        "drawing found first (recall at 1)": found.recall_at_1_back,
        "drawing among the first 5": found.recall_at_5_back,
        "distance of the two centroids (gap)": gap.centroid_distance,
        "alignment": alignment(space, left="image", right="text").alignment,
        "uniformity": uniformity(space, left="image", right="text").uniformity,
    }
    return {name: value for name, value in numbers.items() if isinstance(value, Estimate)}


def table(numbers: dict[str, Estimate]) -> str:
    """The numbers as rows of a table: value, interval, chance level."""
    rows = ["| on held-out pairs | value | 95 % interval | chance |", "|---|---|---|---|"]
    for name, one in numbers.items():
        ends = f"{one.interval.low:.3f} to {one.interval.high:.3f}" if one.interval else ""
        chance = f"{one.chance.value:.3f}" if one.chance else ""
        rows.append(f"| {name} | {one.value:.3f} | {ends} | {chance} |")
    return "\n".join(rows)


def card() -> None:
    """Measure the committed model and write its card."""
    space, model, _ = space_of_model()
    captions = [str(text) for text in space.column("text")[space.names("modality") == "text"]]
    weights = Path(MODEL / "open_clip_model.safetensors")
    CARD.write_text(
        TEXT.format(
            size=sum(weight.numel() for weight in model.parameters()),
            bytes=weights.stat().st_size / 1e6,
            n_shapes=len(SHAPES),
            side=model.visual.image_size,
            n_blocks=sum(len(getattr(model.visual, f"layer{at}")) for at in range(1, 5)),
            n_layers=model.transformer.layers,
            context=made.CONTEXT,
            longest=int(np.nanmax(space.lengths())) + 2,  # both ends are tokens too
            n_naming=made.N_NAMING,
            best=best_recall(captions, stored_scenes()),
            n_words=model.vocab_size - len(made.SPECIAL),
            n_training=made.N_TRAINING,
            temperature=made.RUNS[0].temperature,
            n_steps=made.N_STEPS,
            batch=made.BATCH,
            n_pairs=made.N_HELD_OUT,
            table=table(measured()),
        )
    )


if __name__ == "__main__":
    card()
