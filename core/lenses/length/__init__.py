"""What the length of an item does to its vector."""

from core.family import Family

FAMILY = Family(
    title="Length collapse",
    intro=(
        "Long texts tend to share one direction. Where they do, a long document is similar to "
        "every other long document, whatever it says."
    ),
    icon="short_text",
    sign="collapse",
    order=3,
    names={
        "held_out_gain": "Held-out gain",
        "length_correlation_untouched": "Correlation untouched",
        "short_long_separability": "Short-long separability",
    },
)
