"""The contrastive loss of the pairs, and what it is made of."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from core.annotations import Distance, LeftModality, LowerIsBetter, RightModality, SquaredDistance
from core.arrays import Vectors
from core.engines.losses.batch_loss import batch, contrast
from core.engines.losses.uniformity import sphere_chance
from core.engines.pairs.examples import captioned
from core.engines.pairs.gaps import pair_distances
from core.engines.pairs.modalities import modalities
from core.errors import NotApplicable
from core.estimates import Chance, Number, Score
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.modality._loss_terms import (
    SHARPNESS,
    cross_uniformity_term,
    loss_terms,
    mean_term,
    uniformity_term,
)
from core.numerics.moments import mean
from core.progress import stage, ticked
from core.readouts import Curve, Distribution, ItemScores
from core.space import EmbeddingSpace
from core.statistics.sampling import laid_out, sample_size

TEMPERATURES = np.geomspace(0.01, 1, 9)  # of the curve

_SHUFFLED = "partners shuffled, in expectation"
_UNIFORMITY = Score(low=-8, high=0, best="low")


@dataclass(frozen=True)
class ContrastiveLoss:
    """The symmetric InfoNCE of CLIP, its parts, and the losses that were proposed to extend it."""

    loss: Annotated[Distance, "Symmetric InfoNCE of the sampled pairs as one batch."]
    loss_forth: Annotated[Distance, "InfoNCE from the first modality to the second."]
    loss_back: Annotated[Distance, "InfoNCE from the second modality to the first."]
    alignment_part: Annotated[
        LowerIsBetter, "Minus the mean cosine of a pair over the temperature."
    ]
    uniformity_part: Annotated[
        LowerIsBetter,
        "Mean log of the sum over all candidates; with the alignment part it makes up the loss.",
    ]
    alignment: Annotated[SquaredDistance, "Mean squared distance of a pair (L_align)."]
    uniformity: Annotated[
        Number, _UNIFORMITY, "Uniformity inside the modalities, mean of the two (L_uniform)."
    ]
    cross_uniformity: Annotated[
        Number, _UNIFORMITY, "Uniformity across the modalities, other pairs only (L_Xuniform)."
    ]
    loss_cua: Annotated[LowerIsBetter, "Loss plus uniformity plus alignment (L_CUA)."]
    loss_cuaxu: Annotated[LowerIsBetter, "The same plus cross-modal uniformity (L_CUAXU)."]
    by_temperature: Annotated[Curve, "Loss and its two parts over the temperature."]
    by_side: Annotated[Distribution, "InfoNCE of the items of each side."]
    by_item: Annotated[ItemScores, "InfoNCE of an item among all items of the other side."]


def _contrastive_loss(
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[LeftModality, "One side of the pairs."] = "",
    right: Annotated[RightModality, "The other side."] = "",
    temperature: Annotated[
        float, Between(0.01, 1, log=True), "What cosines are divided by; CLIP ends at 0.01."
    ] = 0.01,
    pairs: Annotated[int, Between(100, 5000, 100), "Most pairs in the batch."] = 2000,
) -> ContrastiveLoss:
    """Symmetric cross-entropy of classifying each item's partner among the others of a batch.

    ``loss = mean_i (l_i + m_i) / 2`` with ``l_i = -s_ii / t + log sum_j exp(s_ij / t)``, s the
    cosines, t the temperature and ``m_i`` the same from second to first; in ``[0, inf)``. It is the
    sum of an alignment part, ``-mean s_ii / t``, and a uniformity part, the mean log of the sums
    (Wang & Isola 2020). ``L_CUA = loss + uniformity + alignment`` and ``L_CUAXU = L_CUA +
    cross_uniformity``, all weights 1 (Fahim et al. 2024). The batch holds one pair of each pair
    value; its size enters the loss, whose value for items that all coincide is log n.

    Raises
    ------
    BadParameter
        If both sides are the same modality.
    NotApplicable
        If fewer than two items of one side are paired with one of the other.
    """
    two = modalities(space, left, right)
    all_pairs = two.all_pairs
    chosen = batch(two, all_pairs, pairs)
    if len(chosen) < 2:
        msg = (
            "The contrastive loss needs two pairs, one as the negative of the other; "
            f"{left!r} and {right!r} share one. Choose other modalities."
        )
        raise NotApplicable(msg)
    sample = sample_size(len(chosen), len(all_pairs))
    x, y = two.unit[chosen.left], two.unit[chosen.right]
    stage("loss by temperature")
    curve = _by_temperature(x, y)
    now = contrast(x, y, temperature)
    forth, back = loss_terms(x, y, now)
    loss = (forth + back).scaled(0.5)
    closeness = mean_term(-now.own / temperature)
    alignment = mean_term(pair_distances(two.unit, two.unit, chosen) ** 2)
    uniformity = (uniformity_term(x) + uniformity_term(y)).scaled(0.5)
    across = cross_uniformity_term(x, y)
    extended = loss + uniformity + alignment
    unpaired = float(mean(x) @ mean(y))  # mean cosine across the modalities
    shuffled = {
        "loss": loss.value - closeness.value - unpaired / temperature,
        "forth": forth.value - closeness.value - unpaired / temperature,
        "back": back.value - closeness.value - unpaired / temperature,
        "closeness": -unpaired / temperature,
        "alignment": 2 - 2 * unpaired,
    }
    chance = {name: Chance(value, _SHUFFLED) for name, value in shuffled.items()}
    even = sphere_chance(space.n_dims, SHARPNESS, len(x) * (len(x) - 1))
    both = np.concatenate([chosen.left, chosen.right])
    values = laid_out(np.concatenate(now.losses), both, len(space))
    sides = np.repeat(np.array([left, right], object), len(chosen))
    return ContrastiveLoss(
        loss=loss.estimate(chance["loss"], sample, within=(0, np.inf)),
        loss_forth=forth.estimate(chance["forth"], sample, within=(0, np.inf)),
        loss_back=back.estimate(chance["back"], sample, within=(0, np.inf)),
        alignment_part=closeness.estimate(chance["closeness"], sample),
        uniformity_part=(loss - closeness).estimate(None, sample),
        alignment=alignment.estimate(chance["alignment"], sample, within=(0, 4)),
        uniformity=uniformity.estimate(even, sample, within=(-8, 0)),
        cross_uniformity=across.estimate(even, sample, within=(-8, 0)),
        loss_cua=extended.estimate(None, sample),
        loss_cuaxu=(extended + across).estimate(None, sample),
        by_temperature=curve,
        by_side=Distribution(np.concatenate(now.losses), "loss of an item", sides),
        by_item=ItemScores(values, "loss of an item", best="low"),
    )


def _by_temperature(x: Vectors, y: Vectors) -> Curve:
    contrasts = [contrast(x, y, float(temperature)) for temperature in ticked(TEMPERATURES)]
    return Curve(
        TEMPERATURES,
        {
            "loss": np.array([each.loss for each in contrasts]),
            "alignment part": np.array([-each.own.mean() / each.temperature for each in contrasts]),
            "uniformity part": np.array(
                [(each.forth + each.back).mean() / 2 for each in contrasts]
            ),
        },
        "temperature",
        "loss",
        levels={"all items coincide": float(np.log(len(x)))},
        log_x=True,
    )


def example(rng: np.random.Generator) -> Example:
    """Pairs that coincide, all orthogonal to each other."""
    n, temperature = 60, 0.25
    orthogonal = np.linalg.qr(rng.normal(size=(n, n)))[0]
    exact = float(np.log(1 + (n - 1) * np.exp(-1 / temperature)))
    return Example(
        (captioned("all orthogonal", orthogonal, orthogonal),),
        {
            "loss": (exact - 1e-5, exact + 1e-5),
            "alignment": (0, 1e-9),
            "uniformity": (-4.00001, -3.99999),
            "cross_uniformity": (-4.00001, -3.99999),
        },
        "Partners coincide and negatives are orthogonal: the loss is log(1 + 59 / e^4).",
        {"temperature": temperature},
    )


contrastive_loss = Lens(
    run=_contrastive_loss,
    title="Contrastive loss",
    question="What is the contrastive loss of these pairs, and what is it made of?",
    reading_guide=(
        "A low temperature counts the hardest negatives only; at a high one all candidates count "
        "alike, and the loss nears the logarithm of the number of pairs. The alignment part pulls "
        "partners together, the uniformity part pushes all else apart. The extended losses add "
        "terms for what the plain one leaves out: spread inside each modality, and across."
    ),
    caution=(
        "The loss grows with the number of pairs in the batch: compare at equal size only, and at "
        "equal temperature. Parts that are divided by the temperature have no scale of their own. "
        "At low temperatures the loss of 100 pairs or fewer hangs on the few hardest of them: its "
        "interval is then too narrow, and holds the expected value three times in four."
    ),
    headline="loss",
    sources=("radford-2021", "wang-2020", "fahim-2024"),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    cost=lambda size: 5e-7 * min(size.n, 10_000) * size.d,
    needs=("modality", "pair"),
    directions=True,
    verdicts=Verdicts(
        above="Partners are distinguished from negatives worse than by chance.",
        below="Partners are distinguished from negatives better than by chance.",
        unclear="Partners are not shown to be distinguished from negatives.",
    ),
)
