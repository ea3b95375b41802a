"""The report: everything found about a space, in one HTML file."""

import html
from collections.abc import Sequence
from typing import Any

import plotly.io
from plotly.offline import get_plotlyjs

from core import formatting
from core.catalog import families, step_title
from core.counts import counted
from core.errors import NotApplicable
from core.estimates import Estimate, Undefined
from core.matching import match
from core.readouts import ItemPairs, ItemScores, Table
from core.record import Record, Refusal, versions
from core.side_by_side import Difference, differences
from core.space import EmbeddingSpace
from core.statistics.resampling import SEED
from core.verdict import next_steps, verdict
from explorer.items.rows_html import listing
from explorer.look import theme
from explorer.look.charts import Drawable, chart
from explorer.reports.records import computed_and_refused

STYLE = """
:root { color-scheme: light dark; --text: #111; --back: #fff; --quiet: #555; --line: #ddd }
@media (prefers-color-scheme: dark) {
  :root { --text: #eee; --back: #0f1519; --quiet: #aaa; --line: #333 } a { color: #7cc4f5 } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: var(--text); background: var(--back) }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line) }
th { font-weight: normal; color: var(--quiet) }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap }
.wide { overflow-x: auto } .wide td { overflow-wrap: anywhere }
h3 { margin-top: 2.5rem } .quiet { color: var(--quiet) } code { font-size: 85% }
"""
LISTED = (Table, ItemScores, ItemPairs)
AXIS = {"automargin": True, "gridcolor": "rgba(128, 128, 128, 0.25)", "zeroline": False}
FIGURE: dict[str, Any] = {  # to be read on a light page and on a dark one
    "template": plotly.io.templates["none"].to_plotly_json(),
    "paper_bgcolor": "rgba(0, 0, 0, 0)",
    "plot_bgcolor": "rgba(0, 0, 0, 0)",
    "font": {"size": 13, "color": "#808080", "family": "system-ui, sans-serif"},
    "modebar": {"bgcolor": "rgba(0, 0, 0, 0)", "color": "#808080", "activecolor": theme.color(0)},
}


def report_html(results: Sequence[Record | Refusal], spaces: Sequence[EmbeddingSpace]) -> str:
    """A page that needs nothing but itself: figures stay interactive without a network."""
    findings, refusals = computed_and_refused(results)
    title = f"Report on {', '.join(space.name for space in spaces)}"
    parts = [f"<h1>{html.escape(title)}</h1>", *map(_space, spaces), _matching(spaces)]
    parts += [_side_by_side(findings), _summary(findings)]
    for family, about in families().items():
        ours = [one for one in findings if one.lens.family == family]
        parts += [f"<h2>{html.escape(about.title)}</h2>" if ours else "", *map(_finding, ours)]
    parts += [_not_computed(refusals), _versions()]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<script>{get_plotlyjs()}</script><body>{''.join(parts)}</body></html>"
    )


def _space(space: EmbeddingSpace) -> str:
    roles = ", ".join(f"{role} = {column}" for role, column in space.roles.items()) or "none"
    return (
        f"<p><b>{html.escape(space.name)}</b>: {counted(len(space), 'item')}, "
        f"{counted(space.n_dims, 'dimension')}, {counted(space.n_zero, 'zero vector')}. "
        f"Roles: {html.escape(roles)}.<br>"
        f"{''.join(f'{html.escape(one)}<br>' for one in space.stored.changes)}"
        f'<span class="quiet">Fingerprint <code>{space.fingerprint}</code></span></p>'
    )


def _matching(spaces: Sequence[EmbeddingSpace]) -> str:
    """What says which item of one space is which of the others."""
    if len(spaces) < 2:
        return ""
    try:
        shared = match(*spaces)
    except NotApplicable as error:
        return f"<p>{html.escape(str(error))}</p>"
    count = counted(len(shared.spaces[0]), "item")
    said = f"Lenses of several spaces look at {count} that all have, matched by {shared.by}."
    return f"<p>{html.escape(said)}</p>"


def _side_by_side(records: Sequence[Record]) -> str:
    """Which space is better, by every lens of one space that looked at several."""
    head = "<tr><th>lens<th>first<th>second<th>second less first<th>95 % interval<th>better</tr>"
    rows = "".join(map(_compared, differences(records)))
    if not rows:
        return ""
    return (
        "<h2>Which is better</h2><p>The same lens on the same items of two spaces. An interval "
        "that excludes 0 distinguishes them: by chance one in twenty would.</p>"
        f'<div class="wide"><table>{head}{rows}</table></div>'
    )


def _compared(one: Difference) -> str:
    score = one.lens.headline_score
    values = "".join(
        f'<td class="number" title="{html.escape(space.name)}">{formatting.estimate(number, score)}'
        for space, number in zip((one.first, one.second), one.numbers, strict=True)
    )
    interval, method = one.difference.interval, ""
    if interval is not None:
        method = html.escape(interval.method)
    undecided = one.difference.differs_from_chance is not True
    without = "cannot be distinguished" if undecided else "no good end"
    return (
        f"<tr><td>{html.escape(one.lens.title)}: {theme.label(one.lens.headline)}<br>"
        f'<span class="quiet">{html.escape(one.first.name)}, {html.escape(one.second.name)}</span>'
        f'{values}<td class="number">{formatting.estimate(one.difference, score)}'
        f'<td class="number" title="{method}">{formatting.interval(one.difference, score)}'
        f"<td>{html.escape(one.better or without)}</tr>"
    )


