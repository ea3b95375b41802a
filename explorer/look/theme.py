"""Colors, number formats and the Plotly template: one look for every chart, light and dark."""

import math
import re
import string
from collections.abc import Sequence

from core.catalog import display_names
from core.estimates import Estimate, Number, Score
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
HIGHLIGHT = "#D7263D"
SEQUENTIAL = "Cividis"
DIVERGING = "RdBu_r"

PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
JOINER = "\u2060"  # takes no room, and lets no line break
LINKED = re.compile(r":(?=\S)|@|(?<=www)(?=\.)", re.IGNORECASE)
LONGEST = 200  # characters of a name in a sentence
_SMALL = 1e-3  # of the width of its interval: a number that is read as 0
_ROUNDING = 1e-9  # of the chance level: what rounding leaves

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


def number(value: float, score: Score | None = None, *, unit: bool = True) -> str:
    """A number as it is read: four significant digits at most, thousands separated.

    `unit` says whether a unit that is a word is written too.
    """
    if value == 0:
        text = "0"
    elif abs(value) >= 1000 or (score and _counts(score) and float(value).is_integer()):
        text = f"{value:,.0f}"
    elif abs(value) >= 0.001:
        digits = 3 if abs(value) < 10 else 1
        text = f"{value:.{digits}f}"
    else:
        text = f"{value:.2g}"
    text, word = text.replace("-", "\u2212"), score.unit if score else ""
    if word == "%":
        return f"{text}%"
    if not (unit and word):
        return text
    return f"{text} {word.removesuffix('s') if text == '1' else word}"


def estimate(one: Estimate, score: Score | None = None, *, unit: bool = True) -> str:
    """The number of an estimate; 0 where it is next to nothing beside its interval or chance."""
    low, high = one.ends
    is_nothing = math.isfinite(high - low) and abs(one.value) < _SMALL * (high - low)
    return number(0.0 if is_nothing else _told(one.value, one), score, unit=unit)


def _told(value: float, one: Estimate) -> float:
    """0 for what rounding leaves of an estimate whose chance level is not 0."""
    return value if one.chance is None or abs(value) > _ROUNDING * abs(one.chance.value) else 0.0


def _counts(score: Score) -> bool:
    """Whether a score is a rank, or a number of things whose unit is a plural."""
    return score.low == 1 or score.unit.endswith("s")


def interval(estimate: Number, score: Score | None = None) -> str:
    """``"0.81 to 0.84"`` of an estimate, or nothing."""
    if not isinstance(estimate, Estimate) or estimate.interval is None:
        return ""
    ends = (_told(end, estimate) for end in (estimate.interval.low, estimate.interval.high))
    return " to ".join(number(end, score, unit=False) for end in ends)


def chance(estimate: Estimate, score: Score | None = None, *, unit: bool = True) -> str:
    """The chance level of an estimate; one that is next to nothing beside it has no digits."""
    if estimate.chance is None:
        return ""
    value = estimate.chance.value
    if 0 < abs(value) < min(0.001, abs(estimate.value) / 10):
        return "about 0"
    return number(value, score, unit=unit)


def notes(estimate: Estimate, score: Score | None = None, *, unit: bool = True) -> list[str]:
    """What stands below a number: interval, chance level with its unit or without, sample."""
    parts = []
    if between := interval(estimate, score):
        parts.append(f"95 %: {between}")
    if estimate.chance:
        parts.append(f"chance level: {chance(estimate, score, unit=unit)}")
    if estimate.sample:
        parts.append(f"sample: {estimate.sample[0]:,} of {estimate.sample[1]:,}")
    return [part.replace(" ", "\u00a0") for part in parts]


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
