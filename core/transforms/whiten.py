"""Whitening."""

from typing import Annotated, Literal

import numpy as np

from core.engines.derived import derived
from core.engines.subspaces.components import affine, principal_components
from core.errors import NotApplicable
from core.knobs import Between
from core.numerics.spectra import numerical_rank
from core.space import EmbeddingSpace
from core.transform import Transform


def whiten(
    space: EmbeddingSpace,
    /,
    *,
    method: Annotated[
        Literal["ZCA", "PCA"],
        "ZCA changes the vectors as little as possible; PCA gives principal coordinates.",
    ] = "ZCA",
    shrinkage: Annotated[
        float,
        Between(0, 1, 0.01),
        "How far every variance is moved to the mean one first, so that noise in weak directions "
        "is not blown up.",
    ] = 0.0,
) -> EmbeddingSpace:
    r"""Vectors with the identity as their covariance.

    With :math:`U \Lambda U^\top` the covariance, :math:`(x - m) U \Lambda^{-1/2}` for PCA and
    :math:`(x - m) U \Lambda^{-1/2} U^\top` for ZCA. Shrinkage s puts
    :math:`(1 - s) \lambda_i + s \bar\lambda` in the place of :math:`\lambda_i`. Directions without
    variance stay at zero in ZCA and are left out in PCA.

    Raises
    ------
    NotApplicable
        If all vectors are equal.
    """
    components = principal_components(space.vectors)
    rank = numerical_rank(components.variances, len(space), space.n_dims)
    if not rank:
        msg = (
            f"Whitening needs vectors that differ; all {len(space):,} of {space.name!r} are equal."
        )
        raise NotApplicable(msg)
    variances = (1 - shrinkage) * components.variances[:rank]
    variances += shrinkage * components.variances.sum() / space.n_dims
    matrix = components.axes[:rank].T / np.sqrt(variances)
    if method == "ZCA":
        matrix = matrix @ components.axes[:rank]
    return derived(space, affine(space.vectors, components.mean, matrix), f"{method}-whitened")


TRANSFORM = Transform(
    run=whiten,
    title="Whiten",
    help="Makes all directions equally strong and unrelated, which spreads the vectors evenly.",
    sources=("kessy-2018",),
)
