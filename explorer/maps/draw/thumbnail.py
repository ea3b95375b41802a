"""A map as a small picture."""

import io
from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.look import theme

SIDE, DOT = 176, 2  # pixels
_MARGIN = 8
_DOT = 0.9  # opacity of a pixel that one point covers


def thumbnail(
    positions: NDArray[np.floating],
    codes: NDArray[np.integer],
    palette: Sequence[str] = (),
    *,
    side: int = SIDE,
    dot: int = DOT,
) -> bytes:
    """A transparent PNG of the first two coordinates, a color for each code.

    The more points of several colors share a pixel, the more they mix.

    Parameters
    ----------
    positions
        ``(n, 2)`` or more columns; the second grows upwards.
    codes
        ``(n,)`` category of each point.
    palette
        A color for each of them; by default those of the theme.
    side, dot
        Of the picture and of a point, in pixels.
    """
    places = positions[:, :2].astype(np.float64)
    low, high = places.min(axis=0), places.max(axis=0)
    span = float((high - low).max()) or 1.0
    places = (places - (low + high) / 2) / span * (side - 2 * _MARGIN) + side / 2
    x, y = np.floor(places[:, 0]).astype(int), np.floor(side - places[:, 1]).astype(int)
    names = range(int(codes.max(initial=0)) + 1)
    tones = np.array([_rgb(tone) for tone in palette or map(theme.color, names)], float)
    total, count = np.zeros((side, side, 3)), np.zeros((side, side))
    for down, right in product(range(dot), repeat=2):
        at = (np.clip(y + down, 0, side - 1), np.clip(x + right, 0, side - 1))
        np.add.at(total, at, tones[codes])
        np.add.at(count, at, 1)
    picture = np.zeros((side, side, 4), np.uint8)
    picture[..., :3] = total / np.maximum(count, 1)[..., None]
    picture[..., 3] = 255 * (1 - (1 - _DOT) ** count)
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    return stream.getvalue()


def _rgb(tone: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(tone.removeprefix("#")))
