"""Whether a model made the vectors of a space: a few of its items, encoded again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.arrays import Floats, Positions, Vectors
from core.encoders.loading import load
from core.errors import NotApplicable
from core.io.cells import is_image_bytes
from core.io.images import decoded
from core.progress import stage
from core.statistics.sampling import stratified

if TYPE_CHECKING:
    from core.encoders.encoder import Encoder, Modality
    from core.origin import EncoderId
    from core.space import EmbeddingSpace

MOST = 32  # items that are encoded again
_OTHERS = 10_000  # items among which each is looked for
_SAME = 0.99  # cosine from which on two vectors are of one model, whatever the rounding
_CLOSE = 0.9
_TIE = 1e-6


@dataclass(frozen=True, eq=False)
class Check:
    """How far a model gives some items the vectors that they have.

    Attributes
    ----------
    kinds
        What they were read as.
    rows
        ``(m,)`` positions of the items.
    cosines
        ``(m,)`` of the vector that each has and the one it was given again.
    others
        Mean cosine of what was given again and the vectors of other items: what a wrong item gets.
    found
        Share whose own vector is nearest, among those of up to 10,000 others, to what was given
        again.
    """

    kinds: tuple[Modality, ...]
    rows: Positions
    cosines: Floats
    others: float
    found: float

    @property
    def median(self) -> float:
        """The median of the cosines."""
        return float(np.median(self.cosines))

    @property
    def is_same(self) -> bool:
        """Whether the vectors are those of the model, up to rounding."""
        return self.median >= _SAME

    @property
    def is_close(self) -> bool:
        """Whether they are nearly those, as by another version, another prompt or fewer bits."""
        return self.median >= _CLOSE and self.found > 1 / 2


def its_own(space: EmbeddingSpace, vectors: Vectors) -> Vectors:
    """``(..., n_dims)`` what the model of a space gave.

    Raises
    ------
    NotApplicable
        If its vectors have another number of dimensions than those of the space.
    """
    if vectors.shape[-1] != space.n_dims:
        msg = (
            f"{space.encoder} did not make the vectors of {space.name!r}: it gives an item "
            f"{vectors.shape[-1]:,} numbers, and they have {space.n_dims:,}. Name the model that "
            "did."
        )
        raise NotApplicable(msg)
    return vectors


def check(space: EmbeddingSpace, encoder: EncoderId) -> Check:
    """Encode some items again, of each kind that the model reads, and compare.

    Raises
    ------
    NotApplicable
        If no item has a text or a picture that the model reads, its vectors have another number of
        dimensions, or it cannot be had.
    """
    readable = {kind: rows for kind, rows in _readable(space).items() if len(rows)}
    if not readable:
        msg = (
            f"Items of {space.name!r} can be encoded again only if they hold what was encoded: "
            "give a column of texts or of pictures its role."
        )
        raise NotApplicable(msg)
    model = load(encoder)
    kinds = tuple(kind for kind in model.modalities if kind in readable)
    if not kinds:
        msg = f"{encoder} reads texts, and the items of {space.name!r} are pictures."
        raise NotApplicable(msg)
    rows, given = [], []
    for kind in kinds:
        stage(f"encoding again: {kind}")
        some = _some(space, readable[kind], MOST // len(kinds))
        rows.append(some)
        given.append(_encoded(model, space, some, kind=kind))
    return _compared(space, kinds, np.concatenate(rows), given=np.concatenate(given))


def _some(space: EmbeddingSpace, rows: Positions, most: int) -> Positions:
    """So many of some items, drawn by what they are."""
    drawn = np.intersect1d(rows, stratified(space, min(len(space), _OTHERS)))
    among: Positions = drawn if len(drawn) >= most else rows
    some: Positions = among[stratified(space.take(among), min(most, len(among)))]
    return some


def _readable(space: EmbeddingSpace) -> dict[Modality, Positions]:
    """Which items hold a picture, and which of the others a text."""
    pictures = np.zeros(len(space), bool)
    texts = np.zeros(len(space), bool)
    if "image" in space.roles:
        pictures = np.array([is_image_bytes(cell) for cell in space.column("image")], bool)
    if "text" in space.roles:
        cells = space.column("text")
        texts = np.array([isinstance(cell, str) and bool(cell.strip()) for cell in cells], bool)
    return {"image": np.flatnonzero(pictures), "text": np.flatnonzero(texts & ~pictures)}


def _encoded(model: Encoder, space: EmbeddingSpace, rows: Positions, *, kind: Modality) -> Floats:
    cells = space.column(kind)[rows]
    if kind == "text":
        return np.asarray(model.encode_texts([str(cell) for cell in cells]), np.float64)
    pictures = [decoded(cell, f"picture {row}") for cell, row in zip(cells, rows, strict=True)]
    return np.asarray(model.encode_images(pictures), np.float64)


def _compared(
    space: EmbeddingSpace, kinds: tuple[Modality, ...], rows: Positions, *, given: Floats
) -> Check:
    if given.shape[1] != space.n_dims:
        msg = (
            f"This is not the model: it gives an item {given.shape[1]:,} numbers, and the vectors "
            f"of {space.name!r} have {space.n_dims:,}."
        )
        raise NotApplicable(msg)
    unit = _unit(given)
    own = (unit * _unit(space.vectors[rows].astype(np.float64))).sum(axis=1)
    apart = np.setdiff1d(stratified(space, min(len(space), _OTHERS)), rows)
    if not len(apart):
        return Check(kinds, rows, own, 0.0, 1.0)
    others = unit @ _unit(space.vectors[apart].astype(np.float64)).T
    found = float((own >= others.max(axis=1) - _TIE).mean())
    return Check(kinds, rows, own, float(others.mean()), found)


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = vectors / np.where(lengths > 0, lengths, 1)
    return unit
