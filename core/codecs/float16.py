"""Half precision."""

import numpy as np

from core.arrays import Vectors
from core.codec import Codec, Stored
from core.codecs._numbers import Numbers, faiss_index


def float16(training: Vectors, /) -> Numbers:
    """IEEE half precision: 11 significant bits, up to 65,504. Nothing is fitted."""
    return Numbers(training.shape[1], 16, _half, _single)


def _half(vectors: Vectors) -> Stored:
    """Rounded to nearest; what is larger becomes the largest."""
    return vectors.clip(-65504, 65504).astype(np.float16)


def _single(codes: Stored) -> Vectors:
    return codes.astype(np.float32)


CODEC = Codec(
    fit=float16,
    title="float16",
    help="Every number in half precision, 16 bits.",
    reads='vectors = stored["codes"].astype(np.float32)',
    faiss=faiss_index("fp16", 'stored["codes"].view(np.uint8)'),
    euclidean=True,
)
