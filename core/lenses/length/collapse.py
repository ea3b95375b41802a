"""Whether embeddings of longer items crowd together."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Dependence, NeutralShare, ShareOfFaults
from core.arrays import Codes, Floats, Vectors
from core.engines.labels import known_codes
from core.engines.lengths.bins import FEWEST, Crowding, LengthBin, T, crowding, length_bins
from core.engines.losses.uniformity import sphere_uniformity
from core.engines.probes.linear import linear_separability
from core.errors import NotApplicable
from core.estimates import Estimate, Number, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.numerics.moments import mean_cosine, squared_lengths
from core.progress import stage
from core.readouts import Curve, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.influence import pair_clusters
from core.statistics.rank_correlation import rank_correlation
from core.statistics.sampling import laid_out
from core.steps import Apply, LookAt

MOST_CUT = 0.9  # of the items: above, ranks of length tell of the few others alone
NO_LENGTH = 1e-7  # of a mean: float32 rows that cancel


@dataclass(frozen=True)
class LengthCollapse:
    """How position and crowding of the vectors change with length."""

    length_correlation: Annotated[
        Dependence,
        "Rank correlation of length and cosine to the mean: above 0, longer is more central.",
    ]
    permutation_p: Annotated[
        NeutralShare, "Share of shuffled lengths that give a correlation at least as strong."
    ]
    matched_correlation: Annotated[
        Dependence,
        "The same between items of one label, averaged over labels: length at equal content.",
    ]
    short_long_separability: Annotated[
        ShareOfFaults,
        "How often a classifier tells the longest quarter of unseen items from the shortest.",
    ]
    mean_cosine: Annotated[Curve, "Mean cosine of two items of about equal length."]
    distance_to_mean: Annotated[Curve, "Mean distance of the items to the global mean."]
    uniformity: Annotated[Curve, "Uniformity of the items of about equal length."]
    bins: Annotated[Table, "The same numbers with the size of every bin."]
    centrality: Annotated[
        ItemScores, "Cosine of an item to the global mean; the most central come first."
    ]


def _length_collapse(
    space: EmbeddingSpace,
    /,
    *,
    bin_width: Annotated[
        float,
        Between(0, 10_000, 10),
        "Width of a bin of lengths; 0 takes 100, or equally large bins where lengths are short.",
    ] = 0.0,
) -> LengthCollapse:
    """Rank correlation of length with the cosine to the global mean, and crowding per length.

    ``length_correlation = spearman(length_i, cos(u(x_i), m))`` with u the scaling to unit length
    and m the mean of all unit vectors; in ``[-1, 1]``, 0 where length plays no role. Per bin of
    lengths: mean cosine of two of its items, ``(n |m_b|^2 - 1) / (n - 1)``; mean distance to m;
    uniformity at t = 2. Collapse shows as cosine and uniformity that rise, and a distance that
    falls, with length. Items without a length are left out. None of it depends on vector norms, nor
    on a rotation of the space, and only the bins depend on the unit of length.

    Raises
    ------
    NotApplicable
        If too few items have a length, nearly all have the longest, or no bin holds enough of them.
    """
    given = space.lengths()
    known = np.flatnonzero(~np.isnan(given))
    if len(known) < length_collapse.min_items:
        few = length_collapse.min_items
        msg = f"{length_collapse.title} needs {few} items with a length; found {len(known)}."
        raise NotApplicable(msg)
    longest = given[known].max()
    if MOST_CUT < (share := float((given[known] == longest).mean())) < 1:
        msg = (
            f"{length_collapse.title} needs lengths that differ; {share:.0%} of the items have the "
            f"longest, {longest:g}: texts end there, or the model read no further. Take lengths of "
            "what was read whole: encode in windows, or choose another column as the length."
        )
        raise NotApplicable(msg)
    seen, lengths = space if len(known) == len(space) else space.take(known), given[known]
    clusters, cosine = pair_clusters(seen), _to_mean(seen)
    stage("correlation with length")
    correlation, p = rank_correlation(lengths, cosine, clusters=clusters)
    matched = _matched(seen, lengths, cosine)
    separability = _separability(seen.directions.offsets, lengths, clusters)
    stage("bins of lengths")
    bins = length_bins(lengths, bin_width)
    labels = known_codes(seen) if "label" in seen.roles else None
    crowdings = crowding(seen.unit, bins, clusters=clusters, labels=labels)
    shown = [(part, crowded) for part, crowded in zip(bins, crowdings, strict=True) if crowded]
    if not shown:
        most = max(len(part.rows) for part in bins)
        msg = (
            f"{length_collapse.title} needs a bin with {FEWEST} items; the largest has {most}. "
            "Use wider bins, or 0 to have them chosen."
        )
        raise NotApplicable(msg)
    x = np.array([part.mean_length for part, _ in shown])
    centrality = laid_out(cosine, known, len(space))
    return LengthCollapse(
        length_correlation=correlation,
        permutation_p=p,
        matched_correlation=matched,
        short_long_separability=separability,
        mean_cosine=_mean_cosine(x, [crowded for _, crowded in shown], seen.unit),
        distance_to_mean=_curve(
            x, [crowded.distance for _, crowded in shown], "distance to the mean"
        ),
        uniformity=replace(
            _curve(x, [crowded.uniformity for _, crowded in shown], "uniformity"),
            levels={"uniformly random directions": sphere_uniformity(space.n_dims, T)},
        ),
        bins=_table(bins, crowdings),
        centrality=ItemScores(centrality, "cosine to the global mean", best="low"),
    )


def _to_mean(space: EmbeddingSpace) -> Floats:
    """Cosine of each vector to the mean of all directions."""
    offsets, center = space.directions.offsets, space.directions.center
    length = float(np.linalg.norm(center))
    if length < NO_LENGTH:
        msg = f"{length_collapse.title} needs a mean with a direction; these vectors cancel out."
        raise NotApplicable(msg)
    # from the distance, which keeps its digits where all are alike
    cosine: Floats = 1 - squared_lengths(offsets, about=center / length - center) / 2
    return cosine


def _matched(space: EmbeddingSpace, lengths: Floats, cosine: Floats) -> Number:
    if "label" not in space.roles:
        return Undefined("needs a 'label' column")
    codes = known_codes(space)
    labeled = codes >= 0
    groups, clusters = codes[labeled], pair_clusters(space)[labeled]
    return rank_correlation(lengths[labeled], cosine[labeled], clusters=clusters, groups=groups)[0]


def _separability(unit: Vectors, lengths: Floats, clusters: Codes) -> Number:
    low, high = np.quantile(lengths, [0.25, 0.75], method="inverted_cdf")
    if low == high:
        return Undefined(f"needs lengths that differ, found the middle half at {low:g}")
    short, long = np.flatnonzero(lengths <= low), np.flatnonzero(lengths >= high)
    groups = clusters[np.concatenate([short, long])]
    return linear_separability(unit[short], unit[long], groups=groups)


def _mean_cosine(x: Floats, crowdings: list[Crowding], unit: Vectors) -> Curve:
    """With the level of all lengths together, at which shuffled lengths would stay."""
    curve = _curve(x, [crowded.cosine for crowded in crowdings], "mean cosine")
    across = np.array([crowded.cosine_across_labels for crowded in crowdings])
    lines = {} if np.isnan(across).any() else {"between different labels": across}
    level = mean_cosine(unit)
    return replace(curve, lines={**curve.lines, **lines}, levels={"all lengths together": level})


def _curve(x: Floats, numbers: list[Estimate], axis: str) -> Curve:
    return Curve.of(x, {axis: numbers}, ("mean length of the items of a bin", axis))


def _table(bins: list[LengthBin], crowdings: list[Crowding | None]) -> Table:
    def cells(number: Callable[[Crowding], Estimate]) -> pd.api.extensions.ExtensionArray:
        return pd.array(
            [number(crowded).value if crowded else None for crowded in crowdings], dtype="Float64"
        )

    return Table(
        pd.DataFrame(
            {
                "shortest": [part.shortest for part in bins],
                "longest": [part.longest for part in bins],
                "items": [len(part.rows) for part in bins],
                "mean cosine": cells(lambda crowded: crowded.cosine),
                "distance to the mean": cells(lambda crowded: crowded.distance),
                "uniformity": cells(lambda crowded: crowded.uniformity),
            }
        )
    )


def example(rng: np.random.Generator) -> Example:
    """Pairs of items on either side of one direction, at an angle that shrinks with length."""
    n, d = 300, 32
    lengths = np.arange(1, n + 1)
    aside = rng.normal(size=(n, d))
    aside[:, 0] = 0
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    angles = np.pi / 3 / np.sqrt(lengths)[:, None]
    common, step = np.cos(angles) * np.eye(d)[0], np.sin(angles) * aside
    space = EmbeddingSpace(
        "a cone that narrows with length",
        np.vstack([common + step, common - step]),
        pd.DataFrame({"words": np.tile(lengths, 2)}),
        {"length": "words"},
    )
    return Example(
        (space,),
        {"length_correlation": (0.999, 1.0), "permutation_p": (0, 0.01)},
        "Every longer item lies closer to the common direction: exactly 1.",
    )


length_collapse = Lens(
    run=_length_collapse,
    title="Length collapse",
    question="Do embeddings of longer texts crowd together?",
    reading_guide=(
        "A correlation above 0 says that longer items lie closer to the center of the space; mean "
        "cosine and uniformity that rise from bin to bin, and a distance to the mean that falls, "
        "say the same of the bins. Where the correlation within labels is as strong, "
        "content does not explain it."
    ),
    caution=(
        "Long items may be more alike because of what they say: trust the correlation within "
        "labels over the plain one. The center lies nearest to the lengths that are most frequent. "
        f"Bins of fewer than {FEWEST} items are listed but not measured."
    ),
    headline="length_correlation",
    sources=("zhou-2025",),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    cost=lambda size: 0.1 + 6e-8 * size.n * size.d * size.classes,
    needs=("length",),
    directions=True,
    reads_label=True,
    min_items=2 * FEWEST,
    verdicts=Verdicts(
        above="Longer items lie closer to the center of the space.",
        below="Longer items lie further from the center of the space.",
        unclear="Length and closeness to the center are not shown to go together.",
        steps={
            "above": (
                Apply("centre", "Do long items share the mean?"),
                Apply("remove_components", "Do they share one direction?", {"count": 1}),
                LookAt("geometry.hubness", "Do they appear in every search?"),
            ),
            "below": (LookAt("geometry.outliers", "Which items lie far from all others?"),),
            "unclear": (
                LookAt("contrastive.uniformity", "Do items of every length crowd together?"),
            ),
        },
    ),
)
