"""What t-SNE and UMAP can hide: sizes, distances, and noise that looks like something."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, KDTree

from core.catalog import projections
from core.estimates import Estimate, Number, Score
from core.lesson import Lesson, LessonStep, Map, Question, TwoMaps, above, below, exceeds, read
from core.quality import quality
from core.space import EmbeddingSpace

RADII, EACH, DIMS = (1.0, 3.0, 9.0), 150, 20
CENTERS = (0.0, 30.0, 90.0)  # along one axis
NAMES = ("small", "middle", "large")


@cache
def balls() -> EmbeddingSpace:
    """Three balls, three and nine times as wide as the first, the last far from the others."""
    rng = np.random.default_rng(0)
    which = np.repeat(np.arange(3), EACH)
    vectors = rng.standard_normal((len(which), DIMS)) / np.sqrt(DIMS)
    vectors *= np.array(RADII)[which, None]
    vectors[:, 0] += np.array(CENTERS)[which]
    items = pd.DataFrame({"ball": np.array(NAMES)[which]})
    return EmbeddingSpace("Three balls", vectors.astype(np.float32), items, {"label": "ball"})


@cache
def noise() -> EmbeddingSpace:
    """One cloud of 100 independent coordinates: there is nothing in it."""
    vectors = np.random.default_rng(0).standard_normal((400, 100)).astype(np.float32)
    return EmbeddingSpace.bare("Pure noise", vectors)


@dataclass(frozen=True)
class Proportions:
    """How large and how far apart the balls are, in the space and on a map."""

    sizes: Annotated[Number, Score(), "Radius of the large ball over that of the small one."]
    sizes_on_map: Annotated[Number, Score(), "The same on the map."]
    distances: Annotated[Number, Score(), "From the middle ball: to the large one over the small."]
    distances_on_map: Annotated[Number, Score(), "The same on the map."]


def proportions(space: EmbeddingSpace, /, *, projection: str) -> Proportions:
    """Of root mean square radii, and of distances of centers."""
    knobs = {} if projection == "pca" else {"metric": "euclidean"}
    flat = projections()[projection](space, **knobs).vectors
    found = [_proportions(one, space.names("label")) for one in (space.vectors, flat)]
    (sizes, distances), (sizes_on_map, distances_on_map) = found
    return Proportions(*map(Estimate, (sizes, sizes_on_map, distances, distances_on_map)))


def _proportions(vectors: NDArray[np.floating], names: NDArray[Any]) -> tuple[float, float]:
    parts = [vectors[names == name].astype(np.float64) for name in NAMES]
    centers = [part.mean(axis=0) for part in parts]
    radii = [
        float(np.sqrt(((part - center) ** 2).sum(axis=1).mean()))
        for part, center in zip(parts, centers, strict=True)
    ]
    near, far = (float(np.linalg.norm(centers[1] - centers[at])) for at in (0, 2))
    return radii[2] / radii[0], far / near


@dataclass(frozen=True)
class Trust:
    """How far a map can be trusted."""

    kept: Annotated[
        Number, Score(low=0, high=1, best="high"), "Map neighbors that are neighbors in the space."
    ]
    spacing: Annotated[
        Number,
        Score(low=0),
        "Mean distance to the nearest point on the map, over that among as many uniformly random "
        "points in its convex hull: below 1 where points clump (Clark & Evans 1954).",
    ]


def trust(space: EmbeddingSpace, /, *, projection: str, n_neighbors: int = 15) -> Trust:
    """Neighbor preservation among 15 neighbors by distance, and clumping."""
    knobs: dict[str, Any] = {} if projection == "pca" else {"metric": "euclidean"}
    if projection == "umap":
        knobs |= {"n_neighbors": n_neighbors, "min_dist": 0.0}
    flat = projections()[projection](space, **knobs)
    places = flat.vectors.astype(np.float64)
    nearest = KDTree(places).query(places, 2)[0][:, 1].mean()
    random = 0.5 * np.sqrt(ConvexHull(places).volume / len(places))
    return Trust(
        quality(space, flat, metric="euclidean").neighbor_preservation,
        Estimate(float(nearest / random)),
    )


_near = {"metric": "euclidean"}
_few = {"metric": "euclidean", "n_neighbors": 3, "min_dist": 0.0}

LESSON = Lesson(
    title="What maps hide",
    asks="What of a t-SNE or UMAP map can be believed?",
    order=5,
    own=("classes.persistence",),
    steps=(
        LessonStep(
            title="Sizes",
            says=f"Three balls in {DIMS} dimensions, {EACH} points each. The widest is nine times "
            "as wide as the narrowest. On the left is a linear shadow, on the right will be t-SNE.",
            question=Question(
                "On the t-SNE map, the widest ball is",
                ("nine times as wide", "about three times as wide", "no wider than the others"),
                2,
            ),
            view=TwoMaps(
                Map(balls, "pca", "label", caption="PCA"),
                Map(balls, "tsne", "label", _near, "t-SNE"),
            ),
            shows="In the space it is {sizes} times as wide, on the t-SNE map **{sizes_on_map}** "
            "times. t-SNE gives every point the same number of neighbors to be near to, so "
            "density, and with it size, is gone.",
            reads={
                "sizes": read(proportions, "sizes", balls, projection="tsne"),
                "sizes_on_map": read(proportions, "sizes_on_map", balls, projection="tsne"),
            },
            claims=(above("sizes", 8), below("sizes_on_map", 1.5)),
        ),
        LessonStep(
            title="Distances",
            says="From the middle ball it is twice as far to the wide one as to the narrow one.",
            question=Question(
                "Which map shows that?",
                ("Both", "The linear shadow only", "Neither"),
                1,
            ),
            view=TwoMaps(
                Map(balls, "pca", "label", caption="PCA"),
                Map(balls, "umap", "label", _near, "UMAP"),
            ),
            shows="True: {true}. PCA: **{pca}**. t-SNE: {tsne}; UMAP: {umap}. How far apart two "
            "clusters lie on such a map says little, and what lies between them nothing.",
            reads={
                "true": read(proportions, "distances", balls, projection="pca"),
                "pca": read(proportions, "distances_on_map", balls, projection="pca"),
                "tsne": read(proportions, "distances_on_map", balls, projection="tsne"),
                "umap": read(proportions, "distances_on_map", balls, projection="umap"),
            },
            claims=(above("true", 1.9), above("pca", 1.9), below("tsne", 1.5), below("umap", 1.5)),
        ),
        LessonStep(
            title="Noise",
            says="400 points whose 100 coordinates are independent noise: there are no groups. On "
            "the right UMAP looks at 3 neighbors of each.",
            question=Question(
                "What will be seen on the right?",
                ("An even disc", "Clumps and strings"),
                1,
            ),
            view=TwoMaps(
                Map(noise, "pca", None, caption="PCA"),
                Map(noise, "umap", None, _few, "UMAP, 3 neighbors"),
            ),
            shows="Clumps, made of nothing: the nearest point is **{spacing}** times as far as "
            "among uniformly spread points (PCA: {spacing_pca}). Only {kept} of the neighbors on "
            "this map are neighbors in the space. Color is the distrust a point deserves: how "
            "far off its neighbors on the map really are.",
            reads={
                "spacing": read(trust, "spacing", noise, projection="umap", n_neighbors=3),
                "spacing_pca": read(trust, "spacing", noise, projection="pca"),
                "kept": read(trust, "kept", noise, projection="umap", n_neighbors=3),
            },
            claims=(below("spacing", 0.75), above("spacing_pca", 0.9), below("kept", 0.3)),
        ),
        LessonStep(
            title="Ask before you believe",
            says="Where there is something to see, more of the neighbors are true. The three balls "
            "again, with the same colors of distrust.",
            view=TwoMaps(
                Map(balls, "tsne", None, _near, "Three balls"),
                Map(noise, "tsne", None, _near, "Pure noise"),
            ),
            shows="Of the balls' map neighbors **{balls}** are true, of the noise's {noise}. Which "
            "ball a point is of can be read off; where it lies within the ball cannot. Turn this "
            "coloring on for any map, and open a group's own pictures before naming it.",
            reads={
                "balls": read(trust, "kept", balls, projection="tsne"),
                "noise": read(trust, "kept", noise, projection="tsne"),
            },
            claims=(exceeds("balls", "noise"),),
        ),
    ),
)
