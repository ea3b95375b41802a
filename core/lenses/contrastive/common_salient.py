"""What varies in a target group and not in a background group, and what both share."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Amount, LowerIsBetter, NeutralShare
from core.engines.derived import derived
from core.engines.subspaces.components import affine, principal_components
from core.estimates import Chance, Estimate, Number, Score
from core.knobs import Between, ValueOf
from core.lens import Example, Lens, Verdicts
from core.lenses.contrastive._salience import Contrast, contrast, refitted
from core.lenses.contrastive._salience_estimates import (
    Group,
    groups,
    label_from,
    mean_shift,
    parts_share,
    share_of_variance,
    variance_ratio,
)
from core.progress import stage
from core.readouts import Curve, ItemScores
from core.space import EmbeddingSpace
from core.statistics.influence import pair_clusters
from core.statistics.resampling import LEVEL

COMMON = 10  # dimensions of the common part


@dataclass(frozen=True)
class CommonSalient:
    """Directions that only the target varies in, and what is left."""

    variance_ratio: Annotated[
        Amount,
        "Variance of the target over that of the background along the most salient direction.",
    ]
    n_salient: Annotated[
        Amount, "Number of directions that stand out from parts of the background."
    ]
    salient_share_target: Annotated[
        NeutralShare, "Share of the variance of the target in the salient directions."
    ]
    salient_share_background: Annotated[
        NeutralShare, "Share of the variance of the background in the salient directions."
    ]
    shared_information: Annotated[
        LowerIsBetter, "What the common and the salient part of target items say about each other."
    ]
    k_jem: Annotated[
        Number, Score(high=0, best="low"), "Minus the joint entropy of both parts, as estimated."
    ]
    label_from_salient: Annotated[
        NeutralShare, "How often a probe names the label of target items from the salient part."
    ]
    label_from_common: Annotated[
        NeutralShare, "How often a probe names the label of target items from the common part."
    ]
    label_from_principal: Annotated[
        NeutralShare, "The same from as many plain principal components of the target."
    ]
    mean_shift: Annotated[
        Amount, "Distance of the means of the two groups over the spread of the background."
    ]
    spectrum: Annotated[Curve, "Variance of the target over that of the background, by direction."]
    salient_strength: Annotated[
        ItemScores,
        "Mean squared position along the salient directions, in units of the background; empty for "
        "items that were fitted to.",
    ]
    salient_space: Annotated[EmbeddingSpace, "All items along the salient directions."]
    common_space: Annotated[EmbeddingSpace, "All items along the common directions."]


def _common_salient(
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[str, ValueOf("domain", nth=1, title="Target group"), "Such as patients."] = "",
    right: Annotated[
        str, ValueOf("domain", title="Background group"), "Such as healthy people."
    ] = "",
    n_components: Annotated[
        int, Between(2, 512), "Principal components of both groups to work in."
    ] = 128,
    ridge: Annotated[
        float,
        Between(1e-6, 1, log=True),
        "Added to every variance of the background, as a share of their mean.",
    ] = 1e-3,
) -> CommonSalient:
    """Variance of a target group relative to a background group along the directions that differ.

    The directions v solve ``C_t v = l (C_b + e I) v``, with C_t and C_b the covariances of target
    and background, each about its own mean. Salient are those whose ratio l, on the items fitted
    to, lies above what random parts of the background give in 95 % of the cases. The common part is
    the principal directions of the background once the salient positions are regressed out. One
    half of each group is fitted to, every number is from the other: ``variance_ratio = var_t(v_1) /
    var_b(v_1)``, 1 where the groups vary alike; the shares of variance in the salient directions;
    the shared information of the two parts of target items, from kernel densities (k-JEM, SepCLR);
    and what a probe reads from each part. Ratios do not depend on a rotation, a shift or the scale
    of the space. The interval of the variance ratio counts that other items to fit to give
    another direction; the others are over the items held out, for the directions that were found.

    Raises
    ------
    BadParameter
        If both groups are the same.
    NotApplicable
        If a group is too small, or of too few pairs to be halved, or the background does not vary.
    """
    target, background = groups(space, left, right)
    stage("directions of contrast")
    contrasted = contrast(
        space.vectors[target.fit],
        space.vectors[background.fit],
        n_components=n_components,
        n_common=COMMON,
        ridge=ridge,
    )
    clusters = pair_clusters(space)
    fitted = ((space.vectors[each.fit], clusters[each.fit]) for each in (target, background))
    others = refitted(contrasted, *fitted)
    shown = contrasted.directions[:, : max(contrasted.n_salient, 1)]
    strength = np.full(len(space), np.nan)
    for group in (target, background):
        positions = affine(group.vectors, contrasted.origin, shown)
        strength[group.held_out] = np.mean(positions.astype(np.float64) ** 2, axis=1)
    stage("shared information")
    shared, k_jem = parts_share(space.vectors[target.fit], target, contrasted)
    stage("probes")
    size = max(contrasted.n_salient, 1)
    principal = principal_components(space.vectors[target.fit], size).axes.T
    return CommonSalient(
        variance_ratio=variance_ratio(target, background, contrasted.directions[:, 0], others),
        n_salient=_count(contrasted, right),
        salient_share_target=share_of_variance(target, contrasted.salient),
        salient_share_background=share_of_variance(background, contrasted.salient),
        shared_information=shared,
        k_jem=k_jem,
        label_from_salient=label_from(space, target, contrasted.salient),
        label_from_common=label_from(space, target, contrasted.common),
        label_from_principal=label_from(space, target, principal),
        mean_shift=mean_shift(target.vectors, background.vectors),
        spectrum=_spectrum(contrasted, target, background),
        salient_strength=ItemScores(strength, "salient strength (background is about 1)"),
        salient_space=derived(
            space,
            affine(space.vectors, contrasted.origin, contrasted.directions[:, : max(size, 2)]),
            "salient",
        ),
        common_space=derived(
            space, affine(space.vectors, contrasted.origin, contrasted.common), "common"
        ),
    )


def _count(contrasted: Contrast, background: str) -> Estimate:
    above = (contrasted.null > contrasted.threshold).sum(axis=1)
    high = float(np.quantile(above, 0.5 + LEVEL / 2))
    method = f"random parts of {background!r}, {len(above)} times"
    return Estimate(
        float(contrasted.n_salient), chance=Chance(float(above.mean()), method, 0.0, high)
    )


def _spectrum(contrasted: Contrast, target: Group, background: Group) -> Curve:
    """Ratios on the items fitted to, and on those held out."""
    variances = [
        np.var(
            affine(group.vectors, contrasted.origin, contrasted.directions),
            axis=0,
            dtype=np.float64,
        )
        for group in (target, background)
    ]
    return Curve(
        x=np.arange(1, len(contrasted.ratios) + 1),
        lines={
            "items fitted to": contrasted.ratios,
            "items held out": variances[0] / np.maximum(variances[1], np.finfo(np.float32).tiny),
        },
        x_axis="direction, most salient first",
        y_axis="variance, target over background",
        levels={"largest by chance": contrasted.threshold, "equal": 1.0},
    )


def example(rng: np.random.Generator) -> Example:
    """A loud factor that both groups share, and a quiet one that only the target has."""
    n, d = 400, 20
    shared, own = rng.integers(4, size=2 * n), rng.integers(3, size=n)
    vectors = 0.5 * rng.normal(size=(2 * n, d))
    vectors[:, 2:6] += 3 * rng.normal(size=(2 * n, 4))
    vectors[:, 6:10] += 4 * np.eye(4)[shared]
    angles = 2 * np.pi * own / 3
    vectors[:n, :2] += 1.5 * np.column_stack([np.cos(angles), np.sin(angles)])
    items = pd.DataFrame(
        {
            "group": ["patient"] * n + ["healthy"] * n,
            "kind": [*(f"type {code}" for code in own), *["none"] * n],
        }
    )
    space = EmbeddingSpace(
        "a factor of patients only",
        vectors.astype(np.float32),
        items,
        {"domain": "group", "label": "kind"},
    )
    return Example(
        (space,),
        {
            "n_salient": (2, 2),
            "variance_ratio": (3.5, 8),
            "label_from_salient": (0.9, 1),
            "label_from_common": (0.2, 0.5),
        },
        "Three types of patients in a plane: two directions separate them, the rest does not.",
        knobs={"left": "patient", "right": "healthy"},
    )


common_salient = Lens(
    run=_common_salient,
    title="Common and salient parts",
    question="What varies in the target group that does not vary in the background?",
    reading_guide=(
        "A variance ratio far above 1 on held-out items is a direction that only the target uses. "
        "A good split has the label of target-only factors in the salient part and nothing of "
        "it in the common part, and little shared information between the two."
    ),
    caution=(
        "Only linear directions are found, by variance: groups that differ in their mean alone "
        "show in the mean shift, not here. Where all ratios lie below 1, the target varies less "
        "than the background. The paper trains two encoders; this is its linear counterpart."
    ),
    headline="variance_ratio",
    sources=("louiset-2024", "abid-2018"),
    fidelity="inspired by the paper",
    example=example,
    invariances=("rotation", "scale", "translation", "permuted dimensions"),
    cost=lambda size: 0.2 + 9e-8 * size.n * size.d * size.classes,
    needs=("domain",),
    reads_label=True,
    min_items=40,
    verdicts=Verdicts(
        above="Some direction varies more in the target than in the background.",
        below="Even the most salient direction varies less in the target than in the background.",
        unclear="No direction is shown to vary more in the target than in the background.",
    ),
)
