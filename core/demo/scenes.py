"""Drawings of colored shapes and captions for them: what the demo model learns from."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPES = ("circle", "square", "triangle", "bar", "ring", "cross")
COLORS = {
    "red": "#d62839",
    "orange": "#f4852b",
    "yellow": "#f2cc2f",
    "green": "#2f9e44",
    "blue": "#2563c9",
    "purple": "#8e44c9",
    "pink": "#f49ac2",
    "brown": "#7a4a25",
}
SIZES = {"small": (8, 9), "medium": (11, 12), "large": (15, 16)}  # radius, in 64ths of the side
GROUNDS = {"white": "#ffffff", "grey": "#b8bec6", "black": "#16191f", "beige": "#efe3c8"}
PLACES = (
    *("top left", "top", "top right"),
    *("left", "middle", "right"),
    *("bottom left", "bottom", "bottom right"),
)
FILLERS = (
    "The drawing was made by a program.",
    "Nothing else can be seen in the frame.",
    "The outline is clean and the surface has no texture.",
    "It could be used to teach names to children.",
    "The light is even and nothing casts a shadow.",
    "There is no frame around the picture.",
)
SIDE = 64  # pixels of a drawing
_FINE = 4  # drawn larger and scaled down, for smooth edges
_FEWEST_APART = 2  # free pixels between two shapes
_HELD_OUT = 8  # one in so many combinations of facts is never trained on


@dataclass(frozen=True)
class Thing:
    """One shape of a drawing: positions in the tables above, and pixels."""

    shape: int
    color: int
    size: int
    place: int
    x: int
    y: int
    radius: int

    @property
    def words(self) -> tuple[str, str, str, str]:
        """Shape, color, size and place."""
        colors, sizes = list(COLORS), list(SIZES)
        return SHAPES[self.shape], colors[self.color], sizes[self.size], PLACES[self.place]


@dataclass(frozen=True)
class Scene:
    """What a drawing shows: a background and one or two shapes."""

    ground: int
    things: tuple[Thing, ...]

    @property
    def background(self) -> str:
        """Name of the background."""
        return list(GROUNDS)[self.ground]

    @property
    def held_out(self) -> bool:
        """Whether its combination of facts, pixels aside, is kept from training."""
        facts = [(t.shape, t.color, t.size, t.place) for t in self.things]
        return zlib.crc32(repr((self.ground, sorted(facts))).encode()) % _HELD_OUT == 0

    def numbers(self) -> list[int]:
        """The scene as fifteen numbers; a missing second shape is all -1."""
        cells = [[getattr(t, f.name) for f in fields(Thing)] for t in self.things]
        cells += [[-1] * len(fields(Thing))] * (2 - len(cells))
        return [self.ground, *cells[0], *cells[1]]

    @classmethod
    def of(cls, numbers: NDArray[np.integer]) -> Scene:
        """The scene of `numbers`."""
        ground, *cells = (int(number) for number in numbers)
        n = len(fields(Thing))
        things = (Thing(*cells[:n]), Thing(*cells[n:]))
        return cls(ground, things if things[1].shape >= 0 else things[:1])


def scenes(n: int, rng: np.random.Generator, *, held_out: bool) -> list[Scene]:
    """`n` random scenes, three in ten with two shapes; either only held-out ones or none."""
    found: list[Scene] = []
    while len(found) < n:
        scene = _scene(rng)
        if scene.held_out == held_out:
            found.append(scene)
    return found


def drawing(scene: Scene) -> Image.Image:
    """The drawing of a scene, `SIDE` pixels square."""
    image = Image.new("RGB", (SIDE * _FINE, SIDE * _FINE), GROUNDS[scene.background])
    draw = ImageDraw.Draw(image)
    for thing in scene.things:
        _draw(draw, thing)
    return image.resize((SIDE, SIDE), Image.Resampling.BOX)


def png(image: Image.Image) -> bytes:
    """The bytes of an image as a PNG file."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def name(scene: Scene) -> str:
    """The shapes of a scene and nothing else of it: "a ring", "a bar and a cross"."""
    return " and ".join(_said(thing, 0, plain=True) for thing in scene.things)


