"""The 10 nearest of a million codes of 512 bits, for 1,000 queries: here, in NumPy and in faiss.

Run ``python benchmarks/hamming.py 1000000``, with any numbers of codes.
"""

import faiss
import numpy as np
from numpy.typing import NDArray
from timing import arguments, show, timed

from core.numerics.hamming import nearest_codes

K, N_QUERIES, N_BYTES = 10, 1_000, 64

Packed = NDArray[np.uint8]


def bitwise_count(queries: Packed, codes: Packed) -> None:
    """NumPy alone: words one after the other, blocks that fit the cache."""
    words, asked = np.ascontiguousarray(codes.view(np.uint64).T), queries.view(np.uint64)
    for start in range(0, len(codes), 8192):
        part = words[:, start : start + 8192]
        for query in asked:
            sum(np.bitwise_count(word ^ bits) for word, bits in zip(part, query, strict=True))


def faiss_flat(queries: Packed, codes: Packed) -> None:
    """A flat binary index, made and searched."""
    index = faiss.IndexBinaryFlat(8 * N_BYTES)
    index.add(codes)
    index.search(queries, K)


def compare(n: int) -> None:
    """Print the table for `n` codes."""
    rng = np.random.default_rng(0)
    codes = rng.integers(256, size=(n, N_BYTES), dtype=np.uint8)
    queries = rng.integers(256, size=(N_QUERIES, N_BYTES), dtype=np.uint8)
    nearest_codes(queries[:2], codes[:100], K)  # compiled, or loaded from the cache
    ways = {
        "faiss IndexBinaryFlat": lambda: faiss_flat(queries, codes),
        "nearest_codes": lambda: nearest_codes(queries, codes, K),
        "NumPy bitwise_count, distances only": lambda: bitwise_count(queries, codes),
    }
    show(f"{K} nearest of {n:,} codes of {8 * N_BYTES} bits, {N_QUERIES:,} queries", timed(ways))


if __name__ == "__main__":
    for size in arguments(__doc__, [1_000_000]).n:
        compare(size)