def _anchor(one: Record) -> str:
    """Where a finding stands: lenses of one space may have looked at several."""
    return f"{one.lens.key}.{one.space.fingerprint[:6]}"


def _named(one: Record) -> str:
    """The lens, and the spaces it looked at."""
    return html.escape(f"{one.lens.title}: {', '.join(space.name for space in one.spaces)}")


def _summary(records: Sequence[Record]) -> str:
    head = "<tr><th>lens<th>what it found<th>headline<th>95 % interval</tr>"
    rows = "".join(map(_headline, records))
    return f"<h2>Summary</h2><table>{head}{rows}</table>" if rows else ""


def _headline(one: Record) -> str:
    """One lens in a line, with the way to the rest of it."""
    number, value = getattr(one.result, one.lens.headline), ""
    score = one.lens.headline_score
    if isinstance(number, Estimate):
        value = f"{theme.label(one.lens.headline)}: {formatting.estimate(number, score)}"
    return (
        f'<tr><td><a href="#{_anchor(one)}">{_named(one)}</a>'
        f"<td>{html.escape(verdict(one.lens, one.result) or '')}"
        f'<td>{value}<td class="number">{formatting.interval(number, score)}</tr>'
    )


def _finding(one: Record) -> str:
    said = verdict(one.lens, one.result)
    rows = [
        _row(theme.label(reading.name), getattr(one.result, reading.name), reading)
        for reading in one.lens.readings
        if reading.score
    ]
    readouts = [
        f"<p><b>{theme.label(reading.name)}.</b> {html.escape(reading.help)}</p>"
        + (listing if reading.kind in LISTED else _figure)(
            getattr(one.result, reading.name), one.space
        )
        for reading in one.lens.readings
        if not reading.score and reading.kind is not EmbeddingSpace
    ]
    sources = "; ".join(
        f'<a href="{html.escape(paper.url)}">{html.escape(paper.cite)}</a>'
        for paper in one.lens.papers
    )
    return (
        f'<h3 id="{_anchor(one)}">{_named(one)}</h3>'
        f"<p>{html.escape(one.lens.question)}</p>"
        f"<p><b>{html.escape(said or '')}</b></p>{_left_out(one)}{_try_next(one)}"
        f"<table><tr><th>reading<th>value<th>95 % interval<th>chance level</tr>"
        f"{''.join(rows)}</table>{''.join(readouts)}"
        f"<p>{html.escape(one.lens.reading_guide)} {html.escape(one.lens.caution)}</p>"
        f'<p class="quiet">{_settings(one)}'
        f"Source: {sources} ({html.escape(one.lens.fidelity)}).</p>"
    )


def _left_out(one: Record) -> str:
    said = one.lens.left_out(*one.spaces, **one.knobs)
    return f'<p class="quiet">{html.escape(said)}</p>' if said else ""


def _figure(readout: Drawable, _: EmbeddingSpace) -> str:
    figure = chart(readout).to_dict()  # plain: Plotly looks up every change of a figure of its own
    layout = figure["layout"]
    layout |= FIGURE | {part: layout.get(part, {}) | FIGURE[part] for part in ("font", "modebar")}
    for name, axis in layout.items():
        if name.startswith(("xaxis", "yaxis")):
            axis.update(AXIS)
    text: str = plotly.io.to_html(
        figure,
        config={"displaylogo": False},
        full_html=False,
        include_plotlyjs=False,
        validate=False,
    )
    return text


def _settings(one: Record) -> str:
    said = ", ".join(
        f"{theme.knob_label(knob)} = {f'{value:g}' if isinstance(value, float) else value}"
        for knob in one.lens.knobs
        if (value := one.knobs[knob.name]) != ""
    )
    return html.escape(f"Settings: {said}. ") if said else ""


def _try_next(one: Record) -> str:
    steps = next_steps(one.lens, one.result)
    rows = [f"<li>{html.escape(f'{step_title(step)}. {step.why}')}" for step in steps]
    return f'<p class="quiet">Try next:<ul>{"".join(rows)}</ul>' if rows else ""


def _row(name: str, number: Any, reading: Any) -> str:
    if isinstance(number, Undefined):
        return f"<tr><td>{html.escape(name)}<td colspan=3>undefined: {html.escape(number.reason)}"
    between = formatting.interval(number, reading.score)
    method = html.escape(number.interval.method) if number.interval else ""
    chance = formatting.chance(number, reading.score)
    if number.chance:
        chance += f' <span class="quiet">({html.escape(number.chance.method)})</span>'
    sampled = f" (sample of {number.sample[0]:,})" if number.sample else ""
    value = formatting.estimate(number, reading.score)
    return (
        f'<tr><td title="{html.escape(reading.help)}">{html.escape(name)}'
        f'<td class="number">{value}{sampled}'
        f'<td class="number" title="{method}">{between}<td>{chance}</tr>'
    )


def _not_computed(refusals: Sequence[Refusal]) -> str:
    rows = "".join(map(_refusal, refusals))
    return f"<h2>Not computed</h2><ul>{rows}</ul>" if rows else ""


def _refusal(one: Refusal) -> str:
    """The reason after the title, which need not name the lens once more."""
    reason = one.reason.removeprefix(f"{one.lens.title!r} ")
    return f"<li><b>{html.escape(one.lens.title)}</b>: {html.escape(reason)}"


def _versions() -> str:
    listed = ", ".join(f"{name} {version}" for name, version in versions().items())
    return f'<p class="quiet">Default settings, seed {SEED}. {html.escape(listed)}.</p>'
