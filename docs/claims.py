"""What the papers behind the lenses claim, as predicates over what the lenses find.

A claim names its lens, the paper among those of the lens, what it says in one sentence, on which
spaces it is looked at, and how the result is judged. Nothing here is a result: ``make docs`` runs
the lenses.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core.catalog import catalog
from core.demo import DEMOS
from core.demo.digits import digits_network, digits_pixels
from core.engines.derived import derived
from core.engines.subspaces.components import principal_components
from core.engines.subspaces.joint import held_together
from core.space import EmbeddingSpace
from core.statistics.independence import shuffled_columns
from core.statistics.resampling import SEED
from docs.judging import (
    Judge,
    above,
    above_chance,
    below,
    below_chance,
    greater,
    greater_in_second,
    moves,
    no_better_than_chance,
)

MOST_ITEMS = 2_000  # of a space, whole pairs: a page of many runs in some minutes

PIXELS, NETWORK = "Digits, pixels", "Digits, network"
COMPONENTS, SHUFFLED = f"{PIXELS} · 8 components", f"{PIXELS} · columns shuffled"
ROTATED = f"{PIXELS} · rotated"
CLIPS, DOCSTRINGS = "Clips of shapes", "Docstrings"
SECTIONS, TOKENS, TASKS = "Docstring sections", "Docstring tokens", "Queries and targets"
RECORDS, CROPS = "Records of drawings", "Crops and tags"
SHAPES, NESTED = "Shapes and captions", "Shapes and captions, Matryoshka"
LAYERS = tuple(f"{DOCSTRINGS}, layer {layer}" for layer in (2, 4, 6))
NOISE, ALL = "Digits, noise", "Digits, pixels of both halves"

Spaces = Mapping[str, EmbeddingSpace]
Run = tuple[EmbeddingSpace, ...]
Case = tuple[Run, ...]  # what the judge compares: the results of one run, or of two


@dataclass(frozen=True)
class Claim:
    """One sentence of a paper that can turn out wrong.

    Attributes
    ----------
    lens
        Key of the lens that looks.
    says
        The claim.
    judge
        From the results of a case to whether it agrees.
    readings
        What is shown of each result.
    cases
        On what it is looked at.
    paper
        Key of the source; by default the first of the lens.
    knobs
        Values other than the defaults.
    """

    lens: str
    says: str
    judge: Judge
    readings: tuple[str, ...]
    cases: Callable[[Spaces], Sequence[Case]]
    paper: str = ""
    knobs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Key of the source."""
        return self.paper or catalog()[self.lens].sources[0]


def spaces() -> dict[str, EmbeddingSpace]:
    """Every demo space, and what can be made of the digits that no network was fitted to.

    Of a course of training, its end: at every step the same pairs come again.
    """
    demos = {
        name: _some(_last_step(make()))
        for name, make in DEMOS.items()
        if not name.startswith("Digits")
    }
    both, network = digits_pixels(), digits_network()
    pixels, network = (
        replace(space.where(space.names("group") == "held out"), name=name)
        for space, name in ((both, PIXELS), (network, NETWORK))
    )
    rng = np.random.default_rng(SEED)
    few = principal_components(pixels.vectors, 8).coordinates(pixels.vectors)
    rotation = np.linalg.qr(rng.normal(size=(pixels.n_dims, pixels.n_dims)))[0].astype(np.float32)
    noise = rng.normal(size=pixels.vectors.shape).astype(np.float32)
    digits = (
        replace(both, name=ALL),
        pixels,
        network,
        derived(pixels, few, "8 components"),
        derived(pixels, pixels.vectors @ rotation, "rotated"),
        derived(pixels, shuffled_columns(pixels.vectors, rng), "columns shuffled"),
        replace(pixels, name=NOISE, vectors=noise),
    )
    return demos | {space.name: space for space in digits}


def _last_step(space: EmbeddingSpace) -> EmbeddingSpace:
    if "step" not in space.items:
        return space
    steps = space.items["step"].to_numpy()
    return replace(space.where(steps == steps.max()), name=f"{space.name} (step {steps.max()})")


