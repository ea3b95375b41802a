"""Centered kernel alignment of two spaces."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.arrays import AnyFloats
from core.engines.similarity import estimates as similarity
from core.engines.similarity.estimates import Measured, estimate
from core.engines.similarity.products import Compared, compared, gram_products, rbf_gram
from core.estimates import Number, Score, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.progress import stage
from core.readouts import Distribution, ItemScores
from core.space import EmbeddingSpace
from core.statistics.influence import pair_clusters
from core.statistics.sampling import sample_size, stratified
from core.steps import Apply, LookAt

MOST_ITEMS = 5_000  # of the Gaussian kernel, whose matrix of all pairs must be held

UNBIASED, BIASED = Score(low=-1, high=1, best="high"), Score(low=0, high=1, best="high")


@dataclass(frozen=True)
class Cka:
    """How alike two spaces arrange the same items."""

    cka_debiased: Annotated[
        Number,
        UNBIASED,
        "Linear CKA without the part that any two spaces of few items share; 0 when unrelated.",
    ]
    cka: Annotated[
        Number,
        BIASED,
        "Linear CKA as most papers print it. Its interval is about what a set of this size "
        "gives, not about the limit of many items.",
    ]
    rbf_cka_debiased: Annotated[
        Number, UNBIASED, "The debiased form with a Gaussian kernel, which weighs near items more."
    ]
    rbf_cka: Annotated[
        Number,
        BIASED,
        "CKA with a Gaussian kernel. Its width is the knob times the root of the median squared "
        "distance, the zeros of the diagonal included (Kornblith).",
    ]
    by_item: Annotated[
        ItemScores,
        "Correlation of the item's similarities to all others in one space with those in the "
        "other: the rows whose agreement CKA averages.",
    ]
    items: Annotated[Distribution, "The agreement of all items."]


def _cka(
    x: EmbeddingSpace,
    y: EmbeddingSpace,
    /,
    *,
    unit: Annotated[
        bool, "Scale every vector to length one first, as the Platonic study does."
    ] = False,
    bandwidth: Annotated[
        float, Between(0.1, 5, 0.1), "Width of the Gaussian kernel, in median distances."
    ] = 1.0,
) -> Cka:
    """Cosine of the two centered matrices of similarities between items.

    ``CKA = |Y^T X|_F^2 / (|X^T X|_F |Y^T Y|_F)`` of centered features (Kornblith et al. 2019);
    1 if one space is a rotation, shift and uniform scaling of the other. It is not invariant to a
    general linear map. The biased form rises toward 1 when items are few compared with
    dimensions; the debiased form replaces the inner products by unbiased estimates (Song et al.
    2012). Time grows with n d^2; the Gaussian kernel beyond 5,000 items is that of a seeded sample.
    """
    first, second = (space.unit if unit else space.vectors for space in (x, y))
    clusters = pair_clusters(x)
    stage("linear kernel")
    linear = compared(first, second)
    debiased = similarity.cka_debiased(linear, x.items.index)
    by_item = np.full(len(x), np.nan) if isinstance(debiased, Undefined) else debiased.by_item
    stage("Gaussian kernel")
    rows = stratified(x, MOST_ITEMS)
    rbf_debiased, rbf = _gaussian(first[rows], second[rows], bandwidth, items=x.items.index[rows])
    sample = sample_size(len(rows), len(x))
    return Cka(
        cka_debiased=estimate(debiased, clusters, within=(-1, 1)),
        cka=estimate(similarity.cka(linear), clusters, within=(0, 1)),
        rbf_cka_debiased=estimate(rbf_debiased, clusters[rows], within=(-1, 1), sample=sample),
        rbf_cka=estimate(rbf, clusters[rows], within=(0, 1), sample=sample),
        by_item=ItemScores(by_item, "correlation of similarities", best="high"),
        items=Distribution(by_item, "correlation of similarities"),
    )


def _gaussian(
    x: AnyFloats, y: AnyFloats, bandwidth: float, *, items: pd.Index
) -> tuple[Measured | Undefined, Measured | Undefined]:
    k, m = rbf_gram(x, bandwidth), rbf_gram(y, bandwidth)
    if k is None or m is None:
        none = Undefined("needs a median distance above 0; most items of a space coincide")
        return none, none
    seen = Compared(gram_products(k, m), gram_products(k, k), gram_products(m, m))
    return similarity.cka_debiased(seen, items), similarity.cka(seen)


def example(rng: np.random.Generator) -> Example:
    """A cloud, and the same cloud rotated, stretched and moved away."""
    cloud = rng.normal(size=(200, 6)) * [3, 2, 1, 1, 1, 1]
    rotation, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    moved = 2.5 * cloud @ rotation + 4
    return Example(
        (EmbeddingSpace.bare("cloud", cloud), EmbeddingSpace.bare("cloud, moved", moved)),
        {"cka_debiased": (0.9999, 1), "cka": (0.9999, 1), "rbf_cka": (0.9999, 1)},
        "Rotated, scaled and moved: still exactly 1.",
    )


cka = Lens(
    run=_cka,
    title="Kernel alignment (CKA)",
    question="Do two spaces find the same items similar?",
    reading_guide=(
        "1 means that the spaces agree up to rotation, shift and scale; 0 that they are unrelated. "
        "Read the debiased value first: with fewer than ten items per dimension the other one is "
        "high for any two spaces, as its chance level shows."
    ),
    caution=(
        "A few directions of large variance, or a few outliers, can decide it: look at the items "
        "and at the neighborhoods too. Values after scaling to length one are different numbers, "
        "and papers use both."
    ),
    headline="cka_debiased",
    verdicts=Verdicts(
        above="The two spaces agree, beyond chance, on which items are similar.",
        below="The two spaces agree less than unrelated ones do.",
        unclear="The two spaces are not shown to be related.",
        steps={
            "above": (
                LookAt("agreement.mutual_knn", "Do they agree on who is near whom?"),
                Apply("remove_components", "Does it rest on one direction?", {"count": 1}),
            ),
            "below": (LookAt("agreement.mutual_knn", "Do they agree on who is near whom?"),),
            "unclear": (
                LookAt("agreement.mutual_knn", "Do they agree on who is near whom?"),
                Apply("unit_length", "Do a few long vectors decide it?"),
            ),
        },
    ),
    sources=("kornblith-2019", "song-2012", "szekely-2014"),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "translation", "permuted dimensions"),
    cost=lambda size: 6e-8 * min(size.n, 20_000) ** 2,
)
