"""Training on one modality, testing on the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import LeftModality, RightModality, Share
from core.arrays import Codes, Floats, Mask
from core.engines.pairs.examples import captioned
from core.engines.pairs.modalities import modalities
from core.errors import NotApplicable
from core.estimates import Chance, Estimate, Number, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.modality._adapters import ADAPTERS
from core.lenses.modality._transfers import (
    OWN_SIDE,
    Settings,
    Task,
    hits,
    margins,
    outcomes,
    predicted,
    task,
)
from core.numerics.moments import ratio
from core.progress import so_far, stage
from core.readouts import Bars, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.fitting import Fitting
from core.statistics.influence import clustered_proportion_interval
from core.statistics.resampling import binomial_range
from core.statistics.sampling import laid_out, sample_size


@dataclass(frozen=True)
class Transfer:
    """How well a classifier trained on the first modality classifies the second."""

    accuracy: Annotated[Share, "Trained on the first modality as it is."]
    accuracy_mean_shift: Annotated[
        Share, "Training vectors moved by the difference of the centroids."
    ]
    accuracy_random_shift: Annotated[
        Share, "Control: training vectors moved as far in a random direction."
    ]
    accuracy_noise: Annotated[Share, "Training vectors with independent noise in every dimension."]
    accuracy_linear_map: Annotated[
        Share, "Training vectors sent through the least-squares map between partners."
    ]
    accuracy_structured_noise: Annotated[
        Share,
        "Training vectors with noise of the mean and covariance of the differences of partners.",
    ]
    accuracy_own_side: Annotated[Share, "Ceiling: trained on the second modality itself."]
    by_remedy: Annotated[Bars, "Accuracy on the second modality, by what was done to the first."]
    by_class: Annotated[Table, "Accuracy of each class, without remedy and with each of them."]
    margin: Annotated[
        ItemScores,
        "Score of an item's own class less the best other, without remedy: below 0 is wrong.",
    ]


def _transfer(  # noqa: PLR0913 - the knobs of the protocol
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[LeftModality, "The modality to train on."] = "",
    right: Annotated[RightModality, "The modality to test on."] = "",
    noise: Annotated[
        float, Between(0, 0.5, 0.01), "Deviation of the noise in each dimension."
    ] = 0.08,
    copies: Annotated[int, Between(1, 10), "Noisy copies of every training vector."] = 2,
    penalty: Annotated[
        float,
        Between(0.001, 100, log=True),
        "Penalty of the classifier, relative to the mean variance of a dimension.",
    ] = 0.1,
) -> Transfer:
    """Accuracy on one modality of a linear classifier that was trained on the other.

    Unit vectors of the first side, adapted to look like those of the second, train a least-squares
    classifier (one column a class, with intercept); it is tested on second items of pairs that
    neither classifier nor adapter has seen (three folds). The adapters are those of CLOSE: nothing;
    ``x + m_second - m_first``; noise ``u(x + w * N(0, I))``; the least-squares map between
    partners, then noise; ``u(x + N(m_diff, C_diff) + w * N(0, I))`` from the differences of
    partners; and a shift of the same length in a random direction. Map and structured noise
    are undefined without pairs.

    Raises
    ------
    BadParameter
        If both sides are the same modality.
    NotApplicable
        If fewer than two classes have two items on each side.
    """
    two = modalities(space, left, right)
    codes, names = space.known_codes("label")
    given = task(two, codes)
    if given is None:
        msg = (
            "Transfer needs two classes with two items of each modality; "
            f"{left!r} and {right!r} share fewer. Choose other modalities or labels."
        )
        raise NotApplicable(msg)
    stage("classifiers")
    settings = Settings(noise, copies, penalty)
    scores = outcomes(given, settings)
    tested = given.codes[given.right]
    found = {name: hits(table, tested) for name, table in scores.items()}
    so_far(float(found["none"].mean()))
    stage("classifiers of other items")
    fitted = _fitting(given, settings, two.clusters, names=list(found))
    used = len(given.right)
    available = int(np.isin(codes[two.right], given.classes).sum())
    sample = sample_size(used, available)

    numbers: dict[str, Number] = dict.fromkeys(
        ADAPTERS, Undefined("needs pairs across the two modalities, two of them to learn from")
    )
    for position, (name, shares) in enumerate(found.items()):
        share = float(shares.mean())
        judged = clustered_proportion_interval(shares, two.clusters[given.right])
        interval = fitted.widen(judged, share, position, within=(0, 1))
        chance = _chance(tested, predicted(scores[name]))
        numbers[name] = Estimate(share, interval, chance, sample)
    margin_of = laid_out(margins(scores["none"], tested), given.right, len(space))
    return Transfer(
        accuracy=numbers["none"],
        accuracy_mean_shift=numbers["mean shift"],
        accuracy_random_shift=numbers["random shift"],
        accuracy_noise=numbers["Gaussian noise"],
        accuracy_linear_map=numbers["linear map"],
        accuracy_structured_noise=numbers["structured noise"],
        accuracy_own_side=numbers[OWN_SIDE],
        by_remedy=Bars.of(numbers, "accuracy on the second modality"),
        by_class=_by_class(given, found, names),
        margin=ItemScores(margin_of, "margin without remedy", best="high"),
    )


def _fitting(given: Task, settings: Settings, clusters: Codes, *, names: list[str]) -> Fitting:
    """What the items learned from add to the error of each accuracy."""
    used, tested = np.flatnonzero(given.folds >= 0), given.codes[given.right]

    def accuracies(half: Mask) -> list[float]:
        learned = np.zeros(len(given.folds), bool)
        learned[used[half]] = True
        scores = outcomes(given, settings, learned)
        found = {name: hits(table, tested).mean() for name, table in scores.items()}
        return [float(found.get(name, np.nan)) for name in names]

    return Fitting.of(accuracies, clusters[used])


def _chance(tested: Codes, shares: Floats) -> Chance:
    """Hits of the same predictions on labels in random order: their binomial range."""
    n, n_classes = shares.shape
    level = float(np.bincount(tested, minlength=n_classes) / n @ shares.mean(axis=0))
    method = "labels of the tested side shuffled, exact"
    return Chance(level, method, *binomial_range(n, level))


def _by_class(given: Task, found: Mapping[str, Floats], names: tuple[str, ...]) -> Table:
    tested = given.codes[given.right]
    counts = [
        np.bincount(given.codes[side], minlength=len(given.classes))
        for side in (given.left, given.right)
    ]
    rows = pd.DataFrame(
        {
            "class": [names[code] for code in given.classes],
            "items to train on": counts[0],
            "items to test on": counts[1],
        }
    )
    for name, shares in found.items():
        rows[name] = ratio(np.bincount(tested, shares, len(given.classes)), counts[1])
    return Table(rows)


def example(rng: np.random.Generator) -> Example:
    """Three classes that two modalities see alike, but for a shift across the classes."""
    n = 120
    codes = np.arange(n) % 3
    corners = np.array([[1, 0, 0], [-0.5, 0.87, 0], [-0.5, -0.87, 0]])
    content = np.column_stack([corners[codes], np.full(n, 2.0)])
    content += 0.15 * rng.normal(size=content.shape)
    moved = content + [1.2, 0, 0, 0] + 0.1 * rng.normal(size=content.shape)
    species = np.array(["cat", "dog", "owl"])[codes]
    space = captioned("a shift across the classes", content, moved, label=species)
    return Example(
        (space,),
        {"accuracy": (0.2, 0.6), "accuracy_mean_shift": (0.9, 1), "accuracy_own_side": (0.95, 1)},
        "Texts are images moved by a constant: moving them back restores the classes.",
    )


transfer = Lens(
    run=_transfer,
    title="Cross-modal transfer",
    question="Does a classifier that was trained on one modality work on the other?",
    reading_guide=(
        "Compare each remedy with no remedy, and with training on the tested side itself, which "
        "is the ceiling. A mean shift that helps where a random one of the same length does not "
        "says that the gap is a constant offset; a linear map that helps more says that it is not "
        "only that."
    ),
    caution=(
        "The paper trains captioning and question answering on noisy texts; this is its protocol "
        "with a linear classifier on finished vectors. A remedy that helps here may not help a "
        "deep head, and the other way round."
    ),
    headline="accuracy",
    sources=("gu-2023",),
    fidelity="inspired by the paper",
    example=example,
    invariances=("scale", "lengths"),
    cost=lambda size: 8e-8 * min(size.n, 10_000) * size.d**2,
    needs=("modality", "label"),
    reads_label=True,
    directions=True,
    verdicts=Verdicts(
        above="A classifier trained on one modality predicts the classes of the other.",
        below="A classifier trained on one modality misleads about the other.",
        unclear="A classifier trained on one modality is not shown to predict the other.",
    ),
)