def _some(space: EmbeddingSpace) -> EmbeddingSpace:
    """Whole groups, or pairs, drawn at random, up to 2,000 items or so."""
    if len(space) <= MOST_ITEMS:
        return space
    clusters = np.unique(held_together(space), return_inverse=True)[1]
    order = np.random.default_rng(SEED).permutation(clusters.max() + 1)
    return space.where(order[clusters] < MOST_ITEMS * (clusters.max() + 1) // len(space))


def each(*names: str, key: str = "") -> Callable[[Spaces], list[Case]]:
    """One case a space: the named ones, else all demo spaces that the lens can look at."""

    def cases(given: Spaces) -> list[Case]:
        chosen = [given[name] for name in names] or [
            space
            for name, space in given.items()
            if not name.startswith("Digits") and catalog()[key].obstacle(space) is None
        ]
        return [((space,),) for space in chosen]

    return cases


def side_by_side(*runs: tuple[str, ...]) -> Callable[[Spaces], list[Case]]:
    """One case for spaces that a lens of several spaces looks at together."""
    return lambda given: [(tuple(given[name] for name in run),) for run in runs]


def compared(first: str, second: str) -> Callable[[Spaces], list[Case]]:
    """The results of one lens on two spaces."""
    return lambda given: [((given[first],), (given[second],))]


def labeled(key: str) -> Callable[[Spaces], list[Case]]:
    """The digits, and all demo spaces that the lens can look at."""
    digits, demos = each(PIXELS, NETWORK, COMPONENTS), each(key=key)
    return lambda given: [*demos(given), *digits(given)]


_BOTH = ((PIXELS, NETWORK), (PIXELS, COMPONENTS))
_UNRELATED = ((PIXELS, NOISE),)
_SAME_WIDTH = ((PIXELS, ROTATED),)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "modality.gap",
        "Images and texts lie in two regions: their centroids are further apart than chance.",
        above_chance("centroid_distance"),
        ("centroid_distance",),
        each(key="modality.gap"),
    ),
    Claim(
        "modality.gap",
        "The modalities are linearly separable, all but perfectly (95 % at least).",
        above("linear_separability", 0.95),
        ("linear_separability",),
        each(key="modality.gap"),
        paper="fahim-2024",
    ),
    Claim(
        "modality.gap",
        "Partners lie closer than other items of one modality do, gap or no gap (RMG below 0.5).",
        below("relative_gap", 0.5),
        ("relative_gap",),
        each(key="modality.gap"),
        paper="schrodi-2025",
    ),
    Claim(
        "modality.gap_shift",
        "Closing the gap by a shift changes how often the right partner comes first.",
        moves("recall_change"),
        ("recall_change",),
        each(key="modality.gap_shift"),
    ),
    Claim(
        "modality.gap_shift",
        "Closing the gap by a shift changes zero-shot accuracy.",
        moves("accuracy_change"),
        ("accuracy_change",),
        each(key="modality.gap_shift"),
    ),
    Claim(
        "modality.retrieval",
        "The partner in the other modality is found more often than by chance.",
        above_chance("recall_at_1"),
        ("recall_at_1",),
        each(key="modality.retrieval"),
    ),
    Claim(
        "modality.transfer",
        "A classifier trained on one modality names the other better than chance.",
        above_chance("accuracy"),
        ("accuracy",),
        each(key="modality.transfer"),
    ),
    Claim(
        "modality.transfer",
        "Noise shaped like the differences of partners makes it transfer better.",
        greater("accuracy_structured_noise", "accuracy"),
        ("accuracy", "accuracy_structured_noise"),
        each(key="modality.transfer"),
    ),
    Claim(
        "modality.geodesic_mixup",
        "Mixtures along the geodesic are harder negatives than the items themselves.",
        above("hardening", 0),
        ("hardening",),
        each(key="modality.geodesic_mixup"),
    ),
    Claim(
        "modality.geodesic_mixup",
        "The space between the modalities is empty (emptiness above 1).",
        above("emptiness", 1),
        ("emptiness",),
        each(key="modality.geodesic_mixup"),
    ),
    Claim(
        "contrastive.alignment",
        "Positive pairs lie closer than items paired at random.",
        below_chance("alignment"),
        ("alignment",),
        each(key="contrastive.alignment"),
    ),
    Claim(
        "contrastive.plane",
        "The better encoder holds positives (same digit) closer.",
        below("alignment_change", 0),
        ("alignment_change",),
        side_by_side((PIXELS, NETWORK)),
        knobs={"by": "label"},
    ),
    Claim(
        "contrastive.plane",
        "The better encoder spreads items more evenly.",
        below("uniformity_change", 0),
        ("uniformity_change",),
        side_by_side((PIXELS, NETWORK)),
        knobs={"by": "label"},
    ),
    Claim(
        "contrastive.whitening",
        "Whitening makes the items more uniform.",
        above("uniformity_gained", 0),
        ("uniformity_gained",),
        labeled("contrastive.whitening"),
        knobs={"by": "label"},
    ),
    Claim(
        "contrastive.whitening",
        "Whitening does so without parting positives.",
        below("alignment_lost", 0),
        ("alignment_lost",),
        labeled("contrastive.whitening"),
        knobs={"by": "label"},
    ),
    Claim(
        "contrastive.utilization",
        "Mixing examples fills the space: queries lie nearer to mixed training items.",
        greater("utilization", "utilization_between"),
        ("utilization", "utilization_between"),
        each(ALL, key="contrastive.utilization"),
    ),
    Claim(
        "contrastive.common_salient",
        "Some direction varies in the target beyond what it does in the background.",
        above_chance("variance_ratio"),
        ("variance_ratio",),
        each(key="contrastive.common_salient"),
    ),
    Claim(
        "length.collapse",
        "Longer texts lie nearer to the mean of all.",
        above_chance("length_correlation"),
        ("length_correlation",),
        each(key="length.collapse"),
    ),
    Claim(
        "length.truncation",
        "The same texts, cut later, lie closer together.",
        above("mean_cosine_rise", 0),
        ("mean_cosine_rise",),
        each(key="length.truncation"),
    ),
    Claim(
        "agreement.cka",
        "Two representations of the same items agree far beyond chance.",
        above_chance("cka_debiased"),
        ("cka_debiased",),
        side_by_side(*_BOTH),
    ),
    Claim(
        "agreement.cka",
        "A rotation of a space leaves CKA as it is.",
        above("cka", 0.999),
        ("cka",),
        side_by_side(*_SAME_WIDTH),
    ),
    Claim(
        "agreement.cka",
        "Without its bias, CKA of unrelated representations is no better than chance.",
        no_better_than_chance("cka_debiased"),
        ("cka_debiased", "cka"),
        side_by_side(*_UNRELATED),
        paper="song-2012",
    ),
    Claim(
        "agreement.mutual_knn",
        "Different encoders give the same items the same neighbors, more than by chance.",
        above_chance("mutual_knn"),
        ("mutual_knn",),
        side_by_side(*_BOTH),
    ),
    Claim(
        "agreement.cca",
        "Representations of the same items share directions, on held-out items too.",
        above_chance("held_out_correlation"),
        ("held_out_correlation",),
        side_by_side(*_BOTH),
    ),
    Claim(
        "agreement.cca",
        "Weighted by what they account for, correlations are higher (PWCCA above SVCCA).",
        greater("pwcca", "svcca"),
        ("svcca", "pwcca"),
        side_by_side(*_BOTH),
        paper="morcos-2018",
    ),
    Claim(
        "agreement.subspace",
        "Partners match better in a shared subspace than between the full spaces.",
        greater("matching", "full_matching"),
        ("matching", "full_matching"),
        side_by_side(*_BOTH),
    ),
    Claim(
        "agreement.relative",
        "Described by anchors, items find themselves in the other space better than by vectors.",
        greater("mrr", "absolute_mrr"),
        ("mrr", "absolute_mrr"),
        side_by_side(*_SAME_WIDTH),
    ),
    Claim(
        "agreement.procrustes",
        "After the best rotation, spaces of the same items differ less than by chance.",
        below_chance("disparity"),
        ("disparity", "held_out_disparity"),
        side_by_side((PIXELS, COMPONENTS), (PIXELS, NOISE)),
    ),
    Claim(
        "agreement.relative",
        "A classifier fitted to one space works on the other without training.",
        above_chance("stitched_accuracy"),
        ("stitched_accuracy", "within_accuracy"),
        side_by_side(*_BOTH),
    ),
    Claim(
        "classes.probe",
        "A deeper layer is more linearly separable than the input.",
        greater_in_second("probe_accuracy"),
        ("probe_accuracy",),
        compared(PIXELS, NETWORK),
    ),
    Claim(
        "classes.separability",
        "Supervised measures see training: more neighbors of the own class.",
        greater_in_second("neighbor_purity"),
        ("neighbor_purity",),
        compared(PIXELS, NETWORK),
        paper="gourgoulias-2024",
    ),
    Claim(
        "classes.persistence",
        "Where classes separate better, so does the label-free score.",
        greater_in_second("separability"),
        ("separability",),
        compared(PIXELS, NETWORK),
    ),
    Claim(
        "classes.persistence",
        "Clustered data stand out from the same columns shuffled.",
        above_chance("separability"),
        ("separability",),
        labeled("classes.persistence"),
    ),
    Claim(
        "classes.icnn",
        "The score tells better classes from worse ones.",
        greater_in_second("icnn"),
        ("icnn",),
        compared(PIXELS, NETWORK),
    ),
    Claim(
        "classes.icnn",
        "The score of true labels is above that of shuffled ones.",
        above_chance("icnn"),
        ("icnn",),
        labeled("classes.icnn"),
    ),
    Claim(
        "classes.coding_rate",
        "Classes are cheaper to code one by one, beyond shuffled labels.",
        above_chance("rate_reduction"),
        ("rate_reduction",),
        labeled("classes.coding_rate"),
        paper="yu-2020",
    ),
    Claim(
        "classes.coding_rate",
        "A class takes fewer directions than all items together.",
        greater("numerical_rank", "class_rank"),
        ("numerical_rank", "class_rank"),
        labeled("classes.coding_rate"),
    ),
    Claim(
        "classes.coding_rate",
        "Clusters by rate reduction are the classes rather than not (adjusted Rand above 0.5).",
        above("cluster_agreement", 0.5),
        ("cluster_agreement",),
        labeled("classes.coding_rate"),
    ),
    Claim(
        "retrieval.hierarchical_zero_shot",
        "Prompts name items at the finest level, without training on its classes.",
        above_chance("accuracy"),
        ("accuracy",),
        each(CLIPS),
    ),
    Claim(
        "retrieval.hierarchical_zero_shot",
        "The levels agree: predictions lie on one path more often than unrelated ones.",
        above_chance("consistency"),
        ("consistency", "repair"),
        each(CLIPS),
    ),
    Claim(
        "retrieval.hierarchical_zero_shot",
        "The mean of a segment is named better than its single frames.",
        above("pooling", 0),
        ("accuracy", "pooling"),
        each(CLIPS),
        knobs={"window": 4},
    ),
    Claim(
        "retrieval.hierarchical_zero_shot",
        "Each level keeps a subspace of its own (they share less than half).",
        below("overlap", 0.5),
        ("overlap",),
        each(CLIPS),
    ),
    Claim(
        "retrieval.novel_class",
        "A class added from five examples is recognized, without training, old ones beside it.",
        above_chance("harmonic_mean"),
        ("harmonic_mean", "disjoint"),
        each(CLIPS, DOCSTRINGS, NETWORK),
    ),
    Claim(
        "retrieval.novel_class",
        "The angle decides better than Euclidean distance.",
        above("angular_gain", 0),
        ("angular_gain",),
        each(CLIPS, DOCSTRINGS, NETWORK),
    ),
    Claim(
        "retrieval.novel_class",
        "A normalized softmax head trained on old classes decides better on new ones.",
        above("head_gain", 0),
        ("head_gain",),
        each(CLIPS, DOCSTRINGS, NETWORK),
    ),
    Claim(
        "retrieval.frechet_mean",
        "The Fréchet mean is nearer to the label than the highest score.",
        above("saved", 0),
        ("saved", "calibration_error"),
        each(CLIPS, DOCSTRINGS, PIXELS),
    ),
    Claim(
        "retrieval.frechet_mean",
        "It is right about as often (accuracy falls by less than 0.05).",
        above("accuracy_change", -0.05),
        ("accuracy", "accuracy_of_argmax", "accuracy_change"),
        each(CLIPS, DOCSTRINGS, PIXELS),
    ),
    Claim(
        "retrieval.document_pooling",
        "A document is better found by one merged vector than by its best part.",
        above("merged_less_best", 0),
        ("merged_less_best", "recall_merged", "recall_best_part"),
        each(SECTIONS),
        knobs={"queries": "question"},
    ),
    Claim(
        "retrieval.task_benchmark",
        "Image and text together find more than the better of the two.",
        above("composed_gain", 0),
        ("composed", "composed_gain"),
        each(TASKS),
    ),
    Claim(
        "retrieval.fixed_dim_encoding",
        "Encodings of sets find more of the true nearest sets than mean vectors.",
        above("gain", 0),
        ("gain", "recall", "recall_of_means"),
        each(TOKENS),
        knobs={"queries": "query"},
    ),
    Claim(
        "retrieval.record_linkage",
        "Image and text together link better than the better one of them.",
        above("gain", 0),
        ("gain", "accuracy", "accuracy_left", "accuracy_right"),
        each(RECORDS),
    ),
    Claim(
        "retrieval.colocation",
        "The company of labels helps to name what the vector alone does not.",
        above("gain", 0),
        ("gain", "named_by_sight", "named_jointly"),
        each(CROPS),
    ),
    Claim(
        "retrieval.verification",
        "Items of one identity are nearer than those of others.",
        above_chance("auc"),
        ("auc", "equal_error_rate"),
        each(RECORDS, NETWORK),
    ),
    Claim(
        "classes.senses",
        "Names stand for several things: more than one sense a label, on average.",
        above_chance("senses_per_label"),
        ("senses_per_label", "several"),
        each(SHAPES, DOCSTRINGS, PIXELS, NETWORK),
    ),
    Claim(
        "compression.benchmark",
        "At one bit a dimension, classes survive what exact neighbors do not.",
        greater("class_accuracy", "recall"),
        ("class_accuracy", "recall", "bytes_per_item"),
        each(SHAPES, DOCSTRINGS, PIXELS, NETWORK),
        knobs={"budget": 1.0},
    ),
    Claim(
        "compression.ladder",
        "A model trained to be cut puts what matters into its first dimensions.",
        above_chance("truncation_index"),
        ("truncation_index", "smallest_truncated"),
        each(NESTED),
        paper="kusupati-2022",
    ),
    Claim(
        "compression.ladder",
        "The same model trained without that loss orders its dimensions less.",
        greater_in_second("truncation_index"),
        ("truncation_index", "smallest_truncated"),
        compared(SHAPES, NESTED),
        paper="kusupati-2022",
    ),
    Claim(
        "compression.ladder",
        "Half of the first dimensions keep 95 % of the quality.",
        above("kept_at_half", 0.95),
        ("kept_at_half",),
        each(SHAPES, NESTED),
    ),
    Claim(
        "compression.grid",
        "Fewer layers and dimensions than all keep 95 % of the quality.",
        below("smallest_cost", 1),
        ("smallest_cost", "full_quality"),
        side_by_side(LAYERS),
    ),
    Claim(
        "compression.grid",
        "The first dimensions do more than random ones, where they were trained to.",
        above_chance("nestedness"),
        ("nestedness",),
        side_by_side((SHAPES, NESTED)),
    ),
    Claim(
        "compression.recurrent_binary",
        "Coding what is left finds more than a hash of as many bits.",
        above("gain", 0),
        ("gain", "recall"),
        each(SHAPES, DOCSTRINGS, PIXELS, NETWORK),
    ),
    Claim(
        "compression.hamming_rerank",
        "A shortlist by codes, ranked by the vectors, finds more than the codes alone.",
        greater("recall", "codes_alone"),
        ("recall", "codes_alone"),
        each(SHAPES, DOCSTRINGS, PIXELS, NETWORK),
    ),
    Claim(
        "compression.bernoulli_code",
        "Learned bits rebuild vectors better than signs of principal coordinates do.",
        greater("signs_error", "error"),
        ("error", "signs_error"),
        each(SHAPES, DOCSTRINGS, PIXELS, NETWORK),
        knobs={"n_bits": 8},
    ),
    Claim(
        "compression.bernoulli_code",
        "Learned bits rebuild vectors better than a code book of as many bits does.",
        greater("clusters_error", "error"),
        ("error", "clusters_error"),
        each(SHAPES, DOCSTRINGS, PIXELS, NETWORK),
        knobs={"n_bits": 8},
    ),
    Claim(
        "compression.token_stability",
        "Tokens of learned features survive noise better than those of pixels.",
        greater_in_second("change"),
        ("change",),
        compared(NETWORK, PIXELS),
    ),
    Claim(
        "compression.field_dims",
        "A third of the parameters is enough.",
        below("kept", 1 / 3),
        ("kept",),
        side_by_side(*_BOTH),
    ),
    Claim(
        "compression.field_dims",
        "The dimensions that are kept predict better than all do.",
        greater("auc", "full_auc"),
        ("auc", "full_auc"),
        side_by_side(*_BOTH),
    ),
    Claim(
        "compression.feature_multiplexing",
        "One shared table predicts better than tables of equal size, of as many rows.",
        greater("auc", "equal_auc"),
        ("auc", "equal_auc", "full_auc"),
        each(SHAPES),
        knobs={"rows": 16},
    ),
    Claim(
        "compression.feature_multiplexing",
        "One shared table predicts better than tables in proportion to the columns.",
        greater("auc", "proportional_auc"),
        ("auc", "proportional_auc"),
        each(SHAPES),
        knobs={"rows": 16},
    ),
)
