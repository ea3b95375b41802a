"""Spaces of images and their captions that are built so that the right answer is known."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from core.arrays import AnyFloats
from core.space import EmbeddingSpace, Role


def captioned(
    name: str, images: AnyFloats, texts: AnyFloats, *, label: Iterable[str] | None = None
) -> EmbeddingSpace:
    """A text to every image, which is its pair; `label` of both.

    Parameters
    ----------
    images, texts
        ``(n, d)``; rows of one number are partners.
    label
        ``(n,)``.
    """
    n = len(images)
    items = pd.DataFrame({"kind": ["image"] * n + ["text"] * n, "pair": [*range(n), *range(n)]})
    roles: dict[Role, str] = {"modality": "kind", "pair": "pair"}
    if label is not None:
        items, roles = items.assign(label=[*label, *label]), {**roles, "label": "label"}
    return EmbeddingSpace(name, np.vstack([images, texts]), items, roles)


def mirrored(rng: np.random.Generator, height: float) -> EmbeddingSpace:
    """A hundred directions, seen from either side of a plane that is `height` away."""
    half = rng.normal(size=(50, 8))
    content = np.vstack([half, -half])
    content *= np.sqrt(1 - height**2) / np.linalg.norm(content, axis=1, keepdims=True)
    above, below = (np.column_stack([content, np.full(100, z)]) for z in (height, -height))
    return captioned("two sides of a plane", above, below)
