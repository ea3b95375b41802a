"""Labels by the company they keep."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Gain, NeutralShare, Share
from core.estimates import Estimate
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.retrieval._company import COMPANY, SIGHT, WORDS, Tagged
from core.lenses.retrieval._naming import Named
from core.progress import stage
from core.readouts import Curve, Heatmap, ItemScores, Table
from core.space import EmbeddingSpace
from core.steps import LookAt


@dataclass(frozen=True)
class Colocation:
    """How well labels are named by company, by sight, and by both."""

    gain: Annotated[
        Gain, "Rightly named by all parts, less by the one part that is best in other scenes."
    ]
    named_jointly: Annotated[Share, "Hidden labels that all parts together name."]
    named_by_sight: Annotated[Share, "The same by the item's vector alone."]
    named_by_company: Annotated[Share, "The same by the other labels of the scene alone."]
    named_by_words: Annotated[Share, "The same by the words that those labels come with."]
    alone: Annotated[NeutralShare, "Scenes with a single label, which tell nothing of company."]
    by_weight: Annotated[Curve, "Rightly named by company and sight, by the weight of company."]
    neighbors: Annotated[Table, "The nearest labels of each, by every part."]
    company: Annotated[Heatmap, "How much more often two labels occur together than by chance."]
    by_item: Annotated[ItemScores, "Share of an item's hidden labels that are named jointly."]
    joint: Annotated[EmbeddingSpace, "A vector for each label: all parts side by side."]


def _colocation(  # noqa: PLR0913 - a space and knobs
    space: EmbeddingSpace,
    /,
    *,
    n_dims: Annotated[int, Between(2, 256), "Of what is made of company and of words."] = 64,
    fewest: Annotated[int, Between(1, 100), "Scenes that a label must occur in."] = 5,
    company: Annotated[float, Between(0, 2, 0.1), "Weight of labels that occur together."] = 1.0,
    words: Annotated[float, Between(0, 2, 0.1), "Weight of words that occur with labels."] = 1.0,
    sight: Annotated[float, Between(0, 2, 0.1), "Weight of the vectors of the items."] = 1.0,
) -> Colocation:
    """Naming of hidden labels by what else is in their scene, by vector, and by both.

    The items of a group are a scene, else each item is; its tags are the labels that occur in it.
    Company and words: positive pointwise mutual information of counts, in `n_dims` singular
    dimensions; sight: the mean of a label's unit vectors about the mean of their modality; all rows
    of length one, weighted and set side by side. A label is named from the mean of the company of
    its scene, never its own, and from the item's vector, among the labels not in that company.
    Tables are made from half the scenes and judged on the other. Nothing depends on lengths or on
    a rotation.

    Raises
    ------
    BadParameter
        If no part that there is has a weight.
    """
    tagged = Tagged.of(space, fewest)
    stage("naming")
    found = Named.of(tagged, {COMPANY: company, WORDS: words, SIGHT: sight}, n_dims)
    return Colocation(
        gain=found.gain(),
        named_jointly=found.jointly(),
        named_by_sight=found.by(SIGHT),
        named_by_company=found.by(COMPANY),
        named_by_words=found.by(WORDS),
        alone=Estimate(tagged.alone),
        by_weight=found.by_weight(),
        neighbors=found.neighbors(),
        company=found.company(),
        by_item=ItemScores(found.per_item(len(space)), "named jointly", best="high"),
        joint=found.space(space.name),
    )


def example(rng: np.random.Generator) -> Example:
    """Four kinds of four labels: scenes hold two of a kind, and looks tell which of four it is."""
    pairs = [(a, b) for a in range(4) for b in range(a)] * 5
    shown = np.array([(kind, *pair) for kind in range(4) for pair in pairs])
    names = np.array([[f"kind {kind}, look {look}" for look in range(4)] for kind in range(4)])
    kind, looks = np.repeat(shown[:, 0], 2), shown[:, 1:].ravel()
    scene = np.repeat(np.arange(len(shown)), 2)
    label = pd.Series(names[kind, looks])
    items = pd.DataFrame({"label": label, "scene": scene})
    items["tags"] = label.groupby(scene).transform("; ".join)
    space = EmbeddingSpace(
        "kinds and looks",
        np.eye(4, dtype=np.float32)[looks],
        items,
        {"label": "label", "group": "scene", "tags": "tags"},
    ).take(rng.permutation(len(items)))
    return Example(
        (space,),
        {
            "named_jointly": (1, 1),
            "named_by_sight": (0.25 - 1e-9, 0.25 + 1e-9),
            "named_by_company": (0.2, 0.5),
        },
        "Looks leave four labels and company three of a kind: together they leave one.",
    )


colocation = Lens(
    run=_colocation,
    title="Co-location of labels",
    question="Which labels keep company, and does that help to name what an item shows?",
    reading_guide=(
        "Company alone tells the kind of scene and seldom the label; a vector alone tells looks. "
        "Where both together name more than the better of the two, they complement each other. "
        "The table of labels opens as a space of its own."
    ),
    caution=(
        "Tags that are given together by habit look like company. Labels in few scenes are left "
        "out. The tables are your own tags', not the released ones of the paper."
    ),
    headline="gain",
    sources=("krishna-2023",),
    fidelity="inspired by the paper",
    example=example,
    cost=lambda size: 0.2 + 2e-5 * size.n + 1e-9 * size.n * size.d * size.classes,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    needs=("tags",),
    directions=True,
    apart=("modality",),
    verdicts=Verdicts(
        above="What occurs together helps to name what an item shows.",
        below="What occurs together hurts: one part alone names more labels.",
        unclear="All parts together name about as many labels as the best one.",
        steps={
            "above": (LookAt("classes.pairs", "Which labels look alike and need company?"),),
            "unclear": (LookAt("classes.probe", "Can labels be read off the vectors at all?"),),
        },
    ),
)
