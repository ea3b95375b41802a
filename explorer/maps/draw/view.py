"""What a renderer of the map is given, and what it gives back. The one interface they share."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.counts import counted
from core.engines.maps.density import Density
from core.engines.maps.labels import Label
from core.regions import Polygon
from core.space import EmbeddingSpace, Role
from explorer.look import theme
from explorer.maps.draw.camera import Camera

NONE = "(none)"
HEIGHT = 640  # pixels, unless a map says otherwise
FIRST_COLORS: tuple[Role, ...] = ("modality", "label", "group")
MANY_VALUES = 60  # distinct numbers from which a column is colored as a number


@dataclass(frozen=True)
class Colors:
    """How the points are colored: by category, or by a number.

    Attributes
    ----------
    title
        What the color means.
    codes, names
        ``(n,)`` category of each point, and the names; the last may be "other".
    values
        ``(n,)`` numbers instead, NaN where undefined.
    """

    title: str
    codes: NDArray[np.int64] | None = None
    names: tuple[str, ...] = ()
    values: NDArray[np.float64] | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """The values at the ends of the scale: all but the outer hundredths lie between."""
        values = np.asarray(self.values, np.float64)
        defined = values[np.isfinite(values)]
        if not len(defined):
            return 0.0, 1.0
        low, high = np.quantile(defined, [0.01, 0.99])
        return float(low), float(high)


@dataclass(frozen=True, eq=False)
class Star:
    """What is no item of the space but has a place on its map.

    Attributes
    ----------
    place
        ``(2,)`` or ``(3,)``.
    name
        Written beside it.
    near
        Points to join with it by lines.
    """

    place: NDArray[np.floating]
    name: str
    near: NDArray[np.integer]


@dataclass(frozen=True)
class MapView:
    """Positions, colors and highlights of one map.

    Attributes
    ----------
    positions
        ``(n, 2)`` or ``(n, 3)``.
    chosen
        ``(n,)`` points to bring out; the others are dimmed. None brings out all.
    marked
        Positions of a few points to ring: a clicked point and its neighbors.
    key
        Maps drawn under one key are one map: when its points move, they are seen to move.
    space, rows
        Whose items the points are, for the card of a point; `rows` are ``(n,)`` positions of the
        points in it, None where they are all items in order.
    links
        ``(m, 2)`` pairs of points to join by a line.
    labels
        Texts to write on the map.
    density
        How many points lie where, drawn as contours.
    stars
        Places of what was dropped in.
    camera
        Where to look when it is first drawn; None for the whole.
    tells_camera
        Whether it is to tell where it looks, now and whenever that changes.
    link
        Maps of one name on one page show the same point when the mouse is over it.
    height
        In pixels; None for the usual one.
    fills
        Whether it takes what is left of the height of the window instead.
    below
        Pixels of the height of the window to leave for what stands below it.
    at
        Where in a series the points are, in words.
    reason
        Why this map is shown, in a sentence that is written on it.
    start
        ``(n, 2)`` places from which the points move to theirs when the map is first drawn.
    selection
        Different for every selection, also where the same points are chosen.
    fly
        A point to go to and show the card of, and an id of this wish.
    """

    positions: NDArray[np.floating]
    colors: Colors
    chosen: NDArray[np.bool_] | None = None
    marked: NDArray[np.integer] = field(default_factory=lambda: np.zeros(0, np.int64))
    key: str = "map"
    space: EmbeddingSpace | None = None
    rows: NDArray[np.integer] | None = None
    links: NDArray[np.integer] | None = None
    labels: tuple[Label, ...] = ()
    density: Density | None = None
    stars: tuple[Star, ...] = ()
    camera: Camera | None = None
    tells_camera: bool = False
    link: str = ""
    height: int | None = None
    fills: bool = False
    below: int = 0
    at: str = ""
    reason: str = ""
    start: NDArray[np.floating] | None = None
    selection: str = ""
    fly: tuple[int, str] | None = None

    @property
    def room(self) -> NDArray[np.float64]:
        """``(2, d)`` lowest and highest coordinates of what is drawn; there must be a point."""
        axes = np.ascontiguousarray(self.positions.T)
        ends = (axes.min(axis=1), axes.max(axis=1))
        all_of_it = np.array([*ends, *(star.place for star in self.stars)], np.float64)
        return np.stack([all_of_it.min(axis=0), all_of_it.max(axis=0)])


@dataclass(frozen=True)
class Gesture:
    """What the person at the screen did: drew regions, clicked a point, or another act.

    Attributes
    ----------
    mode
        Whether the points replace the selection, are added to it, or taken from it.
    id
        Different for every gesture, where the renderer knows.
    turn
        Of a map of three dimensions how far across and up each axis was seen about its middle, when
        regions were drawn: two rows of three.
    """

    regions: tuple[Polygon, ...] = ()
    clicked: tuple[float, ...] | None = None
    act: Literal["", "clear", "undo", "redo"] = ""
    mode: Literal["new", "add", "subtract"] = "new"
    id: str = ""
    turn: tuple[tuple[float, ...], ...] = ()


def first_color(space: EmbeddingSpace) -> str:
    """The column to color by where none was chosen; empty where none suggests itself."""
    return next((space.roles[role] for role in FIRST_COLORS if role in space.roles), "")


def column_colors(title: str, cells: "pd.Series[Any]") -> Colors:
    """Colors of a column: of many different numbers a scale, else of categories."""
    if cells.dtype.kind in "iuf" and cells.nunique() > MANY_VALUES:
        return Colors(title, values=cells.to_numpy(np.float64, na_value=np.nan))
    return category_colors(title, cells)


def category_colors(title: str, cells: "pd.Series[Any]") -> Colors:
    """Colors of a column: the most frequent values one color each, the rest "other"."""
    cells = cells.map(str, na_action="ignore") if cells.dtype == object else cells
    first_codes, values = pd.factorize(cells, use_na_sentinel=False)
    shown_as = [NONE if pd.isna(value) else str(value) for value in values]
    names, same = np.unique(shown_as, return_inverse=True)
    codes = same[first_codes]
    counts = np.bincount(codes, minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    shown = order[: theme.MOST_COLORS]
    place = np.full(len(names), len(shown))
    place[shown] = np.arange(len(shown))
    labels = [str(names[i]) for i in shown]
    if len(order) > len(shown):
        labels.append(f"other ({counted(len(order) - len(shown), 'value')})")
    return Colors(title, codes=place[codes], names=tuple(labels))
