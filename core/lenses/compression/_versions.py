"""Searching codes of one version of a space with queries of another."""

import numpy as np
from scipy.linalg import orthogonal_procrustes

from core.codec import Fitted
from core.engines.retrieval.recall import Scores, recall
from core.estimates import Number, Undefined
from core.numerics.unit import unit_rows
from core.space import EmbeddingSpace
from core.trial import Trial


def version_recall(tried: Trial, version: EmbeddingSpace, fitted: Fitted) -> Number:
    """Recall of queries from another version, rotated onto this one by the training rows.

    Items are the same where their index is; the narrower version is filled up with zeros.
    """
    place = version.items.index.get_indexer(tried.space.items.index)
    if (place < 0).any():
        return Undefined(
            f"needs the same items in both versions; {(place < 0).sum():,} of "
            f"{len(place):,} are not in {version.name!r}"
        )
    version = version.take(place)
    width = max(version.n_dims, tried.space.n_dims)
    new, old = (
        np.pad(space.unit, ((0, 0), (0, width - space.n_dims))) for space in (version, tried.space)
    )
    rotation = orthogonal_procrustes(new[tried.training], old[tried.training])[0]
    queries = unit_rows((new[tried.queries] @ rotation)[:, : tried.space.n_dims].astype(np.float32))

    def score(block: slice) -> Scores:
        codes = fitted.codes(tried.space.unit[tried.held_out[block]])
        return fitted.score(queries, codes)

    return tried.estimate(recall(score, tried.true))
