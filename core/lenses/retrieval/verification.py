"""Verification: the same or not."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Amount, NeutralShare, Share, ShareOfFaults
from core.arrays import Floats
from core.engines.labels import Labels
from core.errors import NotApplicable
from core.estimates import Chance, Estimate
from core.knobs import AnotherSpace, Between
from core.lens import Example, Lens, Verdicts
from core.lenses.retrieval import _decisions as deciding
from core.lenses.retrieval._decisions import BINS, Identities, Rate
from core.lenses.retrieval._identities import (
    ENOUGH,
    MOST,
    clusters,
    confusable,
    triplets,
    versions,
    whole_identities,
)
from core.progress import stage
from core.readouts import Curve, Distribution, ItemPairs, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import from_mean
from core.statistics.sampling import Sample
from core.steps import LookAt

MOST_ANCHORS, SHOWN = 4_000, 4_000
FEWEST = 2  # identities
_RATES = np.logspace(-4, 0, 41)


@dataclass(frozen=True)
class Verification:
    """How well distance alone decides whether two items are the same."""

    auc: Annotated[Share, "How often a same pair is nearer than a different one."]
    equal_error_rate: Annotated[
        ShareOfFaults, "Wrong decisions where both kinds are equally frequent."
    ]
    accuracy: Annotated[
        Share,
        "Same pairs accepted and different pairs refused, half each, by the threshold that is best "
        "for other identities.",
    ]
    val_at_far: Annotated[
        Share, "Same pairs accepted by the threshold that accepts the false accept rate (VAL)."
    ]
    threshold: Annotated[Amount, "That threshold, as a squared distance of unit vectors."]
    violated_triplets: Annotated[
        ShareOfFaults, "Triplets in which the other identity is nearer than the same one."
    ]
    semi_hard_triplets: Annotated[
        NeutralShare, "Triplets in which it is further, but by less than the margin."
    ]
    distances: Annotated[Distribution, "Squared distances of same and of different pairs."]
    roc: Annotated[Curve, "Same pairs accepted at each false accept rate."]
    clusters: Annotated[
        Curve, "How well clusters agree with identities, by the distance at which they are cut."
    ]
    versions: Annotated[
        Table,
        "Same pairs accepted inside each version, between the two as they are, and after a "
        "rotation that was fitted to other identities.",
    ]
    by_item: Annotated[ItemScores, "Share of an item's triplets that are violated."]
    confusable: Annotated[ItemPairs, "The nearest pairs of different identities."]


def _verification(
    space: EmbeddingSpace,
    /,
    *,
    far: Annotated[
        float, Between(1e-4, 0.5, log=True), "False accept rate: different pairs that may pass."
    ] = 1e-3,
    margin: Annotated[float, Between(0.05, 1, 0.05), "Of triplets, in squared distance."] = 0.2,
    other: Annotated[
        EmbeddingSpace | None, AnotherSpace(), "Another version of the model, on the same items."
    ] = None,
) -> Verification:
    """Same or different by squared distance of unit vectors, ``|u - v|^2 = 2 - 2 cos``.

    Every label is an identity. ``auc`` is the area under the ROC curve, ``equal_error_rate`` the
    height where false accepts equal false refusals, ``val_at_far`` the share of same pairs accepted
    at a false accept rate (Schroff et al. 2015, section 4). A rate that fewer than 10 different
    pairs can resolve is raised to one that they can; it is the chance level shown. Thresholds of
    ``accuracy`` come from other identities, ten folds of them. Of more than 10,000 items whole
    identities are drawn. Nothing depends on lengths or on a rotation.

    Raises
    ------
    NotApplicable
        If fewer than two labels have two items.
    """
    sample = whole_identities(space)
    seen = sample.take(space)
    labels = Labels.of(seen)
    if (several := int((labels.counts > 1).sum())) < FEWEST:
        msg = (
            f"Verification needs {FEWEST} labels with two items or more, each an identity; found "
            f"{several}."
        )
        raise NotApplicable(msg)
    stage("pairs")
    pairs = deciding.decisions(seen.vectors, seen.vectors, Identities.of(labels))
    far = max(far, ENOUGH / pairs.different.sum())
    accepted = deciding.accepted_at(far)
    stage("triplets")
    anchors = Sample.of(seen, MOST_ANCHORS)
    violated, semi_hard = triplets(seen.directions, labels.codes, anchors.rows, margin=margin)
    known = np.isfinite(violated)
    who = labels.codes[anchors.rows][known]
    half = Chance(0.5, "two random distances")

    def estimate(rate: Rate, chance: Chance) -> Estimate:
        return Estimate(pairs.rate(rate), pairs.interval(rate), chance, sample.size)

    by_item = np.full(len(space), np.nan)
    by_item[sample.rows[anchors.rows]] = violated
    different = pairs.different.sum(axis=(0, 1))
    return Verification(
        auc=estimate(deciding.auc, half),
        equal_error_rate=estimate(deciding.equal_error_rate, half),
        accuracy=pairs.accuracy(half, sample.size),
        val_at_far=estimate(accepted, Chance(far, "different pairs accepted")),
        threshold=Estimate(
            deciding.threshold_at(far, different) * pairs.longest / BINS, sample=sample.size
        ),
        violated_triplets=from_mean(violated[known], who, within=(0, 1), chance=half),
        semi_hard_triplets=from_mean(semi_hard[known], who, within=(0, 1)),
        distances=_distances(pairs.same.sum(axis=0), different, pairs.longest),
        roc=Curve.of(
            _RATES,
            {"same pairs": [estimate(deciding.accepted_at(rate), half) for rate in _RATES]},
            ("false accept rate", "same pairs accepted"),
            log_x=True,
        ),
        clusters=clusters(seen, labels),
        versions=versions(seen, other, far),
        by_item=ItemScores(by_item, "violated triplets", best="low"),
        confusable=confusable(seen, labels, sample.rows),
    )


def _distances(same: Floats, different: Floats, longest: float) -> Distribution:
    near, far = (deciding.quantiles(counts, SHOWN, longest) for counts in (same, different))
    kinds = np.array(["same"] * len(near) + ["different"] * len(far), object)
    return Distribution(np.concatenate([near, far]), "squared distance", kinds, "pairs")


def example(rng: np.random.Generator) -> Example:
    """Thirty identities, each around an axis of its own."""
    who = np.repeat(np.arange(30), 4)
    vectors = np.eye(30)[who] + rng.normal(scale=0.02, size=(120, 30))
    items = pd.DataFrame({"who": who.astype(str)})
    space = EmbeddingSpace("thirty identities", vectors.astype(np.float32), items, {"label": "who"})
    return Example(
        (space,),
        {"auc": (1, 1), "equal_error_rate": (0, 0), "violated_triplets": (0, 0)},
        "Every identity lies along an axis of its own: distance decides without an error.",
    )


verification = Lens(
    run=_verification,
    title="Verification",
    question="Does distance alone tell whether two items are the same?",
    reading_guide=(
        "The AUC asks it of two pairs; the share accepted at a false accept rate is what a system "
        "with one threshold would do. Violated triplets name the items that fail. With another "
        "version of the model, the table says whether old and new vectors can be compared."
    ),
    caution=(
        "Rates hold for identities like these: many that look alike are harder, and intervals from "
        "few identities are wide. A false accept rate below what the pairs resolve is raised, as "
        "its chance level shows."
    ),
    headline="auc",
    sources=("schroff-2015",),
    fidelity="the paper's measurement",
    example=example,
    cost=lambda size: 2e-8 * min(size.n, MOST) ** 2 + 1e-7 * min(size.n, MOST_ANCHORS) * size.n,
    invariances=("rotation", "scale", "lengths", "relabeling"),
    needs=("label",),
    by_label=True,
    directions=True,
    min_items=8,
    verdicts=Verdicts(
        above="Items of one identity lie nearer to each other than to others.",
        below="Items of one identity lie further from each other than from others.",
        unclear="Distance cannot be distinguished from chance as a sign of identity.",
        steps={
            "above": (LookAt("classes.pairs", "Which identities are taken for each other?"),),
            "below": (LookAt("classes.separability", "Do other items lie between them?"),),
            "unclear": (LookAt("classes.probe", "Can the identities be read off at all?"),),
        },
    ),
)
