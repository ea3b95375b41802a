"""The curse of dimensionality, and the dimension that matters."""

from core.lesson import (
    Lesson,
    LessonStep,
    Panel,
    Play,
    Question,
    above,
    below,
    exceeds,
    holds_truth,
    misses_truth,
    read,
)
from core.lessons._spaces import made
from core.reels.made import made_reel

_plain = {"n_classes": 1, "modalities": False, "noise": 0.0, "n_items": 1000}
five, many = made(intrinsic_dimension=5, **_plain), made(intrinsic_dimension=33, **_plain)
noisy = made(**{**_plain, "intrinsic_dimension": 5, "noise": 0.3})

LESSON = Lesson(
    title="Dimension",
    asks="How many dimensions does a space of 64 have?",
    order=9,
    own=("geometry.dimension", "geometry.spectrum"),
    steps=(
        LessonStep(
            title="Five of sixty-four",
            says="1,000 vectors of length 64 that were made of 5 coordinates and then rotated. "
            "Only directions are looked at, which leaves 4 degrees of freedom.",
            question=Question(
                "TwoNN looks at nothing but the distances to the two nearest neighbors. It finds",
                ("about 4", "about 16", "64"),
                0,
            ),
            view=Panel("geometry.dimension", (five,), ("two_nn", "mle", "by_scale")),
            shows="**{two_nn}** ({two_nn.interval}), and the maximum likelihood estimate is {mle}. "
            "How the second neighbor's distance compares with the first's tells the dimension.",
            reads={
                "two_nn": read("geometry.dimension", "two_nn", five),
                "mle": read("geometry.dimension", "mle", five),
            },
            claims=(holds_truth("two_nn", 4), holds_truth("mle", 4)),
        ),
        LessonStep(
            title="Turn the truth",
            says="The slider is the number of coordinates the vectors are made of. Green is what "
            "is true. Compare the estimate of neighbors with the effective rank, which looks "
            "at variances.",
            question=Question(
                "Where there are more and more dimensions, TwoNN",
                ("stays with the truth", "finds too many", "finds too few"),
                2,
            ),
            view=Play(
                made_reel,
                (),
                None,
                {
                    "turned": "intrinsic_dimension",
                    "values": (2, 3, 4, 6, 8, 12, 16, 24, 32, 48),
                    "readings": (
                        ("geometry.dimension", "two_nn", "TwoNN"),
                        ("geometry.dimension", "mle", "MLE"),
                        ("geometry.spectrum", "effective_rank", "Effective rank"),
                    ),
                    **{**_plain, "n_items": 600},
                },
            ),
            shows="Of 32 it finds **{two_nn}** ({two_nn.interval}): the estimator fails, and its "
            "interval does not say so. 1,000 points do not fill 32 dimensions: the nearest "
            "neighbor is far away, and far away the cloud ends. The effective rank, which no "
            "neighbor enters, is {rank} of 33.",
            reads={
                "two_nn": read("geometry.dimension", "two_nn", many),
                "rank": read("geometry.spectrum", "effective_rank", many),
            },
            claims=(misses_truth("two_nn", 32), below("two_nn", 32), above("rank", 32)),
        ),
        LessonStep(
            title="A little noise",
            says="The 4 degrees of freedom again, with noise in all 63 directions: three tenths as "
            "long as the signal.",
            question=Question("TwoNN now finds", ("still about 4", "more than 8", "63"), 1),
            view=Panel("geometry.dimension", (noisy,), ("two_nn", "mle", "by_scale")),
            shows="**{noisy}** instead of {clean}. Two nearest neighbors are nearer than the noise "
            "is long, and at that scale the cloud has all dimensions. Ask at which scale: "
            "among 20 neighbors the MLE finds {mle}, nearer to the truth and still above.",
            reads={
                "clean": read("geometry.dimension", "two_nn", five),
                "noisy": read("geometry.dimension", "two_nn", noisy),
                "mle": read("geometry.dimension", "mle", noisy),
            },
            claims=(
                exceeds("noisy", "clean"),
                above("noisy", 8),
                exceeds("noisy", "mle"),
                above("mle", 4),
            ),
        ),
    ),
)
