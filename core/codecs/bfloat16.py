"""The upper half of single precision."""

import numpy as np

from core.arrays import Vectors
from core.codec import Codec, Stored
from core.codecs._numbers import Numbers


def bfloat16(training: Vectors, /) -> Numbers:
    """The exponent of single precision and 8 significant bits. Nothing is fitted."""
    return Numbers(training.shape[1], 16, _upper, _single)


def _upper(vectors: Vectors) -> Stored:
    """``(n, d)`` uint16, rounded to nearest, halves to even."""
    whole = np.ascontiguousarray(vectors).view(np.uint32)
    return ((whole + np.uint32(0x7FFF) + ((whole >> 16) & 1)) >> 16).astype(np.uint16)


def _single(codes: Stored) -> Vectors:
    return (codes.astype(np.uint32) << 16).view(np.float32)


CODEC = Codec(
    fit=bfloat16,
    title="bfloat16",
    help="Every number as the upper half of single precision, 16 bits.",
    reads='vectors = (stored["codes"].astype(np.uint32) << 16).view(np.float32)',
)
