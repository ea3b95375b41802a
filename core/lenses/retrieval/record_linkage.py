"""Records linked by image and text together."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import (
    Gain,
    LeftModality,
    NeutralShare,
    QuerySide,
    RightModality,
    Share,
    Similarity,
)
from core.errors import Degenerate
from core.estimates import Estimate
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.retrieval._linkage import POOLED, STRINGS, Linkage
from core.lenses.retrieval._records import MOST, Records
from core.progress import stage
from core.readouts import Curve, Distribution, ItemPairs, ItemScores, Table
from core.space import EmbeddingSpace
from core.steps import LookAt

FEWEST = 10  # entities that a link can be right for


@dataclass(frozen=True)
class RecordLinkage:
    """How often the most similar record is of the same entity, by each view and by both."""

    gain: Annotated[
        Gain,
        "Right links by both views, less those by the view that is better for other entities.",
    ]
    accuracy: Annotated[Share, "Records whose most similar one by both views is of their entity."]
    accuracy_left: Annotated[Share, "The same by the first modality alone."]
    accuracy_right: Annotated[Share, "The same by the second modality alone."]
    accuracy_tuned: Annotated[Share, "The same by the weight that is best for other entities."]
    accuracy_of_strings: Annotated[Share, "The same by the letters of the texts: no model."]
    decisions: Annotated[
        Share, "Links rightly accepted or refused, by the threshold best for other entities."
    ]
    precision: Annotated[Share, "Right ones of the links accepted."]
    recall: Annotated[Share, "Records with a match whose right link is accepted."]
    refused: Annotated[Share, "Records without a match whose link is refused."]
    threshold: Annotated[Similarity, "Cosine from which a link is accepted, tuned on all records."]
    guessed_threshold: Annotated[
        Similarity, "The same without labels: a guess, where the similarities part in two groups."
    ]
    one_view: Annotated[NeutralShare, "Records that lack a view: the other stands alone."]
    by_weight: Annotated[Curve, "Right links by the weight of the first modality."]
    ways: Annotated[Table, "Every way to link, with its decisions."]
    clusters: Annotated[Curve, "Agreement of clusters with entities, by where they are cut."]
    similarities: Annotated[Distribution, "Similarity of right and of wrong links."]
    by_item: Annotated[ItemScores, "Whether the link of a record is right."]
    uncertain: Annotated[ItemPairs, "Links nearest to the threshold, to be looked at."]


def _record_linkage(
    space: EmbeddingSpace,
    /,
    *,
    left: LeftModality = "",
    right: RightModality = "",
    queries: QuerySide = "",
    weight: Annotated[
        float, Between(0, 1, 0.05), "Of the first modality; the second has the rest."
    ] = 0.5,
) -> RecordLinkage:
    """Links by the most similar of ``z = unit(w left + (1 - w) right)``, both views unit vectors.

    The items of a pair are a record, its label the entity it truly is. Those of the side that asks
    are linked to the others; without a column of sides each to any other. What is tuned (threshold,
    weight, the better view) is tuned on half the entities and reported on the other. A record that
    lacks a view goes by the one it has. Clusters are by average linkage. Nothing depends on lengths
    or on a rotation of the space.

    Raises
    ------
    NotApplicable
        If there are more than 20,000 records, or none asks or can be found.
    """
    stage("links")
    records = Records.of(space, (left, right), queries)
    found = Linkage.of(space, records, (left, right), weight=weight)
    if found.n_entities < FEWEST:
        msg = f"needs {FEWEST} labels, each an entity of two records, found {found.n_entities}"
        raise Degenerate(msg, **found.without_labels())
    stage("weights and clusters")
    return RecordLinkage(
        gain=found.gain(),
        accuracy=found.accuracy(POOLED),
        accuracy_left=found.accuracy(left),
        accuracy_right=found.accuracy(right),
        accuracy_tuned=found.tuned(),
        accuracy_of_strings=found.accuracy(STRINGS),
        decisions=found.decisions[POOLED]["right decisions"],
        precision=found.decisions[POOLED]["precision"],
        recall=found.decisions[POOLED]["recall"],
        refused=found.decisions[POOLED]["refused"],
        threshold=Estimate(found.threshold),
        by_weight=found.by_weight(),
        ways=found.table(),
        clusters=found.clusters(),
        similarities=found.similarities(),
        by_item=ItemScores(found.per_item(len(space)), "right link", best="high"),
        **found.without_labels(found.threshold),
    )


def example(rng: np.random.Generator) -> Example:
    """Entities on a grid: the image tells the row, the text the column, and both together all."""
    rows, columns = (at.ravel() for at in np.divmod(np.arange(36), 6))
    who = np.repeat(np.arange(36), 2)
    images, texts = np.eye(12)[rows[who]], np.eye(12)[6 + columns[who]]
    items = pd.DataFrame(
        {
            "view": ["image"] * 72 + ["text"] * 72,
            "record": np.tile(np.arange(72), 2),
            "entity": np.tile(who, 2).astype(str),
            "side": np.tile(["query", "catalog"], 72),
        }
    )
    space = EmbeddingSpace(
        "rows and columns",
        np.concatenate([images, texts]).astype(np.float32),
        items,
        {"modality": "view", "pair": "record", "label": "entity", "side": "side"},
    ).take(rng.permutation(len(items)))
    once = (1 / 6 - 1e-9, 1 / 6 + 1e-9)
    return Example(
        (space,),
        {
            "accuracy": (1, 1),
            "accuracy_left": once,
            "accuracy_right": once,
            "gain": (5 / 6 - 1e-9, 5 / 6 + 1e-9),
        },
        "Six entities share an image and six a text: one view is right once in six, both always.",
        {"left": "image", "right": "text", "queries": "query"},
    )


record_linkage = Lens(
    run=_record_linkage,
    title="Record linkage",
    question="Which records are the same entity, and do image and text together tell it better?",
    reading_guide=(
        "Both views together are compared with the better one alone and with the letters of the "
        "texts. The curve over the weight says how much of each view is worth having: pooling "
        "helps when both tell about as much, and can hurt when one is noise."
    ),
    caution=(
        "A threshold without labels is a guess. Encoders are taken as they are: the paper tunes "
        "them on links, which is most of what it gains."
    ),
    headline="gain",
    sources=("arora-2023",),
    fidelity="inspired by the paper",
    example=example,
    cost=lambda size: 0.3 + 2e-8 * min(size.n, 2 * MOST) ** 2,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    needs=("modality", "pair"),
    directions=True,
    verdicts=Verdicts(
        above="Image and text together link more records rightly than the better of the two.",
        below="The better view alone links more records rightly than both: try other weights.",
        unclear="Both views together link about as many records rightly as the better one.",
        steps={
            "above": (LookAt("retrieval.verification", "Does one threshold serve all?"),),
            "below": (LookAt("modality.gap", "How far do the two views lie apart?"),),
            "unclear": (LookAt("modality.retrieval", "Does a view find the other at all?"),),
        },
    ),
)
