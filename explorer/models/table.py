"""One table: a row a model, a column a headline, each with what tells it from the baseline."""

import html
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core import formatting
from core.catalog import catalog, families, sign
from core.estimates import Estimate, Number
from core.io.writers import spreadsheet_text
from core.lens import Lens
from core.model_table import Column, Told, column, fits, latex, looks, records, rows
from core.readouts import values_of
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.look.whisker import whisker
from explorer.models.rows import Model
from explorer.reports.standalone import report_html
from explorer.session.workspace import session
from explorer.work.compute import awaited, lens_result_within, peek
from explorer.work.costly import ASK_FROM, duration

CHOSEN = "sorted as chosen"
KEPT = "agreement.mutual_knn"  # how much of the baseline's neighborhoods a model keeps
BEST = {"high": "higher is better", "low": "lower is better", "zero": "0 is best", "none": ""}
STYLE = """<style>
.models { overflow-x: auto; }
.models table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
.models :is(th, td) { text-align: left; vertical-align: top; padding: 0.35rem 0.9rem 0.35rem 0.6rem;
  border-bottom: 1px solid rgba(128, 128, 128, 0.3); min-width: 9.5rem; }
.models th { font-weight: 600; } .models small { font-weight: 400; font-size: 0.8rem; }
.models thead th { vertical-align: bottom; }
.models td { font-variant-numeric: tabular-nums; border-left: 4px solid transparent; }
.models td.better { border-left-color: #009E73; } .models td.worse { border-left-color: #D55E00; }
</style>"""


def model_table(chosen: Sequence[Model]) -> None:
    """Ask which headlines; draw those that are known, and the table as a file."""
    models = tuple(model.space for model in chosen)
    lenses, waiting, found = _chosen_lenses(models), [], []
    place = st.container()
    for lens in lenses:
        if _seconds(lens, models) >= ASK_FROM and _key(lens, models) not in session().asked:
            waiting.append(lens)
        elif (one := _column(lens, models)) is not None:
            found.append(one)
    if waiting:
        _offer(waiting, models)
    if found:
        with place:
            st.html(STYLE)
            st.html(table_html(found, chosen, _order(found, models)))
            _downloads(found, models)


def _chosen_lenses(models: Sequence[EmbeddingSpace]) -> list[Lens[Any]]:
    able = {key: lens for key, lens in catalog().items() if fits(lens, models)}
    usual = [sign(name).key for name in families()]
    now = st.session_state.get("models.columns")
    left = [key for key in now or () if key in able]
    if now is None or (now and not left):
        left = [key for key in (*usual, KEPT) if key in able and able[key].arity[0] == 1]
        left += [KEPT] if KEPT in able else []
    st.session_state["models.columns"] = left
    chosen = st.multiselect(
        "Columns",
        list(able),
        format_func=lambda key: f"{families()[able[key].family].title}: {able[key].title}",
        key="models.columns",
        persist_state="session",
        help="Headlines of all measures that can look at every model here; one of two spaces "
        "compares each model with the baseline.",
    )
    return [able[key] for key in chosen]


def _key(lens: Lens[Any], models: Sequence[EmbeddingSpace]) -> tuple[Any, ...]:
    return "column", lens.key, tuple((model.fingerprint, model.name) for model in models)


def _seconds(lens: Lens[Any], models: Sequence[EmbeddingSpace]) -> float:
    """How long what is not known yet of a column takes."""
    return sum(lens.seconds(*seen) for seen in looks(lens, models) if not peek(lens, seen, {}))


def _column(lens: Lens[Any], models: tuple[EmbeddingSpace, ...]) -> Column | None:
    made: Column | None = awaited(
        _key(lens, models),
        lens.title,
        partial(column, lens, models, lens_result_within),
        place=f"models.{lens.key}",
        seconds=_seconds(lens, models),
    )
    return made


def _offer(waiting: Sequence[Lens[Any]], models: Sequence[EmbeddingSpace]) -> None:
    time = duration(sum(_seconds(lens, models) for lens in waiting))
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"Not computed yet: {', '.join(lens.title for lens in waiting)}, {time}.")
        st.button(
            "Compute",
            key="models.go",
            icon=":material/play_arrow:",
            on_click=session().asked.update,
            args=([_key(lens, models) for lens in waiting],),
        )


