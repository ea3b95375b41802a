"""How many senses the items of a label have."""

from dataclasses import dataclass, replace
from textwrap import shorten
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Amount, NeutralShare
from core.arrays import Floats
from core.engines.labels import Labels
from core.errors import Degenerate
from core.estimates import Chance, Estimate, Interval
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.classes._senses import MARGIN, MOST_SENSES, Senses
from core.lenses.classes._senses import senses as parted
from core.numerics.unit import unit_rows
from core.progress import stage, ticked
from core.readouts import ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import from_mean
from core.statistics.resampling import proportion_interval
from core.statistics.sampling import laid_out, of_sample
from core.trial import by_content

MOST_LABELS, MOST_EACH = 40, 300
RANGE = (1, MOST_SENSES)
_MOST_LETTERS = 60  # of a typical item


@dataclass(frozen=True)
class SensesResult:
    """Which labels name several things."""

    senses_per_label: Annotated[Amount, "Mean number of senses of a label."]
    several: Annotated[NeutralShare, "Share of the labels with more than one sense."]
    labels: Annotated[Table, "Every label: senses, how well they part, and one item of each."]
    sense: Annotated[ItemScores, "Number of an item's sense within its label, from 1."]
    by_item: Annotated[ItemScores, "How well an item lies in its part: low between two parts."]


def _senses(
    space: EmbeddingSpace,
    /,
    *,
    fewest: Annotated[int, Between(10, 500), "Items that a label needs to be looked at."] = 30,
    margin: Annotated[
        float, Between(0, 0.5, 0.01), "By how much parts must beat a cloud without senses."
    ] = MARGIN,
) -> SensesResult:
    """Number of clusters of the items of each label that one stretched cloud would not have.

    Along five principal axes of the directions, k-means with 2, 3 and 4 centers; the parting of
    best silhouette counts if it exceeds that of five normal clouds of the same mean and covariance,
    brought back to the sphere, by a margin. A part below one in twenty items is no sense. Of the 40
    labels with the most items, 300 items each are looked at.
    """
    labels = Labels.of(space)
    counts = np.bincount(labels.codes, minlength=len(labels.names))
    large = np.flatnonzero(counts >= fewest)  # the largest first
    if not len(large):
        raise Degenerate(f"needs a label with {fewest} items, found {counts.max()} at most")
    order = by_content(space)
    number, inside = np.full(len(space), np.nan), np.full(len(space), np.nan)
    rows, results = [], []
    stage("senses of each label")
    for code in ticked(large[:MOST_LABELS]):
        items = order[labels.codes[order] == code][:MOST_EACH]
        unit = unit_rows(space.vectors[items].astype(np.float64))
        one = parted(unit, margin)
        results.append(one)
        number[items], inside[items] = one.codes + 1, one.silhouettes
        typical = [_said(space, items[at]) for at in _typical(unit, one)]
        rows.append(_row(labels.names[code], one, typical))
    many = np.array([one.count for one in results], np.float64)
    share = float((many > 1).mean())
    found = SensesResult(
        _mean_count(many),
        Estimate(share, proportion_interval(share * len(many), len(many), "labels")),
        Table(pd.DataFrame(rows).sort_values("senses", ascending=False, kind="stable")),
        ItemScores(laid_out(number, np.arange(len(space)), len(space)), "sense"),
        ItemScores(inside, "silhouette within the label", "high"),
    )
    return of_sample(found, int(np.isfinite(number).sum()), int(counts[large].sum()))


def _mean_count(many: Floats) -> Estimate:
    """Mean number of senses; where all labels agree, a share of others may have one sense more.

    Or less: Student's t interval would have no width there, however few labels there are.
    """
    found = from_mean(
        many, np.arange(len(many)), within=RANGE, chance=Chance(1.0, "one sense a label")
    )
    all_of = proportion_interval(len(many), len(many), "labels")
    if np.ptp(many) > 0 or all_of is None:
        return found
    low, high = np.clip([found.value - 1 + all_of.low, found.value + 1 - all_of.low], *RANGE)
    return replace(found, interval=Interval(float(low), float(high), all_of.method))


def _typical(unit: Floats, one: Senses) -> list[int]:
    """The item of each sense that is nearest to its mean."""
    found = []
    for sense in range(one.count):
        own = np.flatnonzero(one.codes == sense)
        found.append(int(own[(unit[own] @ unit[own].mean(axis=0)).argmax()]))
    return found


def _row(name: str, one: Senses, typical: list[str]) -> dict[str, object]:
    """A line of the table, with the typical item of each sense."""
    shares = np.bincount(one.codes) / len(one.codes)
    return {
        "label": name,
        "items": len(one.codes),
        "senses": one.count,
        "silhouette": one.silhouette,
        "without senses": one.null,
        "shares": ", ".join(f"{share:.0%}" for share in np.sort(shares)[::-1]),
        "typical items": " | ".join(typical),
    }


def _said(space: EmbeddingSpace, at: int) -> str:
    """The text of an item, shortened; its name where it has none."""
    text = space.column("text")[at] if "text" in space.roles else None
    if isinstance(text, str):
        return shorten(text, _MOST_LETTERS, placeholder=" …")
    return str(space.items.index[at])


def example(rng: np.random.Generator) -> Example:
    """Words of one, two and three senses, sixty occurrences each."""
    vectors, names = [], []
    for name, count in (("one", 1), ("two", 2), ("three", 3)):
        centers = np.linalg.qr(rng.normal(size=(24, 24)))[0][:count]
        vectors.append(centers[np.arange(60) % count] + 0.1 * rng.normal(size=(60, 24)))
        names += [name] * 60
    items = pd.DataFrame({"word": names, "item": range(180)})
    space = EmbeddingSpace("words", np.concatenate(vectors), items, {"label": "word"})
    return Example(
        (space,),
        {"senses_per_label": (2, 2), "several": (0.66, 0.67)},
        "One, two and three senses were planted: two on average.",
    )


senses = Lens(
    run=_senses,
    title="Senses of a label",
    question="Does a word, or a label, name several things?",
    reading_guide=(
        "Color the map by sense to see the parts. A label with several senses is better split, or "
        "stored with a vector for each sense."
    ),
    caution=(
        "Senses below a twentieth of the items are missed, and a margin keeps stretched clouds "
        "whole: a count of one is no proof. Senses are found after the fact, not trained."
    ),
    headline="senses_per_label",
    sources=("grzegorczyk-2018",),
    fidelity="inspired by the paper",
    example=example,
    cost=lambda size: 0.5 * min(size.classes, MOST_LABELS) + 1e-8 * size.n * size.d,
    needs=("label",),
    by_label=True,
    directions=True,
    min_items=20,
    invariances=("lengths", "relabeling"),
    verdicts=Verdicts(
        above="Labels have more than one sense, on average.",
        below="Labels have fewer than one sense, on average.",
        unclear="Labels have one sense each, as far as this test can show.",
    ),
)
