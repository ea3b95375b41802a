"""A map as a picture for an agent, with its legend in words."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from core import formatting
from core.engines.maps.kept_labels import kept_labels
from core.errors import BadParameter
from core.space import EmbeddingSpace
from explorer.maps.draw.codes import coded
from explorer.maps.draw.thumbnail import thumbnail
from explorer.maps.draw.view import Colors, column_colors, first_color

SIDE = 720  # pixels
DOTS = {500: 8, 5_000: 5, 50_000: 3}  # pixels of a point, by the most items; else 2
MOST_NAMED = 20  # colors in words


@dataclass(frozen=True)
class Picture:
    """A PNG, and what its colors mean."""

    png: bytes
    says: str


def picture_of(space: EmbeddingSpace, projection: EmbeddingSpace, color: str) -> Picture:
    """The items on a plane, on white.

    Raises
    ------
    BadParameter
        If there is no such column.
    """
    if color and color not in space.items:
        msg = f"There is no column {color!r}; there are {', '.join(map(str, space.items))}."
        raise BadParameter(msg)
    chosen = color or first_color(space)
    codes = np.zeros(len(space), np.int64)
    colors = (
        column_colors(chosen, space.items[chosen])
        if chosen
        else Colors("nothing", codes=codes, names=("items",))
    )
    painted, palette, legend = coded(colors)
    dot = next((size for most, size in DOTS.items() if len(space) <= most), 2)
    drawing = thumbnail(projection.vectors, painted, palette, side=SIDE, dot=dot)
    drawn = Image.open(io.BytesIO(drawing))
    page = Image.new("RGBA", drawn.size, "white")
    page.alpha_composite(drawn)
    stream = io.BytesIO()
    page.convert("RGB").save(stream, "PNG")
    if "entries" in legend:
        named = [
            f"{palette[one['code']]} {one['name']} ({one['count']:,})" for one in legend["entries"]
        ]
        more = f", and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        said = f"{', '.join(named[:MOST_NAMED])}{more}"
    else:
        said = f"from {palette[0]} at {legend['ends'][0]} to {palette[-2]} at {legend['ends'][1]}"
    kept = ""
    if "label" in space.roles:
        share = formatting.estimate(kept_labels(space, projection.vectors))
        kept = f" Labels kept on the map: {share}."
    return Picture(
        stream.getvalue(),
        f"{projection.name}: {len(space):,} items of {space.n_dims:,} dimensions. Colored by "
        f"{chosen or 'nothing'}: {said}. Distances on a map are not those of the space.{kept}",
    )
