"""What a codec is: a way to store vectors in fewer bits, fitted to some of them, described."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.knobs import Knob, bind, knobs_of
from core.numerics.tiles import blocks, in_order, run
from core.numerics.unit import unit_rows
from core.sources import Paper
from core.space import EmbeddingSpace

Stored = NDArray[Any]  # the codes of some items, a row each
Tables = Mapping[str, NDArray[Any]]

_BLOCK = 1 << 12  # rows of one task


class Fitted(Protocol):
    """A codec that has seen its training rows.

    Attributes
    ----------
    bits
        What one item takes.
    tables
        What all items share and decoding needs: scales, rotation, centers. Empty where nothing is.
    """

    @property
    def bits(self) -> float:
        """What one item takes."""

    @property
    def tables(self) -> Tables:
        """What all items share."""

    def codes(self, vectors: Vectors, /) -> Stored:
        """``(n_items, ...)`` codes of ``(n_items, n_dims)`` vectors."""

    def decode(self, codes: Stored, /) -> Vectors:
        """``(n_items, n_dims)`` vectors that the codes stand for."""

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """``(n_queries, n_items)`` similarity of vectors to codes, higher is nearer."""


@dataclass(frozen=True, kw_only=True)
class Codec:
    """A way to store vectors, found by where its file sits, like a lens.

    Attributes
    ----------
    fit
        ``fit(training, /, **knobs)`` from ``(n, n_dims)`` vectors to a `Fitted`.
    title, help
        A noun, and what it does to a vector.
    reads
        Python that makes ``vectors``, what the codes stand for, of the arrays ``stored``.
    asks
        Python that makes of ``queries`` what is compared with ``vectors``; by default themselves.
    faiss
        Python that makes of ``stored`` an ``index`` of faiss that holds the codes themselves; by
        default the decoded vectors go into a flat index.
    euclidean
        Whether that index knows no cosine. Decoded directions are almost of length one, so that a
        shortlist by distance holds the nearest; it is then ranked by cosine.
    papers
        Sources.
    """

    fit: Callable[..., Fitted]
    title: str
    help: str
    reads: str
    asks: str = "asked = queries"
    faiss: str = ""
    euclidean: bool = False
    papers: tuple[Paper, ...] = ()

    def __call__(self, training: EmbeddingSpace, **knobs: Any) -> Fitted:
        """Check the knobs, then fit to the vectors of a space.

        Raises
        ------
        BadParameter
            If a knob is out of range.
        """
        return self.fit(training.vectors, **bind(self.knobs, knobs, training))

    @property
    def key(self) -> str:
        """The name of the file."""
        return self.fit.__module__.rpartition(".")[2]

    @cached_property
    def knobs(self) -> tuple[Knob, ...]:
        """The keyword parameters, as the form needs them."""
        return knobs_of(self.fit)


@dataclass(frozen=True)
class Chain:
    """One codec after the other: the second stores what the first leaves, such as fewer numbers."""

    first: Fitted
    second: Fitted

    @property
    def bits(self) -> float:
        """What one item takes: the codes of the second."""
        return self.second.bits

    @property
    def tables(self) -> Tables:
        """Those of both; their names differ."""
        return {**self.first.tables, **self.second.tables}

    def codes(self, vectors: Vectors, /) -> Stored:
        """Codes of the second."""
        return self.second.codes(self.first.codes(vectors))

    def decode(self, codes: Stored, /) -> Vectors:
        """What the first makes of what the second makes of the codes."""
        return self.first.decode(self.second.decode(codes))

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """As the second scores queries that the first has shortened."""
        return self.second.score(self.first.codes(queries), codes)


def cosines(queries: Vectors, vectors: Vectors) -> NDArray[np.float32]:
    """``(n_queries, n_vectors)`` cosines; 0 with a zero vector."""
    product: NDArray[np.float32] = unit_rows(queries) @ unit_rows(vectors).T
    return product


def reconstructed(fitted: Fitted, vectors: Vectors) -> Vectors:
    """``(n, n_dims)`` what is left of vectors stored and read back; on every core."""
    result = np.empty(vectors.shape, np.float32)

    def restore(rows: slice) -> None:
        result[rows] = fitted.decode(fitted.codes(vectors[rows]))

    run(restore, blocks(len(vectors), _BLOCK))
    return result


def coded(fitted: Fitted, vectors: Vectors) -> Stored:
    """Codes of many vectors, on every core, reporting progress."""
    parts = in_order(lambda rows: fitted.codes(vectors[rows]), blocks(len(vectors), _BLOCK))
    return np.concatenate(list(parts))


def n_bytes(arrays: Tables) -> int:
    """What arrays take, in bytes."""
    return sum(array.nbytes for array in arrays.values())
