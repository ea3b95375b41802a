"""A map as a small picture."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.look import theme

SIDE = 176  # pixels
_MARGIN = 8
_DOT = 0.9  # opacity of a pixel that one point covers
_STAMP = ((0, 0), (0, 1), (1, 0), (1, 1))  # pixels of a point


def thumbnail(positions: NDArray[np.floating], codes: NDArray[np.int64]) -> bytes:
    """A transparent PNG of the first two coordinates, a color for each code.

    The more points of several colors share a pixel, the more they mix.

    Parameters
    ----------
    positions
        ``(n, 2)`` or more columns; the second grows upwards.
    codes
        ``(n,)`` category of each point.
    """
    places = positions[:, :2].astype(np.float64)
    low, high = places.min(axis=0), places.max(axis=0)
    span = float((high - low).max()) or 1.0
    places = (places - (low + high) / 2) / span * (SIDE - 2 * _MARGIN) + SIDE / 2
    x, y = np.floor(places[:, 0]).astype(int), np.floor(SIDE - places[:, 1]).astype(int)
    names = range(int(codes.max(initial=0)) + 1)
    palette = np.array([_rgb(theme.color(code)) for code in names], float)
    total, count = np.zeros((SIDE, SIDE, 3)), np.zeros((SIDE, SIDE))
    for down, right in _STAMP:
        at = (np.clip(y + down, 0, SIDE - 1), np.clip(x + right, 0, SIDE - 1))
        np.add.at(total, at, palette[codes])
        np.add.at(count, at, 1)
    picture = np.zeros((SIDE, SIDE, 4), np.uint8)
    picture[..., :3] = total / np.maximum(count, 1)[..., None]
    picture[..., 3] = 255 * (1 - (1 - _DOT) ** count)
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    return stream.getvalue()


def _rgb(tone: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(tone.removeprefix("#")))
