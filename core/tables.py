"""Every result as plain rows: what a reader can download, and what stands beside each chart."""

from dataclasses import replace
from typing import Any, assert_never

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.estimates import Number, Undefined
from core.lens import Lens
from core.numerics.lots import lowest_first
from core.readouts import (
    Bars,
    Curve,
    Distribution,
    Heatmap,
    ItemPairs,
    ItemScores,
    Plane,
    Readout,
    Table,
)
from core.space import EmbeddingSpace

N_ENDS = 5  # items listed at either end of a score


def number_row(found: Number) -> dict[str, Any]:
    """A number with its interval, its chance level and how each was found."""
    if isinstance(found, Undefined):
        return {"undefined": found.reason}
    row: dict[str, Any] = {"value": found.value}
    if found.interval:
        row |= {
            "low": found.interval.low,
            "high": found.interval.high,
            "interval": found.interval.method,
        }
    if found.chance:
        row |= {
            "chance": found.chance.value,
            "chance_low": found.chance.low,
            "chance_high": found.chance.high,
            "chance_method": found.chance.method,
        }
    if found.sample:
        row |= {"sampled": found.sample[0], "available": found.sample[1]}
    return row


def number_rows(lens: Lens[Any], result: Any) -> pd.DataFrame:
    """The numbers of a result, one row a reading."""
    rows = [
        {"reading": reading.name, **number_row(getattr(result, reading.name))}
        for reading in lens.readings
        if reading.score
    ]
    return pd.DataFrame(rows).dropna(axis=1, how="all")


def readout_rows(  # noqa: C901, PLR0911 - one branch for each readout
    readout: Readout, space: EmbeddingSpace
) -> pd.DataFrame:
    """The data behind a chart. `space` is the one the readout was computed on."""
    match readout:
        case Distribution(values, axis, groups, _):
            rows = pd.DataFrame({axis: values})
            return rows if groups is None else rows.assign(group=groups)
        case Curve():
            rows = pd.DataFrame({readout.x_axis: readout.x, **readout.lines})
            for name, band in readout.bands.items():
                rows[f"{name}, low"], rows[f"{name}, high"] = band.low, band.high
            return rows
        case Bars():
            rows = pd.DataFrame({"name": readout.names, readout.axis: readout.values})
            if readout.band:
                rows["low"], rows["high"] = readout.band.low, readout.band.high
            return rows
        case Heatmap(values, names, columns, _):
            return pd.DataFrame(values, index=list(names), columns=list(columns)).reset_index()
        case Plane():
            return pd.DataFrame(
                {"name": readout.names, readout.x_axis: readout.x, readout.y_axis: readout.y}
            )
        case Table(rows):
            return rows
        case ItemScores(values, axis):
            order = worst_first(readout, space)
            return space.items.iloc[order].assign(**{_free(space, axis): values[order]})
        case ItemPairs(first, second, values, axis):
            index = space.items.index
            return pd.DataFrame({"first": index[first], "second": index[second], axis: values})
        case _:
            assert_never(readout)


def worst_first(scores: ItemScores, space: EmbeddingSpace) -> NDArray[np.int64]:
    """``(n_defined,)`` positions of the items with a value, from the bad end to the good.

    Level ones in an order of their own, wherever they stand in the space.
    """
    values = scores.values
    match scores.best:
        case "low" | "none":
            values = -values
        case "zero":
            values = -np.abs(values)
        case "high":
            pass
    return lowest_first(values, space.standing)[: np.count_nonzero(~np.isnan(values))]


def ends(scores: ItemScores, space: EmbeddingSpace) -> NDArray[np.int64]:
    """``(<= 10,)`` positions of the highest five and the lowest five values, falling.

    All positions with a value if there are no more than ten.
    """
    falling = worst_first(replace(scores, best="none"), space)
    if len(falling) <= 2 * N_ENDS:
        return falling
    return np.concatenate([falling[:N_ENDS], falling[-N_ENDS:]])


def plain_rows(readout: Table | ItemScores, space: EmbeddingSpace) -> list[dict[str, Any]]:
    """A table, or the items at the ends of a score, ready for JSON; None where undefined."""
    match readout:
        case Table(rows):
            pass
        case ItemScores(values, axis):
            at = ends(readout, space)
            rows = pd.DataFrame({"item": space.items.index[at], axis: values[at]})
            for role in ("label", "text"):
                if role in space.roles:
                    rows[role] = space.items[space.roles[role]].iloc[at].astype(str).to_numpy()
        case _:
            assert_never(readout)
    boxed = rows.astype(object)
    kept = boxed.where(boxed.notna(), None)
    return [{str(name): cell for name, cell in row.items()} for row in kept.to_dict("records")]


def _free(space: EmbeddingSpace, name: str) -> str:
    return f"{name} (score)" if name in space.items else name
