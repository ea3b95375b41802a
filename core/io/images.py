"""One picture from a stranger: decoded safely, as the encoders and the pages want it."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import InvalidFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
)
THUMBNAIL = 96  # pixels
_FORMATS = (
    "PNG",
    "JPEG",
    "MPO",
    "WEBP",
    "GIF",
    "BMP",
    "TIFF",
    "AVIF",
)  # not EPS: it runs a program
_MOST_PIXELS = 100_000_000
_DEEP = {"I;16": 65535, "I;16L": 65535, "I;16B": 65535, "I;16N": 65535}


@cache
def _known() -> tuple[str, ...]:
    """Formats that are read and that this build of Pillow knows."""
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def decoded(data: bytes, name: str) -> Image.Image:
    """The picture of a file as RGB, upright; of an animation the first frame.

    What the file is follows from its contents, whatever its suffix. EXIF orientation is applied,
    transparency is laid on white, CMYK and 16 bits are brought to 8 bits of RGB, and floating-point
    pictures from their lowest to their highest value.

    Raises
    ------
    InvalidFile
        If it is no picture, damaged, or of more than 100 megapixels.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_known()) as image:
            width, height = image.size
            if width * height > _MOST_PIXELS:
                raise _refused(name, f"it has {width:,} by {height:,} pixels", "Scale it down.")
            image.load()
            return _flat(ImageOps.exif_transpose(image))
    except UnidentifiedImageError:
        found = "it is empty" if not data else "its contents are no picture that is known"
        mend = "PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF are read."
        raise _refused(name, found, mend) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refused(name, "it has more than 100 megapixels", "Scale it down.") from None
    # What Pillow's decoders raise on damaged files.
    except (
        OSError, ValueError, SyntaxError, EOFError, TypeError, IndexError, OverflowError,
        MemoryError, struct.error, zlib.error,
    ) as error:  # fmt: skip
        found = f"it is damaged ({str(error) or type(error).__name__})"
        raise _refused(name, found, "Copy or save it again.") from None


def thumbnail(image: Image.Image) -> bytes:
    """The picture as a file of at most 96 pixels a side: PNG if it is that small, else JPEG."""
    small = image.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL), reducing_gap=1.0)  # averages first: twice as fast
    stream = io.BytesIO()
    if max(image.size) <= THUMBNAIL:
        small.save(stream, "PNG")
    else:
        small.save(stream, "JPEG", quality=88)
    return stream.getvalue()


def _flat(image: Image.Image) -> Image.Image:
    if image.mode in _DEEP:
        return _gray(np.asarray(image), 0.0, _DEEP[image.mode])
    if image.mode in {"I", "F"}:
        values = np.nan_to_num(np.asarray(image, np.float64))
        top = 65535.0 if image.mode == "I" and 255 < values.max() <= 65535 else values.max()
        return _gray(values, 0.0 if image.mode == "I" else values.min(), top)
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        over = image.convert("RGBA")
        ground = Image.new("RGBA", over.size, "white")
        return Image.alpha_composite(ground, over).convert("RGB")
    return image.convert("RGB")


def _gray(values: NDArray[np.number], low: float, high: float) -> Image.Image:
    scaled = (values.astype(np.float64) - low) * (255 / (high - low) if high > low else 1)
    return Image.fromarray(scaled.round().clip(0, 255).astype(np.uint8)).convert("RGB")


def _refused(name: str, found: str, mend: str) -> InvalidFile:
    return InvalidFile(f"{name!r} cannot be read: {found}. {mend}")
