"""A lens along a series: every number at every step of training, as curves."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.arrays import Floats
from core.counts import counted
from core.estimates import Number, Undefined
from core.lens import Lens
from core.model_table import records
from core.readouts import Curve
from core.record import Record
from core.series import steps
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.look.charts import chart
from explorer.session.current import current_name
from explorer.session.series import in_turn
from explorer.session.workspace import space_named
from explorer.work.compute import awaited, lens_result_within

Numbers = Mapping[str, tuple[Number, ...]]  # by reading, one for each step


def along_steps(record: Record, *, columns: int = 3) -> None:
    """Offer every number of a lens at all steps of the current space; computed when opened."""
    lens, whole = record.lens, space_named(str(current_name()))
    if lens.arity != (1, 1) or not (known := steps(whole)):
        return
    column = whole.roles["step"]
    box = st.expander(
        f"Along all {counted(len(known), column)}",
        icon=":material/timeline:",
        key=f"{lens.key}.along",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        spaces = in_turn(whole, None, most=len(known))
        key = ("along", lens.key, whole.fingerprint, tuple(sorted(record.knobs.items())))
        found: Numbers | None = awaited(
            key,
            lens.title,
            partial(_numbers, lens, spaces, record.knobs),
            place=f"{lens.key}.along",
            seconds=sum(lens.seconds(space) for space in spaces),
        )
        if found is not None:
            _curves(lens, found, _places(spaces), column=column, beside=columns)


def _numbers(
    lens: Lens[Any], spaces: Sequence[EmbeddingSpace], knobs: Mapping[str, Any]
) -> Numbers:
    found = records(lens, spaces, lens_result_within, knobs=knobs)
    return {
        reading.name: tuple(
            getattr(one.result, reading.name) if isinstance(one, Record) else Undefined(one.reason)
            for one in found
        )
        for reading in lens.readings
        if reading.score
    }


def _places(spaces: Sequence[EmbeddingSpace]) -> Floats:
    """Where each step stands on the axis: at its number, else one after the other."""
    values = pd.Series([space.column("step")[0] for space in spaces])
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
    return np.arange(len(spaces), dtype=np.float64) if np.isnan(numbers).any() else numbers


def _curves(lens: Lens[Any], found: Numbers, places: Floats, *, column: str, beside: int) -> None:
    for start in range(0, len(found), beside):
        for name, here in zip(
            list(found)[start : start + beside], st.columns(beside), strict=False
        ):
            label = theme.label(name)
            curve = Curve.of(places, {label: found[name]}, (column, label))
            here.plotly_chart(
                chart(curve),
                key=f"{lens.key}.along.{name}",
                config={"displaylogo": False},
                alt=f"{label} at each {column}",
            )
