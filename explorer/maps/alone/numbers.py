"""What a lens found, as it stands beside a map that is alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core import formatting
from core.estimates import Undefined
from core.readouts import ItemScores
from core.record import Record
from core.verdict import verdict
from explorer.look import theme


def number_of(record: Record) -> dict[str, Any]:
    """The headline in words: value, interval, chance level, verdict; and the name of its colors."""
    lens, scores = record.lens, scores_of(record)
    found = getattr(record.result, lens.headline)
    score = next(reading.score for reading in lens.readings if reading.name == lens.headline)
    undefined = isinstance(found, Undefined)
    others = [space.name for space in record.spaces[1:]]
    name = ", ".join([theme.inside(lens.headline), *(f"beside {other}" for other in others)])
    return {
        "title": lens.title,
        "question": lens.question,
        "verdict": verdict(lens, record.result) or "",
        "value": "undefined" if undefined else formatting.estimate(found, score),
        "notes": found.reason if undefined else ", ".join([name, *formatting.notes(found, score)]),
        "coloring": "" if scores is None else scores.name,
    }


def scores_of(record: Record) -> pd.Series[Any] | None:
    """The first value that a lens has for every item, by name; None where all are undefined."""
    reading = next(each for each in record.lens.readings if each.kind is ItemScores)
    values = np.asarray(getattr(record.result, reading.name).values, np.float64)
    if not np.isfinite(values).any():
        return None
    return pd.Series(values, name=f"{record.lens.title}: {theme.inside(reading.name)}")
