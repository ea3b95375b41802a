"""Retrieval of partners across two modalities."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.engines.pairs.modalities import Modalities, modalities
from core.engines.retrieval.partner_search import Search, searches
from core.estimates import Number, Score
from core.knobs import Between, ValueOf
from core.lens import Example, Lens, Paper, Verdicts
from core.progress import stage
from core.readouts import Band, Curve, ItemPairs, ItemScores
from core.space import EmbeddingSpace

PLACES = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)  # of the curve

_SHARE = Score(low=0, high=1, best="high")
_RANK = Score(low=1, best="low")


@dataclass(frozen=True)
class Retrieval:
    """How often the partner of an item is among the first that a search finds."""

    recall_at_1: Annotated[Number, _SHARE, "Left items whose most similar right item is a partner."]
    recall_at_5: Annotated[Number, _SHARE, "Left items with a partner among the first 5."]
    recall_at_10: Annotated[Number, _SHARE, "Left items with a partner among the first 10."]
    median_rank: Annotated[Number, _RANK, "Median place of a left item's best partner."]
    mrr: Annotated[Number, _SHARE, "Mean of one over the place of a left item's best partner."]
    recall_at_1_back: Annotated[
        Number, _SHARE, "Right items whose most similar left item is a partner."
    ]
    recall_at_5_back: Annotated[Number, _SHARE, "Right items with a partner among the first 5."]
    recall_at_10_back: Annotated[Number, _SHARE, "Right items with a partner among the first 10."]
    median_rank_back: Annotated[Number, _RANK, "Median place of a right item's best partner."]
    mrr_back: Annotated[
        Number, _SHARE, "Mean of one over the place of a right item's best partner."
    ]
    recall_by_k: Annotated[Curve, "Share of items with a partner among the first k."]
    partner_rank: Annotated[
        ItemScores, "Place of the best partner among all items of the other modality, from 1."
    ]
    found_instead: Annotated[
        ItemPairs, "Items whose partner comes last of all, with what the search finds first."
    ]


def retrieval(
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[str, ValueOf("modality"), "The side that searches first."] = "",
    right: Annotated[str, ValueOf("modality", nth=1), "The side that is searched first."] = "",
    worst: Annotated[int, Between(10, 500, 10), "Failures to list, of both sides together."] = 100,
) -> Retrieval:
    """Share of items whose partner in the other modality is among the k most similar, by cosine.

    A query with several partners counts once, with the best of them; the items of the other side
    that have no partner are candidates too. Candidates of equal cosine share their places, so that
    coinciding vectors are at chance, which is exact: ``1 - C(m - c, k) / C(m, k)`` for c partners
    among m candidates. Intervals take the items of one pair value as one observation. Nothing
    depends on vector norms, nor on a rotation of the space.

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
    rank = np.full(len(space), np.nan)
    for search in (forth, back):
        rank[search.queries] = search.places.mean
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
    places = np.array([k for k in PLACES if k <= most])
    found = {name: [search.recall(k) for k in places] for name, search in by_name.items()}
    lines = {name: np.array([e.value for e in column]) for name, column in found.items()}
    first = next(iter(found.values()))
    lines["chance"] = np.array([e.chance.value for e in first if e.chance])
    bands = {
        name: Band(
            np.array([e.interval.low if e.interval else e.value for e in column]),
            np.array([e.interval.high if e.interval else e.value for e in column]),
        )
        for name, column in found.items()
    }
    return Curve(
        places, lines, "k, candidates looked at", "share of items with a partner", bands, log_x=True
    )


def _found_instead(two: Modalities, rank: NDArray[np.float64], worst: int) -> ItemPairs:
    """The items that rank their partner worst, beside their most similar candidate."""
    order = np.argsort(-np.nan_to_num(rank, nan=0), kind="stable")[:worst]
    queries = order[np.nan_to_num(rank[order], nan=0) > 1]
    from_left = np.isin(queries, two.left)
    first = np.empty(len(queries), np.int64)
    for chosen, others in ((from_left, two.right), (~from_left, two.left)):
        first[chosen] = others[(two.unit[queries[chosen]] @ two.unit[others].T).argmax(axis=1)]
    return ItemPairs(queries, first, rank[queries], "rank of the best partner")


def example(rng: np.random.Generator) -> Example:
    """Items around a circle, each caption 1.4 steps ahead of its image."""
    n = 40
    order = rng.permutation(n)
    angles = 2 * np.pi / n * np.concatenate([order, order + 1.4])
    items = pd.DataFrame({"kind": ["image"] * n + ["text"] * n, "pair": [*range(n), *range(n)]})
    space = EmbeddingSpace(
        "captions 1.4 steps ahead",
        np.column_stack([np.cos(angles), np.sin(angles)]),
        items,
        {"modality": "kind", "pair": "pair"},
    )
    return Example(
        (space,),
        {
            "recall_at_1": (0, 0),
            "recall_at_5": (1, 1),
            "median_rank": (3, 3),
            "median_rank_back": (3, 3),
            "mrr": (0.33333, 0.33334),
        },
        "The captions of two other images are nearer: every partner is third.",
    )


LENS = Lens(
    run=retrieval,
    title="Retrieval",
    question="Does an item find its partner among all items of the other modality?",
    reading_guide=(
        "Recall at k is the share of searches that find a partner among the first k; compare it "
        "with chance, which grows with k and shrinks with the number of candidates. The two "
        "directions may differ: with several captions an image it is easier to find one of them "
        "than the one image. Half a place in a rank is a tie."
    ),
    caution=(
        "Recall falls as candidates are added: compare spaces on the same items only. A caption "
        "that would fit another image as well counts as a failure all the same."
    ),
    headline="recall_at_1",
    papers=(
        Paper(
            "Radford et al., Learning Transferable Visual Models (CLIP), ICML 2021",
            "https://arxiv.org/abs/2103.00020",
        ),
        Paper(
            "Karpathy & Fei-Fei, Deep Visual-Semantic Alignments, CVPR 2015 (recall, median rank)",
            "https://arxiv.org/abs/1412.2306",
        ),
    ),
    fidelity="the paper's measurement",
    example=example,
    needs=("modality", "pair"),
    directions=True,
    quadratic=True,
    verdicts=Verdicts(
        above="Items find their partner more often than chance.",
        below="Items find their partner less often than chance.",
        unclear="Items find their partner no more often than chance.",
    ),
)
