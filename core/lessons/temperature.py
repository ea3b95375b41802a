"""Temperature: what it does to a contrastive loss, and to what is trained with it."""

from core.lesson import (
    Lesson,
    LessonStep,
    Panel,
    Play,
    Question,
    exceeds,
    overlaps,
    read,
)
from core.lessons._spaces import RUNS, cold, last, shapes, warm
from core.reels.course import course_reel

_SHARP, _SOFT = {"temperature": 0.02}, {"temperature": 0.2}

LESSON = Lesson(
    title="Temperature",
    asks="What does the temperature of a contrastive loss decide?",
    order=2,
    own=("modality.contrastive_loss",),
    steps=(
        LessonStep(
            title="One number divides all similarities",
            says="The loss asks, for every drawing, how much of a softmax over all captions falls "
            "on its own. Similarities are divided by the temperature first. The vectors here "
            "do not change at all.",
            question=Question(
                "The same vectors at ten times the temperature: the loss",
                ("falls", "rises", "is the same"),
                1,
            ),
            view=Panel(
                "modality.contrastive_loss",
                (shapes,),
                ("loss", "by_temperature"),
                ("temperature",),
                _SHARP,
            ),
            shows="At 0.02 it is {sharp}, at 0.2 **{soft}**: divided by more, all captions weigh "
            "nearly alike. Turn the knob. Losses at different temperatures are not comparable, "
            "and a lower one is no better model.",
            reads={
                "sharp": read("modality.contrastive_loss", "loss", shapes, **_SHARP),
                "soft": read("modality.contrastive_loss", "loss", shapes, **_SOFT),
            },
            claims=(exceeds("soft", "sharp"),),
        ),
        LessonStep(
            title="Trained cold, trained warm",
            says="Two runs from one start with the same batches, at temperatures 0.02 and 0.2. Low "
            "temperatures push from the nearest strangers; high ones from all alike.",
            question=Question(
                "Which run spreads its vectors more evenly over the sphere?",
                ("The cold one, at 0.02", "The warm one, at 0.2"),
                1,
            ),
            view=Play(course_reel, (cold, warm), "modality", {"names": RUNS[:2]}),
            shows="Uniformity, lower is more even, ends at **{warm}** for the warm run and {cold} "
            "for the cold one: pushed from all, vectors go everywhere. Its pairs are also closer: "
            "alignment {aligned_warm} instead of {aligned_cold}. So it is in these two runs; of "
            "images alone Wang and Liu (2021) report the reverse, the colder the more even.",
            reads={
                "cold": read("contrastive.uniformity", "uniformity", last(cold)),
                "warm": read("contrastive.uniformity", "uniformity", last(warm)),
                "aligned_cold": read("contrastive.alignment", "alignment", last(cold)),
                "aligned_warm": read("contrastive.alignment", "alignment", last(warm)),
            },
            claims=(exceeds("cold", "warm"), exceeds("aligned_cold", "aligned_warm")),
        ),
        LessonStep(
            title="And the search?",
            says="More even, and better aligned: the warm run should find more captions.",
            question=Question(
                "Does it, on these 250 pairs?",
                ("Yes, clearly more", "The two cannot be distinguished", "No, clearly fewer"),
                1,
            ),
            view=Panel("modality.retrieval", (last(warm),), ("recall_at_1", "recall_by_k")),
            shows="Recall at 1 is {warm} ({warm.interval}) warm and {cold} ({cold.interval}) cold: "
            "the intervals overlap. Uniformity and alignment are means over all items; the first "
            "rank is decided among the nearest few.",
            reads={
                "cold": read("modality.retrieval", "recall_at_1", last(cold)),
                "warm": read("modality.retrieval", "recall_at_1", last(warm)),
            },
            claims=(overlaps("cold", "warm"),),
        ),
    ),
)