def caption(scene: Scene, rng: np.random.Generator) -> str:
    """One of many captions: two to some fifty words, true, and not always complete."""
    detail = int(rng.integers(6))
    said = [_said(thing, detail, plain=rng.random() < 0.25) for thing in scene.things]
    ground = f"a {scene.background} background"
    both = " and ".join(said)
    match detail:
        case 0 | 1 | 2:
            text = both
        case 3:
            text = f"{both} on {ground}"
        case 4 if len(said) == 2 and rng.random() < 0.5:
            text = f"{_related(scene.things, said)} on {ground}"
        case 4:
            text = f"{both} on {ground}"
        case _:
            text = f"This drawing shows {both}. The background is {scene.background}."
    if rng.random() < 0.4:
        return text
    count = int(rng.integers(1, 4))
    more = rng.choice(FILLERS, count, replace=False)
    return " ".join([text[0].upper() + text[1:].rstrip(".") + ".", *more])


def _scene(rng: np.random.Generator) -> Scene:
    count = 2 if rng.random() < 0.3 else 1
    while True:
        things = tuple(_thing(rng) for _ in range(count))
        gaps = [
            np.hypot(a.x - b.x, a.y - b.y) - a.radius - b.radius
            for a, b in zip(things[1:], things, strict=False)
        ]
        if min(gaps, default=np.inf) >= _FEWEST_APART:
            return Scene(int(rng.integers(len(GROUNDS))), things)


def _thing(rng: np.random.Generator) -> Thing:
    size, place = int(rng.integers(len(SIZES))), int(rng.integers(len(PLACES)))
    least, most = list(SIZES.values())[size]
    radius = int(rng.integers(least, most + 1))
    y, x = (SIDE // 2 + 17 * (at - 1) + int(rng.integers(-2, 3)) for at in divmod(place, 3))
    shape, color = int(rng.integers(len(SHAPES))), int(rng.integers(len(COLORS)))
    return Thing(shape, color, size, place, x, y, radius)


def _said(thing: Thing, detail: int, *, plain: bool) -> str:
    """A noun phrase: the more detail, the more of the facts."""
    shape, color, size, place = thing.words
    match detail:
        case 0:
            words = shape if plain else f"{color} {shape}"
        case 1 | 3:
            words = f"{size} {color} {shape}"
        case 2:
            words = f"{color} {shape} at the {place}"
        case _:
            words = f"{size} {color} {shape} at the {place}"
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def _related(things: tuple[Thing, ...], said: list[str]) -> str:
    a, b = things
    if abs(a.x - b.x) > abs(a.y - b.y):
        relation = "to the left of" if a.x < b.x else "to the right of"
    else:
        relation = "above" if a.y < b.y else "below"
    return f"{said[0]} {relation} {said[1]}"


def _draw(draw: ImageDraw.ImageDraw, thing: Thing) -> None:
    x, y, r = (_FINE * (value + 0.0) for value in (thing.x, thing.y, thing.radius))
    shape, color = thing.words[0], list(COLORS.values())[thing.color]
    box = (x - r, y - r, x + r, y + r)
    match shape:
        case "circle":
            draw.ellipse(box, fill=color)
        case "ring":
            draw.ellipse(box, outline=color, width=int(0.38 * r))
        case "square":
            s = 0.86 * r
            draw.rectangle((x - s, y - s, x + s, y + s), fill=color)
        case "bar":
            draw.rectangle((x - r, y - 0.36 * r, x + r, y + 0.36 * r), fill=color)
        case "triangle":
            draw.polygon([(x, y - r), (x - r, y + 0.85 * r), (x + r, y + 0.85 * r)], fill=color)
        case _:
            draw.rectangle((x - r, y - 0.3 * r, x + r, y + 0.3 * r), fill=color)
            draw.rectangle((x - 0.3 * r, y - r, x + 0.3 * r, y + r), fill=color)
