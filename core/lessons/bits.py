"""What truncation and quantization cost."""

from core.demo import DEMOS
from core.lesson import (
    Lesson,
    LessonStep,
    Panel,
    Question,
    above,
    below,
    exceeds,
    like_chance,
    read,
)
from core.lessons._spaces import shapes

nested = DEMOS["Shapes and captions, Matryoshka"]
_few = {"n_bits": 32}

LESSON = Lesson(
    title="Fewer dimensions, fewer bits",
    asks="How much of a vector is needed?",
    order=10,
    own=("compression.ladder", "compression.hamming_rerank", "compression.benchmark"),
    steps=(
        LessonStep(
            title="The first dimensions",
            says="To save space one may keep the first dimensions of every vector and drop the "
            "rest. This model was trained without a thought of it.",
            question=Question(
                "How many of the 64 dimensions keep 95 % of the recall?",
                ("8", "32", "all 64"),
                2,
            ),
            view=Panel("compression.ladder", (shapes,), ("smallest_truncated", "curves")),
            shows="**{fewest}** of 64. The dimensions have no order: the truncation index is "
            "{index}, and of copies rotated at random {index.chance}. By principal axes "
            "{principal} would do, so the information is there, only not in front.",
            reads={
                "fewest": read("compression.ladder", "smallest_truncated", shapes),
                "principal": read("compression.ladder", "smallest_principal", shapes),
                "index": read("compression.ladder", "truncation_index", shapes),
            },
            claims=(above("fewest", 63), like_chance("index"), below("principal", 33)),
        ),
        LessonStep(
            title="Trained to be cut",
            says="The same weights at the start, the same batches, with a Matryoshka loss: the "
            "first 4, 8, 16, 32 dimensions must each do alone.",
            question=Question(
                "How many of the 64 dimensions does it take now?", ("8", "32", "all 64"), 0
            ),
            view=Panel("compression.ladder", (nested,), ("smallest_truncated", "curves")),
            shows="**{fewest}** of 64, and the truncation index is {index}. With all 64 dimensions "
            "recall is {quality}, and {plain} without that loss.",
            reads={
                "fewest": read("compression.ladder", "smallest_truncated", nested),
                "index": read("compression.ladder", "truncation_index", nested),
                "quality": read("compression.ladder", "quality", nested),
                "plain": read("compression.ladder", "quality", shapes),
            },
            claims=(below("fewest", 17), above("index", 0.9)),
        ),
        LessonStep(
            title="One bit each",
            says="32 bits instead of 64 floats: 4 bytes an item instead of 256. Codes find "
            "candidates; the few best are ranked again by the full vectors.",
            question=Question(
                "Of the true 10 neighbors, the codes alone find",
                ("about a tenth", "about half", "nearly all"),
                1,
            ),
            view=Panel(
                "compression.hamming_rerank",
                (shapes,),
                ("recall", "codes_alone", "curves"),
                ("n_bits", "share"),
                _few,
            ),
            shows="**{alone}**, and {ranked} once the best 4 % are ranked again. Turn the knobs: "
            "more bits, or more candidates, buy the rest.",
            reads={
                "alone": read("compression.hamming_rerank", "codes_alone", shapes, **_few),
                "ranked": read("compression.hamming_rerank", "recall", shapes, **_few),
            },
            claims=(above("alone", 0.35), below("alone", 0.65), exceeds("ranked", "alone")),
        ),
    ),
)
