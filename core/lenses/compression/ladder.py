"""Quality of the first dimensions, beside principal ones."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

import numpy as np

from core.annotations import Dimensions, NeutralShare, Ratio, Share
from core.errors import Degenerate
from core.estimates import Estimate
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.compression._signals import Kind, Signal, sought
from core.lenses.compression._truncation import (
    kept_share,
    over_halves,
    over_queries,
    prefixes,
    principal_axes,
    refitted,
    rotated_at_random,
    sizes,
    smallest,
    truncation_index,
)
from core.progress import stage
from core.readouts import Curve, ItemScores
from core.space import EmbeddingSpace
from core.statistics.estimating import from_bootstrap
from core.statistics.resampling import chance_of

_ROTATIONS = 5  # rotations at random, for the level of vectors without an order


@dataclass(frozen=True)
class Ladder:
    """How much the first dimensions do, and whether they were trained to do it alone."""

    truncation_index: Annotated[
        Ratio,
        "Area under the curve of the first dimensions over that of principal ones: about 1 where "
        "dimensions are ordered as by a Matryoshka loss, lower where they are not.",
    ]
    smallest_truncated: Annotated[Dimensions, "Fewest first dimensions that keep the quality."]
    smallest_principal: Annotated[Dimensions, "Fewest principal dimensions that keep it."]
    kept_at_half: Annotated[NeutralShare, "Quality of the first half over that of all, at most 1."]
    quality: Annotated[Share, "Quality of all dimensions."]
    curves: Annotated[Curve, "Quality by number of dimensions."]
    by_item: Annotated[ItemScores, "Quality an item loses with the first half of the dimensions."]


def _ladder(
    space: EmbeddingSpace,
    /,
    *,
    find: Annotated[
        Kind, "What vectors should find; automatically partners, else labels, else neighbors."
    ] = "automatic",
    keep: Annotated[int, Between(50, 100), "Quality to keep, in percent."] = 95,
) -> Ladder:
    """Quality of the first D dimensions at D = 4, 8, 16, ..., each brought to length one.

    ``index = area(first) / area(principal)`` over log2 D, the principal axes (of second moments)
    fitted to other items. Quality is recall@1 of the partner, the share of 10 neighbors with the
    label, or the share of the full vectors' 10 neighbors. Chance is the index of rotated copies,
    whose dimensions have no order.
    """
    if space.n_dims < 8:
        raise Degenerate(f"needs 8 dimensions, found {space.n_dims}")
    wanted, dims = sought(space, find), sizes(space.n_dims)
    stage("first dimensions")
    rows = space.unit[wanted.rows]
    first = prefixes(rows, wanted, dims)
    stage("principal dimensions")
    turned = space.unit @ principal_axes(space.unit, wanted)
    principal = prefixes(turned[wanted.rows], wanted, dims)
    stage("rotated copies")
    rotated = [prefixes(rotated_at_random(rows, seed), wanted, dims) for seed in range(_ROTATIONS)]
    n, share = first.shape[1], keep / 100
    index = partial(truncation_index, dims=dims)
    fewest = partial(smallest, dims=dims, keep=share)
    levels = [index(one.mean(axis=1), principal.mean(axis=1)) for one in rotated]
    half = int(np.searchsorted(dims, space.n_dims // 2, side="right")) - 1

    chance = chance_of(np.array(levels), "random rotations")
    size = (len(wanted.rows), len(space))
    sample = size if size[0] < size[1] else None
    lost = first[-1] - first[half]
    stage("halves of the items")

    def numbers(part: Signal) -> list[float]:
        means = [prefixes(space.unit[part.rows], part, dims).mean(axis=1)]
        means.append(prefixes(refitted(turned, part), part, dims).mean(axis=1))
        return [index(*means), kept_share(means[0], half), *means[0], *means[1]]

    halves = over_halves(numbers, space, wanted, count=2 + 2 * len(dims))
    ordered = index(first.mean(axis=1), principal.mean(axis=1))
    kept = kept_share(first.mean(axis=1), half)
    qualities = [
        replace(estimate, interval=halves.interval(estimate.value, at, within=(0, 1)))
        for at, estimate in enumerate(map(wanted.estimate, [*first, *principal]), start=2)
    ]
    return Ladder(
        Estimate(ordered, halves.interval(ordered, within=(0, np.inf)), chance, sample),
        from_bootstrap(over_queries(fewest, first), n),
        from_bootstrap(over_queries(fewest, principal), n),
        Estimate(kept, halves.interval(kept, 1, within=(0, 1))),
        qualities[len(dims) - 1],
        Curve.of(
            dims,
            {
                "first dimensions": qualities[: len(dims)],
                "principal dimensions": qualities[len(dims) :],
            },
            ("dimensions", wanted.name),
            lines={"rotated at random": np.mean(rotated, axis=(0, 2))},
            levels={f"{keep} % of all": share * float(first[-1].mean())},
            log_x=True,
        ),
        wanted.lost(lost),
    )


def example(rng: np.random.Generator) -> Example:
    """All that tells items apart is in the first 16 of 128 dimensions."""
    vectors = np.concatenate(
        [rng.normal(size=(400, 16)), 0.02 * rng.normal(size=(400, 112))], axis=1
    )
    return Example(
        (EmbeddingSpace.bare("ordered", vectors),),
        {"truncation_index": (0.95, 1.05), "smallest_truncated": (16, 16)},
        "Sixteen dimensions hold everything, and they come first: they do what all 128 do.",
    )


ladder = Lens(
    run=_ladder,
    title="Dimension ladder",
    question="How many of the first dimensions do I need, and was this trained to be cut?",
    reading_guide=(
        "Compare the curve of the first dimensions with that of principal ones: where they agree, "
        "cutting costs nothing that a rotation would save. Where the first ones fall far behind, "
        "store principal dimensions instead."
    ),
    caution=(
        "An index above the rotated copies says that dimensions are ordered, not why. Layers are "
        "compared in the layer grid, with a space for each."
    ),
    headline="truncation_index",
    sources=("zhuang-2024", "kusupati-2022"),
    fidelity="the paper's measurement",
    example=example,
    cost=lambda size: 0.2 + 5e-8 * min(size.n, 4_000) ** 2 / 4 * 8,
    directions=True,
    min_items=40,
    reads_label=True,
    invariances=("lengths",),
    verdicts=Verdicts(
        above="The first dimensions do more than any others would: they can be cut.",
        below="The first dimensions do less than a random choice of axes would.",
        unclear="The dimensions have no order: cutting them is cutting at random.",
    ),
)
