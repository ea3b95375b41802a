"""Which codec stores what: one codec, or one on the numbers that another leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from core.codec import Chain, Codec, Fitted
from core.codecs import (
    bfloat16,
    binary,
    deduplication,
    first,
    float16,
    int4,
    int8,
    principal,
    product_quantization,
    random_dimensions,
    recurrent_binary,
    row_hashing,
)
from core.space import EmbeddingSpace

Stores = Literal[
    "float32",
    "float16",
    "bfloat16",
    "int8",
    "int4",
    "binary",
    "recurrent_binary",
    "product_quantization",
    "deduplication",
    "row_hashing",
]
Fewer = Literal["first", "principal", "random_dimensions"]

MOST_DIMS = 4096
STORES: Mapping[str, Codec] = {
    "float16": float16.CODEC,
    "bfloat16": bfloat16.CODEC,
    "int8": int8.CODEC,
    "int4": int4.CODEC,
    "binary": binary.CODEC,
    "recurrent_binary": recurrent_binary.CODEC,
    "product_quantization": product_quantization.CODEC,
    "deduplication": deduplication.CODEC,
    "row_hashing": row_hashing.CODEC,
}
FEWER: Mapping[str, Codec] = {
    "first": first.CODEC,
    "principal": principal.CODEC,
    "random_dimensions": random_dimensions.CODEC,
}


@dataclass(frozen=True)
class Recipe:
    """A codec with its knobs, by itself or on what another one leaves: first 256, then int8.

    Attributes
    ----------
    codec, knobs
        What stores the numbers, and values other than the defaults.
    fewer, dims
        What first leaves fewer numbers, such as the first dimensions, and how many; None: nothing.
    """

    codec: Codec
    knobs: Mapping[str, Any] = field(default_factory=dict)
    fewer: Codec | None = None
    dims: int = 0

    def fit(self, training: EmbeddingSpace) -> Fitted:
        """Fitted to the vectors of a space.

        Raises
        ------
        BadParameter
            If a knob is out of range.
        """
        if self.fewer is None:
            return self.codec(training, **self.knobs)
        first = self.fewer(training, dims=self.dims)
        left = replace(training, vectors=first.codes(training.vectors))
        return Chain(first, self.codec(left, **self.knobs))

    @property
    def title(self) -> str:
        """In words: ``"256 first dimensions, int8"``."""
        said = _said(self.codec, self.knobs)
        return f"{self.dims:,} {self.fewer.title}, {said}" if self.fewer else said

    @property
    def way(self) -> str:
        """The same at any size: ``"first dimensions, int8"``."""
        return f"{self.fewer.title}, {self.codec.title}" if self.fewer else self.codec.title

    @property
    def searches(self) -> str:
        """Python that finds the nearest of ``queries`` with NumPy alone, for ``stored`` codes."""
        lines = [self.codec.reads, *self._asks, _LENGTHS]
        return "\n".join(lines)

    @property
    def searches_with_faiss(self) -> str:
        """The same with faiss: codes as they are where it has an index for them."""
        if self.codec.faiss:
            asks = [] if "asked = " in self.codec.faiss else [self.codec.asks]
            search = _RANKED if self.codec.euclidean else _FAISS
            lines = [*self._shortens, self.codec.faiss, *asks, search]
        else:
            lines = [self.codec.reads, *self._asks, _FLAT, _FAISS]
        return "\n".join(lines)

    @property
    def _shortens(self) -> list[str]:
        return [self.fewer.asks, "queries = asked"] if self.fewer else []

    @property
    def _asks(self) -> list[str]:
        if self.fewer and self.codec.asks == Codec.asks:  # fewer numbers are compared as they are
            return [self.fewer.asks]
        return [*self._shortens, self.codec.asks]


_LENGTHS = """\
lengths = np.linalg.norm(vectors, axis=1)
scores = asked @ vectors.T / np.where(lengths == 0, 1, lengths)
nearest = np.argsort(-scores, axis=1, kind="stable")[:, :k]"""
_FLAT = """\
vectors = np.ascontiguousarray(vectors, np.float32)
faiss.normalize_L2(vectors)
index = faiss.IndexFlatIP(vectors.shape[1])
index.add(vectors)"""
_FAISS = "_, nearest = index.search(np.ascontiguousarray(asked), k)"
_RANKED = """\
_, short = index.search(np.ascontiguousarray(asked), min(4 * k, index.ntotal))
vectors = index.reconstruct_batch(short.ravel()).reshape(*short.shape, -1)
scores = np.einsum("qd,qkd->qk", asked, vectors) / np.linalg.norm(vectors, axis=2)
nearest = np.take_along_axis(short, np.argsort(-scores, axis=1)[:, :k], axis=1)"""

_COUNTED = {
    "dims": "{0:,} {1}",
    "n_blocks": "{1}, {0} bytes",
    "loops": "{1}, loops: {0}",
    "share": "{1} to {0:g} %",
}


def _said(codec: Codec, knobs: Mapping[str, Any]) -> str:
    values = {**{knob.name: knob.default for knob in codec.knobs}, **knobs}
    for name, words in _COUNTED.items():
        if name in values:
            return words.format(values[name], codec.title)
    return codec.title


def recipe_of(
    codec: Stores, dims: int = 0, which: Fewer = "first", *, knobs: Mapping[str, Any] | None = None
) -> Recipe:
    """What is stored, and how: of `knobs`, those that the codec has; 0 dimensions keep all."""
    if codec == "float32":  # numbers as they are: what keeps dimensions is the codec itself
        return Recipe(FEWER[which], {"dims": dims or MOST_DIMS})
    stores = STORES[codec]
    known = {knob.name for knob in stores.knobs}
    own = {name: value for name, value in (knobs or {}).items() if name in known}
    return Recipe(stores, own, FEWER[which] if dims else None, dims)
