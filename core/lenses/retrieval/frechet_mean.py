"""Labels that are related, predicted by their Fréchet mean."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Amount, Distance, Gain, NeutralShare, Share, ShareOfFaults
from core.engines.retrieval.label_metric import EDGE
from core.estimates import Estimate, Number, Score
from core.knobs import Between, ColumnsOf, Texts
from core.lens import Example, Lens, Verdicts
from core.lenses.retrieval._frechet import Predicted, Task, calibration_error, reliability
from core.lenses.retrieval._label_rows import Change, graph, labels_of, mistakes, next_labels
from core.lenses.retrieval._labeled import Distances
from core.progress import stage
from core.readouts import Curve, Distribution, Heatmap, ItemScores, Plane, Table
from core.space import EmbeddingSpace
from core.statistics.sampling import Sample
from core.steps import LookAt

MOST = 20_000


@dataclass(frozen=True)
class FrechetMean:
    """How far predictions are from the label, by the highest score and by the Fréchet mean."""

    saved: Annotated[
        Number,
        Score(high=1, best="high"),
        "Share of the squared distance from the label that the Fréchet mean saves.",
    ]
    distance: Annotated[Distance, "Mean squared distance of the Fréchet mean from the label."]
    distance_of_argmax: Annotated[Distance, "The same of the label with the highest score."]
    accuracy: Annotated[Share, "Items whose Fréchet mean is their label."]
    accuracy_of_argmax: Annotated[Share, "Items whose highest score is that of their label."]
    accuracy_change: Annotated[Gain, "What the Fréchet mean adds to the accuracy."]
    reached: Annotated[NeutralShare, "Labels that a Fréchet mean can be, scored or not."]
    temperature: Annotated[Amount, "Fitted: cosines times scale are divided by it."]
    calibration_error: Annotated[
        ShareOfFaults, "How far scores are from the share that is right, after the temperature."
    ]
    calibration_error_before: Annotated[ShareOfFaults, "The same at the scale that is given."]
    by_label: Annotated[Table, "Each label: scored, reached or neither, and how it is predicted."]
    next_labels: Annotated[Table, "Labels to score next, those that most are reached with first."]
    labels: Annotated[Plane, "Labels by their distances, up to sixty; which have a score."]
    mistakes: Annotated[Heatmap, "Squared distance that each label loses to each prediction."]
    reliability: Annotated[Curve, "Right predictions by how high the highest score is."]
    change: Annotated[Distribution, "Squared distance of the Fréchet mean less that of argmax."]
    by_item: Annotated[ItemScores, "Squared distance of an item's Fréchet mean from its label."]


def _frechet_mean(  # noqa: PLR0913 - labels, distances and scores
    space: EmbeddingSpace,
    /,
    *,
    observed: Annotated[tuple[str, ...], Texts(), "Labels that are scored; else all."] = (),
    distances: Annotated[Distances, "Between labels; steps in a tree or an order."] = "guessed",
    above: Annotated[
        tuple[str, ...], ColumnsOf("category"), "Columns above the label, the coarsest first."
    ] = (),
    edges: Annotated[tuple[str, ...], Texts(), f"Distances as edges instead, '{EDGE}'."] = (),
    scale: Annotated[float, Between(1, 200), "Of a cosine in the softmax, before fitting."] = 100.0,
) -> FrechetMean:
    """Prediction ``argmin_y sum_k p_k d(y, k)^2`` over all labels, against ``argmax_k p_k``.

    ``p = softmax(scale * cos / temperature)`` over the labels with a score: by their prompts, of
    the finest level, or by the means of their items. A third of the items gives the means, one the
    temperature, the last is judged, in turns; whole groups, or pairs. Distances are steps in a tree
    where levels or columns tell parents, else ``|u - v|`` of unit vectors of labels, unless steps
    along the order of labels that are numbers are chosen, or edges typed. Labels that tie share a
    prediction. Reach is exact on trees and orders, else of 5,000 scores drawn from
    ``Dirichlet(0.3)``. Intervals are over groups, and count that other items give other means and
    another temperature; distances between labels are taken as given.

    Raises
    ------
    NotApplicable
        If there are neither prompts nor labels, or labels have no such distances.
    BadParameter
        If a scored label is none, or a typed edge cannot be read.
    """
    sample = Sample.of(space, MOST)
    seen = sample.take(space)
    task = Task.of(seen, observed, above, distances=distances, edges=edges)
    stage("predictions")
    found = Predicted.of(task, scale)
    stage("predictions fitted to other items")
    change = Change.of(task, scale, found, sample=sample.size)
    (distance, of_argmax), (accuracy, accuracy_of_argmax) = change.distances(), change.accuracies()
    known, (before, after) = task.own >= 0, found.sure
    stage("reach")
    hits = found.argmax.hits[known]
    changed = found.frechet.squared - found.argmax.squared
    per_item = np.full(len(seen), np.nan)
    per_item[task.rows] = found.frechet.squared
    return FrechetMean(
        saved=change.saved(),
        distance=distance,
        distance_of_argmax=of_argmax,
        accuracy=accuracy,
        accuracy_of_argmax=accuracy_of_argmax,
        accuracy_change=change.of_accuracy(),
        reached=Estimate(float(task.metric.reached(task.scored).mean())),
        temperature=Estimate(scale / float(np.exp(np.log(found.scales).mean()))),
        calibration_error=Estimate(calibration_error(after[known], hits)),
        calibration_error_before=Estimate(calibration_error(before[known], hits)),
        by_label=labels_of(task, found),
        next_labels=next_labels(task),
        labels=graph(task),
        mistakes=mistakes(task, found),
        reliability=reliability((before[known], after[known]), hits),
        change=Distribution(changed, "change of the squared distance"),
        by_item=ItemScores(sample.per_item(per_item), "squared distance", best="low"),
    )


def example(rng: np.random.Generator) -> Example:
    """Five labels in order along an arc, two standard deviations from end to end; the ends scored.

    With ``log p4 / p0 = 2 x`` the Fréchet mean is the label nearest to ``4 p4``: by normal
    probabilities it is 1.804 from the label, squared, and the nearer end 3.203: 0.437 is saved,
    with four standard errors of a thousand items and a slope fitted to a third of the ends' 400.
    """
    label = np.repeat(np.arange(5), 200)
    angle = 0.1 * ((label - 2) / 2 + rng.normal(size=1000))
    vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    space = EmbeddingSpace("an arc", vectors, pd.DataFrame({"step": label}), {"label": "step"})
    expected = {"saved": (0.236, 0.637), "reached": (1, 1), "calibration_error": (0, 0.1)}
    says = "Scores of the ends alone reach all five labels, and save 44 % of the squared distance."
    return Example((space,), expected, says, {"observed": ("0", "4"), "distances": "order"})


frechet_mean = Lens(
    run=_frechet_mean,
    title="Fréchet mean of labels",
    question="If labels are related, which prediction is nearest to the truth on average?",
    reading_guide=(
        "Where an item may be of several labels, one between them is never far off. What is saved "
        "is squared distance; accuracy may drop slightly for it, and both are told. Labels without "
        "a score can be predicted where they lie between scored ones."
    ),
    caution=(
        "The rule is best where scores are probabilities: look at the calibration error. Distances "
        "mean what the tree, the order or the edges mean; steps of a tree need not be equally long."
    ),
    headline="saved",
    sources=("roberts-2023", "guo-2017"),
    fidelity="the paper's method",
    example=example,
    cost=lambda size: 0.3 + 2e-4 * min(size.n, MOST) + 1e-7 * min(size.n, MOST) * size.d,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    directions=True,
    min_items=12,
    verdicts=Verdicts(
        above="The Fréchet mean is nearer to the label than the highest score.",
        below="The Fréchet mean is farther from the label than the highest score.",
        unclear="The Fréchet mean is not shown to be nearer or farther than the highest score.",
        steps={
            "below": (LookAt("classes.probe", "Can the labels be read off at all?"),),
            "unclear": (LookAt("classes.pairs", "Which labels are taken for each other?"),),
        },
    ),
)
