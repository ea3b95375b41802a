"""What a family of lenses says of itself, in the ``__init__`` of its folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Family:
    """The lenses of one page.

    Attributes
    ----------
    title, intro
        What the page is called, and what it is about in one sentence or two.
    icon
        Of the page, a Material symbol: ``"polyline"``.
    sign
        The lens that stands for the family, by the name of its file: on Home, and first on its
        page.
    order
        Place among the families.
    names
        How names of readings and knobs, or words in them, are written where they are not plain
        words: ``{"isoscore": "IsoScore"}``.
    """

    title: str
    intro: str
    icon: str
    sign: str
    order: int
    names: Mapping[str, str] = field(default_factory=dict)
