"""Zero-shot recognition at several levels of prompts."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Gain, NeutralShare, Share
from core.engines.retrieval.naming import FORM, prompted
from core.errors import NotApplicable
from core.estimates import Undefined
from core.knobs import Between, Texts, ValueOf
from core.lens import Example, Lens, Verdicts
from core.lenses.retrieval._hierarchy import Naming, by_window, flow, runs
from core.lenses.retrieval._overlap import mean_overlap, overlaps
from core.progress import stage
from core.readouts import Curve, Heatmap, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.sampling import laid_out
from core.steps import LookAt

_NO_PATH = Undefined("needs two levels whose classes all name their parents")


@dataclass(frozen=True)
class HierarchicalZeroShot:
    """How well prompts at several levels name items."""

    accuracy: Annotated[Share, "Items whose class at the finest level has the nearest prompts."]
    repaired_accuracy: Annotated[
        Share, "The same by the best path: log probabilities summed from the coarsest level down."
    ]
    repair: Annotated[Gain, "What the path adds to the accuracy."]
    consistency: Annotated[
        Share, "Items whose predicted classes lie on one path from the coarsest to the finest."
    ]
    pooling: Annotated[Gain, "What the mean of a window adds to the accuracy of single items."]
    overlap: Annotated[
        NeutralShare, "Subspace that the prompts of two levels share, mean over pairs of levels."
    ]
    by_level: Annotated[Table, "Each level, beside the largest class and random prompts."]
    by_window: Annotated[Curve, "Accuracy when the items of a window are named by their mean."]
    overlaps: Annotated[Heatmap, "Subspace that each pair of levels shares."]
    flow: Annotated[Heatmap, "Items by their predicted classes at the two coarsest levels."]
    runs: Annotated[Table, "Stretches of each group with one true and one predicted class."]
    margin: Annotated[
        ItemScores, "Cosine of an item's own finest class less the best other: below 0 is wrong."
    ]


def _hierarchical_zero_shot(
    space: EmbeddingSpace,
    /,
    *,
    prompts: Annotated[
        tuple[str, ...], Texts(), f"Typed prompts, '{FORM}'; else those of the rows, or labels."
    ] = (),
    modality: Annotated[str, ValueOf("modality"), "The items to name."] = "",
    window: Annotated[int, Between(1, 64), "Consecutive items of a group, named together."] = 1,
    scale: Annotated[float, Between(1, 200), "Of a cosine in the softmax."] = 100.0,
) -> HierarchicalZeroShot:
    """Class of the nearest prompts, level by level: ``argmax_k cos(mean of a window, prompts_k)``.

    A class is the unit mean of the unit vectors of its prompts; an item that several classes are
    equally near to hits in part. Items whose class no prompt names are left out, and counted. A
    path sums ``log softmax(scale * cos)`` over the ancestors of a finest class.
    ``overlap = |U_a U_b^T|^2 / min(r_a, r_b)`` of the subspaces of two levels about their means;
    its chance level is that of random subspaces. Windows part each group in order, the last one of
    a group shorter. Items of one group, where they are in order, count as one observation. Nothing
    depends on lengths or on a rotation.

    Raises
    ------
    NotApplicable
        Without prompts, for a level of one class, or an unknown parent; for a window without order.
    """
    levels, items = prompted(space, prompts)
    if modality and "modality" in space.roles:
        items = items[space.names("modality")[items] == modality]
    if not len(items):
        msg = "All rows of this modality are prompts: there are no items to name. Choose another."
        raise NotApplicable(msg)
    stage("predictions")
    seen = space.take(items)
    found = Naming.of(seen, levels, window)
    scores = found.repaired(scale)
    shared = overlaps([level.vectors for level in levels])
    names = tuple(level.name for level in levels)
    return HierarchicalZeroShot(
        accuracy=found.accuracy(-1),
        repaired_accuracy=_NO_PATH if scores is None else found.accuracy(-1, scores),
        repair=_NO_PATH if scores is None else found.change(scores),
        consistency=found.consistency() or _NO_PATH,
        pooling=Undefined("the window is a single item")
        if window == 1
        else Naming.of(seen, levels, 1).change(found.cosines[-1]),
        overlap=mean_overlap(shared),
        by_level=found.by_level(),
        by_window=by_window(seen, found),
        overlaps=Heatmap(shared[0], names, names, "shared subspace"),
        flow=flow(found) if len(levels) > 1 else Heatmap(np.zeros((0, 0)), (), (), "items"),
        runs=runs(found, seen),
        margin=ItemScores(laid_out(found.margins(), items, len(space)), "margin", best="high"),
    )


def example(rng: np.random.Generator) -> Example:
    """Procedures, phases and actions, each level of codes in sixteen dimensions of its own."""
    codes = np.zeros((3, 8, 48))
    for level in range(3):
        codes[level, :, 16 * level : 16 * level + 16] = rng.normal(size=(8, 16))
    action = np.repeat(np.arange(8), 20)
    tree = {"procedure": action // 4, "phase": action // 2, "action": action}
    vectors = sum(codes[level][of] for level, of in enumerate(tree.values()))
    noisy = vectors + 0.1 * rng.normal(size=vectors.shape)
    cells = pd.DataFrame({name: [f"{name} {c}" for c in of] for name, of in tree.items()})
    rows = [cells.assign(level=None)]
    given = [noisy]
    for level, name in enumerate(tree):
        own = cells.drop_duplicates(name)[list(tree)[: level + 1]].assign(level=name)
        rows.append(own)
        given.append(codes[level, : len(own)])
    items = pd.concat(rows, ignore_index=True)
    space = EmbeddingSpace("operations", np.concatenate(given), items, {"level": "level"})
    return Example(
        (space,),
        {"accuracy": (1, 1), "overlap": (0, 1e-12), "consistency": (1, 1), "repair": (0, 0)},
        "The codes of each level lie in dimensions of their own: no overlap, and no error.",
    )


hierarchical_zero_shot = Lens(
    run=_hierarchical_zero_shot,
    title="Hierarchical zero-shot",
    question="Do prompts name items at every level, and do the levels agree?",
    reading_guide=(
        "Accuracy is that of the finest level; the table has the others. Consistency says how "
        "often the predictions of all levels fit together; where it is low and the path adds "
        "accuracy, coarse prompts know what fine ones miss. Levels that share more of a subspace "
        "than random ones compete for the same directions. Accuracy that rises with the window "
        "says that a class outlasts single items."
    ),
    caution=(
        "The paper trains a space for each level of surgical video; this asks a finished space. "
        "Few classes in many dimensions overlap little whatever they mean. Prompts are taken as "
        "they are: other words may name better."
    ),
    headline="accuracy",
    sources=("yuan-2024", "radford-2021"),
    fidelity="inspired by the paper",
    example=example,
    cost=lambda size: 0.05 + 2e-6 * size.n + 1e-9 * size.n * size.d * 200,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    directions=True,
    verdicts=Verdicts(
        above="Prompts name items more often than chance.",
        below="Prompts name items less often than chance.",
        unclear="Prompts are not shown to name items.",
        steps={
            "unclear": (LookAt("classes.probe", "Can the classes be read off at all?"),),
            "below": (LookAt("modality.gap", "Do prompts and items lie in two regions?"),),
        },
    ),
)
