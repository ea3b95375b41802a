"""Hubs: items that are everyone's neighbor."""

from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated

import numpy as np

from core.estimates import Number, Score
from core.lenses.geometry.hubness import hubness
from core.lesson import (
    Lesson,
    LessonStep,
    Load,
    Panel,
    Question,
    above,
    below,
    exceeds,
    read,
)
from core.space import EmbeddingSpace
from core.statistics.rank_correlation import rank_correlation

_FAR = {"metric": "euclidean"}


@cache
def _gauss(d: int) -> EmbeddingSpace:
    vectors = np.random.default_rng(0).standard_normal((1000, d)).astype(np.float32)
    return EmbeddingSpace.bare(f"Gaussian, {d} dimensions", vectors)


def gauss(d: int) -> Load:
    """1,000 points of a Gaussian in d dimensions."""
    return partial(_gauss, d)


@dataclass(frozen=True)
class Nearness:
    """Who is on many lists."""

    correlation: Annotated[
        Number,
        Score(low=-1, high=1),
        "Rank correlation of the number of lists with the distance from the mean.",
    ]


def nearness(space: EmbeddingSpace, /) -> Nearness:
    """Of lists of 10 neighbors by distance."""
    lists = hubness(space, **_FAR).by_item.values.astype(np.float64)
    away = np.linalg.norm(space.vectors - space.vectors.mean(axis=0), axis=1)
    return Nearness(rank_correlation(lists, away, clusters=np.arange(len(space)))[0])


LESSON = Lesson(
    title="Hubs",
    asks="Why do the same few items turn up in every search?",
    order=8,
    own=("geometry.hubness",),
    steps=(
        LessonStep(
            title="Few dimensions",
            says="1,000 points of one Gaussian cloud in 3 dimensions. Each lists its 10 nearest; "
            "a hub is on more than twice as many lists as usual.",
            view=Panel("geometry.hubness", (gauss(3),), ("hub_occurrence", "in_degree"), (), _FAR),
            shows="Hubs take **{few}** of all places: most points are on about ten lists.",
            reads={"few": read("geometry.hubness", "hub_occurrence", gauss(3), **_FAR)},
            claims=(below("few", 0.02),),
        ),
        LessonStep(
            title="Many dimensions",
            says="The same cloud in 64 dimensions: still one Gaussian, nothing in it but chance.",
            question=Question(
                "What share of all places in neighbor lists do hubs take now?",
                ("Still next to none", "About a tenth", "More than half"),
                2,
            ),
            view=Panel("geometry.hubness", (gauss(64),), ("hub_occurrence", "in_degree"), (), _FAR),
            shows="**{many}**, and {anti} of the points are on no list at all: no search for the "
            "10 nearest of another ever finds them.",
            reads={
                "many": read("geometry.hubness", "hub_occurrence", gauss(64), **_FAR),
                "anti": read("geometry.hubness", "antihubs", gauss(64), **_FAR),
            },
            claims=(above("many", 0.5), above("anti", 0.1)),
        ),
        LessonStep(
            title="Who is a hub?",
            says="In many dimensions all points lie at nearly the same distance from the center. "
            "Who is a little nearer to it is nearer to everybody.",
            view=Panel(
                "geometry.hubness",
                (gauss(64),),
                ("hub_occurrence", "in_degree"),
                ("metric",),
                _FAR,
            ),
            shows="The rank correlation of that distance with the number of lists is "
            "**{nearer}**. So hubs are a matter of the metric, too: by cosine only directions "
            "count, none of which is nearer to the others, and hubs take {cosine} of the places "
            "instead of {euclidean}. Turn **Metric**.",
            reads={
                "nearer": read(nearness, "correlation", gauss(64)),
                "cosine": read("geometry.hubness", "hub_occurrence", gauss(64)),
                "euclidean": read("geometry.hubness", "hub_occurrence", gauss(64), **_FAR),
            },
            claims=(below("nearer", -0.5), exceeds("euclidean", "cosine"), below("cosine", 0.05)),
        ),
    ),
)
