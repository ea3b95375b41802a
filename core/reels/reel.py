"""What a reel is: positions over sliders, and the readings at every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from core.estimates import Score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.arrays import Floats, Mask, Positions
    from core.estimates import Number
    from core.space import EmbeddingSpace


@dataclass(frozen=True, eq=False)
class Slider:
    """What is turned, and where along it something was computed.

    Attributes
    ----------
    name
        What it stands for: ``"multiples of the gap vector"``.
    stops
        What each stop is called, as it is written beside the slider.
    values
        ``(n_stops,)`` increasing, where the stops lie; by number where they have no distances.
    switch
        Whether nothing lies between two stops: they are chosen by name.
    start
        The stop it begins at.
    """

    name: str
    stops: tuple[str, ...]
    values: Floats
    switch: bool = False
    start: int = 0

    @classmethod
    def named(cls, name: str, stops: tuple[str, ...], *, switch: bool = False) -> Slider:
        """One whose stops have names only."""
        return cls(name, stops, np.arange(len(stops), dtype=np.float64), switch)


@dataclass(frozen=True, eq=False)
class Track:
    """One reading along a reel.

    Attributes
    ----------
    name, help
        What it is called, and what it says.
    score
        How to read it.
    numbers
        One a frame, those of the last slider next to each other.
    source
        The lens that defines it, by key; empty for none.
    truth
        What the numbers estimate, at each frame where it is known; empty if nowhere.
    """

    name: str
    help: str
    score: Score
    numbers: tuple[Number, ...]
    source: str = ""
    truth: tuple[float | None, ...] = ()


@dataclass(frozen=True, eq=False)
class Keyframes:
    """Positions that were computed at every frame; between two of them a point goes straight.

    Attributes
    ----------
    places
        ``(n_frames, n, 2)``; ``(2, n, 2)`` where a point goes straight from the first stop of the
        only slider to the last.
    shown
        ``(n_frames, n)`` which points there are; None if all of them are in every frame.
    """

    places: NDArray[np.floating]
    shown: Mask | None = None

    def __len__(self) -> int:
        return int(self.places.shape[1])

    @property
    def box(self) -> Floats:
        """``(2, 2)`` lowest and highest coordinates."""
        flat = self.places.reshape(-1, 2).astype(np.float64)
        return np.stack([flat.min(axis=0), flat.max(axis=0)])

    def at(self, stands: Sequence[float], stops: Sequence[int]) -> Floats:
        """``(n, 2)`` where sliders of so many stops stand so; NaN for what is not there."""
        second = stops[1] if len(stops) > 1 else 1
        first = len(self.places) // second
        places = self.places.reshape(first, second, -1, 2)
        along = stands[0] * (first - 1) / max(stops[0] - 1, 1)
        placed = np.zeros((len(self), 2))
        for i, one in _weights(along, first):
            for j, two in _weights(stands[1] if len(stops) > 1 else 0.0, second):
                placed += one * two * places[i, j]
        if self.shown is not None:
            at = [int(stand + 0.5) for stand in stands]
            placed[~self.shown[at[0] * second + (at[1] if len(stops) > 1 else 0)]] = np.nan
        return placed


def _weights(stand: float, count: int) -> list[tuple[int, float]]:
    """The stops beside a stand, and how near it is to each."""
    low = min(int(stand), count - 1)
    share = stand - low
    return [(low, 1 - share), (low + 1, share)] if share > 0 and low + 1 < count else [(low, 1.0)]


@dataclass(frozen=True, eq=False)
class Shifted:
    """Positions on a plane of vectors that are shifted; exact wherever the first slider stands.

    At the value t of the first slider a vector v of length one is ``v + t m``, whose squared length
    is ``1 + 2 t a + t^2 s``: it is seen at ``start + t move``, and where the second slider, a
    switch, is on, at this over its length.

    Attributes
    ----------
    start, move
        ``(n, 2)`` v and m as they are seen on the plane.
    along
        ``(n,)`` a, the inner product of v and m.
    squared
        s, the squared length of m, which all have in common.
    """

    start: Floats
    move: Floats
    along: Floats
    squared: float

    def __len__(self) -> int:
        return len(self.start)

    def at(self, amount: float, *, rescaled: bool) -> Floats:
        """``(n, 2)`` at a value of the first slider."""
        moved = self.start + amount * self.move
        if not rescaled:
            return moved
        squared = 1 + 2 * amount * self.along + amount**2 * self.squared
        return moved / np.sqrt(np.maximum(squared, np.finfo(np.float64).tiny))[:, None]


@dataclass(frozen=True, eq=False)
class Queries:
    """What a search finds at every frame.

    Attributes
    ----------
    asked, partners
        ``(n_queries,)`` points that search, and the partner of each.
    near
        ``(n_frames, n_queries, k)`` points found, the most similar first.
    places
        ``(n_frames, n_queries)`` of the partner among all candidates, from 1.
    """

    asked: Positions
    partners: Positions
    near: Positions
    places: Floats


@dataclass(frozen=True, eq=False)
class Reel:
    """Frames of a map over one or two sliders, with the readings at each.

    Attributes
    ----------
    space
        Whose items the points are.
    title, note
        What is seen; on which items the readings are, and how it was drawn.
    sliders
        One or two.
    path
        Where the points are.
    tracks
        The readings.
    rows
        ``(n,)`` positions of the points in the space.
    pairs
        ``(m, 2)`` points to join by a line.
    box
        ``(2, 2)`` lowest and highest coordinates of all frames.

    Raises
    ------
    ValueError
        If there are not as many numbers or positions as the sliders have stops.
    """

    space: EmbeddingSpace
    title: str
    note: str
    sliders: tuple[Slider, ...]
    path: Keyframes | Shifted
    tracks: tuple[Track, ...]
    rows: Positions
    box: Floats
    pairs: Positions = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    queries: Queries | None = None

    def __post_init__(self) -> None:
        wanted = {
            "sliders": (len(self.sliders), (1, 2)),
            "rows": (len(self.rows), (len(self.path),)),
            **{track.name: (len(track.numbers), (self.n_frames,)) for track in self.tracks},
        }
        if isinstance(self.path, Keyframes):
            ends = (2,) if len(self.sliders) == 1 else ()
            wanted["places"] = (len(self.path.places), (*ends, self.n_frames))
        for name, (found, allowed) in wanted.items():
            if found not in allowed:
                msg = f"{name} of {self.title!r}: {found}, where there must be {allowed[-1]}"
                raise ValueError(msg)

    @property
    def n_frames(self) -> int:
        """How many frames there are: the product of the stops of the sliders."""
        return prod(len(slider.stops) for slider in self.sliders)

    def places(self, stands: Sequence[float]) -> Floats:
        """``(n, 2)`` where the points are drawn; NaN for those that are not there.

        Parameters
        ----------
        stands
            Of each slider, in stops from 0: between two of them the points are on their way.
        """
        if isinstance(self.path, Keyframes):
            return self.path.at(stands, [len(slider.stops) for slider in self.sliders])
        values = self.sliders[0].values
        amount = float(np.interp(stands[0], np.arange(len(values)), values))
        return self.path.at(amount, rescaled=len(stands) > 1 and stands[1] >= 0.5)
