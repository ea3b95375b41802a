"""Uniformity and alignment of several spaces, in one plane."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import LowerIsBetter
from core.engines.losses.potentials import MOST_PAIRS, Potentials, potentials
from core.engines.losses.uniformity import sphere_uniformity, uniformity_change, uniformity_over_all
from core.engines.pairs.positives import Closeness, Kind, Positives, closeness, positives
from core.estimates import Chance, Estimate, Number, Score
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.progress import stage
from core.readouts import ItemScores, Plane, Table
from core.series import ways
from core.space import EmbeddingSpace
from core.statistics.influence import influence_interval


@dataclass(frozen=True)
class UniformityAlignmentPlane:
    """How several spaces trade closeness of positives against use of all directions."""

    uniformity_change: Annotated[
        LowerIsBetter,
        "Uniformity of the last space less that of the first; below 0, the last is more even.",
    ]
    alignment_change: Annotated[
        Number,
        Score(low=-4, high=4, best="low"),
        "Mean squared distance of positives in the last space less that in the first.",
    ]
    plane: Annotated[
        Plane, "Every space, and the ideal corner: coinciding positives, even use of directions."
    ]
    spaces: Annotated[Table, "The same numbers, each with its 95 % interval."]
    change: Annotated[
        ItemScores,
        "Squared distance of an item to its positives in the last space less that in the first.",
    ]


@dataclass(frozen=True, eq=False)
class _Place:
    """Where one space lies in the plane."""

    name: str
    n_dims: int
    potentials: Potentials
    closeness: Closeness
    uniformity: Estimate
    alignment: Estimate


def _uniformity_alignment_plane(
    *spaces: EmbeddingSpace,
    by: Annotated[
        Kind, "What makes two items positives: automatically the pairs, or else the labels."
    ] = "automatic",
    t: Annotated[
        float,
        Between(0.5, 10, 0.5),
        "Sharpness of uniformity: a larger t looks closer; 2 is usual.",
    ] = 2.0,
) -> UniformityAlignmentPlane:
    """Uniformity against alignment of the same items in several spaces, such as checkpoints.

    ``alignment = mean |u(x) - u(x+)|^2`` over positives, in ``[0, 4]``; ``uniformity = log mean
    exp(-t |u(x) - u(y)|^2)`` over all pairs, in ``[-4 t, 0]``; u scales to unit length. Low is
    better for both: the ideal corner is alignment 0 at the uniformity of random directions. The
    changes are those from the first space to the last, with intervals for the same items seen
    twice. Neither depends on vector norms, nor on a rotation of a space.

    Raises
    ------
    NotApplicable
        If nothing says which items are positives.
    """
    chosen = positives(spaces[0], by)
    places = []
    for space in spaces:
        stage(f"uniformity and alignment of {space.name}")
        places.append(_place(space, chosen, t, most_pairs=MOST_PAIRS // len(spaces)))
    first, last = places[0], places[-1]
    moved = last.alignment.value - first.alignment.value
    influence = last.closeness.influence - first.closeness.influence
    still = Chance(0.0, "two spaces that are equal in this")
    change = uniformity_change(first.potentials, last.potentials)
    return UniformityAlignmentPlane(
        uniformity_change=Estimate(change.value, change.interval, still, change.sample),
        alignment_change=Estimate(
            moved, influence_interval(moved, influence, chosen.clusters, within=(-4, 4)), still
        ),
        plane=Plane(
            names=tuple(place.name for place in places),
            x=np.array([place.uniformity.value for place in places]),
            y=np.array([place.alignment.value for place in places]),
            x_axis="uniformity (lower is more even)",
            y_axis="alignment (lower is closer)",
            references={
                f"ideal corner in {d:,} dimensions": (sphere_uniformity(d, t), 0.0)
                for d in sorted({place.n_dims for place in places})
            },
            ways=ways(spaces),
        ),
        spaces=_table(places),
        change=ItemScores(
            last.closeness.means - first.closeness.means,
            "change of the squared distance to positives",
            best="low",
        ),
    )


def _place(space: EmbeddingSpace, positives: Positives, t: float, *, most_pairs: int) -> _Place:
    potential = potentials(space.unit, t, clusters=positives.clusters, most_pairs=most_pairs)
    close = closeness(space.unit, positives)
    interval = influence_interval(
        close.alignment, close.influence, positives.clusters, within=(0, 4)
    )
    return _Place(
        name=space.name,
        n_dims=space.n_dims,
        potentials=potential,
        closeness=close,
        uniformity=uniformity_over_all(potential),
        alignment=Estimate(close.alignment, interval),
    )


def _table(places: list[_Place]) -> Table:
    return Table.of(
        {
            "space": place.name,
            "dimensions": place.n_dims,
            "alignment": place.alignment,
            "uniformity": place.uniformity,
            "of random directions": sphere_uniformity(place.n_dims, place.potentials.t),
        }
        for place in places
    )


def example(rng: np.random.Generator) -> Example:
    """A collapsed space, and one in which partners coincide and directions are random."""
    n, d = 400, 24
    content = np.repeat(rng.normal(size=(n, d)), 2, axis=0)
    items = pd.DataFrame({"pair": np.repeat(np.arange(n), 2)})
    collapsed = (np.eye(d)[0] + 1e-6 * content).astype(np.float32)
    return Example(
        (
            EmbeddingSpace("collapsed", collapsed, items, {"pair": "pair"}),
            EmbeddingSpace("ideal", content.astype(np.float32), items, {"pair": "pair"}),
        ),
        {"uniformity_change": (-3.75, -3.6), "alignment_change": (-1e-6, 1e-6)},
        "From one point to the ideal corner: alignment stays 0, uniformity falls from 0 to -3.7.",
    )


uniformity_alignment_plane = Lens(
    run=_uniformity_alignment_plane,
    title="Uniformity-alignment plane",
    question="Which space keeps positives close and still uses all directions?",
    reading_guide=(
        "Down is closer positives, left is more even use of directions; the ideal corner is "
        "marked. A space is better on both counts only if it lies below and left of another. "
        "Training usually moves along a curve toward the corner."
    ),
    caution=(
        "Uniformity depends on the number of dimensions: compare each space with its own corner. "
        "Nearness to the corner is no guarantee of a better downstream result."
    ),
    headline="uniformity_change",
    sources=("wang-2020",),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    cost=lambda size: 0.03 * size.spaces + 3e-9 * min(size.n, 30_000) ** 2 * size.spaces,
    directions=True,
    verdicts=Verdicts(
        above="The last space uses its directions less evenly than the first.",
        below="The last space uses its directions more evenly than the first.",
        unclear="First and last space are not shown to differ in how evenly they use directions.",
    ),
)
