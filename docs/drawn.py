"""Items drawn by design, chance alone or with a weak effect: what calibration tries lenses on.

Where a lens compares what was made of vectors with the vectors themselves, or two ways one of which
does lose by design, chance alone cannot be drawn: for these only coverage is counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from core.catalog import catalog
from core.space import EmbeddingSpace

DRAWS, SLOW, MANY = 200, 100, 1000
LARGE = 20_000  # items whose headline sampling hardly moves
N, D = 60, 6
Spaces = tuple[EmbeddingSpace, ...]
Draw = Callable[[np.random.Generator, float], Spaces]


@dataclass(frozen=True)
class Case:
    """Items that a lens is tried on.

    Attributes
    ----------
    draw
        Spaces from a generator and the strength of the effect, 0 where chance is all there is.
    strength
        Of the weak effect.
    draws
        Of each kind; fewer where one takes long.
    knobs
        Values other than the defaults.
    null
        Whether chance alone can be drawn.
    large
        The same draw of so many items that its headline is the truth; without it, the mean over
        all draws is, which a number that sampling lengthens exceeds.
    """

    draw: Draw
    strength: float
    draws: int = DRAWS
    knobs: Mapping[str, Any] = field(default_factory=dict)
    null: bool = True
    large: Draw | None = None


def space(vectors: Any, **columns: Any) -> EmbeddingSpace:
    """A space whose columns play the roles they are named for."""
    items = pd.DataFrame(columns or {"item": range(len(vectors))})
    return EmbeddingSpace(
        "drawn", np.asarray(vectors, np.float32), items, {name: name for name in columns}
    )


def labeled(rng: np.random.Generator, strength: float, n: int = N) -> Spaces:
    """Three classes at random, their means apart by the strength."""
    codes = np.arange(n) % 3
    vectors = rng.normal(size=(n, D)) + strength * np.eye(D)[codes]
    return (space(vectors, label=codes.astype(str)),)


def two_spaces(rng: np.random.Generator, strength: float, n: int = N) -> Spaces:
    """Two spaces whose items share so much, beside noise of their own."""
    shared = strength * rng.normal(size=(n, D))
    return tuple(space(shared + rng.normal(size=(n, D))) for _ in range(2))


def many(rng: np.random.Generator, strength: float) -> Spaces:
    """The same, of 150 items: enough to fit a map to some and judge it by others."""
    return two_spaces(rng, strength, 150)


def pairs(
    rng: np.random.Generator, strength: float, n: int = N, *, gap: float = 0.0, **columns: Any
) -> Spaces:
    """Images and captions that share so much, a gap apart."""
    shared = strength * rng.normal(size=(n, D))
    sides = [shared + rng.normal(size=(n, D)) for _ in range(2)]
    sides[1][:, 0] += gap
    modality = np.repeat(["image", "text"], n)
    return (space(np.vstack(sides), modality=modality, pair=[*range(n)] * 2, **columns),)


def separate(rng: np.random.Generator, strength: float, n: int = N) -> Spaces:
    """Images and captions without a pair, whose centers lie the strength apart."""
    vectors = rng.normal(size=(2 * n, D))
    vectors[n:, 0] += strength
    return (space(vectors, modality=np.repeat(["image", "text"], n)),)


def many_separate(rng: np.random.Generator, strength: float) -> Spaces:
    """The same, so many that sampling does not move their centers apart."""
    return separate(rng, strength, LARGE)


def transferred(rng: np.random.Generator, strength: float) -> Spaces:
    """Two modalities whose classes lie apart by the strength, in the same directions."""
    codes = np.tile(np.arange(N) % 3, 2)
    vectors = rng.normal(size=(2 * N, D)) + strength * np.eye(D)[codes]
    modality = np.repeat(["image", "text"], N)
    return (space(vectors, modality=modality, label=codes.astype(str), pair=[*range(N)] * 2),)


def across_a_gap(rng: np.random.Generator, strength: float) -> Spaces:
    """Unrelated partners at a gap that is in the way of nothing; related ones where it is."""
    return pairs(rng, strength, 100, gap=2.0)


def cloud(rng: np.random.Generator, strength: float, n: int = N) -> Spaces:
    """Independent dimensions; with an effect, a few directions take the strength beside them."""
    vectors = rng.normal(size=(n, D))
    vectors += strength * rng.normal(size=(n, 1)) @ np.ones((1, D))
    return (space(vectors),)


def wide_cloud(rng: np.random.Generator, strength: float) -> Spaces:
    """Forty independent dimensions, in which some items are hubs; with an effect a few take over.

    In six dimensions a cloud has no hub, and one draw in two hundred would be a false alarm.
    """
    vectors = rng.normal(size=(100, 40)) * np.where(np.arange(100) < 10, 1 - strength, 1)[:, None]
    return (space(vectors),)


def leaning(rng: np.random.Generator, strength: float) -> Spaces:
    """Pairs all of which lean to one side by the strength."""
    (even,) = pairs(rng, 1.0)
    return (replace(even, vectors=even.vectors + np.float32(strength)),)


def groups(rng: np.random.Generator, strength: float) -> Spaces:
    """Items that fall into two heaps, the strength apart in all dimensions."""
    return (space(rng.normal(size=(N, D)) + strength * (np.arange(N) % 2)[:, None]),)


def far_out(rng: np.random.Generator, strength: float) -> Spaces:
    """A cloud of which one item in ten is spread wider by the strength."""
    vectors = rng.normal(size=(N, D))
    vectors[: N // 10] *= 1 + strength
    return (space(vectors),)


def domains(rng: np.random.Generator, strength: float) -> Spaces:
    """Background and target, which varies more in one direction by the strength."""
    vectors = rng.normal(size=(2 * N, D))
    vectors[N:, 0] *= 1 + strength
    return (space(vectors, domain=np.repeat(["background", "target"], N)),)


def moved(rng: np.random.Generator, strength: float) -> Spaces:
    """Two domains, one moved by the strength."""
    vectors = rng.normal(size=(2 * N, D))
    vectors[N:, 0] += strength
    return (space(vectors, domain=np.repeat(["train", "test"], N)),)


def uneven(rng: np.random.Generator, strength: float) -> Spaces:
    """Two spaces of pairs that lean to one side; the second does so more, by the strength."""
    (first,), (second,) = (pairs(rng, 1.0) for _ in range(2))
    vectors = (each.vectors.copy() for each in (first, second))
    one, other = vectors
    one[:, 0] += 1
    other[:, 0] += 1 + strength
    return replace(first, vectors=one), replace(second, vectors=other)


def long_and_short(rng: np.random.Generator, strength: float) -> Spaces:
    """Items that near a common direction with their length, by the strength."""
    lengths = rng.integers(5, 200, N)
    vectors = rng.normal(size=(N, D))
    vectors[:, 0] += 2 + strength * lengths / 100
    return (space(vectors, length=lengths),)


def cut(rng: np.random.Generator, strength: float) -> Spaces:
    """Documents at two lengths, the longer nearer to a common direction by the strength."""
    own = rng.normal(size=(N, D))
    short, long = own + 0.3 * rng.normal(size=(N, D)), own + 0.3 * rng.normal(size=(N, D))
    long[:, 0] += strength
    lengths = np.repeat([10, 100], N)
    return (space(np.vstack([short, long]), pair=[*range(N)] * 2, length=lengths),)


def senses(rng: np.random.Generator, strength: float) -> Spaces:
    """Words of one sense, or of two that lie apart by the strength."""
    codes, second = np.arange(120) % 3, (np.arange(120) // 3 % 2)[:, None]
    vectors = 4 * np.eye(D)[codes] + rng.normal(size=(120, D))
    return (space(vectors + strength * second * np.eye(D)[codes + 3], label=codes.astype(str)),)


def identities(rng: np.random.Generator, strength: float) -> Spaces:
    """Twenty identities of four items that share so much, beside noise."""
    who = np.arange(80) // 4
    vectors = strength * rng.normal(size=(20, D))[who] + rng.normal(size=(80, D))
    return (space(vectors, label=who.astype(str)),)


def novel(rng: np.random.Generator, strength: float) -> Spaces:
    """Eight classes of twenty items, their means apart by the strength."""
    codes = np.arange(160) % 8
    vectors = strength * rng.normal(size=(8, D))[codes] + rng.normal(size=(160, D))
    return (space(vectors, label=codes.astype(str)),)


def categories(rng: np.random.Generator, strength: float) -> Spaces:
    """Two columns of ten values that move the label by the strength, beside vectors of noise.

    A value always moves it as far: what another table of values would say is no error of an AUC.
    """
    cells = rng.integers(10, size=(400, 2))
    moved = np.random.default_rng(1).normal(size=(10, 2))[cells, np.arange(2)].sum(axis=1)
    label = np.where(strength * moved + rng.normal(size=400) > 0, "up", "down")
    columns = {f"column {at}": pd.Series(cells[:, at]).map("value {}".format) for at in range(2)}
    items = pd.DataFrame({"label": label, **columns})
    return (EmbeddingSpace("drawn", np.float32(cells), items, {"label": "label"}),)


def fields(rng: np.random.Generator, strength: float) -> Spaces:
    """Two fields of four dimensions, in which two classes lie apart by the strength."""
    label = rng.integers(2, size=200)
    apart = strength * label[:, None] * np.eye(4)[0]
    spaces = (space(apart + rng.normal(size=(200, 4)), label=label.astype(str)) for _ in range(2))
    return tuple(replace(one, name=f"field {at}") for at, one in enumerate(spaces))


def scenes(rng: np.random.Generator, strength: float) -> Spaces:
    """Scenes of two labels out of twelve, which go together as often as the strength says."""
    first, second = rng.integers(12, size=(2, 100))
    second = np.where(rng.random(100) < strength, first ^ 1, second)
    label = np.column_stack([first, second]).ravel()
    vectors = np.eye(12)[label] + 0.6 * rng.normal(size=(200, 12))
    names = [f"label {code}" for code in label]
    tags = [f"label {a}; label {b}" for a, b in zip(first, second, strict=True) for _ in range(2)]
    return (space(vectors, label=names, tags=tags, group=np.arange(200) // 2),)


def documents(rng: np.random.Generator, strength: float) -> Spaces:
    """Twenty documents of three parts, and five queries for each, like all of them by the strength.

    Of as many documents as queries chance finds one: too few to say that two searches differ.
    """
    parts, own = rng.normal(size=(20, 3, D)), np.arange(100) // 5
    asked = strength * parts.mean(axis=1)[own] + rng.normal(size=(100, D))
    side, group = np.repeat(["part", "query"], [60, 100]), [*np.repeat(range(20), 3), *own]
    return (space(np.vstack([parts.reshape(60, D), asked]), group=group, side=side),)


def sets(rng: np.random.Generator, strength: float) -> Spaces:
    """Documents of three vectors that share so much, and queries of as many."""
    group = np.arange(240) // 3
    vectors = strength * rng.normal(size=(80, D))[group] + rng.normal(size=(240, D))
    return (space(vectors, group=group, side=np.where(group < 60, "document", "query")),)


def records(rng: np.random.Generator, strength: float) -> Spaces:
    """Eight records of each of twenty entities, in two views that share so much of it.

    Half of them ask. Of two records each chance links one rightly, and says nothing of two views.
    """
    who = np.arange(160) // 8
    views = [strength * rng.normal(size=(20, D))[who] + rng.normal(size=(160, D)) for _ in range(2)]
    columns = {"label": who.astype(str), "side": np.tile(["query", "catalog"], 80)}
    return (
        space(
            np.vstack(views),
            modality=np.repeat(["image", "text"], 160),
            pair=[*range(160)] * 2,
            **{name: np.tile(values, 2) for name, values in columns.items()},
        ),
    )


def asked(rng: np.random.Generator, strength: float) -> Spaces:
    """Eight tasks of ten queries and their targets, which share so much.

    In one task of all of them chance finds one target: four in 1.8 % of cases and three in 7.9 %,
    between which there is no test.
    """
    target = strength * rng.normal(size=(80, D))
    sides = [target + rng.normal(size=(80, D)) for _ in range(2)]
    label = np.tile(np.arange(80) // 10, 2).astype(str)
    side = np.repeat(["query", "target"], 80)
    return (space(np.vstack(sides), pair=[*range(80)] * 2, side=side, label=label),)


def prompted(rng: np.random.Generator, strength: float) -> Spaces:
    """Two kinds of three classes with a prompt each, to which items are near by the strength."""
    of = np.arange(90) % 6
    prompts = rng.normal(size=(6, 12))
    kinds = prompts.reshape(2, 3, 12).mean(axis=1)
    vectors = [strength * prompts[of] + rng.normal(size=(90, 12)), kinds, prompts]
    codes = np.array([*of, *range(0, 6, 3), *range(6)])
    items = pd.DataFrame(
        {
            "kind": [f"kind {code // 3}" for code in codes],
            "class": [f"class {code}" for code in codes],
            "level": [None] * 90 + ["kind"] * 2 + ["class"] * 6,
        }
    )
    items.loc[items["level"] == "kind", "class"] = None
    return (EmbeddingSpace("drawn", np.float32(np.vstack(vectors)), items, {"level": "level"}),)


def spectrum(rng: np.random.Generator, strength: float) -> Spaces:
    """Dimensions of one size, or the smaller the later by the strength."""
    return (space(rng.normal(size=(200, 16)) * np.exp(-strength * np.arange(16))),)


def clustered(rng: np.random.Generator, strength: float) -> Spaces:
    """Ten clusters, always the same ones, whose centers lie apart by the strength."""
    centers = strength * np.random.default_rng(1).normal(size=(10, 16))
    return (space(centers[rng.integers(10, size=400)] + 0.6 * rng.normal(size=(400, 16))),)


def layers(rng: np.random.Generator, strength: float) -> Spaces:
    """Three layers that hold ever more of the same ten topics, most of it in the first places."""
    decay, codes = np.exp(-strength * np.arange(16)), np.arange(200) % 10
    topics = np.random.default_rng(1).normal(size=(10, 16))[codes] * decay
    spaces = [
        space(topics + noise * decay * rng.normal(size=topics.shape), label=codes.astype(str))
        for noise in (2.0, 1.0, 0.5)
    ]
    return tuple(replace(one, name=f"layer {at}") for at, one in enumerate(spaces, start=1))


def example_of(key: str, draws: int = DRAWS) -> Case:
    """The example of a lens, drawn anew each time."""

    def draw(rng: np.random.Generator, _: float) -> Spaces:
        return catalog()[key].example(rng).spaces

    knobs = catalog()[key].example(np.random.default_rng(0)).knobs
    return Case(draw, 1.0, draws, knobs, null=False)


CASES: Mapping[str, Case] = {
    "modality.contrastive_loss": Case(pairs, 0.5, SLOW, knobs={"temperature": 0.5}),
    "modality.gap": Case(separate, 0.8, 4 * MANY, large=many_separate),
    "modality.gap_shift": Case(across_a_gap, 1.0, knobs={"pairs": 100}),
    "modality.geodesic_mixup": Case(pairs, 0.5),
    "modality.retrieval": Case(pairs, 0.7),
    "modality.transfer": Case(transferred, 0.7),
    "contrastive.alignment": Case(pairs, 0.5),
    "contrastive.common_salient": Case(domains, 0.5, MANY),
    "contrastive.plane": Case(uneven, 0.5, MANY),
    "contrastive.uniformity": Case(cloud, 0.4, MANY),
    "contrastive.utilization": Case(moved, 0.7),
    "contrastive.whitening": Case(leaning, 0.7),
    "length.collapse": Case(long_and_short, 0.5, MANY),
    "length.truncation": Case(cut, 0.3),
    "agreement.cca": Case(many, 0.7),
    "agreement.cka": Case(two_spaces, 0.5),
    "agreement.matrix": Case(two_spaces, 0.5),
    "agreement.mutual_knn": Case(two_spaces, 0.7),
    "agreement.procrustes": Case(many, 0.7),
    "agreement.relative": Case(many, 1.0, knobs={"anchors": 20}),
    "agreement.subspace": Case(many, 1.0),
    "classes.coding_rate": Case(labeled, 0.7, SLOW),
    "classes.icnn": Case(labeled, 0.7),
    "classes.pairs": Case(labeled, 1.0),
    "classes.persistence": Case(groups, 1.5),
    "classes.probe": Case(labeled, 0.7),
    "classes.separability": Case(labeled, 0.7, MANY),
    "classes.senses": Case(senses, 10.0),
    "retrieval.colocation": Case(scenes, 1.0, null=False),
    "retrieval.document_pooling": Case(documents, 1.0, 2 * DRAWS),
    "retrieval.fixed_dim_encoding": Case(sets, 1.0, knobs={"queries": "query"}, null=False),
    "retrieval.frechet_mean": example_of("retrieval.frechet_mean"),
    "retrieval.hierarchical_zero_shot": Case(prompted, 0.3),
    "retrieval.novel_class": Case(novel, 0.7, SLOW),
    "retrieval.record_linkage": Case(records, 1.0, knobs={"queries": "query"}),
    "retrieval.task_benchmark": Case(asked, 1.0, 2 * DRAWS, {"queries": "query"}),
    "retrieval.verification": Case(identities, 0.4, 2 * DRAWS),
    "compression.benchmark": Case(spectrum, 0.05, null=False),
    "compression.bernoulli_code": Case(spectrum, 0.2, SLOW, {"n_bits": 8}, null=False),
    "compression.feature_multiplexing": Case(categories, 0.3, 2 * DRAWS),
    "compression.field_dims": Case(fields, 0.4, 2 * DRAWS),
    "compression.grid": Case(layers, 0.3, null=False),
    "compression.hamming_rerank": Case(clustered, 1.0, null=False),
    "compression.ladder": Case(spectrum, 0.05),
    "compression.recurrent_binary": Case(clustered, 1.0, null=False),
    "compression.token_stability": example_of("compression.token_stability"),
    "geometry.dimension": Case(cloud, 0.7),
    "geometry.hubness": Case(wide_cloud, 0.2, knobs={"metric": "euclidean"}),
    "geometry.outliers": Case(far_out, 2.0, knobs={"metric": "euclidean"}),
    "geometry.spectrum": Case(cloud, 0.4, MANY),
}
