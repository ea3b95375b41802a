"""Asking the model of a space: prompts as classes, searches, and sums of what was encoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.arrays import AnyFloats, AnyPositions, Codes, Floats, Vectors
from core.counts import counted
from core.errors import BadParameter, NotApplicable
from core.estimates import Chance, Estimate, Number, Undefined
from core.numerics.cosines import Cosines
from core.numerics.hashing import row_hashes
from core.numerics.lots import highest
from core.numerics.unit import unit_rows
from core.readouts import ItemScores
from core.statistics.estimating import from_hits
from core.statistics.influence import pair_clusters
from core.statistics.sampling import sample_size
from core.statistics.ties import places

if TYPE_CHECKING:
    from core.encoders.encoder import Encoder
    from core.space import EmbeddingSpace

TEMPLATES = ("a photo of a {}.", "a picture of a {}.", "a {}.")
_UNIT = 1e-3  # norms that differ less from one are one


@dataclass(frozen=True, eq=False)
class ZeroShot:
    """Which class name is closest to each item.

    Attributes
    ----------
    names
        The classes.
    rows
        Positions of the items that were classified.
    predicted
        ``(n_rows,)`` position in `names`.
    margin
        ``(n_items,)`` cosine of the best class less that of the second; NaN for other items.
    accuracy
        Share of the rows whose label is the predicted name.
    """

    names: tuple[str, ...]
    rows: AnyPositions
    predicted: AnyPositions
    margin: ItemScores
    accuracy: Number


def prompts(names: Sequence[str], templates: Sequence[str]) -> list[list[str]]:
    """The prompts of each name: every template with the name in place of ``{}``.

    Raises
    ------
    BadParameter
        If there are not two different names, no template, or one without ``{}``.
    """
    if len(set(names)) < 2:
        msg = f"Classes need two different names or more; got {', '.join(names) or 'none'}."
        raise BadParameter(msg)
    if bad := [template for template in templates if "{}" not in template]:
        msg = f"A template holds {{}} where the name goes; {bad[0]!r} does not."
        raise BadParameter(msg)
    if not templates:
        msg = "Give a template, such as 'a photo of a {}'."
        raise BadParameter(msg)
    return [[template.replace("{}", name) for template in templates] for name in names]


def class_vectors(encoder: Encoder, names: Sequence[str], templates: Sequence[str]) -> Vectors:
    """``(n_names, n_dims)`` unit mean of the unit vectors of the prompts of each name.

    Prompt ensembling of Radford et al. 2021 (https://arxiv.org/abs/2103.00020), section 3.1.4.
    """
    written = prompts(names, templates)
    means = np.stack([unit_rows(encoder.encode_texts(texts)).mean(axis=0) for texts in written])
    return unit_rows(means)


def zero_shot(
    space: EmbeddingSpace, classes: Vectors, names: Sequence[str], *, rows: AnyPositions
) -> ZeroShot:
    """Each item's class by the highest cosine, and how often that is its label.

    The accuracy counts items whose label is one of the names, upper and lower case aside, and says
    how many those are; names of equal cosine share a hit. Its chance level is that of the same
    predictions handed out at random: ``sum_k p_k q_k``. Its interval takes items of a pair as one
    observation.

    Parameters
    ----------
    space
        Its vectors come from the model that made `classes`.
    classes
        ``(n_names, n_dims)`` unit rows.
    names
        Their names.
    rows
        Positions of the items to classify.

    Raises
    ------
    NotApplicable
        If there are no rows, or the dimensions differ.
    """
    _check_width(space, classes)
    if not len(rows):
        msg = f"{space.name!r} has no items of this kind to classify. Choose another modality."
        raise NotApplicable(msg)
    compared = Cosines.of(space.vectors[rows], classes)
    cosines = compared[:]
    predicted = cosines.argmax(axis=1)
    best = np.partition(cosines, -2, axis=1)[:, -2:]
    margin = np.full(len(space), np.nan)
    margin[rows] = best[:, 1] - best[:, 0]
    return ZeroShot(
        tuple(names),
        rows,
        predicted,
        ItemScores(margin, "margin of the best class", "high"),
        _accuracy(space, names, rows=rows, cosines=cosines, close=compared.close()),
    )


def _accuracy(
    space: EmbeddingSpace,
    names: Sequence[str],
    *,
    rows: AnyPositions,
    cosines: Floats,
    close: Floats,
) -> Number:
    if "label" not in space.roles:
        return Undefined("there is no label column")
    at = {name.strip().casefold(): position for position, name in enumerate(names)}
    labels = [at.get(name.strip().casefold(), -1) for name in space.names("label")[rows]]
    true = np.where(pd.isna(space.column("label"))[rows], -1, np.array(labels, np.int64))
    known = true >= 0
    if not known.any():
        return Undefined("no label is one of the names")
    clusters = pair_clusters(space)[rows]
    share = naming_accuracy(cosines[known], true[known], clusters[known], close=close[known])
    return replace(share, sample=sample_size(int(known.sum()), len(rows)))


def naming_accuracy(
    cosines: AnyFloats,
    true: AnyPositions,
    clusters: Codes,
    *,
    close: Floats,
    cluster: str = "pairs",
) -> Estimate:
    """Share of items whose own class has the highest score; classes level with it share a hit.

    Its chance level is that of the same predictions handed out at random: ``sum_k p_k q_k``.

    Parameters
    ----------
    cosines
        ``(n_items, n_classes)``.
    true, clusters
        ``(n_items,)`` own class of each, and which items are one observation.
    close
        ``(n_items, 1)`` difference of two cosines that is none.
    cluster
        What these are.
    """
    hits = places(cosines, true, close).hits(1)
    best = cosines >= cosines.max(axis=1, keepdims=True) - close
    predicted = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    by_chance = float(np.bincount(true, minlength=cosines.shape[1]) @ predicted) / len(true)
    chance = Chance(by_chance, "predictions shuffled, exact")
    return from_hits(hits, clusters, cluster=cluster, chance=chance)


def combined(terms: Sequence[tuple[float, AnyFloats]]) -> Vectors:
    """``(n_dims,)`` unit vector of a sum of unit vectors with their weights.

    Raises
    ------
    BadParameter
        If the terms cancel each other.
    """
    total = sum(
        weight * unit_rows(np.asarray(vector[None], np.float64))[0] for weight, vector in terms
    )
    length = float(np.linalg.norm(total))
    if length < 1e-6:
        msg = "The terms cancel each other: nothing is left to search for. Change one."
        raise BadParameter(msg)
    direction: Vectors = (np.asarray(total) / length).astype(np.float32)
    return direction


def closest(
    space: EmbeddingSpace, query: AnyFloats, rows: AnyPositions, *, k: int
) -> tuple[AnyPositions, AnyFloats]:
    """The `k` items among `rows` of highest cosine with `query`, highest first, and the cosines.

    Of items that are level, who comes first is drawn by lot, from what they and the query are.

    Raises
    ------
    NotApplicable
        If the query has other dimensions than the space, or no direction.
    """
    _check_width(space, query[None])
    if not query.any():
        msg = "A vector of zeros has no direction, so that nothing is closest to it."
        raise NotApplicable(msg)
    compared = Cosines.of(query[None], space.vectors[rows])
    cosines, asked = compared[:][0], np.asarray(query[None], np.float32)
    rank = np.argsort(space.standing)[rows]
    order = highest(cosines, float(compared.close()[0, 0]), owner=row_hashes(asked), rank=rank)[:k]
    return rows[order], cosines[order]


def scaled_as(space: EmbeddingSpace, vectors: Vectors) -> Vectors:
    """Vectors of the model, brought to length one if those of the space all are."""
    return unit_rows(vectors) if np.abs(space.norms - 1).max(initial=0) < _UNIT else vectors


def _check_width(space: EmbeddingSpace, vectors: AnyFloats) -> None:
    if vectors.shape[-1] != space.n_dims:
        msg = (
            f"A vector for {space.name!r} has {counted(space.n_dims, 'dimension')}; this one has "
            f"{vectors.shape[-1]:,}."
        )
        raise NotApplicable(msg)
