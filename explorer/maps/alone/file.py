"""A map as one file: what it shows, and the page that shows it without a server."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.annotations import Metric
from core.columns import read_column
from core.engines.maps.density import density
from core.engines.maps.labels import map_labels
from core.engines.maps.neighbors import map_neighbors
from core.engines.pairs.partners import partners
from core.errors import BadParameter
from core.progress import stage
from core.record import Record
from core.space import EmbeddingSpace
from explorer.maps.alone.numbers import number_of, scores_of
from explorer.maps.alone.packing import Pack
from explorer.maps.alone.planning import Plan
from explorer.maps.alone.thumbnails import KIND, thumbnails
from explorer.maps.draw.canvas import data_of, painted
from explorer.maps.draw.dock import column_data
from explorer.maps.draw.view import Colors, MapView, column_colors, first_color

_FOLDER = Path(__file__).parent
_BUNDLES = _FOLDER.parent / "draw"
_LEVELS = 65_535  # of a distance


@dataclass(frozen=True, eq=False)
class Beside:
    """What stands beside the items.

    Attributes
    ----------
    color
        The column, or the key of the measure, whose colors are seen first.
    records
        What lenses found of this space: a number each, and colors where they have values by item.
    selections
        Items that have a name together, by their index.
    """

    color: str = ""
    records: Sequence[Record] = ()
    selections: Mapping[str, pd.Index[Any]] = field(default_factory=dict)


def map_html(
    space: EmbeddingSpace, projection: EmbeddingSpace, plan: Plan, *, beside: Beside
) -> str:
    """A page that asks nobody for anything: its map, its items and what was measured of them.

    `projection` are the places of the items, in 2 dimensions.

    Raises
    ------
    BadParameter
        If there is no such color, or a record is of another space.
    """
    held, drawn = packed(space, projection, plan, beside=beside)
    return _page(space.name, base64.b64encode(held).decode(), drawn)


def packed(
    space: EmbeddingSpace,
    projection: EmbeddingSpace,
    plan: Plan,
    *,
    beside: Beside,
    height: int | None = None,
) -> tuple[bytes, str]:
    """What such a page holds, compressed, and the pictures in base64.

    Its map is `height` pixels high, or takes what the window leaves. Raises as :func:`map_html`.
    """
    for record in beside.records:
        if record.space.fingerprint != space.fingerprint:
            msg = (
                f"What is shown beside a map must be measured of its space; {record.lens.title!r} "
                f"is of {record.space.name!r}, and the map of {space.name!r}."
            )
            raise BadParameter(msg)
    pack, colors = Pack(), _colors(space, plan, beside)
    pictures, drawn = _pictures(space, plan, pack)
    header = {
        "n": len(space),
        "title": space.name,
        "roles": dict(space.roles),
        "index": _index(space, pack),
        "map": _map(space, projection, colors[0], pack=pack, height=height),
        "colorings": [{"name": each.title, **painted(each, pack.keep)} for each in colors],
        "columns": _columns(space, plan, beside, pack=pack),
        "pictures": pictures,
        "partners": pack.keep(partners(space)) if "pair" in space.roles else None,
        "neighbors": _neighbors(space, plan.neighbors, pack),
        "selections": [
            {"name": name, "mask": pack.keep(space.items.index.isin(index).astype(np.uint8))}
            for name, index in beside.selections.items()
        ],
        "numbers": [number_of(record) for record in beside.records],
        "notes": _notes(space, projection, plan),
    }
    return pack.sealed(header), drawn


def _map(
    space: EmbeddingSpace,
    projection: EmbeddingSpace,
    colors: Colors,
    *,
    pack: Pack,
    height: int | None,
) -> dict[str, Any]:
    stage("map")
    places = projection.vectors
    labels = map_labels(space, places)
    view = MapView(
        places,
        colors,
        labels=labels,
        density=density(places),
        height=height,
        fills=height is None,
    )
    return data_of(view, pack.keep)


def _page(title: str, held: str, pictures: str) -> str:
    parts = {
        "title": html.escape(title),
        "style": (_FOLDER / "page.css").read_text(encoding="utf-8"),
        "held": held,
        "pictures": pictures,
        "licenses": (_BUNDLES / "canvas.licenses.txt").read_text(encoding="utf-8"),
        "script": (_BUNDLES / "file.js").read_text(encoding="utf-8"),
    }
    page = (_FOLDER / "page.html").read_text(encoding="utf-8")
    for name, content in parts.items():
        before, _, after = page.partition(f"[[{name}]]")
        page = f"{before}{content}{after}"
    return page


def _colors(space: EmbeddingSpace, plan: Plan, beside: Beside) -> list[Colors]:
    """What the map can be colored by, columns and values of measures; first what is seen first."""
    found = {
        column: column_colors(column, space.items[column])
        for column in plan.columns
        if read_column(space.items[column]) is not None
    }
    for record in beside.records:
        if (scores := scores_of(record)) is not None:
            found[record.lens.key] = Colors(str(scores.name), values=scores.to_numpy())
    if beside.color and beside.color not in found:
        msg = f"There is no color {beside.color!r} in this file; there are {', '.join(found)}."
        raise BadParameter(msg)
    if not found:
        return [Colors("nothing", codes=np.zeros(len(space), np.int64), names=("items",))]
    first = beside.color or first_color(space)
    return [found[key] for key in sorted(found, key=lambda key: key != first)]


def _columns(
    space: EmbeddingSpace, plan: Plan, beside: Beside, *, pack: Pack
) -> list[dict[str, Any]]:
    stage("columns")
    scores = (scores_of(record) for record in beside.records)
    cells = [space.items[column] for column in plan.columns]
    cells += [each.astype(np.float32) for each in scores if each is not None]
    apart = space.roles.get("pair")
    return [_column(each, plan.length, pack, charted=each.name != apart) for each in cells]


def _column(cells: pd.Series[Any], length: int, pack: Pack, *, charted: bool) -> dict[str, Any]:
    column = read_column(cells)
    if column is not None:
        return {**column_data(column, pack.keep), "charted": charted}
    texts = cells.map(str, na_action="ignore").fillna("").str[:length]
    return {"name": str(cells.name), "kind": "text", "address": _texts(texts, pack)}


def _texts(texts: pd.Series[Any], pack: Pack) -> dict[str, list[int]]:
    joined = texts.str.replace("\0", " ", regex=False).str.cat(sep="\0")
    return pack.keep(joined.encode(errors="replace"))


def _index(space: EmbeddingSpace, pack: Pack) -> dict[str, list[int]] | None:
    """What the items are called, where that is not their position."""
    if space.items.index.equals(pd.RangeIndex(len(space))):
        return None
    return _texts(pd.Series(space.items.index.map(str)), pack)


def _pictures(space: EmbeddingSpace, plan: Plan, pack: Pack) -> tuple[dict[str, Any] | None, str]:
    if not plan.side:
        return None, ""
    drawn, starts = thumbnails(list(space.column("image")), plan.side)
    return {"kind": KIND, "starts": pack.keep(starts)}, drawn


def _neighbors(space: EmbeddingSpace, k: int, pack: Pack) -> dict[str, Any]:
    """Who is near to whom in the space; distances to the 65,535th part of the largest."""
    metric: Metric = "euclidean" if space.n_zero else "cosine"
    if not k:
        return {"k": 0, "metric": metric, "indices": None, "distances": None, "scale": 0.0}
    stage("neighbors")
    near = map_neighbors(space, k, metric)
    scale = float(near.distances.max()) / _LEVELS or 1.0
    levels = (near.distances / scale).round().clip(0, _LEVELS).astype(np.uint16)
    indices = pack.keep(near.indices.astype(np.int32))
    return {
        "k": near.indices.shape[1],
        "metric": metric,
        "indices": indices,
        "distances": pack.keep(levels),
        "scale": scale,
    }


def _notes(space: EmbeddingSpace, projection: EmbeddingSpace, plan: Plan) -> list[str]:
    said = [
        f"{projection.name}: {len(space):,} items of {space.n_dims:,} dimensions, which this file "
        "leaves out; it holds the nearest neighbors of every item.",
    ]
    cut = [c for c in plan.columns if read_column(space.items[c]) is None]
    if any((space.items[c].map(str).str.len() > plan.length).any() for c in cut):
        said.append(f"Texts are cut after {plan.length:,} characters.")
    if plan.side:
        said.append(f"Pictures have at most {plan.side} pixels a side.")
    return [*said, f"Made by Embedding Explorer. Fingerprint of the space: {space.fingerprint}."]
