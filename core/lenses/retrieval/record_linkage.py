"""Records linked by image and text together."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd

from core.annotations import LeftModality, NeutralShare, QuerySide, RightModality, Share, Similarity
from core.errors import Degenerate
from core.estimates import Chance, Estimate, Number, Score, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.retrieval._linking import WEIGHTS, Judged, clusters
from core.lenses.retrieval._records import (
    MOST,
    Links,
    Records,
    best_threshold,
    by_cosine,
    by_strings,
    guessed_threshold,
    linked,
)
from core.progress import stage
from core.readouts import Curve, Distribution, ItemPairs, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import from_mean
from core.statistics.sampling import laid_out
from core.steps import LookAt

MOST_SHOWN, FEWEST = 100, 10
POOLED, STRINGS = "pooled", "letters of the texts"


@dataclass(frozen=True)
class RecordLinkage:
    """How often the most similar record is of the same entity, by each view and by both."""

    gain: Annotated[
        Number,
        Score(low=-1, high=1, best="high"),
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
    records = Records.of(space, (left, right), queries)
    stage("links")
    ends = {left: records.pooled(1.0), right: records.pooled(0.0)}
    ways = {**ends, POOLED: records.pooled(weight)}
    links = {way: linked(records, by_cosine(records, rows)) for way, rows in ways.items()}
    found = links[POOLED]
    judged = Judged.of(records)
    n_entities = len(np.unique(judged.entity[judged.matched]))
    if n_entities < FEWEST:
        msg = f"needs {FEWEST} labels, each an entity of two records, found {n_entities}"
        raise Degenerate(msg, **_unlabeled(records, found, guessed_threshold(found.score)))
    stage("weights")
    line = [linked(records, by_cosine(records, records.pooled(w))) for w in WEIGHTS]
    hits = np.stack([each.right[judged.own] for each in line])
    if texts := _texts(space, records, right):
        links[STRINGS] = linked(records, by_strings(records, texts))
    accuracy = {
        way: judged.found(each.right[judged.own], records.chance) for way, each in links.items()
    }
    tuned = np.take_along_axis(hits, judged.tuned(hits)[None], 0)[0]
    single = np.stack([links[way].right[judged.own] for way in (left, right)])
    better = np.take_along_axis(single, judged.tuned(single)[None], 0)[0]
    of = judged.matched
    decided = {way: judged.decided(each) for way, each in links.items()}
    own = found.right[judged.own]
    threshold = best_threshold(found.score[judged.own], own, judged.matched)
    stage("clusters")
    return RecordLinkage(
        gain=from_mean(
            (own - better)[of],
            judged.entity[of],
            within=(-1, 1),
            chance=Chance(0.0, "no difference"),
        ),
        accuracy=accuracy[POOLED],
        accuracy_left=accuracy[left],
        accuracy_right=accuracy[right],
        accuracy_tuned=judged.found(tuned, records.chance),
        accuracy_of_strings=accuracy.get(STRINGS, Undefined("needs a 'text' of every record")),
        decisions=decided[POOLED]["right decisions"],
        precision=decided[POOLED]["precision"],
        recall=decided[POOLED]["recall"],
        refused=decided[POOLED]["refused"],
        threshold=Estimate(threshold),
        by_weight=Curve.of(
            WEIGHTS,
            {"both views": [judged.found(each, records.chance) for each in hits]},
            (f"weight of {left}", "right links"),
            levels={"chance": records.chance},
        ),
        ways=Table.of({"by": way, "right links": accuracy[way], **decided[way]} for way in links),
        clusters=clusters(records.entity, ways),
        similarities=_similarities(found, judged),
        by_item=ItemScores(
            laid_out(own, records.first[records.asks[judged.own]], len(space)),
            "right link",
            best="high",
        ),
        **_unlabeled(records, found, threshold),
    )


def _unlabeled(records: Records, found: Links, threshold: float) -> dict[str, Any]:
    """What can be said without knowing the entities."""
    order = np.argsort(np.abs(found.score - threshold), kind="stable")[:MOST_SHOWN]
    first, second = records.first[records.asks[order]], records.first[found.match[order]]
    return {
        "guessed_threshold": Estimate(guessed_threshold(found.score)),
        "one_view": Estimate(float(records.one_view.mean())),
        "uncertain": ItemPairs(first, second, found.score[order], "cosine of the link"),
    }


def _texts(space: EmbeddingSpace, records: Records, right: str) -> list[str] | None:
    """A text of every record, of its item in the right view; None where one lacks."""
    if "text" not in space.roles:
        return None
    rows = np.flatnonzero((space.names("modality") == right) & pd.notna(space.column("text")))
    texts = pd.Series(space.column("text")[rows], index=space.column("pair")[rows])
    own = texts[~texts.index.duplicated()].reindex(space.column("pair")[records.first])
    return None if own.isna().any() else own.map(str).tolist()


def _similarities(found: Links, judged: Judged) -> Distribution:
    right = found.right[judged.own] >= 0.5
    kinds = np.where(right, "right", np.where(judged.matched, "wrong", "without a match"))
    return Distribution(found.score[judged.own], "cosine", kinds.astype(object), "links")


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
    order = rng.permutation(len(items))
    space = EmbeddingSpace(
        "rows and columns",
        np.concatenate([images, texts])[order].astype(np.float32),
        items.iloc[order].reset_index(drop=True),
        {"modality": "view", "pair": "record", "label": "entity", "side": "side"},
    )
    sixth = 1 / 6
    return Example(
        (space,),
        {
            "accuracy": (1, 1),
            "accuracy_left": (sixth - 1e-9, sixth + 1e-9),
            "accuracy_right": (sixth - 1e-9, sixth + 1e-9),
            "gain": (5 * sixth - 1e-9, 5 * sixth + 1e-9),
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
