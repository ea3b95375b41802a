"""Labels by the company they keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import NeutralShare, Share
from core.arrays import Floats
from core.engines.company import embedded, ppmi, together
from core.errors import BadParameter
from core.estimates import Chance, Estimate, Number, Score, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.retrieval._company import COMPANY, SIGHT, WORDS, Tagged
from core.progress import stage
from core.readouts import Curve, Heatmap, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import from_hits, from_mean
from core.steps import LookAt

MOST_SHOWN, NEAREST = 30, 3
_WEIGHTS = np.linspace(0, 1, 11)


@dataclass(frozen=True)
class Colocation:
    """How well labels are named by company, by sight, and by both."""

    gain: Annotated[
        Number,
        Score(low=-1, high=1, best="high"),
        "Rightly named by all parts, less by the one part that is best in other scenes.",
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
    weights = {COMPANY: company, WORDS: words, SIGHT: sight}
    scores = tagged.scores(n_dims)
    hits = {part: tagged.hits(each) for part, each in scores.items()}
    joint = tagged.hits(_weighted(scores, weights))
    scenes = tagged.scene[tagged.item]
    candidates = len(tagged.names) - tagged.company.sum(axis=1)
    chance = Chance(float((1 / candidates).mean()), "a random label that is not in the company")
    named = {
        part: from_hits(each, scenes, chance=chance)
        for part, each in (hits | {"joint": joint}).items()
    }
    pair = [scores[COMPANY], scores[SIGHT]]
    line = [tagged.hits((1 - w) * pair[1] + w * pair[0]) for w in _WEIGHTS]
    counts = np.bincount(tagged.item, minlength=len(space))
    sums = np.bincount(tagged.item, joint, len(space))
    tables = tagged.tables(np.ones(tagged.occurs.shape[0], bool), n_dims)
    side_by_side = np.concatenate([np.sqrt(weights[p]) * rows for p, rows in tables.items()], 1)
    n_labels = tagged.occurs.sum(axis=1)
    return Colocation(
        gain=from_mean(
            joint - _best_elsewhere(tagged, hits),
            scenes,
            within=(-1, 1),
            chance=Chance(0.0, "no difference"),
        ),
        named_jointly=named["joint"],
        named_by_sight=named[SIGHT],
        named_by_company=named[COMPANY],
        named_by_words=named.get(WORDS, Undefined("needs a 'text' column with words that recur")),
        alone=Estimate(float((n_labels[n_labels > 0] == 1).mean())),
        by_weight=Curve.of(
            _WEIGHTS,
            {"company and sight": [from_hits(each, scenes) for each in line]},
            ("weight of company", "rightly named"),
            levels={"chance": chance.value},
        ),
        neighbors=_neighbors(tagged, tables | {"joint": side_by_side}),
        company=_heatmap(tagged),
        by_item=ItemScores(
            np.divide(sums, counts, out=np.full(len(space), np.nan), where=counts > 0),
            "named jointly",
            best="high",
        ),
        joint=_space(space, tagged, side_by_side),
    )


def _weighted(scores: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """The sum of cosines by weight, each weight above 0: what the joint rows score."""
    kept = [weights[part] * each for part, each in scores.items() if weights[part]]
    if not kept:
        msg = f"One of the weights of {', '.join(scores)} must be above 0; all are 0."
        raise BadParameter(msg)
    total: Floats = np.sum(kept, axis=0)
    return total


def _best_elsewhere(tagged: Tagged, hits: Mapping[str, Floats]) -> Floats:
    """Hits by the part that names most in the other half of the scenes."""
    every, fold = np.stack(list(hits.values())), tagged.fold[tagged.scene[tagged.item]]
    best = [every[:, fold != half].mean(axis=1).argmax() for half in (0, 1)]
    found: Floats = np.where(fold == 0, every[best[0]], every[best[1]])
    return found


def _neighbors(tagged: Tagged, tables: Mapping[str, Floats]) -> Table:
    """The labels by how many scenes they are in, with the nearest of each by every part."""
    counts = tagged.occurs.sum(axis=0).astype(int)
    rows = pd.DataFrame({"label": tagged.names, "scenes": counts})
    for part, table in tables.items():
        cosines = table @ table.T
        np.fill_diagonal(cosines, -np.inf)
        near = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST]
        rows[f"nearest by {part}"] = [", ".join(tagged.names[at] for at in row) for row in near]
    return Table(rows.sort_values("scenes", ascending=False, kind="stable"))


def _heatmap(tagged: Tagged) -> Heatmap:
    """Of the most frequent labels, those that keep the same company side by side."""
    counts = tagged.occurs.sum(axis=0)
    kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_SHOWN])
    information = ppmi(together(tagged.occurs))[np.ix_(kept, kept)]
    order = np.argsort(embedded(information, 2)[:, -1], kind="stable")
    names = tuple(tagged.names[at] for at in kept[order])
    return Heatmap(information[np.ix_(order, order)], names, names, "mutual information, nats")


def _space(space: EmbeddingSpace, tagged: Tagged, rows: Floats) -> EmbeddingSpace:
    counts = tagged.occurs.sum(axis=0).astype(int)
    items = pd.DataFrame({"label": tagged.names, "scenes": counts}, index=list(tagged.names))
    name = f"{space.name} · labels by company"
    return EmbeddingSpace(name, rows.astype(np.float32), items, {"text": "label"})


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
    order = rng.permutation(len(items))
    space = EmbeddingSpace(
        "kinds and looks",
        np.eye(4, dtype=np.float32)[looks[order]],
        items.iloc[order].reset_index(drop=True),
        {"label": "label", "group": "scene", "tags": "tags"},
    )
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
