"""A space made to order, and what theory says that lenses find in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Floats
from core.knobs import Between
from core.space import EmbeddingSpace, Role

MODALITIES = ("image", "text")
_TINY = 1e-12


def made_space(  # noqa: PLR0913 - each is a slider
    *,
    n_items: Annotated[int, Between(100, 2000), "Items; of two modalities, pairs."] = 400,
    n_dims: Annotated[int, Between(3, 256), "Dimensions of the vectors."] = 64,
    intrinsic_dimension: Annotated[
        int,
        Between(2, 64),
        "Dimensions in which a class is spread; at most one less than there are.",
    ] = 16,
    n_classes: Annotated[int, Between(1, 20), "How many classes there are."] = 5,
    class_distance: Annotated[
        float, Between(0, 12, 0.5), "Distance of any two class centers, in radii of a class."
    ] = 1.0,
    imbalance: Annotated[
        float, Between(1, 20, 1), "How many times as large as the smallest class the largest is."
    ] = 1.0,
    noise: Annotated[
        float, Between(0, 2, 0.05), "Length of noise in all dimensions, in radii of a class."
    ] = 0.2,
    anisotropy: Annotated[
        float,
        Between(0, 5, 0.25),
        "Length of what all have in common: a cone, in radii of a class.",
    ] = 0.0,
    modalities: Annotated[bool, "Every item seen twice, as an image and as a text."] = True,
    modality_gap: Annotated[
        float, Between(0, 1.8, 0.1), "Distance of the centers of the two modalities."
    ] = 0.6,
    wrong_pairs: Annotated[
        float, Between(0, 100, 5), "Pairs whose partners were exchanged, in %."
    ] = 0.0,
    duplicates: Annotated[
        float, Between(0, 50, 5), "Items that are a copy of another item, in %."
    ] = 0.0,
    length_effect: Annotated[
        float, Between(0, 3, 0.1), "Shift of long items in one direction, in radii of a class."
    ] = 0.0,
    seed: Annotated[int, Between(0, 99), "Of the generator; the same draws at every stand."] = 0,
) -> EmbeddingSpace:
    """Classes on a sphere, seen by one encoder or by two: every slider is true of it.

    A direction is the sum of a class center, a spread of radius 1 in `intrinsic_dimension`
    directions, what all have in common, a shift by the length of the item, and noise in all
    dimensions that each modality draws for itself; brought to length one. Centers are at the
    corners of a regular simplex. The last dimension is the gap alone: the modalities stand at plus
    and minus half of it, and the rest is shortened to leave every vector at length one. The draws
    of all sliders are independent, so that turning one moves the same items.
    """
    draw = {name: np.random.default_rng((seed, at)) for at, name in enumerate(_DRAWS)}
    n, free = n_items, n_dims - 1
    spread = min(intrinsic_dimension, free)
    labels = _labels(n, n_classes, imbalance)
    core_directions = _rotation(free, draw["rotation"])
    inside = draw["inside"].standard_normal((n, 64))[:, :spread] / np.sqrt(spread)
    base = inside @ core_directions[:spread]
    base += class_distance / np.sqrt(2) * _centers(n_classes, free, draw["centers"])[labels]
    base += anisotropy * core_directions[-1]
    tokens = np.round(np.exp(draw["lengths"].normal(3, 0.8, n))).clip(2, 400).astype(int)
    standing = (np.log(tokens) - 3) / 0.8
    base += length_effect * np.outer(standing, core_directions[-2])
    n_copies = round(n * duplicates / 100)
    order = draw["duplicates"].permutation(n)
    copied, originals = order[:n_copies], order[n_copies:]
    which = np.arange(n)
    which[copied] = originals[np.arange(n_copies) % max(len(originals), 1)]
    sides = [
        _unit(base + noise / np.sqrt(free) * draw[side].standard_normal((n, free)))[which]
        for side in MODALITIES[: 1 + modalities]
    ]
    items = pd.DataFrame({"item": np.arange(n), "class": labels[which].astype(str)})
    items["class"] = "class " + items["class"]
    items["tokens"] = tokens[which]
    if not modalities:
        vectors = np.column_stack([sides[0], np.zeros(n)])
        return EmbeddingSpace("Made space", vectors.astype(np.float32), items, _ROLES)
    half = modality_gap / 2
    both = [
        np.column_stack([side * np.sqrt(1 - half**2), np.full(n, at * half)])
        for side, at in zip(sides, (1, -1), strict=True)
    ]
    items = pd.concat([items, items], ignore_index=True)
    items.insert(1, "modality", np.repeat(MODALITIES, n))
    items["item"] = np.concatenate([np.arange(n), _partners(n, wrong_pairs, draw["wrong"])])
    roles: Mapping[Role, str] = {"modality": "modality", "pair": "item", **_ROLES}
    return EmbeddingSpace("Made space", np.concatenate(both).astype(np.float32), items, roles)


def truths(**knobs: Any) -> Mapping[tuple[str, str], float]:
    """What is true of a made space, by lens and reading; only where theory says it.

    Of the population that the items are drawn from: a lens is to find it but for its interval.
    """
    said = {**DEFAULTS, **knobs}
    found: dict[tuple[str, str], float] = {}
    n, free = said["n_items"], said["n_dims"] - 1
    spread, cone = min(said["intrinsic_dimension"], free), said["anisotropy"] > 0
    plain = said["n_classes"] == 1 and not said["noise"] and not said["duplicates"]
    plain = plain and not said["length_effect"]
    if plain and not said["modalities"]:
        dimension = min(spread + cone, free) - 1.0  # of directions
        found["geometry.dimension", "two_nn"] = found["geometry.dimension", "mle"] = dimension
        if not cone:
            found["geometry.spectrum", "effective_rank"] = float(spread)
            found["geometry.spectrum", "mean_cosine"] = 0.0
    if said["modalities"]:
        found["modality.gap", "centroid_distance"] = float(said["modality_gap"])
        if not said["noise"] and not said["duplicates"]:
            found["modality.retrieval", "recall_at_1"] = 1 - _wrong(n, said["wrong_pairs"])
    alone = not said["modalities"] and not said["duplicates"]  # a copy is of its own class
    if alone and not said["class_distance"] and said["n_classes"] > 1:
        shares = np.bincount(_labels(n, said["n_classes"], said["imbalance"])) / n
        found["classes.separability", "neighbor_purity"] = float((shares**2).sum())
    if not said["length_effect"]:
        found["length.collapse", "length_correlation"] = 0.0
    return found


_ROLES: Mapping[Role, str] = {"label": "class", "length": "tokens"}
_DRAWS = (
    *("rotation", "inside", "centers", "lengths", "duplicates", "wrong"),
    *MODALITIES,
)
DEFAULTS: Mapping[str, Any] = made_space.__kwdefaults__ or {}


def _labels(n: int, classes: int, imbalance: float) -> NDArray[np.int64]:
    """``(n,)`` classes; their sizes fall geometrically from the first to the last.

    Item after item goes to the class that lacks most, so that the first items of more are fewer of
    the same, and every class has its share of them to within one.
    """
    sizes = np.geomspace(imbalance, 1, classes) if classes > 1 else np.ones(1)
    lacking, labels = np.zeros(classes), np.empty(n, np.int64)
    for item in range(n):
        lacking += sizes / sizes.sum()
        labels[item] = lacking.argmax()
        lacking[labels[item]] -= 1
    return labels


def _rotation(d: int, rng: np.random.Generator) -> Floats:
    turned: Floats = np.linalg.qr(rng.standard_normal((d, d)))[0]
    return turned


def _centers(classes: int, d: int, rng: np.random.Generator) -> Floats:
    """``(classes, d)`` any two of them the root of 2 apart; random where there is no such room."""
    if classes > d:
        return _unit(rng.standard_normal((classes, d)))
    corners = _rotation(d, rng)[:classes]
    centered: Floats = corners - corners.mean(axis=0)
    return centered


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1), _TINY)[:, None]
    return unit


def _partners(n: int, percent: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Of every text the image it is paired with: of some, another one's."""
    found = np.arange(n)
    order = rng.permutation(n)
    wrong = order[: round(_wrong(n, percent) * n)]
    found[wrong] = np.roll(wrong, 1)
    return found


def _wrong(n: int, percent: float) -> float:
    """Share of pairs that are wrong: one alone cannot be exchanged."""
    count = round(n * percent / 100)
    return (count if count > 1 else 0) / n
