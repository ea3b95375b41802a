"""Maps of the same items as frames: one turns into another, or one follows another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from core.arrays import AnyPositions, Vectors
from core.counts import counted
from core.engines.maps.alignment import between
from core.engines.neighborhoods.search import neighbors_of, source
from core.engines.similarity.overlap import members
from core.errors import NotApplicable
from core.estimates import Chance, Score
from core.numerics.neighbors import Metric
from core.progress import stage, ticked
from core.quality import judged_share, neighbors_on_map, rank_error, trust_by_chance
from core.reels.reel import Keyframes, Reel, Slider, Track
from core.space import EmbeddingSpace
from core.statistics.ranks import ranks
from core.statistics.sampling import Sample

STOPS = 11  # of a morph, from one map to the other
MOST_JUDGED = 2_000  # items whose neighbors are looked at, among all
FEWEST_JUDGED = 100
_WORK = 20_000_000  # items judged, times all items: a frame takes less than a second
_NEEDS = 3
_SHARE = Score(low=0, high=1, best="high")
_TRUST = "Whether neighbors at the places shown are near in the space: 1 if all of them are."


def morph_reel(*spaces: EmbeddingSpace, k: int = 15, metric: Metric = "cosine") -> Reel:
    """One map turning into another, every point straight from its place to its other place.

    Between the two nothing is a map: the readings say how much of either is left on the way, and
    how far the places shown can be trusted.

    Parameters
    ----------
    spaces
        Two, with the same items in the same order (the same one twice, where both maps are of it),
        and then their flat maps, the second aligned with the first
        (:func:`core.engines.maps.alignment.aligned`), so that what still moves is what differs.
    k
        Neighbors per item, cut to less than half of the items.
    metric
        Of the spaces; on a map distance is Euclidean.

    Raises
    ------
    NotApplicable
        If the four do not hold as many items, or fewer than 3.
    """
    _check(*spaces)
    x, y, map_x, map_y = spaces
    shares = np.linspace(0, 1, STOPS)
    first, last = map_x.vectors, map_y.vectors
    judge = _Judge.of(x, k, metric)
    near = judge.on_maps([between(first, last, float(share)) for share in shares])
    tracks = [
        judge.kept("Neighbors kept of the first map", near[0], near, where="on the first map"),
        judge.kept("Neighbors kept of the second map", near[-1], near, where="on the second map"),
    ]
    of_one = x.fingerprint == y.fingerprint
    tracks += [
        judge.trusted(
            "Trustworthiness" if of_one else f"Trustworthiness for {space.name}",
            [space] * STOPS,
            near,
        )
        for space in ([x] if of_one else [x, y])
    ]
    path = Keyframes(np.stack([first, last]))
    names = tuple(f"{share:.0%}" for share in shares)
    return Reel(
        x,
        f"{map_x.name} turning into {map_y.name}",
        "The second map is rotated, reflected and scaled onto the first, and every point goes "
        f"straight. {judge.said}",
        (Slider("Way from the first map to the second", names, shares),),
        path,
        tuple(tracks),
        np.arange(len(x)),
        path.box,
    )


def frames_reel(
    *spaces: EmbeddingSpace,
    names: tuple[str, ...],
    frame: str,
    k: int = 15,
    metric: Metric = "cosine",
) -> Reel:
    """One map after another of the same items, as they are at every frame.

    Parameters
    ----------
    spaces
        The items at every frame, in the same order, and then as many flat maps of them, each
        aligned with the one before.
    names
        What each frame is called.
    frame
        What all of them are: the name of the slider.
    k, metric
        As for :func:`morph_reel`.

    Raises
    ------
    NotApplicable
        If they do not hold as many items, or fewer than 3.
    """
    _check(*spaces)
    series, maps = spaces[: len(names)], spaces[len(names) :]
    judge = _Judge.of(series[0], k, metric)
    near, inside = judge.on_maps([flat.vectors for flat in maps]), judge.in_spaces(series)
    path = Keyframes(np.stack([flat.vectors for flat in maps]))
    return Reel(
        series[0],
        f"{counted(len(names), 'map')} of the same items, by {frame}",
        f"{counted(len(series[0]), 'item')} in every frame. {judge.said}",
        (Slider.named(frame, names),),
        path,
        (
            judge.kept(
                "Neighbors kept since the first", inside[0], inside, where="in the first frame"
            ),
            judge.trusted("Trustworthiness", series, near),
        ),
        np.arange(len(series[0])),
        path.box,
    )


def _check(*spaces: EmbeddingSpace) -> None:
    sizes = {len(space) for space in spaces}
    if len(sizes) > 1 or min(sizes) < _NEEDS:
        found = ", ".join(f"{size:,}" for size in sorted(sizes))
        msg = f"Maps turn into each other over the same {_NEEDS} or more items; found {found}."
        raise NotApplicable(msg)


@dataclass(frozen=True, eq=False)
class _Judge:
    """What the readings look at: `k` neighbors of the items of a sample, among all."""

    sample: Sample
    k: int
    metric: Metric

    @classmethod
    def of(cls, space: EmbeddingSpace, k: int, metric: Metric) -> Self:
        """Of very many items fewer are judged, for ranks are taken among all."""
        most = int(np.clip(_WORK // len(space), FEWEST_JUDGED, MOST_JUDGED))
        return cls(Sample.of(space, most), min(k, (len(space) - 1) // 2), metric)

    def on_maps(self, shown: Sequence[Vectors]) -> list[AnyPositions]:
        """``(m, k)`` nearest others at the places of every frame."""
        stage("neighbors at the places shown")
        return [
            neighbors_on_map(places, self.sample.rows, self.k).indices for places in ticked(shown)
        ]

    def in_spaces(self, spaces: Sequence[EmbeddingSpace]) -> list[AnyPositions]:
        """``(m, k)`` nearest others in the space of every frame."""
        stage("neighbors in the spaces")
        return [
            neighbors_of(space, self.sample.rows, self.k, metric=self.metric).indices
            for space in ticked(spaces)
        ]

    def kept(
        self, name: str, known: AnyPositions, near: Sequence[AnyPositions], *, where: str
    ) -> Track:
        """How many neighbors of one frame are neighbors at each of them."""
        chance = Chance(self.k / (self.sample.n_items - 1), "unrelated places, known")
        shares = (members(known, found).mean(axis=1) for found in near)
        return Track(
            name,
            f"Share of an item's {self.k} neighbors {where} that are its neighbors here.",
            _SHARE,
            tuple(judged_share(share, chance, self.sample.size) for share in shares),
        )

    def trusted(
        self, name: str, spaces: Sequence[EmbeddingSpace], near: Sequence[AnyPositions]
    ) -> Track:
        """Trustworthiness at every frame, as of a map (Venna & Kaski 2001)."""
        stage("ranks in the spaces")
        n, rows = self.sample.n_items, self.sample.rows
        chance = trust_by_chance(n, self.k)
        numbers = []
        for space, found in ticked(list(zip(spaces, near, strict=True))):
            places = ranks(source(space, self.metric), rows, found, metric="euclidean")
            numbers.append(judged_share(1 - rank_error(places, n), chance, self.sample.size))
        return Track(name, _TRUST, _SHARE, tuple(numbers))

    @property
    def said(self) -> str:
        """On what the readings are."""
        used = f"a sample of {len(self.sample):,} items" if self.sample.size else "every item"
        return f"Readings are of {self.k} neighbors of {used}, among all."
