"""All but the top components."""

from typing import Annotated

import numpy as np

from core.engines.derived import derived
from core.engines.subspaces.components import affine, principal_components
from core.knobs import Between
from core.space import EmbeddingSpace
from core.transform import Transform


def remove_components(
    space: EmbeddingSpace,
    /,
    *,
    count: Annotated[
        int,
        Between(1, 100),
        "Components to remove; the paper advises about one for every hundred dimensions.",
    ] = 1,
) -> EmbeddingSpace:
    """Centered vectors without their part along the strongest principal components."""
    components = principal_components(space.vectors, count)
    rest = np.eye(space.n_dims) - components.axes.T @ components.axes
    vectors = affine(space.vectors, components.mean, rest)
    removed = len(components.axes)
    what = f"without top {removed} components" if removed > 1 else "without top component"
    return derived(space, vectors, what)


TRANSFORM = Transform(
    run=remove_components,
    title="Remove top components",
    help="Centers the vectors and takes out the few directions that dominate all of them.",
    sources=("mu-2018",),
)
