"""The modality gap: where it comes from, and what closing it costs."""

from dataclasses import dataclass
from typing import Annotated

from core.estimates import Number, Score
from core.lesson import (
    Lesson,
    LessonStep,
    Map,
    Play,
    Question,
    above,
    beats_chance,
    below,
    exceeds,
    like_chance,
    overlaps,
    read,
)
from core.lessons._spaces import RUNS, cold, last, shapes, untrained, warm
from core.reels.course import course_reel
from core.reels.gap import gap_reel
from core.space import EmbeddingSpace


@dataclass(frozen=True)
class HalfWay:
    """The two centers when each side has gone half of the gap vector."""

    shifted: Annotated[Number, Score(best="zero"), "Distance along the gap, as shifted."]
    renormalized: Annotated[Number, Score(best="zero"), "The same, back at length one."]


def half_way(space: EmbeddingSpace, /) -> HalfWay:
    """Distance along the gap at a shift of one half, without and with the return to length one."""
    reel = gap_reel(space, left="image", right="text", stops=3)  # none, half and all of the way
    (track,) = (one for one in reel.tracks if one.name == "Distance along the gap")
    return HalfWay(*track.numbers[2:4])


_both = {"left": "image", "right": "text"}

LESSON = Lesson(
    title="The modality gap",
    asks="Why do images and texts lie apart, and what does it cost to close the gap?",
    order=1,
    own=("modality.gap", "modality.gap_shift"),
    steps=(
        LessonStep(
            title="Before any training",
            says="One network embeds drawings, another their captions. All weights are still "
            "random: neither has learned anything.",
            question=Question(
                "Do the two kinds of vectors mix?",
                ("They mix: nothing was learned yet", "They lie in two clouds apart"),
                1,
            ),
            view=Map(
                untrained,
                "pca",
                "modality",
                caption="A point is a drawing or a caption; all 250 drawings lie in one place.",
            ),
            shows="Two clouds. Their centers are **{gap}** apart, where 2 is the most there can "
            "be on the sphere, and a plane separates them: **{line}** of held-out items lie on "
            "their own side of it. A random network sends all it sees into a narrow cone: two "
            "drawings have a mean cosine of **{cone}**. The gap is there from the start.",
            reads={
                "gap": read("modality.gap", "centroid_distance", untrained),
                "line": read("modality.gap", "linear_separability", untrained),
                "cone": read("modality.gap", "cone_left", untrained),
            },
            claims=(above("gap", 1), above("line", 0.95), above("cone", 0.9)),
        ),
        LessonStep(
            title="Training pulls, and stops short",
            says="Contrastive training pulls every drawing to its caption and pushes it from the "
            "others, here at temperature 0.02.",
            question=Question(
                "After 2,000 steps, where is the gap?",
                ("Closed: pairs coincide", "Smaller, and still there", "Larger than before"),
                1,
            ),
            view=Play(course_reel, (cold,), "modality"),
            shows="Press **Play**. At the end captions are found: recall at 1 is **{recall}**, "
            "where chance gives {recall.chance}. The gap went from {before} to "
            "**{after}**: smaller, and far from closed.",
            reads={
                "before": read("modality.gap", "centroid_distance", untrained),
                "after": read("modality.gap", "centroid_distance", last(cold)),
                "recall": read("modality.retrieval", "recall_at_1", last(cold)),
            },
            claims=(exceeds("before", "after"), above("after", 0.3), beats_chance("recall")),
        ),
        LessonStep(
            title="Close it by hand",
            says="Here are 600 pairs as the trained demo model embeds them. The slider moves the "
            "two clouds toward each other along the gap vector.",
            question=Question(
                "Once the centers meet, how does recall at 1 change?",
                ("It rises", "It does not change", "It falls"),
                2,
            ),
            view=Play(gap_reel, (shapes,), "modality", _both),
            shows="Half-way the centers meet. Brought back to length one, for a search by cosine "
            "(switch **Length**), recall at 1, the mean of both directions, changes by "
            "**{recall}** ({recall.interval}) and the loss by {loss}. This model does better with "
            "its gap than without.",
            reads={
                "recall": read("modality.gap_shift", "recall_change", shapes),
                "loss": read("modality.gap_shift", "loss_change", shapes),
            },
            claims=(below("recall", 0), above("loss", 0)),
        ),
        LessonStep(
            title="Back to length one",
            says="Shifted vectors no longer have length one. Turn the switch **Length** to "
            "*renormalized*, which brings them back to the sphere, and look at the distance "
            "half-way.",
            view=Play(gap_reel, (shapes,), "modality", _both),
            shows="As shifted the centers meet: their distance along the gap is {shifted}. Back "
            "at length one it is **{again}** of {gap}: the clouds have different shapes, so that "
            "going back to the sphere moves their centers apart again, here by little. A space "
            "with the gap closed is another space: measure it anew.",
            reads={
                "gap": read("modality.gap", "centroid_distance", shapes),
                "shifted": read(half_way, "shifted", shapes),
                "again": read(half_way, "renormalized", shapes),
            },
            claims=(like_chance("shifted"), above("again", 0.005), exceeds("gap", "again")),
        ),
        LessonStep(
            title="A gap made by temperature",
            says="The same start, the same batches; only the temperature of the loss was ten times "
            "as high. Play both runs with the switch **Run**.",
            question=Question(
                "At the higher temperature, the gap at the end is",
                ("the same", "wider", "all but closed"),
                2,
            ),
            view=Play(course_reel, (cold, warm), "modality", {"names": RUNS[:2]}),
            shows="**{warm}** instead of {cold}. And recall at 1 is {recall_warm} instead of "
            "{recall_cold}, which these 250 pairs do not distinguish. The gap was there at the "
            "start; how much of it is left, in these runs, is a matter of temperature.",
            reads={
                "cold": read("modality.gap", "centroid_distance", last(cold)),
                "warm": read("modality.gap", "centroid_distance", last(warm)),
                "recall_cold": read("modality.retrieval", "recall_at_1", last(cold)),
                "recall_warm": read("modality.retrieval", "recall_at_1", last(warm)),
            },
            claims=(
                exceeds("cold", "warm"),
                below("warm", 0.1),
                overlaps("recall_cold", "recall_warm"),
            ),
        ),
    ),
)
