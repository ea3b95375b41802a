"""Uniformity and alignment: each alone is easy, and worth nothing."""

from core.lesson import (
    Lesson,
    LessonStep,
    Panel,
    Play,
    Question,
    above,
    beats_chance,
    below,
    exceeds,
    like_chance,
    read,
)
from core.lessons._spaces import RUNS, last, shapes, spread, step, untrained
from core.reels.course import course_reel

_early = step(spread, "50")

LESSON = Lesson(
    title="Uniformity against alignment",
    asks="Are near pairs enough? Is an even spread?",
    order=3,
    own=("contrastive.uniformity", "contrastive.alignment", "contrastive.whitening"),
    steps=(
        LessonStep(
            title="Near pairs are not enough",
            says="Alignment is the mean squared distance of partners, 0 at best. After 50 steps of "
            "this run it fell from {before} to {after}.",
            question=Question(
                "So do drawings find their captions by now?",
                ("Most do", "No more than by chance"),
                1,
            ),
            view=Play(course_reel, (spread,), "modality", {"names": RUNS[2:]}),
            shows="Recall at 1 is **{recall}**, and chance alone gives {recall.chance}. "
            "Everything is near everything: uniformity is {even}, where it was {even_before}. "
            "A collapsed space is aligned perfectly. Step through the first stops.",
            reads={
                "before": read("contrastive.alignment", "alignment", untrained),
                "after": read("contrastive.alignment", "alignment", _early),
                "recall": read("modality.retrieval", "recall_at_1", _early),
                "even": read("contrastive.uniformity", "uniformity", _early),
                "even_before": read("contrastive.uniformity", "uniformity", untrained),
            },
            claims=(
                above("before", 1.5),
                below("after", 0.5),
                like_chance("recall"),
                exceeds("even", "even_before"),
            ),
        ),
        LessonStep(
            title="An even spread is not enough",
            says="Whitening makes all directions equally wide. Uniformity, of random directions "
            "{raw.chance}, comes close to that: from {raw} to {white}.",
            question=Question(
                "What happens to the distances of partners?",
                ("They shrink too", "They hardly change", "They grow by far"),
                2,
            ),
            view=Panel(
                "contrastive.whitening",
                (shapes,),
                ("uniformity_gained", "alignment_lost", "trade"),
                ("group_size",),
            ),
            shows="Alignment gets worse by **{lost}**, where 2 is the squared distance of two "
            "unrelated directions. Noise in narrow directions was blown up to the size of what "
            "pairs have in common. Whiten in groups of fewer dimensions to trade one for the "
            "other.",
            reads={
                "raw": read("contrastive.whitening", "uniformity_raw", shapes),
                "white": read("contrastive.whitening", "uniformity_whitened", shapes),
                "lost": read("contrastive.whitening", "alignment_lost", shapes),
            },
            claims=(exceeds("raw", "white"), above("lost", 1)),
        ),
        LessonStep(
            title="Both, in turn",
            says="The same run to its end. Watch the order: which of the two moves first, and "
            "when recall begins to rise.",
            view=Play(course_reel, (spread,), "modality", {"names": RUNS[2:]}),
            shows="First everything collapses (alignment falls at once), then it spreads "
            "(uniformity falls from {even_early} to {even}), and recall follows the spread, to "
            "**{recall}**. A search needs partners near **and** strangers far.",
            reads={
                "even_early": read("contrastive.uniformity", "uniformity", _early),
                "even": read("contrastive.uniformity", "uniformity", last(spread)),
                "recall": read("modality.retrieval", "recall_at_1", last(spread)),
            },
            claims=(exceeds("even_early", "even"), beats_chance("recall")),
        ),
    ),
)
