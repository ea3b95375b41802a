"""Where a new vector lands: on a map, among its neighbors, among the pairs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.arrays import AnyFloats, AnyPositions, Vectors
from core.engines.asking import closest, scaled_as
from core.engines.subspaces.components import principal_components
from core.numerics.copies import nearest_across_by_lot
from core.numerics.cosines import Cosines
from core.space import EmbeddingSpace
from core.statistics.ties import places

_PLACED_BY = 5
_SAME = 1e-3  # relative difference of coordinates below which a map is the linear one


@dataclass(frozen=True, eq=False)
class Landing:
    """Where one vector lands.

    Attributes
    ----------
    place
        ``(2,)`` or ``(3,)`` coordinates on the map.
    linear
        Whether the place follows from the map itself, exactly; else it is the median place of the
        nearest items.
    nearest
        Per modality, positions of the nearest items and their cosines, nearest first.
    above_pairs
        Per modality, the share of the pairs whose sides are less similar than the vector and the
        nearest item; None without pairs.
    """

    place: Vectors
    linear: bool
    nearest: dict[str, tuple[AnyPositions, AnyFloats]]
    above_pairs: dict[str, float | None]


def landing(
    space: EmbeddingSpace, projection: EmbeddingSpace, vector: Vectors, *, k: int = 8
) -> Landing:
    """Place of `vector` on the map of a space, and its neighbors in each modality.

    A map by principal components places it exactly; on any other it gets the median place of its
    five nearest items by cosine, as items that were not laid out do.

    Parameters
    ----------
    space, projection
        The same items in the same order.
    vector
        ``(n_dims,)`` from the model of the space.
    k
        Neighbors in each modality.

    Raises
    ------
    NotApplicable
        If the vector has other dimensions, or is zero.
    """
    vector = scaled_as(space, np.asarray(vector, np.float32)[None])[0]
    nearest = {name: closest(space, vector, rows, k=k) for name, rows in _modalities(space).items()}
    above = {
        name: share_of_pairs_below(space, float(cosines[0]), name)
        for name, (_, cosines) in nearest.items()
    }
    linear = _linear_place(space, projection, vector)
    if linear is not None:
        return Landing(linear, linear=True, nearest=nearest, above_pairs=above)
    near = nearest_across_by_lot(
        vector[None], space.vectors, _PLACED_BY, "cosine", standing=space.standing
    )[0]
    place: Vectors = np.median(projection.vectors[near], axis=0).astype(np.float32)
    return Landing(place, linear=False, nearest=nearest, above_pairs=above)


def rank_among(space: EmbeddingSpace, vector: Vectors, partner: int) -> tuple[float, int]:
    """Place of one item among all items of its modality by cosine with `vector`, and their count.

    1 is the closest; items level with it come before it half of the time. Had the vector been the
    caption of that picture, this were the rank of its partner. Among all items where the partner
    has no modality.
    """
    rows = np.arange(len(space))
    if "modality" in space.roles:
        kinds = space.known_codes("modality")[0]
        rows = rows if kinds[partner] < 0 else np.flatnonzero(kinds == kinds[partner])
    compared = Cosines.of(vector[None], space.vectors[rows])
    ranks = places(compared[:], np.searchsorted(rows, [partner]), compared.close())
    return float(ranks.mean[0]), len(rows)


def share_of_pairs_below(space: EmbeddingSpace, cosine: float, modality: str) -> float | None:
    """Share of the pairs whose two sides are less similar than `cosine`; None without pairs.

    For each item of `modality` with a partner, the most similar of its partners.
    """
    if not {"pair", "modality"} <= set(space.roles):
        return None
    names, known = space.names("modality"), pd.notna(space.column("modality"))
    frame = pd.DataFrame({"pair": space.column("pair"), "at": np.arange(len(space))})
    own, other = frame[names == modality].dropna(), frame[known & (names != modality)].dropna()
    both = own.merge(other, on="pair", suffixes=("", "_other"))
    if both.empty:
        return None
    left, right = both["at"].to_numpy(), both["at_other"].to_numpy()
    half, offsets = space.directions.half, space.directions.offsets
    products = np.einsum("ij,ij->i", offsets[left], offsets[right])
    cosines = 1 - (half[left] + half[right]) + products
    cosines[(space.norms[left] == 0) | (space.norms[right] == 0)] = 0
    best = pd.Series(cosines).groupby(left).max()
    return float((best < cosine).mean())


def _modalities(space: EmbeddingSpace) -> dict[str, AnyPositions]:
    if "modality" not in space.roles or not space.known_values("modality"):
        return {"items": np.arange(len(space))}
    codes, names = space.known_codes("modality")
    return {name: np.flatnonzero(codes == code) for code, name in enumerate(names)}


def _linear_place(
    space: EmbeddingSpace, projection: EmbeddingSpace, vector: Vectors
) -> Vectors | None:
    """The place on a map by principal components; None on any other map."""
    components = principal_components(space.vectors, projection.n_dims)
    if len(components.axes) < projection.n_dims:
        return None
    some = np.linspace(0, len(space) - 1, min(len(space), 64)).astype(np.int64)
    expected = components.coordinates(space.vectors[some])
    scale = float(np.abs(expected).max()) or 1.0
    if np.abs(expected - projection.vectors[some]).max() > _SAME * scale:
        return None
    place: Vectors = components.coordinates(vector[None])[0]
    return place
