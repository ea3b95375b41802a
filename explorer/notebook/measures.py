"""Lenses as a notebook wants them: numbers to read, tables, charts, HTML."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd

from core import formatting
from core.catalog import catalog, lens_named
from core.errors import BadParameter, ExplorerError
from core.estimates import Estimate, Undefined
from core.lens import Lens
from core.readouts import ItemScores
from core.record import Record, Refusal
from core.series import at_last_step
from core.space import EmbeddingSpace
from core.tables import number_row, number_rows
from core.verdict import verdict

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True, eq=False, repr=False)
class Measure:
    """What a lens says of some spaces. Its readings are attributes."""

    record: Record

    def __getattr__(self, reading: str) -> Any:
        return getattr(self.record.result, reading)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(each.name for each in self.record.lens.readings)]

    @property
    def verdict(self) -> str | None:
        """The headline in one sentence; None where there is nothing to compare it with."""
        return verdict(self.record.lens, self.record.result)

    def to_frame(self) -> pd.DataFrame:
        """The numbers, a row a reading: value, interval, chance level, and how each was found."""
        return number_rows(self.record.lens, self.record.result).set_index("reading")

    def items(self) -> pd.DataFrame:
        """The items with every value that the lens has for each of them, NaN where undefined."""
        scores = {
            reading.name: getattr(self.record.result, reading.name).values
            for reading in self.record.lens.readings
            if reading.kind is ItemScores
        }
        return self.record.space.items.assign(**scores)

    def plot(self, reading: str | None = None) -> go.Figure:
        """A chart: of one reading by name, else of the first that is drawn.

        Raises
        ------
        BadParameter
            If there is no such chart.
        """
        from explorer.look.charts import Drawable, chart  # noqa: PLC0415 - imports Plotly

        kinds = get_args(Drawable)
        drawn = [each.name for each in self.record.lens.readings if each.kind in kinds]
        chosen = reading or next(iter(drawn), None)
        if chosen not in drawn:
            there = ", ".join(drawn) or "none"
            msg = f"{self.record.lens.title!r} has no chart {chosen!r}; there are: {there}."
            raise BadParameter(msg)
        return chart(getattr(self.record.result, chosen))

    def __repr__(self) -> str:
        lens, result = self.record.lens, self.record.result
        names = ", ".join(space.name for space in self.record.spaces)
        numbers = [
            f"  {reading.name}: {_said(getattr(result, reading.name))}"
            for reading in lens.readings
            if reading.score
        ]
        return "\n".join([f"{lens.title} of {names}: {self.verdict or lens.question}", *numbers])

    def _repr_html_(self) -> str:
        lens, names = self.record.lens, ", ".join(space.name for space in self.record.spaces)
        rows = "".join(
            f"<tr><td>{html.escape(reading.name)}<td style='text-align:left'>"
            f"{html.escape(_said(getattr(self.record.result, reading.name)))}"
            for reading in lens.readings
            if reading.score
        )
        return (
            f"<p><b>{html.escape(lens.title)}</b> of {html.escape(names)}. "
            f"{html.escape(self.verdict or lens.question)}</p><table>{rows}</table>"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Measures:
    """The headlines of all lenses that can look at some spaces, and why the others cannot."""

    measures: tuple[Measure, ...]
    refusals: tuple[Refusal, ...]

    def __iter__(self) -> Iterator[Measure]:
        return iter(self.measures)

    def __getitem__(self, lens: str) -> Measure:
        return next(each for each in self.measures if each.record.lens.key == lens)

    def to_frame(self) -> pd.DataFrame:
        """A row a lens: its headline with value, interval and chance level, and its verdict."""
        rows = [
            {
                "lens": each.record.lens.key,
                "reading": each.record.lens.headline,
                **number_row(getattr(each, each.record.lens.headline)),
                "verdict": each.verdict,
            }
            for each in self.measures
        ]
        return pd.DataFrame(rows).set_index("lens")

    def __repr__(self) -> str:
        lines = [
            f"{each.record.lens.key}: {_said(getattr(each, each.record.lens.headline))}"
            for each in self.measures
        ]
        return "\n".join([*lines, f"({len(self.refusals)} more lenses cannot look at this)"])

    def _repr_html_(self) -> str:
        columns = ["reading", "value", "low", "high", "chance", "verdict"]
        table: str = self.to_frame().reindex(columns=columns).to_html(float_format="{:.3g}".format)
        return table


def measure(*spaces_and_lens: EmbeddingSpace | str | Lens[Any], **knobs: Any) -> Measure:
    """Look at spaces through a lens, as the app does.

    Parameters
    ----------
    *spaces_and_lens
        One or more spaces, of a series the last step, then the key of a lens or a lens of your own.
    **knobs
        Values other than the defaults.

    Raises
    ------
    ExplorerError
        If there is no such lens, it cannot look at these spaces, or a knob is out of range.

    Examples
    --------
    >>> import explorer, numpy as np
    >>> space = explorer.space(np.random.default_rng(0).normal(size=(40, 4)), name="noise")
    >>> explorer.measure(space, "geometry.hubness", k=2).to_frame().index[0]
    'hub_occurrence'
    """
    *spaces, last = spaces_and_lens
    lens = last if isinstance(last, Lens) else lens_named(str(last))
    given = [at_last_step(space) for space in spaces if isinstance(space, EmbeddingSpace)]
    return Measure(Record.of(lens, *given, **knobs))


def measure_all(*spaces: EmbeddingSpace) -> Measures:
    """Every lens that can look at these spaces together, with its default knobs."""
    measures, refusals = [], []
    spaces = tuple(map(at_last_step, spaces))
    for lens in catalog().values():
        if obstacle := lens.obstacle(*spaces):
            refusals.append(Refusal(lens, obstacle))
            continue
        try:
            measures.append(measure(*spaces, lens))
        except ExplorerError as error:
            refusals.append(Refusal(lens, str(error)))
    return Measures(tuple(measures), tuple(refusals))


def report(*spaces_and_path: EmbeddingSpace | str | Path) -> Path:
    """Write the report of the app on some spaces, as one HTML file; ``.json`` for numbers alone.

    Parameters
    ----------
    *spaces_and_path
        One or more spaces, then where to write.
    """
    from explorer.reports.records import records, report_json  # noqa: PLC0415 - as below
    from explorer.reports.standalone import report_html  # noqa: PLC0415 - imports Plotly

    *given, last = spaces_and_path
    spaces = [space for space in given if isinstance(space, EmbeddingSpace)]
    path, results = Path(str(last)), list(records(spaces))
    text = report_json(results) if path.suffix == ".json" else report_html(results, spaces)
    path.write_text(text, encoding="utf-8")
    return path


def _said(number: Estimate | Undefined) -> str:
    """A number with its interval and its chance level, in a line."""
    if isinstance(number, Undefined):
        return f"undefined: {number.reason}"
    said = formatting.with_interval(number)
    if number.chance:
        said += f", chance level {formatting.chance(number)}"
    if number.sample:
        said += f" (sample of {number.sample[0]:,} of {number.sample[1]:,})"
    return said
