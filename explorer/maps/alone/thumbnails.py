"""Pictures of all items, small: one string, and where each begins in it."""

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidFile
from core.io.images import decoded
from core.progress import stage, tick

KIND = "image/webp"
_QUALITY = 72
_EXACT = 32  # pixels of a side up to which every pixel is kept


def thumbnails(cells: Sequence[Any], side: int) -> tuple[str, NDArray[np.uint32]]:
    """All pictures in base64, and ``(n + 1,)`` where each begins; what is none takes no room."""
    stage("pictures")
    parts, starts = [], np.zeros(len(cells) + 1, np.uint32)
    for at, cell in enumerate(cells):
        parts.append(base64.b64encode(thumbnail(cell, side)).decode())
        starts[at + 1] = starts[at] + len(parts[-1])
        if at % 256 == 0:
            tick(at / len(cells))
    return "".join(parts), starts


def thumbnail(cell: Any, side: int) -> bytes:
    """A picture as WebP of at most so many pixels a side; nothing if the cell is no picture."""
    try:
        image = decoded(_bytes(cell), "the picture")
    except InvalidFile:
        return b""
    image.thumbnail((side, side), reducing_gap=1.0)
    stream = io.BytesIO()
    image.save(stream, "WEBP", quality=_QUALITY, lossless=max(image.size) <= _EXACT)
    return stream.getvalue()


def _bytes(cell: Any) -> bytes:
    if isinstance(cell, bytes):
        return cell
    text = cell if isinstance(cell, str) and cell.startswith("data:image/") else ""
    head, _, content = text.partition(",")
    try:
        return base64.b64decode(content) if head.endswith(";base64") else b""
    except ValueError:  # damaged
        return b""
