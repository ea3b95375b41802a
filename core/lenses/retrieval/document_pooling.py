"""Documents found by one merged vector, or by their best part."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import QuerySide, Share
from core.estimates import Number, Score
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.retrieval._documents import BEST, DIRECT, MERGED, MIX, TWO_STAGE, Documents
from core.lenses.retrieval._pooling import GAIN, Pooled, by_weight, methods
from core.progress import stage
from core.readouts import Curve, Heatmap, ItemPairs, ItemScores, Table
from core.space import EmbeddingSpace
from core.steps import LookAt


@dataclass(frozen=True)
class DocumentPooling:
    """How well documents are found by their merged vector and by their parts."""

    merged_less_best: Annotated[
        Number,
        Score(low=-1, high=1),
        "Queries that find their document first by merged vectors, less those that do by the best "
        "part: above 0 they ask for whole documents, below 0 for one part.",
    ]
    recall_merged: Annotated[Share, "Queries whose document comes first by merged vectors."]
    recall_best_part: Annotated[Share, "Queries whose document has the most similar part of all."]
    recall_first_part: Annotated[Share, "The same when only first parts are searched."]
    recall_mix: Annotated[Share, "The same by merged vector and best part together."]
    recall_of_either: Annotated[
        Share, "The same by the better of the two for each query: a switch can reach no more."
    ]
    part_recall: Annotated[Share, "Queries whose part comes first among all parts."]
    part_recall_two_stage: Annotated[
        Share, "The same in two stages: documents by merged vectors, then their parts."
    ]
    methods: Annotated[Table, "Every way to search, for documents and for parts."]
    by_query: Annotated[Table, "What each kind of query asks for, kinds being the labels."]
    by_length: Annotated[Table, "The same by the number of parts of the document asked for."]
    weights: Annotated[Curve, "Documents found first, by the weight of the first modality."]
    ranks: Annotated[Heatmap, "Queries by the place of their document, by best part and merged."]
    by_item: Annotated[
        ItemScores, "Of a query, one over the place by merged vector less that by best part."
    ]
    rank_merged: Annotated[ItemScores, "Place of the document a query asks for, merged."]
    rank_best_part: Annotated[ItemScores, "Its place by its best part."]
    disagreements: Annotated[ItemPairs, "Queries and the parts most similar to them."]


def _document_pooling(
    space: EmbeddingSpace,
    /,
    *,
    queries: QuerySide = "",
    weight: Annotated[
        float, Between(0, 1, 0.05), "Of the most frequent modality of parts; of others the rest."
    ] = 0.5,
    mix: Annotated[float, Between(0, 1, 0.05), "Of the merged vector, beside the best part."] = 0.5,
    k_documents: Annotated[int, Between(1, 100), "Documents whose parts are looked at then."] = 10,
) -> DocumentPooling:
    """Recall of documents by merged vector, best part, first part and a mix; then of parts.

    The group of an item is its document, that of a query the one it asks for; a part that shares
    its pair is the right one. ``merged = unit(sum_m w_m mean of the unit parts of modality m)``,
    ``best = max_p q p``, ``mix`` is of these two. In two stages, parts of the first documents by
    ``q merged`` are ordered by ``q p + q merged``. Without a column of sides one part of each
    document, taken out of it, asks. Queries for documents of one part are left out. Intervals take
    queries for one document as one observation. Nothing depends on lengths or on a rotation.
    """
    docs = Documents.of(space, queries)
    stage("documents")
    found = Pooled.of(space, docs, weight, mix=mix, k=k_documents)
    return DocumentPooling(
        merged_less_best=found.difference(),
        recall_merged=found.recall(MERGED),
        recall_best_part=found.recall(BEST),
        recall_first_part=found.recall_of_first(),
        recall_mix=found.recall(MIX),
        recall_of_either=found.recall(MERGED, BEST),
        part_recall=found.part_recall(DIRECT),
        part_recall_two_stage=found.part_recall(TWO_STAGE),
        methods=methods(found.found),
        by_query=found.by_query(),
        by_length=found.by_length(),
        weights=by_weight(docs, space, found.kinds),
        ranks=found.ranks(),
        by_item=found.per_item(found.gains, GAIN),
        rank_merged=found.places(MERGED),
        rank_best_part=found.places(BEST),
        disagreements=found.disagreements(),
    )


def example(rng: np.random.Generator) -> Example:
    """Documents of four orthogonal parts, one of which looks like the whole of the next document.

    A query is the direction of a whole document: half the cosine with each of its parts, and 0.8
    with the part that looks like it.
    """
    n, axes = 30, np.eye(4 * 30).reshape(30, 4, 4 * 30)
    whole = axes.mean(axis=1) * 2
    parts = axes.copy()
    parts[:, 3] = 0.8 * np.roll(whole, -1, axis=0) + 0.6 * axes[:, 3]
    own = np.repeat(np.arange(n), 4)
    items = pd.DataFrame(
        {
            "document": np.concatenate([own, np.arange(n)]),
            "side": ["part"] * len(own) + ["query"] * n,
        }
    )
    space = EmbeddingSpace(
        "documents and parts that look like others",
        np.concatenate([parts.reshape(4 * n, -1), whole]).astype(np.float32),
        items,
        {"group": "document", "side": "side"},
    ).take(rng.permutation(len(items)))
    return Example(
        (space,),
        {"merged_less_best": (1, 1), "recall_merged": (1, 1), "recall_best_part": (0, 0)},
        "Queries are whole documents, and the part most like each belongs to another document.",
    )


document_pooling = Lens(
    run=_document_pooling,
    title="Document pooling",
    question="Are documents better found by one merged vector or by their best part?",
    reading_guide=(
        "It says what your queries ask for, and declares no winner: merged vectors serve queries "
        "about whole documents, the best part those about one. A mix of the two often loses "
        "little on either; the better of the two for each query is what a switch could reach."
    ),
    caution=(
        "The share found by the better of the two is an upper bound that no switch has reached. "
        "Without a column of sides, parts ask for their own document, which is no real query."
    ),
    headline="merged_less_best",
    sources=("lee-2024",),
    fidelity="inspired by the paper",
    example=example,
    cost=lambda size: 0.05 + 1e-9 * size.n**2 + 1e-11 * size.n**2 * size.d,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    needs=("group",),
    directions=True,
    reads_label=True,
    apart=("modality",),
    verdicts=Verdicts(
        above="Your queries ask for whole documents: merged vectors find more of them.",
        below="Your queries ask for one part: the best part finds more documents.",
        unclear="Merged vector and best part find about as many documents.",
        steps={
            "above": (LookAt("geometry.hubness", "Do some parts come up for every query?"),),
            "below": (LookAt("length.collapse", "Do long documents look alike?"),),
        },
    ),
)
