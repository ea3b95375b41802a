"""What closing, or widening, the gap between two modalities does."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.annotations import LeftModality, LowerIsBetter, RightModality, Similarity
from core.arrays import Floats
from core.engines.labels import known_codes
from core.engines.losses.batch_loss import batch
from core.engines.pairs import gap_estimates
from core.engines.pairs.examples import mirrored
from core.engines.pairs.modalities import modalities
from core.engines.pairs.pairs import Pairs
from core.engines.retrieval.shift_line import VARIANTS, Batch, Walk, walked
from core.errors import NotApplicable
from core.estimates import Chance, Estimate, Number, Score, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.numerics.directions import RESOLUTION
from core.progress import stage
from core.readouts import Curve, ItemScores
from core.space import EmbeddingSpace
from core.statistics.influence import influence_interval, paired_change_interval
from core.statistics.sampling import laid_out, sample_size

Sample = tuple[int, int] | None

_NO_CHANGE = Chance(0.0, "no change")


@dataclass(frozen=True)
class GapShift:
    """Retrieval, loss and classification along a shift of the two modalities."""

    recall_change: Annotated[
        Number,
        Score(low=-1, high=1),
        "Recall at 1 with the gap closed less that of now, mean of both directions.",
    ]
    loss_change: Annotated[LowerIsBetter, "Contrastive loss with the gap closed less that of now."]
    accuracy_change: Annotated[
        Similarity, "Zero-shot accuracy with the gap closed less that of now."
    ]
    centroid_distance: Annotated[
        Number, Score(low=0, high=2, best="zero"), "Distance of the two centroids now (L2M)."
    ]
    least_loss_distance: Annotated[
        Number,
        Score(low=-2, high=2),
        "Signed distance along the gap, of those tried with both sides moved, where the loss is "
        "least.",
    ]
    recall_at_1: Annotated[Curve, "Recall at 1 from the first modality to the second."]
    recall_at_1_back: Annotated[Curve, "Recall at 1 from the second modality to the first."]
    recall_at_5: Annotated[Curve, "Recall at 5 from the first modality to the second."]
    recall_at_5_back: Annotated[Curve, "Recall at 5 from the second modality to the first."]
    loss: Annotated[Curve, "Symmetric contrastive loss of the sampled pairs as one batch."]
    accuracy: Annotated[
        Curve,
        "Zero-shot accuracy: items of the first modality classified by the nearest class centroid "
        "of items of the second, from other pairs.",
    ]
    distance: Annotated[Curve, "Distance of the centroids, whatever its direction."]
    amount: Annotated[Curve, "Multiples of the gap vector that give each distance along the gap."]
    places_gained: Annotated[
        ItemScores, "Ranks that an item's partner gains in the search when the gap is closed."
    ]


def _gap_shift(
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[LeftModality, "One modality, such as the images."] = "",
    right: Annotated[RightModality, "The other, such as their captions."] = "",
    temperature: Annotated[
        float, Between(0.01, 1, log=True), "Temperature of the loss; CLIP ends at 0.01."
    ] = 0.01,
    pairs: Annotated[int, Between(100, 5000, 100), "Most pairs to sample."] = 2000,
) -> GapShift:
    """Recall, loss and zero-shot accuracy when two modalities are moved along the gap.

    ``x' = u(x - lambda * Delta)`` and ``y' = u(y + lambda * Delta)``, with Delta the gap vector and
    u the scaling to unit length; beside it the first side moved alone by twice as much, as in the
    code released with the paper (whose step, of ``delta`` along the unit vector, is ``delta = 2 *
    lambda * |Delta|``), and both without the scaling, where similarity is the inner product. All is
    drawn over the distance of the centroids along Delta that results: 0 is closed, the left end
    wider, negative values past each other. On the sphere clouds of different shape pass each other
    at a distance, which is drawn beside it. Measured among a sample of pairs, one of each pair
    value.

    Raises
    ------
    BadParameter
        If both sides are the same modality.
    NotApplicable
        If no item of one side is paired with one of the other, or the centroids coincide.
    """
    two = modalities(space, left, right)
    all_pairs = two.all_pairs
    delta = two.centroids[0] - two.centroids[1]
    if np.linalg.norm(delta) < RESOLUTION:
        msg = (
            "A shift needs two centroids that differ; those of "
            f"{left!r} and {right!r} coincide. There is no gap to close."
        )
        raise NotApplicable(msg)
    chosen = batch(two, all_pairs, pairs)
    line = Batch(
        two.exact(chosen.left),
        two.exact(chosen.right),
        delta,
        _classes(space, chosen),
        temperature,
    )
    stage("shifts along the gap")
    walk = walked(line)
    sample = sample_size(len(chosen), len(all_pairs))
    places = walk.places["both sides"]
    now, closed = places[walk.now], places[walk.closed]
    gains = laid_out(now.found.places.mean - closed.found.places.mean, chosen.left, len(space))
    gains[chosen.right] = now.found.places_back.mean - closed.found.places_back.mean
    least = int(np.argmin([place.found.loss for place in places]))
    return GapShift(
        recall_change=_share_change(now.found.hits(1), closed.found.hits(1), sample),
        loss_change=_loss_change(line, walk, sample),
        accuracy_change=(
            _share_change(now.hits, closed.hits, sample)
            if len(now.hits)
            else Undefined("needs pairs with a 'label' on both sides")
        ),
        centroid_distance=gap_estimates.centroid_distance(two),
        least_loss_distance=Estimate(float(walk.distances[least]), sample=sample),
        recall_at_1=walk.curve("recall at 1", lambda p: p.found.places.hits(1).mean()),
        recall_at_1_back=walk.curve("recall at 1", lambda p: p.found.places_back.hits(1).mean()),
        recall_at_5=walk.curve("recall at 5", lambda p: p.found.places.hits(5).mean()),
        recall_at_5_back=walk.curve("recall at 5", lambda p: p.found.places_back.hits(5).mean()),
        loss=walk.curve("contrastive loss", lambda p: p.found.loss),
        accuracy=walk.curve("accuracy", lambda p: p.hits.mean() if len(p.hits) else np.nan),
        distance=walk.curve("distance of the centroids", lambda p: p.distance),
        amount=walk.drawn(walk.amounts, "multiples of the gap vector"),
        places_gained=ItemScores(gains, "ranks gained by closing the gap", best="high"),
    )


def _share_change(before: Floats, after: Floats, sample: Sample) -> Estimate:
    changes = after - before
    return Estimate(float(changes.mean()), paired_change_interval(changes), _NO_CHANGE, sample)


def _loss_change(line: Batch, walk: Walk, sample: Sample) -> Estimate:
    how, amounts = VARIANTS["both sides"], walk.amounts["both sides"]
    losses, moved = [], []
    for at in (walk.now, walk.closed):
        point = walk.places["both sides"][at]
        losses.append(point.found.loss)
        moved.append(line.influence(how, float(amounts[at]), point))
    change = losses[1] - losses[0]
    interval = influence_interval(change, moved[1] - moved[0], np.arange(len(line.x)), unit="pairs")
    return Estimate(change, interval, _NO_CHANGE, sample)


def _classes(space: EmbeddingSpace, pairs: Pairs) -> NDArray[np.int64]:
    """``(n_pairs, 2)`` class of both members of each pair, -1 for none."""
    if "label" not in space.roles:
        return np.full((len(pairs), 2), -1)
    codes = known_codes(space)
    return np.column_stack([codes[pairs.left], codes[pairs.right]])


def example(rng: np.random.Generator) -> Example:
    """One cloud of directions, seen from two sides of a plane."""
    return Example(
        (mirrored(rng, 0.6),),
        {
            "centroid_distance": (1.19999, 1.20001),
            "recall_change": (0, 0),
            "least_loss_distance": (-1e-4, 1e-4),
            "loss_change": (-2, -0.1),
        },
        "Captions are their images mirrored in a plane: closing the gap of 1.2 changes no rank of "
        "a partner, and the loss is least where it is closed.",
        {"temperature": 0.1},
    )


gap_shift = Lens(
    run=_gap_shift,
    title="Gap shift",
    question="What happens to retrieval, loss and classification when the gap is closed?",
    reading_guide=(
        "A curve runs as the gap closes: from wider, on the left, through the present distance to "
        "zero (closed), and past it. If recall rises and the loss falls on the way to zero, the "
        "gap costs something. The "
        "variants differ in which side moves and in whether vectors return to the sphere; where "
        "they disagree, the effect belongs to the variant, not to the gap. A distance that remains "
        "at zero is one that no shift along the gap removes."
    ),
    caution=(
        "Moving finished vectors is not training without a gap. Loss and recall depend on how many "
        "pairs are sampled; compare along the curve, not between spaces. Off the sphere, "
        "similarity is the inner product, which favors long vectors."
    ),
    headline="recall_change",
    sources=("liang-2022",),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    cost=lambda size: 2e-6 * min(size.n, 10_000) * size.d,
    needs=("modality", "pair"),
    reads_label=True,
    directions=True,
    verdicts=Verdicts(
        above="Closing the gap would help retrieval.",
        below="Closing the gap would harm retrieval.",
        unclear="Closing the gap is not shown to change retrieval.",
    ),
)
