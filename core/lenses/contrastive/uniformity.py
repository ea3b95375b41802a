"""Uniformity on the unit sphere."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from core.annotations import LeftModality, RightModality
from core.arrays import Codes
from core.engines.losses.potentials import Potentials, potentials
from core.engines.losses.uniformity import (
    column_shuffled,
    sphere_uniformity,
    uniformity_across,
    uniformity_over_all,
    uniformity_within,
)
from core.engines.losses.uniformity import uniformity as uniformity_of
from core.engines.pairs.examples import captioned
from core.engines.pairs.modalities import Modalities, modalities
from core.estimates import Number, Score, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.progress import stage
from core.readouts import Bars, Distribution, ItemScores
from core.space import EmbeddingSpace
from core.statistics.influence import pair_clusters
from core.steps import Apply, LookAt

MOST_MODALITIES = 8  # further ones count as one: each two of them are compared apart

_UNIFORMITY = Score(high=0, best="low")


@dataclass(frozen=True)
class Uniformity:
    """How evenly the vectors use all directions."""

    uniformity: Annotated[
        Number,
        _UNIFORMITY,
        "Logarithm of the mean Gaussian potential of two items: 0 where all point the same way.",
    ]
    uniformity_shuffled: Annotated[
        Number,
        _UNIFORMITY,
        "The same once every dimension is shuffled by itself: what single dimensions account for.",
    ]
    cross_uniformity: Annotated[
        Number,
        _UNIFORMITY,
        "The same for an item of one modality and an item of the other that is not its partner.",
    ]
    by_modality: Annotated[Bars, "Uniformity of all items, of each modality, and across the two."]
    densities: Annotated[Distribution, "How crowded the neighborhood of the items is."]
    density: Annotated[
        ItemScores,
        "Logarithm of the mean potential of an item with all others; the most crowded come first.",
    ]


def _uniformity(
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[LeftModality, "One modality, such as the images."] = "",
    right: Annotated[RightModality, "The other, such as their captions."] = "",
    t: Annotated[
        float, Between(0.5, 10, 0.5), "Sharpness: a larger t looks at closer neighbors; 2 is usual."
    ] = 2.0,
) -> Uniformity:
    """Logarithm of the mean Gaussian potential of two different items on the unit sphere.

    ``uniformity = log mean_{i < j} exp(-t |u(x_i) - u(x_j)|^2)`` with u the scaling to unit length,
    in ``[-4 t, 0]``: 0 where all items coincide, lower for more even use of all directions. The
    reference is that of independent, uniformly random directions, ``log(exp(-2 t) 0F1(; d / 2;
    t^2))``; a regular simplex lies below it. Exact to 50,000 items; beyond, every item is compared
    with a seeded sample. It does not depend on vector norms, nor on a rotation of the space.

    Raises
    ------
    BadParameter
        If both sides are the same modality.
    """
    two = _two_modalities(space, left, right)
    clusters = two.clusters if isinstance(two, Modalities) else pair_clusters(space)
    codes, names = _modalities(space)
    stage("potentials of all pairs")
    of_pairs = potentials(space.unit, t, codes=codes, clusters=clusters)
    whole = uniformity_over_all(of_pairs)
    cross = Undefined(two) if isinstance(two, str) else _across(of_pairs, two)
    stage("column-shuffled control")
    density = np.log(of_pairs.over_all())
    parts: dict[str, Number] = {"all items": whole}
    shown = codes < len(names)
    if len(names) > 1:
        parts |= {name: uniformity_within(of_pairs, i) for i, name in enumerate(names)}
        parts[f"{left} with {right}"] = cross
    return Uniformity(
        uniformity=whole,
        uniformity_shuffled=uniformity_of(column_shuffled(space.unit), t),
        cross_uniformity=cross,
        by_modality=Bars.of(
            parts,
            "uniformity",
            {"uniformly random directions": sphere_uniformity(space.n_dims, t)},
        ),
        densities=Distribution(
            density[shown],
            "log mean potential with all others",
            np.asarray(names, object)[codes[shown]] if len(names) > 1 else None,
        ),
        density=ItemScores(density, "log mean potential with all others", best="low"),
    )


def _two_modalities(space: EmbeddingSpace, left: str, right: str) -> Modalities | str:
    """Two modalities laid out, or why there are none."""
    if "modality" not in space.roles:
        return "needs a 'modality' column"
    if len(space.known_values("modality")) < 2:
        return f"needs two modalities, found only {left!r}"
    return modalities(space, left, right)


def _modalities(space: EmbeddingSpace) -> tuple[Codes, tuple[str, ...]]:
    """The modality of each item, and their names; the rarest together where there are many.

    Items without one are in a group behind those that have a name, which is not shown.
    """
    if "modality" not in space.roles or len(space.known_values("modality")) < 2:
        return np.zeros(len(space), np.int64), ("all items",)
    codes, names = space.known_codes("modality")
    if len(names) > MOST_MODALITIES:
        names = (*names[: MOST_MODALITIES - 1], "all others")
    return np.where(codes < 0, len(names), np.minimum(codes, len(names) - 1)), names


def _across(of_pairs: Potentials, two: Modalities) -> Number:
    groups = int(of_pairs.codes[two.left[0]]), int(of_pairs.codes[two.right[0]])
    if groups[0] == groups[1]:
        return Undefined("needs two modalities that are not both among the rarest")
    return uniformity_across(of_pairs, groups, None if isinstance(two.pairs, str) else two.pairs)


def example(rng: np.random.Generator) -> Example:
    """Directions drawn uniformly, as images, and their opposites, as texts."""
    d = 16
    x = rng.normal(size=(500, d))
    space = captioned("uniformly random directions", x, -x)
    level = sphere_uniformity(d, 2.0)
    return Example(
        (space,),
        {
            "uniformity": (level - 0.02, level + 0.02),
            "cross_uniformity": (level - 0.02, level + 0.02),
        },
        f"Uniformly random directions in {d} dimensions: the sphere's own {level:.2f}.",
    )


uniformity = Lens(
    run=_uniformity,
    title="Uniformity",
    question="Are the vectors spread evenly over all directions?",
    reading_guide=(
        "0 means that all vectors point the same way. The dashed level is what uniformly random "
        "directions give for this number of dimensions: the closer to it, the more of the "
        "space is in use. Where the shuffled copy is just as high, single dimensions (a common "
        "offset, a few large ones) are the cause; where it is lower, dimensions that move together "
        "are: clusters, or a low-dimensional subspace."
    ),
    caution=(
        "Good clusters raise this number too: a space that separates classes is not uniform, and "
        "need not be. A modality gap lowers it across the modalities, which is no merit: read "
        "it for each modality."
    ),
    headline="uniformity",
    sources=("wang-2020", "fahim-2024"),
    fidelity="the paper's measurement",
    example=example,
    invariances=("scale", "lengths"),
    partly={"rotation": ("uniformity", "cross_uniformity")},
    cost=lambda size: 0.05 + 7e-9 * min(size.n, 50_000) ** 2,
    directions=True,
    apart=("modality",),
    verdicts=Verdicts(
        above="The vectors crowd together more than uniformly random directions would.",
        below="The vectors are spread more evenly than uniformly random directions would be.",
        unclear="The vectors may be spread like random directions.",
        steps={
            "above": (
                Apply("centre", "Is a common offset the cause?"),
                Apply("remove_components", "Does one direction dominate?", {"count": 1}),
                Apply("whiten", "Do dimensions move together?", {"shrinkage": 0.1}),
            ),
            "below": (LookAt("contrastive.alignment", "Do partners still lie close together?"),),
            "unclear": (LookAt("contrastive.alignment", "Do partners still lie close together?"),),
        },
    ),
)
