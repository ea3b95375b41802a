"""Colors, names and the Plotly template: one look for every chart, light and dark."""

import re
import string
from collections.abc import Sequence

from core.catalog import display_names
from core.knobs import Knob, ValueOf

# Okabe & Ito (2008), ordered for contrast on both themes; black gives way to gray.
OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#F0E442")
# Beyond eight: after Kelly (1965), the dark ones lighter, so that each stands out on both themes.
MORE = (
    "#875692",
    "#C8103E",
    "#8DB600",
    "#8A6A3B",
    "#00A6A6",
    "#F38400",
    "#B3446C",
    "#7463C4",
    "#5F7A3A",
    "#E68FAC",
    "#A1CAF1",
    "#A8452F",
)
MARKERS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "pentagon")
MOST_COLORS = len(OKABE_ITO) + len(MORE)
OTHER = "#A0A0A0"
UNDEFINED = "#C8C8C8"
SEQUENTIAL = "Cividis"
DIVERGING = "RdBu_r"

PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
JOINER = "\u2060"  # takes no room, and lets no line break
LINKED = re.compile(r":(?=\S)|@|(?<=www)(?=\.)", re.IGNORECASE)
LONGEST = 200  # characters of a name in a sentence

LAYOUT = {
    "margin": {"l": 8, "r": 8, "t": 28, "b": 8},
    "font": {"size": 13},
    "colorway": [*OKABE_ITO, *MORE],
    "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
    "hoverlabel": {"namelength": -1},
}


def color(position: int) -> str:
    """The color of the n-th category."""
    palette = OKABE_ITO + MORE
    return palette[position] if position < len(palette) else OTHER


def marker(position: int) -> str:
    """The shape of the n-th category: the second channel beside color."""
    return MARKERS[position % len(MARKERS)]


def shown(names: Sequence[str]) -> tuple[str, ...]:
    """The categories that get a color of their own; the rest are drawn as "other"."""
    return tuple(names[:MOST_COLORS])


def plain(text: object) -> str:
    """Words from a file, a link or a person as a part of a sentence that Streamlit draws.

    They stay what they are: no picture, link, formula, icon or color comes of them. They are cut
    after `LONGEST` characters, and stand on one line.

    Notes
    -----
    A backslash makes any ASCII punctuation literal (CommonMark 0.31, 2.4). Addresses, emoji and
    icons are looked for once more in the text that comes of it, so a joiner breaks these up. What
    is left to Streamlit is to draw ``>=`` and ``->`` as one sign.
    """
    words = " ".join(str(text).split())
    return literal(words if len(words) <= LONGEST else f"{words[:LONGEST]}…")


def literal(text: object) -> str:
    """A whole sentence that may quote such words, drawn as it is written: why something failed."""
    broken = LINKED.sub(lambda match: match[0] + JOINER, " ".join(str(text).split()))
    return PUNCTUATION.sub(r"\\\g<0>", broken)


def label(name: str) -> str:
    """A field or knob name as it is read: ``recall_at_1`` is "Recall at 1"."""
    names = {**WORDS, **display_names()}
    if name in names:
        return names[name]
    text = " ".join(names.get(word, word) for word in name.removeprefix("n_").split("_") if word)
    return text[:1].upper() + text[1:] if text.split(" ")[0].islower() else text


def knob_label(knob: Knob) -> str:
    """A knob as its form calls it: by a title of its own, or by its name."""
    return (isinstance(knob.kind, ValueOf) and knob.kind.title) or label(knob.name)


def inside(name: str) -> str:
    """Such a name inside a sentence: "recall at 1", but "AUC"."""
    text = label(name)
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


WORDS = {"k": "k", "vs": "against", "dist": "distance"}  # as they are written everywhere
