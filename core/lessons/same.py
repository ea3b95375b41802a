"""Are two models the same? Rotations, kernels, neighbors, and chance."""

from dataclasses import replace
from functools import cache, partial

import numpy as np

from core.lesson import (
    Lesson,
    LessonStep,
    Load,
    Map,
    Panel,
    Question,
    TwoMaps,
    above,
    below,
    exceeds,
    like_chance,
    read,
)
from core.lessons._spaces import network, pixels
from core.space import EmbeddingSpace


@cache
def rotated() -> EmbeddingSpace:
    """The pixels of the digits in a random orthogonal basis."""
    space = pixels()
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((space.n_dims,) * 2))[0]
    vectors = (space.vectors @ turn).astype(np.float32)
    return replace(space, name="Digits, rotated", vectors=vectors)


@cache
def random() -> EmbeddingSpace:
    """As many independent random vectors."""
    space = pixels()
    drawn = np.random.default_rng(1).standard_normal(space.vectors.shape)
    return replace(space, name="Random vectors", vectors=drawn.astype(np.float32))


def few(load: Load) -> Load:
    """The first 100 items of a space."""
    return partial(_few, load)


@cache
def _few(load: Load) -> EmbeddingSpace:
    return load().take(np.arange(100))


LESSON = Lesson(
    title="Are two models the same?",
    asks="How are two spaces compared whose axes mean different things?",
    order=6,
    own=("agreement.cka", "agreement.mutual_knn", "agreement.procrustes"),
    steps=(
        LessonStep(
            title="A rotated copy",
            says="On the left digits as their 64 pixels. On the right the same after a random "
            "rotation: no coordinate is what it was.",
            question=Question(
                "What is left of the neighbors and distances?",
                ("All of it", "About half", "Nothing: every number changed"),
                0,
            ),
            view=TwoMaps(
                Map(pixels, "pca", "label", caption="Pixels"),
                Map(rotated, "pca", "label", caption="Rotated"),
            ),
            shows="All of it: CKA is **{cka}** and the share of common neighbors {knn}. What a "
            "comparison looks at must not depend on the axes.",
            reads={
                "cka": read("agreement.cka", "cka_debiased", pixels, rotated),
                "knn": read("agreement.mutual_knn", "mutual_knn", pixels, rotated),
            },
            claims=(above("cka", 0.999), above("knn", 0.99)),
        ),
        LessonStep(
            title="Two models",
            says="Pixels beside the 32 features of a small trained network. Both keep the ten "
            "digits apart.",
            question=Question(
                "Of the 10 nearest neighbors of a digit, how many are the same in both?",
                ("Nearly all", "About half", "As few as by chance"),
                1,
            ),
            view=Panel("agreement.mutual_knn", (pixels, network), ("mutual_knn", "by_k")),
            shows="**{knn}** of them, while CKA says {cka}. Two honest numbers, two questions: CKA "
            "weighs all distances, and the large ones most; neighbors look at the "
            "smallest alone. State which you ask.",
            reads={
                "cka": read("agreement.cka", "cka_debiased", pixels, network),
                "knn": read("agreement.mutual_knn", "mutual_knn", pixels, network),
            },
            claims=(exceeds("cka", "knn"), above("knn", 0.4), below("knn", 0.6)),
        ),
        LessonStep(
            title="Nothing in common",
            says="Pixels beside random vectors. What a number says of two unrelated spaces is its "
            "chance level, and that need not be 0.",
            question=Question(
                "CKA as it was first defined, of 1,797 items in 64 dimensions, gives here",
                ("exactly 0", "a little above 0", "0.5"),
                1,
            ),
            view=Panel("agreement.cka", (pixels, random), ("cka_debiased", "cka")),
            shows="**{biased}**, which is what chance gives, {biased.chance}: it grows with "
            "dimensions over items, and of 100 of these items it is {few}. Debiased it is {cka}, "
            "and {few_debiased}.",
            reads={
                "cka": read("agreement.cka", "cka_debiased", pixels, random),
                "biased": read("agreement.cka", "cka", pixels, random),
                "few": read("agreement.cka", "cka", few(pixels), few(random)),
                "few_debiased": read("agreement.cka", "cka_debiased", few(pixels), few(random)),
            },
            claims=(
                like_chance("cka"),
                like_chance("biased"),
                above("biased", 0.005),
                exceeds("few", "biased"),
                like_chance("few_debiased"),
            ),
        ),
        LessonStep(
            title="Is one a rotated copy of the other?",
            says="Procrustes finds the rotation that lays one space best on the other; what is "
            "left over is the disparity, here of items that the rotation was not fitted to.",
            view=Panel("agreement.procrustes", (pixels, network), ("held_out_disparity", "errors")),
            shows="Of the two models **{left}** of the variance is left, of pixels and random "
            "vectors {random}, of the rotated copy {copy}. A good fit to the items it was fitted "
            "to is no proof: random vectors fit a little, too ({seen}).",
            reads={
                "left": read("agreement.procrustes", "held_out_disparity", pixels, network),
                "random": read("agreement.procrustes", "held_out_disparity", pixels, random),
                "copy": read("agreement.procrustes", "held_out_disparity", pixels, rotated),
                "seen": read("agreement.procrustes", "disparity", pixels, random),
            },
            claims=(
                below("copy", 0.001),
                exceeds("left", "copy"),
                exceeds("random", "left"),
                exceeds("random", "seen"),
            ),
        ),
    ),
)