def _order(found: Sequence[Column], models: Sequence[EmbeddingSpace]) -> list[int]:
    """Ask what the rows are sorted by; positions of the models in this order."""
    by = {one.lens.title: one for one in found}
    if st.session_state.get("models.sort") not in (CHOSEN, *by):
        st.session_state["models.sort"] = CHOSEN
    with st.container(horizontal=True, horizontal_alignment="right"):
        chosen = st.selectbox(
            "Sort by",
            [CHOSEN, *by],
            key="models.sort",
            label_visibility="collapsed",
            persist_state="session",
            width=260,
        )
    if chosen == CHOSEN:
        return list(range(len(models)))
    return ranked(by[chosen].numbers, by[chosen].lens.headline_score.best)


def table_html(columns: Sequence[Column], models: Sequence[Model], order: Sequence[int]) -> str:
    """The table with its rows in an order; the first of the models is the baseline."""
    heads = "".join(map(_head, columns))
    body = "".join(
        f"<tr>{_name(models[row], first=row == 0)}{''.join(_cell(o, row) for o in columns)}</tr>"
        for row in order
    )
    return (
        '<div class="models" tabindex="0" role="region" aria-label="Models side by side"><table>'
        f"<thead><tr><th>Model</th>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _head(one: Column) -> str:
    score = one.lens.headline_score
    said = ", ".join(filter(None, [theme.inside(one.lens.headline), BEST[score.best]]))
    of = " with the baseline" if one.lens.arity == (2, 2) else ""
    return (
        f'<th scope="col" title="{html.escape(one.lens.question)}">{html.escape(one.lens.title)}'
        f"{of}<br><small>{html.escape(said)}</small></th>"
    )


def _name(model: Model, *, first: bool) -> str:
    said = f"{model.size}{', the baseline' if first else ''}"
    return f'<th scope="row">{html.escape(model.space.name)}<br><small>{said}</small></th>'


def _cell(one: Column, row: int) -> str:
    number, told, score = one.numbers[row], one.told[row], one.lens.headline_score
    if not isinstance(number, Estimate):
        return f"<td><small>{html.escape(number.reason)}</small></td>"
    said = ", ".join(formatting.notes(number, score))
    beside = [other for other in one.numbers if isinstance(other, Estimate)]
    picture = whisker(number, score, said, beside=beside)
    kind = {True: "better", False: "worse", None: ""}[told.better if told else None]
    return (
        f'<td class="{kind}"><b>{formatting.estimate(number, score)}</b> '
        f"<small>{formatting.interval(number, score)}</small>{picture}{_difference(told, one)}</td>"
    )


def _difference(told: Told | None, one: Column) -> str:
    """``"+0.031 (0.010 to 0.052), better"``; whether it is told from 0 comes first where not."""
    if told is None:
        return ""
    score, found = one.lens.headline_score, told.difference
    word = {True: "better", False: "worse", None: "higher" if found.value > 0 else "lower"}
    said = word[told.better] if found.differs_from_chance else "cannot be distinguished"
    method = html.escape(found.interval.method) if found.interval else ""
    return (
        f'<small title="{method}">{formatting.estimate(found, score, unit=False, signed=True)} '
        f"({formatting.interval(found, score)}), {said}</small>"
    )


def ranked(numbers: Sequence[Number], best: str) -> list[int]:
    """Positions, the best value first; undefined ones last."""
    values = values_of(numbers)
    keys = {"low": values, "zero": np.abs(values)}.get(best, -values)
    order: list[int] = np.argsort(np.where(np.isnan(keys), np.inf, keys), kind="stable").tolist()
    return order


def _downloads(found: Sequence[Column], models: tuple[EmbeddingSpace, ...]) -> None:
    names = [model.name for model in models]
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, kind, text in (
            ("CSV", "csv", lambda: spreadsheet_text(rows(found, names))),
            ("LaTeX", "tex", lambda: latex(found, names)),
            ("Report, HTML", "html", lambda: _report(found, models)),
        ):
            st.download_button(
                name,
                text,
                f"models.{kind}",
                key=f"models.{kind}",
                icon=":material/download:",
                on_click="ignore",
            )
        st.caption(
            "A bar at the left of a cell: better or worse than the baseline, on the same items. "
            "One in twenty would be by chance."
        )


def _report(found: Sequence[Column], models: tuple[EmbeddingSpace, ...]) -> str:
    """The report of what the table shows: the differences, then all that stands behind each."""
    said = [one for each in found for one in records(each.lens, models, lens_result_within)]
    return report_html(said, models)
