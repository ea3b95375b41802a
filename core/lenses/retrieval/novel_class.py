"""Classes added from a few examples."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Gain, NeutralShare, Share
from core.estimates import Estimate
from core.knobs import Between, Texts
from core.lens import Example, Lens, Verdicts
from core.lenses.retrieval._added import ANGLE, DISTANCE, HEAD, Added, Protocol
from core.lenses.retrieval._episodes import ALONE, NEW, OLD
from core.progress import stage
from core.readouts import Curve, Distribution, Heatmap, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import on_sample
from core.statistics.sampling import Sample, laid_out
from core.steps import LookAt

MOST = 5_000


@dataclass(frozen=True)
class NovelClass:
    """How well a class that is added from a few examples is recognized."""

    harmonic_mean: Annotated[
        Share, "Of the accuracies on old and on new classes, when all compete: by angle."
    ]
    disjoint: Annotated[Share, "Accuracy on new classes when they alone compete, by angle."]
    joint_old: Annotated[Share, "Accuracy on old classes when all compete, by angle."]
    joint_new: Annotated[Share, "Accuracy on new classes when all compete, by angle."]
    angular_gain: Annotated[Gain, "What the angle adds to Euclidean distance, new classes alone."]
    head_gain: Annotated[Gain, "What a head trained on old classes adds, new classes alone."]
    open_set_auc: Annotated[
        Share, "How often an item of a new class is further from all old ones, before it is added."
    ]
    angular_kept: Annotated[
        NeutralShare, "Predictions by angle that stay when every vector gets a random length."
    ]
    euclidean_kept: Annotated[NeutralShare, "Predictions by Euclidean distance that stay."]
    by_rule: Annotated[Table, "Each rule alone, jointly, and the harmonic mean."]
    by_shots: Annotated[Curve, "Accuracy among new classes, by how many examples each was shown."]
    similarity: Annotated[Distribution, "Highest cosine with an old class."]
    confusion: Annotated[Heatmap, "What items of each class are taken for while it is new."]
    by_class: Annotated[Table, "Each class while it is new; those with too few items are left out."]
    by_item: Annotated[ItemScores, "How often an item is recognized, among all classes."]


def _novel_class(  # noqa: PLR0913 - the knobs of the protocol
    space: EmbeddingSpace,
    /,
    *,
    shots: Annotated[int, Between(1, 20), "Examples of each new class."] = 5,
    episodes: Annotated[int, Between(5, 100, 5), "Draws of examples."] = 20,
    new: Annotated[tuple[str, ...], Texts(), "Classes to add; else all of them in turn."] = (),
    scale: Annotated[float, Between(1, 64), "Of the cosine, in the head's softmax."] = 16.0,
    head_dims: Annotated[int, Between(2, 256), "Dimensions of the head."] = 64,
) -> NovelClass:
    """Accuracy on classes whose weight is the unit mean of a few unit vectors (imprinting).

    In each episode a fifth of the classes is new; half of the others' items, whole groups, is what
    they are known by. The head, ``softmax(s * unit(x W) unit(P)^T)``, is trained on that half alone
    and new classes are added to it in the same way. Euclidean distance is to the mean of the
    vectors as they are. Items are judged that no mean and no head has seen, nor others of their
    group (their pair, where there are fewer than ten groups).
    Intervals take a class as one observation. By angle, lengths count for nothing.

    Raises
    ------
    BadParameter
        If the classes to add are not two or more of those with enough items.
    """
    sample = Sample.of(space, MOST)
    added = Added.of(sample.take(space), Protocol(shots, episodes, new, scale, head_dims))
    found, joint = added.found, added.joint
    stage("more and fewer examples")
    by_angle, by_distance = added.lengths_kept(shots)
    by_item = laid_out(added.per_row(), sample.rows[added.kept], len(space))
    return NovelClass(
        harmonic_mean=on_sample(found.harmonic(ANGLE, joint), sample.size),
        disjoint=found.accuracy(ANGLE, ALONE, added.alone),
        joint_old=found.accuracy(ANGLE, OLD, joint),
        joint_new=found.accuracy(ANGLE, NEW, joint),
        angular_gain=found.gain(ANGLE, DISTANCE),
        head_gain=found.gain(HEAD, ANGLE),
        open_set_auc=found.open_set(),
        angular_kept=Estimate(by_angle),
        euclidean_kept=Estimate(by_distance),
        by_rule=added.by_rule(),
        by_shots=added.by_shots(),
        similarity=added.similarity(),
        confusion=added.confusion(),
        by_class=added.by_class(),
        by_item=ItemScores(by_item, "share of episodes", best="high"),
    )


def example(rng: np.random.Generator) -> Example:
    """Classes in sixteen dimensions, louder noise in others, and a random length for every row."""
    of = np.repeat(np.arange(12), 40)
    signal = rng.normal(size=(12, 16))[of] + 0.3 * rng.normal(size=(480, 16))
    vectors = np.hstack([signal, 0.9 * rng.normal(size=(480, 48))])
    vectors *= rng.lognormal(0, 0.8, 480)[:, None]
    items = pd.DataFrame({"class": [f"class {c:02}" for c in of]})
    space = EmbeddingSpace("random lengths", vectors.astype(np.float32), items, {"label": "class"})
    return Example(
        (space,),
        {"angular_kept": (1, 1), "euclidean_kept": (0, 0.95), "angular_gain": (0.02, 1)},
        "Only directions tell the classes: by angle no prediction hangs on a length.",
    )


novel_class = Lens(
    run=_novel_class,
    title="Novel classes",
    question="Is a class that is added from a few examples recognized, without training?",
    reading_guide=(
        "Alone, new classes compete with each other; jointly, with all old ones, which are known "
        "by many items. The harmonic mean is low if either side is: a high accuracy on old classes "
        "hides nothing. A head that gains on classes it never saw has learned which directions "
        "tell classes at all. Items of low cosine with every old class can be told to be new."
    ),
    caution=(
        "Every class is new in turn, unless some are chosen; few classes make intervals wide. "
        "Accuracies alone have fewer competitors, so compare each with its chance level. The paper "
        "trains the encoder too: here it is the space as it is, or a linear head on it."
    ),
    headline="harmonic_mean",
    sources=("pereira-2021",),
    fidelity="the paper's method",
    example=example,
    cost=lambda size: 0.5 + 5e-6 * min(size.n, MOST) * size.d + 2e-6 * size.d**2,
    invariances=("rotation", "scale"),
    partly={"lengths": ("harmonic_mean", "disjoint", "joint_old", "joint_new", "open_set_auc")},
    needs=("label",),
    by_label=True,
    directions=True,
    min_items=8,
    verdicts=Verdicts(
        above="Classes added from a few examples are recognized more often than chance.",
        below="Classes added from a few examples are recognized less often than chance.",
        unclear="Classes added from a few examples are not shown to be recognized.",
        steps={
            "above": (LookAt("classes.pairs", "Which classes are taken for each other?"),),
            "unclear": (LookAt("classes.probe", "Can the classes be read off from many items?"),),
        },
    ),
)
