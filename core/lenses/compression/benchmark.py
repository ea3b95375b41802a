"""Every codec at several sizes, on the items themselves."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Bytes, Neighbors, Share
from core.estimates import Estimate
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.compression._bench import Bench
from core.lenses.compression._storage import CodecResult, ahead, best_within, recipes, ways
from core.progress import stage
from core.readouts import ItemScores, Plane, Table
from core.space import EmbeddingSpace
from core.statistics.sampling import laid_out
from core.steps import Apply, LookAt


@dataclass(frozen=True)
class Benchmark:
    """What every way to store the vectors keeps, and the best one within a budget."""

    recall: Annotated[
        Share, "True nearest neighbors that the best codec within the budget still finds."
    ]
    pair_recall: Annotated[Share, "Items whose partner comes first, in what that codec leaves."]
    class_accuracy: Annotated[Share, "Classes named by a linear probe of what that codec leaves."]
    bytes_per_item: Annotated[Bytes, "What an item takes in that codec."]
    advice: Annotated[Table, "The recommendation in words, and what it costs."]
    front: Annotated[Plane, "Recall against bits a dimension; nothing beats what is on the front."]
    codecs: Annotated[Table, "All of them; those on the front are beaten by none."]
    by_item: Annotated[ItemScores, "Neighbors of an item that the recommended codec still finds."]


def _benchmark(
    space: EmbeddingSpace,
    /,
    *,
    budget: Annotated[
        float, Between(0.25, 32, log=True), "Bits that a dimension may take, on average."
    ] = 8.0,
    k: Neighbors = 10,
) -> Benchmark:
    """Recall of the k nearest by cosine after coding, against what an item takes.

    Each codec is fitted to half of the items, 10,000 at most, and judged on the others: queries as
    real vectors (or coded, where the codec compares codes) search coded items; ties are shared
    fairly. Pairs and classes are judged on the decoded vectors. Tables that all items share count
    in the size of an index. Intervals of recall count that queries share the items they search and
    the fit: by halves of the items for the recommended codec, and as much wider for the others.
    """
    stage("true neighbors")
    bench, done, most = Bench.of(space, k), list[CodecResult](), budget * space.n_dims / 8
    chosen, known = recipes(space.n_dims), ""
    for number, recipe in enumerate(chosen, 1):
        stage(f"{recipe.title}, {number} of {len(chosen)}{known}")
        done.append(bench.result(recipe))
        best = best_within(done, most)
        if best.bytes_per_item <= most:
            known = f"; so far {best.title} is best, recall {best.recall.mean():.3f}"
    tried = bench.tried
    stage(f"halves of the items; {best.title} is best, recall {best.recall.mean():.3f}")
    at = done.index(best)
    recalls = bench.recalls(done, at, chosen[at])
    first = ahead(done)
    rows = [
        bench.row(one, recall, ahead=number in first)
        for number, (one, recall) in enumerate(zip(done, recalls, strict=True))
    ]
    table = Table.of(rows).rows.sort_values("bytes an item", kind="stable", ignore_index=True)
    return Benchmark(
        recalls[at],
        bench.pair_recall(best),
        bench.accuracy(best),
        Estimate(best.bytes_per_item),
        Table(pd.DataFrame({"recommendation": bench.advice(best, recalls[at], budget)})),
        Plane(
            tuple(one.title for one in done),
            np.array([8 * one.bytes_per_item / space.n_dims for one in done]),
            np.array([one.recall.mean() for one in done]),
            "bits a dimension",
            f"recall@{tried.true.k}",
            ways=ways(done),
            front=first,
            log_x=True,
        ),
        Table(table),
        ItemScores(laid_out(best.recall, tried.queries, len(space)), "recall", "high"),
    )


def example(rng: np.random.Generator) -> Example:
    """Corners of a cube: one bit a dimension says everything."""
    corners = np.unique(rng.choice([-1.0, 1.0], (320, 16)), axis=0)
    return Example(
        (EmbeddingSpace.bare("corners of a cube", corners),),
        {"recall": (0.999, 1), "bytes_per_item": (2, 2)},
        "Every dimension is -1 or 1: two bytes an item, and no neighbor is lost.",
        {"budget": 1.0},
    )


benchmark = Lens(
    run=_benchmark,
    title="Storage benchmark",
    question="Which way to store my vectors keeps the most within my budget?",
    reading_guide=(
        "Choose what a dimension may take. The recommended codec is the best within that; the "
        "front shows what a little more or less would buy. Classes often survive where exact "
        "neighbors are lost: which of the two you need decides."
    ),
    caution=(
        "Recall is among the items held out; a larger index has more near ties and loses more. "
        "Deduplication and hashing keep a table of as many rows as were fitted here: more items "
        "need more rows. Codecs that are trained with the model are not among these."
    ),
    headline="recall",
    sources=("zhang-2024", "aumuller-2020"),
    fidelity="the paper's measurement",
    example=example,
    cost=lambda size: 1 + 3e-10 * size.d * min(size.n, 3e5) * 1e3 + 2e-5 * size.d * 25,
    directions=True,
    reads_label=True,
    min_items=40,
    verdicts=Verdicts(
        above="Within the budget, the recommended codec finds more neighbors than chance.",
        below="Within the budget, every codec does worse than chance.",
        unclear="Within the budget, no codec finds more neighbors than chance.",
        steps={
            "above": (
                Apply("compress", "What does storing it so do to any other measure?"),
                LookAt("compression.ladder", "How far can the dimensions themselves be cut?"),
            ),
            "below": (LookAt("compression.ladder", "Do fewer dimensions do better?"),),
            "unclear": (LookAt("compression.hamming_rerank", "Do short codes do as a filter?"),),
        },
    ),
)
