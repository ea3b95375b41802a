"""The gap between two modalities as an axis of the map."""

import numpy as np

from core.engines.maps.layouts import MapDims, drawn, mapped
from core.engines.pairs.gaps import gap_vector
from core.engines.subspaces.components import principal_components
from core.errors import NotApplicable
from core.numerics.tiles import blocks
from core.space import EmbeddingSpace
from core.transform import Transform

_FITTED = 50_000  # items that the other axes are found from
_ROWS = 1 << 16


def gap_axis(space: EmbeddingSpace, /, *, n_components: MapDims = 2) -> EmbeddingSpace:
    """Unit vectors seen with the gap from left to right, and what spreads most across it upwards.

    The first axis is the direction from the centroid of the most frequent modality to that of the
    second; distances along it are those in the space, and its origin lies half-way. The others are
    the first principal components of what is left of the vectors when their part along the gap is
    taken off, so the axes are orthogonal: a shadow, like that of a PCA, from where the gap is seen.

    The gap is that of Liang et al. (2022); the view is ours.

    Raises
    ------
    NotApplicable
        If the items are all of one modality, or the centroids of the two coincide.
    """
    names = space.known_values("modality")
    if len(names) < 2:
        msg = f"'Gap axis' looks at two modalities; {space.name!r} has only {', '.join(names)}."
        raise NotApplicable(msg)
    kinds = space.names("modality")
    sides = [space.unit[kinds == name] for name in names[:2]]
    gap = -gap_vector(*sides)
    if not (length := np.linalg.norm(gap)):
        msg = f"The centroids of {names[0]!r} and {names[1]!r} coincide: there is no gap to see."
        raise NotApplicable(msg)
    across = gap / length
    middle = sum(side.mean(axis=0, dtype=np.float64) for side in sides) / 2
    some = space.unit[drawn(space.unit, _FITTED)].astype(np.float64)
    rest = (some - np.outer(some @ across, across)).astype(np.float32)
    others = principal_components(rest, n_components - 1).axes
    axes = np.column_stack([across, *others])
    places = np.zeros((len(space), n_components), np.float32)
    for rows in blocks(len(space), _ROWS):
        places[rows, : axes.shape[1]] = (space.unit[rows] - middle) @ axes
    return mapped(space, places, "Gap axis")


PROJECTION = Transform(
    run=gap_axis,
    title="Gap axis",
    help="A linear shadow seen from where two modalities lie farthest apart.",
    needs=("modality",),
    cost=lambda size: 3e-8 * size.n * size.d,
    sources=("liang-2022",),
)
