"""Embedding tables that columns share, after hashing: collisions, and what a model makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from core.arrays import Codes, Floats, Positions
from core.lenses.compression._categories import Categories
from core.numerics.adam import Adam

Layout = Literal["without collisions", "equal tables", "proportional tables", "one shared table"]

LAYOUTS: tuple[Layout, ...] = (
    "without collisions",
    "equal tables",
    "proportional tables",
    "one shared table",
)
_PRIME = 2_147_483_647
_DIM, _BATCH, _RATE = 8, 256, 2e-2
_EPOCHS, _SEEDS = 6, 2


@dataclass(frozen=True, eq=False)
class Placed:
    """Which row of the table each cell takes.

    Attributes
    ----------
    rows
        ``(n_items, n_columns)``.
    n_rows
        Of the table.
    within, between
        Pairs of values that share a row: of one column, and of two.
    """

    rows: Codes
    n_rows: int
    within: int
    between: int


def hashed(values: Codes, n_rows: int, rng: np.random.Generator) -> Codes:
    """``((a (v + 1) + b) mod p) mod n_rows``, a and b at random, p a prime."""
    a, b = (int(draw) for draw in rng.integers(1, _PRIME, 2))
    return np.array([((a * (int(v) + 1) + b) % _PRIME) % n_rows for v in values], np.int64)


def placed(columns: Codes, layout: Layout, *, n_rows: int, rng: np.random.Generator) -> Placed:
    """Rows of all cells ``(n_items, n_columns)`` of values from 0, in tables of `n_rows` in all."""
    sizes = columns.max(axis=0) + 1
    where: list[Codes] = []
    match layout:
        case "without collisions":
            starts = np.concatenate([[0], np.cumsum(sizes)])
            where = [start + np.arange(size) for start, size in zip(starts, sizes, strict=False)]
            n_rows = int(starts[-1])
        case "one shared table":
            where = [hashed(np.arange(size), n_rows, rng) for size in sizes]
        case "equal tables" | "proportional tables":
            equal = np.full(len(sizes), 1 / len(sizes))
            shares = equal if layout == "equal tables" else sizes / sizes.sum()
            parts = np.maximum(1, np.floor(shares * n_rows).astype(int))
            starts = np.concatenate([[0], np.cumsum(parts)])
            where = [
                start + hashed(np.arange(size), int(part), rng)
                for start, size, part in zip(starts, sizes, parts, strict=False)
            ]
            n_rows = int(starts[-1])
    within, between = collisions(where)
    rows = np.stack([of[columns[:, at]] for at, of in enumerate(where)], axis=1)
    return Placed(rows, n_rows, within, between)


def collisions(where: Sequence[Codes]) -> tuple[int, int]:
    """Pairs of values on one row: both of one column, and of two different ones."""
    n_rows = 1 + max(int(of.max()) for of in where)
    counts = np.stack([np.bincount(of, minlength=n_rows) for of in where])
    within = int((counts * (counts - 1) // 2).sum())
    every = counts.sum(axis=0)
    return within, int((every * (every - 1) // 2).sum()) - within


def averaged(
    given: Categories, layout: Layout, n_rows: int, *, fit: Positions | None = None
) -> tuple[Floats, dict[str, float]]:
    """``(n_items, n_classes)`` mean probabilities over seeds, and what the last table is like.

    Fitted to the items that are, or to some others in place of them.
    """
    found, fit = [], given.fit if fit is None else fit
    for seed in range(_SEEDS):
        table = placed(given.values, layout, n_rows=n_rows, rng=np.random.default_rng(seed))
        probabilities, weights = trained(table, given.target, fit, epochs=_EPOCHS, seed=seed)
        found.append(probabilities)
    row = {
        "rows": table.n_rows,
        "within a column": table.within,
        "between columns": table.between,
        "cosine of weights": overlap(weights),
    }
    return np.mean(found, axis=0), row


def trained(
    table: Placed, target: Codes, fit: Codes, *, epochs: int, seed: int
) -> tuple[Floats, Floats]:
    """Class probabilities of all items, and the columns' weights ``(n_columns, dim * n_classes)``.

    Rows of the table side by side, a linear layer, softmax; Adam on the items of `fit`.
    """
    n_columns, n_classes = table.rows.shape[1], int(target.max()) + 1
    rng = np.random.default_rng(seed)
    embedding = 0.3 * rng.normal(size=(table.n_rows, _DIM))
    weights = 0.3 * rng.normal(size=(n_columns * _DIM, n_classes))
    bias = np.zeros(n_classes)
    adam = Adam([embedding, weights, bias], _RATE)
    wanted = np.eye(n_classes)[target]

    def given(some: Codes) -> tuple[Floats, Floats]:
        looked_up = embedding[table.rows[some]].reshape(len(some), -1)
        logits = looked_up @ weights + bias
        share = np.exp(logits - logits.max(axis=1, keepdims=True))
        return looked_up, share / share.sum(axis=1, keepdims=True)

    for _ in range(epochs):
        order = rng.permutation(fit)
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            looked_up, share = given(batch)
            wrong = (share - wanted[batch]) / len(batch)
            back = (wrong @ weights.T).reshape(-1, _DIM)
            cells = table.rows[batch].ravel()
            ones = np.ones(len(cells))
            onto = sparse.csr_array(
                (ones, (cells, np.arange(len(cells)))), shape=(table.n_rows, len(cells))
            )
            adam.step([onto @ back, looked_up.T @ wrong, wrong.sum(axis=0)])
    return given(np.arange(len(table.rows)))[1], weights.reshape(n_columns, -1)


def overlap(weights: Floats) -> float:
    """Mean absolute cosine between the weights of two columns."""
    rows = weights / np.linalg.norm(weights, axis=1, keepdims=True)
    upper = np.triu_indices(len(rows), 1)
    return float(np.abs(rows @ rows.T)[upper].mean())
