"""The handwritten digits of scikit-learn, as seen by two encoders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from PIL import Image

from core.demo.assets import ASSETS
from core.demo.scenes import png
from core.space import EmbeddingSpace, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def digits_pixels() -> EmbeddingSpace:
    """The 1,797 handwritten digits of scikit-learn, as their 64 gray values."""
    images, items = _digits()
    return EmbeddingSpace(
        "Digits, raw pixels", (images / 16.0).astype(np.float32), items, _DIGIT_ROLES
    )


def digits_network() -> EmbeddingSpace:
    """The same digits as the 32 features of a small network (made by ``assets/make.py``)."""
    _, items = _digits()
    with np.load(ASSETS / "digits-network.npz", allow_pickle=False) as stored:
        features = stored["features"].astype(np.float32)
    return EmbeddingSpace("Digits, network features", features, items, _DIGIT_ROLES)


_DIGIT_ROLES: Mapping[Role, str] = {
    "label": "digit",
    "image": "picture",
    "pair": "number",
    "group": "half",
    "domain": "half",
}


def _digits() -> tuple[NDArray[np.float64], pd.DataFrame]:
    from sklearn.datasets import load_digits  # noqa: PLC0415 - slow import, only when used

    digits = load_digits()
    pictures = [
        png(Image.fromarray((255 - 15.9375 * image).astype(np.uint8)).resize((32, 32)))
        for image in digits.images
    ]
    items = pd.DataFrame(
        {
            "number": np.arange(len(digits.target)),
            "digit": digits.target.astype(str),
            "half": np.where(np.arange(len(digits.target)) % 2, "held out", "training"),
            "ink": digits.data.sum(axis=1).astype(int),
            "picture": pictures,
        }
    )
    return digits.data, items
