"""Retrieval tasks of one's own: the right target first, in pools of a fixed size."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Gain, QuerySide, Share
from core.knobs import AnotherSpace, Between
from core.lens import Example, Lens, Verdicts
from core.lenses.retrieval._benchmark import Benchmark
from core.lenses.retrieval._tasks import Queries, Ranked
from core.progress import stage
from core.readouts import Bars, Curve, Heatmap, ItemPairs, ItemScores, Table
from core.space import EmbeddingSpace, Role
from core.steps import Apply, LookAt


@dataclass(frozen=True)
class TaskBenchmark:
    """How often the right target comes first, over tasks and kinds of tasks."""

    precision: Annotated[
        Share, "Queries whose target is first in its pool: mean of tasks, then of kinds of tasks."
    ]
    reciprocal_rank: Annotated[Share, "The same mean of one over the rank of the target."]
    gain_at_10: Annotated[Share, "The same mean of nDCG at 10."]
    composed: Annotated[Share, "Precision of queries of two parts, their weight tuned elsewhere."]
    composed_gain: Annotated[Gain, "What both parts add to the better one of the two."]
    lead: Annotated[Gain, "Precision here less that of the other space, query by query."]
    by_task: Annotated[
        Table, "Each task: queries, targets, pool, scores, weight of the first part."
    ]
    by_kind: Annotated[Bars, "Precision of each kind of tasks."]
    spaces: Annotated[Heatmap, "Precision of each task in each space."]
    difficulty: Annotated[Curve, "Precision by the size of the pools."]
    by_weight: Annotated[Curve, "Precision of composed queries by the weight of the first part."]
    by_item: Annotated[ItemScores, "How often the target of a query is first, over all its pools."]
    instead: Annotated[ItemPairs, "Queries and the target found instead, the worst first."]


def _task_benchmark(
    space: EmbeddingSpace,
    /,
    *,
    queries: QuerySide = "",
    pool: Annotated[int, Between(2, 10_000, log=True), "Targets of a pool, the right one too."] = (
        1_000
    ),
    other: Annotated[
        EmbeddingSpace | None, AnotherSpace(), "Another model of the same items, to compare."
    ] = None,
) -> TaskBenchmark:
    """Precision at 1, reciprocal rank and nDCG at 10 of targets in pools of one size.

    What asks shares its pair with its target; several targets of a pair are one, the unit mean of
    their unit vectors. Tasks are the labels of queries, kinds of tasks their
    domains; a pool is the target and random other targets of its task, scores being expected over
    all such pools. Queries of one group are one: of the first modality and another,
    ``unit(w first + (1 - w) other)``, with w the best for the other half of the task's targets.
    Ties share the ranks. Tasks of fewer than ten queries are left out, and
    queries without a label, where there are labels. Queries for one target are
    one observation. Nothing depends on lengths or on a rotation.

    Raises
    ------
    NotApplicable
        If nothing tells what asks from what is asked for.
    """
    found = Benchmark(Ranked.of(Queries.of(space, queries), pool))
    beside = None
    if other is not None:
        stage(other.name)
        beside = Benchmark(Ranked.of(Queries.of(other, queries), pool))
    stage("tables")
    first, second, missed = found.instead()
    return TaskBenchmark(
        precision=found.mean("first"),
        reciprocal_rank=found.mean("reciprocal"),
        gain_at_10=found.mean("gain"),
        composed=found.composed(),
        composed_gain=found.composed_gain(),
        lead=found.lead(beside),
        by_task=found.by_task(),
        by_kind=found.by_kind(),
        spaces=found.beside(beside, (space.name, other.name if other else "")),
        difficulty=found.difficulty(),
        by_weight=found.by_weight(),
        by_item=ItemScores(found.per_item(), "first, over pools", best="high"),
        instead=ItemPairs(first, second, missed, "missed, over pools"),
    )


def example(rng: np.random.Generator) -> Example:
    """Targets that are the sum of an image and a text in dimensions of their own; each twice asked.

    A part alone has cosine ``1 / sqrt(2)`` with its target, as with others of the same image or
    text: ten images with ten texts make a hundred targets, ten level for each part. Both: cosine 1.
    """
    image, text = np.divmod(np.arange(100), 10)
    axes = np.eye(20)
    parts = [axes[image], axes[10 + text], axes[image] + axes[10 + text]]
    items = pd.DataFrame({"target": np.tile(np.arange(100), 3)})
    items["kind"] = np.repeat(["image", "text", "image"], 100)
    items["side"] = np.repeat(["query", "query", "target"], 100)
    roles: dict[Role, str] = {"pair": "target", "group": "target"}
    roles |= {"modality": "kind", "side": "side"}
    vectors = np.concatenate(parts).astype(np.float32)
    whole = EmbeddingSpace("images and texts", vectors, items, roles)
    space = whole.take(rng.permutation(300))
    expected = {"composed": (1, 1), "composed_gain": (0.9 - 1e-9, 0.9 + 1e-9), "precision": (1, 1)}
    says = "A part alone leaves ten targets level, one in ten first; both together leave one."
    return Example((space,), expected, says, {"queries": "query"})


task_benchmark = Lens(
    run=_task_benchmark,
    title="Task benchmark",
    question="Over all my tasks, how often is the right target first?",
    reading_guide=(
        "Each task counts alike in its kind, each kind alike. Precision falls with the size of the "
        "pool, so compare scores of equal pools only: the table says how large each really is. "
        "What both parts of a query add is told apart from the better part alone."
    ),
    caution=(
        "Instructions are no part of this: a model that reads them makes a space for each. Targets "
        "of a task that mean the same count as wrong ones."
    ),
    headline="precision",
    sources=("jiang-2025",),
    fidelity="the paper's measurement",
    example=example,
    cost=lambda size: 0.2 + 1.5e-9 * size.n**2 + 6e-10 * size.n**2 * size.d,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    needs=("pair",),
    directions=True,
    reads_label=True,
    min_items=20,
    apart=("modality",),
    verdicts=Verdicts(
        above="The right target is first more often than in random order.",
        below="The right target is first less often than in random order.",
        unclear="The right target is not shown to be first more often than in random order.",
        steps={
            "above": (LookAt("geometry.hubness", "Do some targets come up for every query?"),),
            "unclear": (LookAt("modality.gap", "Do queries and targets lie in two regions?"),),
            "below": (
                Apply(
                    "centre_per_modality", "Do targets come first once the means of both are one?"
                ),
            ),
        },
    ),
)
