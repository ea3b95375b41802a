"""One picture from a stranger: decoded safely, as the encoders and the pages want it."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
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
_MAY_HAVE_PARTS = (b"GIF8", b"RIFF", b"II*", b"MM", b"\x89PNG")
MOST_BYTES = 640 << 20  # of memory that a picture may take on its way: 64 megapixels of color
SMALL = 6_000  # bytes of a picture that is shown as it is
_COLOR, _NUMBERS = 10, 40  # bytes a pixel on its way: of colors, and where they are numbers first
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
        If it is no picture, damaged, or of more pixels than memory is given for.
    """
    with _opened(data, name) as image:
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        return _flat(image)


def has_parts(data: bytes, name: str) -> bool:
    """Whether a file has several pages or frames, of which :func:`decoded` gives the first.

    The small pictures that cameras keep beside the large one are none.

    Raises
    ------
    InvalidFile
        As `decoded`.
    """
    if not data.startswith(_MAY_HAVE_PARTS) and b"ftypavi" not in data[:16]:
        return False
    with _opened(data, name) as image:
        return bool(getattr(image, "n_frames", 1) > 1)


def shown(data: bytes, name: str) -> tuple[bytes, str]:
    """The picture as a file of at most 96 pixels a side, and its type; a small one as it is.

    Raises
    ------
    InvalidFile
        As `decoded`.
    """
    with _opened(data, name) as image:
        if max(image.size) <= THUMBNAIL and len(data) <= SMALL:
            return data, Image.MIME[image.format or "PNG"]
    small = thumbnail(decoded(data, name))
    return small, "image/png" if small.startswith(b"\x89PNG") else "image/jpeg"


@contextmanager
def _opened(data: bytes, name: str) -> Iterator[Image.Image]:
    """A picture whose size is known and allowed; nothing of it is decoded yet."""
    try:
        with Image.open(io.BytesIO(data), formats=_known()) as image:
            width, height = image.size
            a_pixel = _NUMBERS if image.mode in {"I", "F", *_DEEP} else _COLOR
            if width * height * a_pixel > MOST_BYTES:
                raise _too_large(name, f"{width:,} by {height:,}", MOST_BYTES // a_pixel)
            yield image
    except UnidentifiedImageError:
        found = "it is empty" if not data else "its contents are no picture that is known"
        mend = "PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF are read."
        raise _refused(name, found, mend) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        pixels = re.search(r"\d+(?= pixels)", str(error))
        count = f"{int(pixels[0]):,}" if pixels else "too many"
        raise _too_large(name, count, MOST_BYTES // _COLOR) from None
    # What Pillow's decoders raise on damaged files.
    except (
        OSError, ValueError, SyntaxError, EOFError, TypeError, IndexError, OverflowError,
        MemoryError, RuntimeError, struct.error, zlib.error,
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
        over = image if image.mode == "RGBA" else image.convert("RGBA")
        ground = Image.new("RGB", over.size, "white")
        ground.paste(over, mask=over.getchannel("A"))
        return ground
    return image.copy() if image.mode == "RGB" else image.convert("RGB")


def _gray(values: NDArray[np.number], low: float, high: float) -> Image.Image:
    scaled = (values.astype(np.float64) - low) * (255 / (high - low) if high > low else 1)
    return Image.fromarray(scaled.round().clip(0, 255).astype(np.uint8)).convert("RGB")


def _too_large(name: str, pixels: str, most: int) -> InvalidFile:
    return _refused(name, f"it has {pixels} pixels, more than {most:,}", "Scale it down.")


def _refused(name: str, found: str, mend: str) -> InvalidFile:
    return InvalidFile(f"{name!r} cannot be read: {found}. {mend}")
