"""Ranks of all partners, and Chamfer similarities of sets: here, in faiss and in a plain loop.

Run ``python benchmarks/retrieval.py 100000``, with any numbers of pairs; a tenth as many sets of 30
vectors are searched for 100 others. faiss finds the ten nearest alone, not the rank of the partner.
The plain loop takes a tenth of the queries of each side: ten times its seconds are those of all.
The lens is what the app runs: ranks of all, their intervals, chance levels and readouts.
"""

from dataclasses import replace

import faiss
import numpy as np
import pandas as pd
from timing import arguments, clusters, show, timed, unit

from core.arrays import Codes, Vectors
from core.engines.pairs.pairs import Pairs
from core.engines.retrieval.fixed_dim import Encoding, encoded
from core.engines.retrieval.partner_search import partner_places
from core.engines.retrieval.sets import Sets, chamfer
from core.lenses.modality.retrieval import retrieval
from core.space import EmbeddingSpace, Role

K, D, SET_D, EACH, N_ASKING = 10, 512, 128, 30, 100
NOISE = np.float32(1.5)
ENCODING = Encoding(n_planes=4, repetitions=10, projected=16)


def faiss_flat(x: Vectors, y: Vectors) -> None:
    """Flat indexes of both sides, each searched for the other."""
    for queries, items in ((x, y), (y, x)):
        index = faiss.IndexFlatIP(items.shape[1])
        index.add(items)
        index.search(queries, K)


def plain_ranks(x: Vectors, y: Vectors) -> None:
    """Both sides, a thousand queries at a time, in NumPy: a tenth of all."""
    for queries, items in ((x, y), (y, x)):
        for start in range(0, len(queries) // 10, 1000):
            scores = queries[start : start + 1000] @ items.T
            own = scores[np.arange(len(scores)), start + np.arange(len(scores))]
            (scores > own[:, None]).sum(axis=1)


def plain_chamfer(queries: Vectors, sets: Vectors, owner: Codes) -> None:
    """A set at a time, in NumPy."""
    n = int(owner.max()) + 1
    parts = [queries[owner == at] for at in range(n)]
    for start in range(0, len(sets), EACH):
        for part in parts:
            (part @ sets[start : start + EACH].T).max(axis=1).mean()


def paired(x: Vectors, y: Vectors) -> EmbeddingSpace:
    """Rows of both sides as a space of two modalities."""
    sides = np.repeat(["image", "text"], len(x))
    items = pd.DataFrame({"kind": sides, "pair": np.tile(np.arange(len(x)), 2)})
    roles: dict[Role, str] = {"modality": "kind", "pair": "pair"}
    return EmbeddingSpace("pairs", np.concatenate([x, y]), items, roles)


def pairs_of(n: int) -> None:
    """Print the table for `n` pairs."""
    x = unit(clusters(n, D)[0])
    y = unit(
        x
        + NOISE / np.float32(D**0.5) * np.random.default_rng(1).standard_normal(x.shape, np.float32)
    )
    each = Pairs(np.arange(n), np.arange(n))
    space = paired(x, y)
    partner_places(x[:100], y[:100], Pairs(np.arange(100), np.arange(100)))  # compiled
    ways = {
        f"faiss IndexFlatIP, {K} nearest": lambda: faiss_flat(x, y),
        "partner_places, ranks": lambda: partner_places(x, y, each),
        "modality.retrieval, the lens": lambda: retrieval(replace(space)),
        "NumPy, ranks, a tenth of the queries": lambda: plain_ranks(x, y),
    }
    show(f"{n:,} x {n:,} vectors of {D} dimensions, both ways", timed(ways, rounds=3))


def sets_of(n: int) -> None:
    """Print the table for `n` sets."""
    rng = np.random.default_rng(0)
    vectors = unit(rng.standard_normal((EACH * n, SET_D), np.float32))
    asking = unit(rng.standard_normal((EACH * N_ASKING, SET_D), np.float32))
    owner = np.repeat(np.arange(n), EACH)
    sets, queries = (
        Sets.of(rows, owner[: len(rows)], np.arange(len(rows))) for rows in (vectors, asking)
    )

    def by_encodings() -> None:
        left, right = encoded(queries, sets, ENCODING)
        index = faiss.IndexFlatIP(right.shape[1])
        index.add(right)
        index.search(left, K)

    ways = {
        "chamfer, exact": lambda: chamfer(queries, sets),
        f"encodings of {ENCODING.width(SET_D):,} dimensions, and faiss": by_encodings,
        "NumPy, a set at a time": lambda: plain_chamfer(asking, vectors, owner[: len(asking)]),
    }
    show(f"{n:,} sets of {EACH} vectors, {N_ASKING} ask, {SET_D} dimensions", timed(ways, rounds=3))


if __name__ == "__main__":
    for size in arguments(__doc__, [100_000]).n:
        pairs_of(size)
        sets_of(size // 10)
