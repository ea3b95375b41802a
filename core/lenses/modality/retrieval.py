"""Retrieval of partners across two modalities."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.annotations import LeftModality, Rank, RightModality, Share
from core.engines.pairs.examples import captioned
from core.engines.pairs.modalities import Modalities, modalities
from core.engines.retrieval.partner_search import MOST_COMPARISONS, Search, searches
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.numerics.cosines import Cosines
from core.progress import stage
from core.readouts import Curve, ItemPairs, ItemScores
from core.space import EmbeddingSpace
from core.statistics.sampling import laid_out

RANKS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)  # of the curve


@dataclass(frozen=True)
class Retrieval:
    """How often the partner of an item is among the first that a search finds."""

    recall_at_1: Annotated[Share, "Share of the first modality whose nearest item is a partner."]
    recall_at_5: Annotated[Share, "Share of the first modality with a partner among the 5 nearest."]
    recall_at_10: Annotated[
        Share, "Share of the first modality with a partner among the 10 nearest."
    ]
    median_rank: Annotated[Rank, "Median rank of the best partner, first modality to second."]
    mrr: Annotated[Share, "Mean reciprocal rank of the best partner, first modality to second."]
    recall_at_1_back: Annotated[
        Share, "Share of the second modality whose nearest item is a partner."
    ]
    recall_at_5_back: Annotated[
        Share, "Share of the second modality with a partner among the 5 nearest."
    ]
    recall_at_10_back: Annotated[
        Share, "Share of the second modality with a partner among the 10 nearest."
    ]
    median_rank_back: Annotated[Rank, "Median rank of the best partner, second modality to first."]
    mrr_back: Annotated[
        Share, "Mean reciprocal rank of the best partner, second modality to first."
    ]
    recall_by_k: Annotated[Curve, "Share of items with a partner among the first k."]
    partner_rank: Annotated[
        ItemScores, "Rank of the best partner among all items of the other modality, from 1."
    ]
    found_instead: Annotated[
        ItemPairs, "Items whose partner comes last of all, with what the search finds first."
    ]


def _retrieval(
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[LeftModality, "The side that searches first."] = "",
    right: Annotated[RightModality, "The side that is searched first."] = "",
    worst: Annotated[int, Between(10, 500, 10), "Failures to list, of both sides together."] = 100,
) -> Retrieval:
    """Share of items whose partner in the other modality is among the k most similar, by cosine.

    A query with several partners counts once, with the best of them; the items of the other side
    that have no partner are candidates too. Candidates of equal cosine share their ranks, so that
    coinciding vectors are at chance, which is exact: ``1 - C(m - c, k) / C(m, k)`` for c partners
    among m candidates. Ranks are exact up to 100,000 items a side. Intervals take the items of one
    pair value as one observation. Nothing depends on vector norms, nor on a rotation of the space.

    Raises
    ------
    BadParameter
        If both sides are the same modality.
    NotApplicable
        If no item of one side is paired with one of the other.
    """
    two = modalities(space, left, right)
    stage("similarities")
    forth, back = searches(two, two.all_pairs)
    queries = np.concatenate([forth.queries, back.queries])
    rank = laid_out(np.concatenate([forth.places.mean, back.places.mean]), queries, len(space))
    return Retrieval(
        recall_at_1=forth.recall(1),
        recall_at_5=forth.recall(5),
        recall_at_10=forth.recall(10),
        median_rank=forth.median_rank(),
        mrr=forth.mean_reciprocal_rank(),
        recall_at_1_back=back.recall(1),
        recall_at_5_back=back.recall(5),
        recall_at_10_back=back.recall(10),
        median_rank_back=back.median_rank(),
        mrr_back=back.mean_reciprocal_rank(),
        recall_by_k=_recall_by_k({f"{left} to {right}": forth, f"{right} to {left}": back}),
        partner_rank=ItemScores(rank, "rank of the best partner", best="low"),
        found_instead=_found_instead(two, rank, worst),
    )


def _recall_by_k(by_name: dict[str, Search]) -> Curve:
    most = max(search.n_candidates for search in by_name.values())
    ranks = np.array([k for k in RANKS if k <= most])
    recalls = {name: [search.recall(k) for k in ranks] for name, search in by_name.items()}
    first, *_ = by_name
    return Curve.of(
        ranks,
        recalls,
        ("k, candidates looked at", "share of items with a partner"),
        lines={
            "chance level": np.array([each.chance.value for each in recalls[first] if each.chance])
        },
        log_x=True,
    )


def _found_instead(two: Modalities, rank: NDArray[np.float64], worst: int) -> ItemPairs:
    """The items that rank their partner worst, beside their most similar candidate."""
    order = np.argsort(-np.nan_to_num(rank, nan=0), kind="stable")[:worst]
    queries = order[np.nan_to_num(rank[order], nan=0) > 1]
    from_left, vectors = np.isin(queries, two.left), two.space.vectors
    first = np.empty(len(queries), np.int64)
    for chosen, others in ((from_left, two.right), (~from_left, two.left)):
        cosines = Cosines.of(vectors[queries[chosen]], vectors[others])
        first[chosen] = others[cosines[:].argmax(axis=1)]
    return ItemPairs(queries, first, rank[queries], "rank of the best partner")


def example(rng: np.random.Generator) -> Example:
    """Items around a circle, each caption 1.4 steps ahead of its image."""
    n = 40
    angles = 2 * np.pi / n * rng.permutation(n)
    images, texts = (
        np.column_stack([np.cos(at), np.sin(at)]) for at in (angles, angles + 2.8 * np.pi / n)
    )
    return Example(
        (captioned("captions 1.4 steps ahead", images, texts),),
        {
            "recall_at_1": (0, 0),
            "recall_at_5": (1, 1),
            "median_rank": (3, 3),
            "median_rank_back": (3, 3),
            "mrr": (0.33333, 0.33334),
        },
        "The captions of two other images are nearer: every partner is third.",
    )


retrieval = Lens(
    run=_retrieval,
    title="Retrieval",
    question="Does an item find its partner among all items of the other modality?",
    reading_guide=(
        "Recall at k is the share of searches that find a partner among the first k; compare it "
        "with the chance level, which grows with k and shrinks with the number of candidates. The "
        "two directions may differ: with several captions an image it is easier to find one of "
        "them than the one image. A rank ending in .5 is a tie."
    ),
    caution=(
        "Recall falls as candidates are added: compare spaces on the same items only. A caption "
        "that would fit another image as well counts as a failure all the same."
    ),
    headline="recall_at_1",
    sources=("radford-2021", "karpathy-2015"),
    fidelity="the paper's measurement",
    example=example,
    cost=lambda size: 0.03 + (6e-10 + 9e-12 * size.d) * min(size.n**2 / 4, MOST_COMPARISONS),
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    needs=("modality", "pair"),
    directions=True,
    verdicts=Verdicts(
        above="Items find their partner more often than chance.",
        below="Items find their partner less often than chance.",
        unclear="Items are not shown to find their partner.",
    ),
)
