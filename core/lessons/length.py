"""Length: why long texts crowd together, on real docstrings."""

from core.demo import DEMOS
from core.lesson import Lesson, LessonStep, Map, Panel, Question, above, beats_chance, exceeds, read

docstrings, cut = DEMOS["Docstrings"], DEMOS["Docstrings cut to lengths"]

LESSON = Lesson(
    title="Why long texts crowd",
    asks="Does the length of a text decide where it lies?",
    order=4,
    own=("length.collapse", "length.truncation"),
    steps=(
        LessonStep(
            title="Real docstrings by length",
            says="Docstrings of five Python packages, as a sentence encoder sees them. Lengths "
            "differ from a few tokens to some hundreds.",
            question=Question(
                "Which lie nearest to the center of all?",
                ("The short ones", "The long ones", "Length plays no role"),
                1,
            ),
            view=Map(docstrings, "pca", "length", caption="Colored by the number of tokens."),
            shows="The long ones: length correlates with the cosine to the mean at "
            "**{correlation}** ({correlation.interval}), where shuffled lengths give "
            "{correlation.chance}.",
            reads={"correlation": read("length.collapse", "length_correlation", docstrings)},
            claims=(beats_chance("correlation"), above("correlation", 0.5)),
        ),
        LessonStep(
            title="Is it the length, or the topic?",
            says="Perhaps long docstrings are simply about other things. So here the same long "
            "docstrings are cut to 8, 16, 32, … tokens: the topics are the same at every length.",
            question=Question(
                "From the shortest cuts to the longest, two different docstrings become",
                ("less alike", "equally alike", "more alike"),
                2,
            ),
            view=Panel("length.truncation", (cut,), ("mean_cosine_rise", "mean_cosine")),
            shows="Their mean cosine rises from {short} to **{long}**. More text of the same "
            "documents brings them closer: it is the length.",
            reads={
                "short": read("length.truncation", "mean_cosine_shortest", cut),
                "long": read("length.truncation", "mean_cosine_longest", cut),
            },
            claims=(exceeds("long", "short"), above("long", 0.3)),
        ),
        LessonStep(
            title="Crowded is not lost",
            says="If all long texts look alike, can one still find its own? Every text cut to 8 "
            "tokens searches for its full version.",
            question=Question(
                "How many find their own first?",
                ("About as many as by chance", "About half", "Most"),
                2,
            ),
            view=Panel("length.truncation", (cut,), ("recall_at_1", "recall")),
            shows="**{recall}** do, against {recall.chance} by chance. Absolute cosines rise with "
            "length; which of them is the highest survives. A threshold on the cosine is "
            "what length spoils: set one per length, or compare ranks.",
            reads={"recall": read("length.truncation", "recall_at_1", cut)},
            claims=(above("recall", 0.6), beats_chance("recall")),
        ),
    ),
)
