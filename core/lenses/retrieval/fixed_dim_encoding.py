"""One vector of fixed width for a set of vectors."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Bytes, Correlation, Dimensions, Gain, Neighbors, QuerySide, Share
from core.engines.retrieval.fixed_dim import Encoding, encoded, sketched
from core.estimates import Estimate
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.retrieval._sets import (
    MOST_COMPARISONS,
    asked,
    by_width,
    calibration,
    check_size,
    widths,
)
from core.progress import stage
from core.readouts import Curve, ItemPairs, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.sampling import laid_out
from core.steps import LookAt

SHORTLIST = 50  # sets measured exactly after a search by encodings


@dataclass(frozen=True)
class FixedDimEncoding:
    """How well one vector for each set stands in for comparing all vectors with all."""

    gain: Annotated[
        Gain, "Most similar sets that encodings find, less those that mean vectors find."
    ]
    recall: Annotated[Share, "Truly most similar sets among as many found by encodings."]
    recall_reranked: Annotated[
        Share, "The same when the first 50 by encodings are compared exactly."
    ]
    recall_of_means: Annotated[Share, "The same by the mean vectors of the sets: the control."]
    correlation: Annotated[
        Correlation, "Of encoded and exact similarity over all sets, mean over queries."
    ]
    correlation_of_means: Annotated[Correlation, "The same of mean vectors."]
    width: Annotated[Dimensions, "Dimensions of an encoding."]
    bytes_per_set: Annotated[Bytes, "Of an encoding in float32."]
    by_width: Annotated[Curve, "Recall by the width of the encoding, one repetition after another."]
    widths: Annotated[Table, "Recall and correlation after each repetition."]
    calibration: Annotated[Curve, "Exact similarity of pairs of equal encoded similarity."]
    by_item: Annotated[ItemScores, "Recall of the set of a vector that asks."]
    mistakes: Annotated[ItemPairs, "A set that asks and the set found first, where not the best."]
    encodings: Annotated[EmbeddingSpace, "A vector for each set, at its first item."]


def _fixed_dim_encoding(  # noqa: PLR0913 - a space and knobs
    space: EmbeddingSpace,
    /,
    *,
    queries: QuerySide = "",
    k: Neighbors = 10,
    hyperplanes: Annotated[int, Between(0, 8), "Random hyperplanes: 2 to this power cells."] = 4,
    repetitions: Annotated[int, Between(1, 32), "With other hyperplanes, side by side."] = 8,
    projection: Annotated[
        int, Between(0, 256), "Dimensions that vectors are projected to first; 0 for none."
    ] = 0,
    final: Annotated[
        int, Between(0, 10_240, 64), "Dimensions that encodings are sketched to last; 0 for none."
    ] = 0,
) -> FixedDimEncoding:
    """Recall of the most similar sets by fixed dimensional encodings, beside exact Chamfer.

    The group of an item is its set. ``Chamfer(Q, P) = mean_q max_p <q, p>`` of unit vectors is the
    truth; the encoding of a set that asks sums its vectors in every cell of random hyperplanes,
    that of a set that is searched averages them, an empty cell taking the vector whose bits differ
    least (Dhulipala et al. 2024, section 2). Exactly the Chamfer similarity where searched sets are
    single vectors. A final count sketch adds its dimensions, by random signs, to fewer; the curve
    by width is before it. Without a column of sides one set in ten asks. Nothing depends on
    lengths; the hyperplanes are seeded, so that a rotation changes the numbers a little.

    Raises
    ------
    NotApplicable
        If every set is a single vector, or the encodings take more than a gigabyte.
    """
    how = Encoding(hyperplanes, repetitions, projection)
    stage("exact similarity")
    found = asked(space, queries, k)
    check_size(how, found, space.n_dims)
    stage("encodings")
    left, right = encoded(found.queries, found.sets, how)
    steps = widths(found, left, right, repetitions=repetitions)
    if final:
        left, right = sketched(left, right, final)
    scores = left @ right.T
    means = found.queries.means @ found.sets.means.T
    recall = {
        "encodings": found.recall(scores),
        "reranked": found.recall(found.reranked(scores, SHORTLIST)),
        "means": found.recall(means),
    }
    per_item = laid_out(recall["encodings"][found.queries.owner], found.queries.rows, len(space))
    width = float(left.shape[1])
    return FixedDimEncoding(
        gain=found.gain(recall["encodings"] - recall["means"]),
        recall=found.share(recall["encodings"]),
        recall_reranked=found.share(recall["reranked"]),
        recall_of_means=found.share(recall["means"]),
        correlation=found.correlated(scores),
        correlation_of_means=found.correlated(means),
        width=Estimate(width),
        bytes_per_set=Estimate(4 * width),
        by_width=by_width(steps, found, means=float(recall["means"].mean())),
        widths=Table(steps),
        calibration=calibration(found, scores),
        by_item=ItemScores(per_item, "recall by encodings", best="high"),
        mistakes=found.mistakes(scores),
        encodings=found.opened(space, left, right),
    )


def example(rng: np.random.Generator) -> Example:
    """Sets of five vectors that ask for documents of a single one."""
    n, asking, each, d = 60, 20, 5, 16
    vectors = rng.normal(size=(n + asking * each, d)).astype(np.float32)
    names = [f"document {at}" for at in range(n)]
    names += [f"query {at}" for at in np.repeat(np.arange(asking), each)]
    items = pd.DataFrame({"set": names, "side": ["document"] * n + ["query"] * asking * each})
    space = EmbeddingSpace("single documents", vectors, items, {"group": "set", "side": "side"})
    return Example(
        (space,),
        {"recall": (1, 1), "correlation": (1 - 1e-6, 1), "recall_reranked": (1, 1)},
        "A document of one vector fills every cell with it: encodings are exact.",
        {"queries": "query"},
    )


fixed_dim_encoding = Lens(
    run=_fixed_dim_encoding,
    title="Fixed-width encoding of sets",
    question="How well does one vector stand in for a set of vectors?",
    reading_guide=(
        "Recall is of the sets that are truly most similar, by comparing all vectors with all. The "
        "control is the mean vector, which costs nothing: a narrow encoding can lose to it. With "
        "an exact comparison of the first 50, recall is what a two-stage search would reach."
    ),
    caution=(
        "It measures how well Chamfer similarity is reproduced, not whether that is the right one "
        "for your queries. Latency and the index are left to a vector database."
    ),
    headline="gain",
    sources=("dhulipala-2024",),
    fidelity="the paper's method",
    example=example,
    cost=lambda size: (
        0.1 + 1.5e-11 * size.d * min(0.09 * size.n**2, MOST_COMPARISONS) + 2e-7 * size.n * size.d
    ),
    invariances=("scale", "lengths"),
    needs=("group",),
    directions=True,
    verdicts=Verdicts(
        above="One encoded vector finds more of the most similar sets than the mean vector does.",
        below="The mean vector finds more of the most similar sets: the encoding is too narrow.",
        unclear="Encoding and mean vector find about as many of the most similar sets.",
        steps={
            "above": (LookAt("compression.benchmark", "With how few bits can they be kept?"),),
            "below": (LookAt("retrieval.document_pooling", "Do queries ask for one part?"),),
        },
    ),
)
