"""Models side by side: a row a model, a column a headline, and what tells each from the first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core import formatting
from core.errors import ExplorerError
from core.estimates import Estimate, Number, Undefined
from core.knobs import bind
from core.lens import Lens
from core.progress import stage, tick
from core.record import Record, Refusal
from core.side_by_side import difference
from core.space import EmbeddingSpace
from core.tables import number_row

Compute = Callable[[Lens[Any], tuple[EmbeddingSpace, ...], Mapping[str, Any]], Any]
ITSELF = Undefined("the first model, which the others are compared with")


@dataclass(frozen=True)
class Told:
    """How a model differs from the first one.

    Attributes
    ----------
    better
        Whether it is the better of the two; None where that cannot be told, or the scale has no
        good end.
    """

    difference: Estimate
    better: bool | None


@dataclass(frozen=True)
class Column:
    """The headline of one lens for several models over the same items.

    Attributes
    ----------
    numbers
        One for each model, the first being the baseline; undefined where the lens cannot look.
        Of a lens of two spaces, that of the baseline and each of the others.
    told
        None for the baseline, and where there is nothing to subtract.
    """

    lens: Lens[Any]
    numbers: tuple[Number, ...]
    told: tuple[Told | None, ...]


def fits(lens: Lens[Any], models: Sequence[EmbeddingSpace]) -> bool:
    """Whether a lens makes a column: it looks at one model, or at the first and another."""
    if lens.arity == (1, 1):
        return not any(lens.obstacle(model) for model in models)
    first, *others = models
    return (
        lens.arity == (2, 2)
        and bool(others)
        and not any(lens.obstacle(first, other) for other in others)
    )


def looks(lens: Lens[Any], models: Sequence[EmbeddingSpace]) -> list[tuple[EmbeddingSpace, ...]]:
    """What a lens has to look at to make a column."""
    if lens.arity == (1, 1):
        return [(model,) for model in models]
    return [(models[0], other) for other in models[1:]]


def records(
    lens: Lens[Any],
    models: Sequence[EmbeddingSpace],
    compute: Compute,
    *,
    knobs: Mapping[str, Any] | None = None,
) -> list[Record | Refusal]:
    """What a lens finds of every model, the baseline first.

    `compute` gives the result of the lens; `knobs` are values other than the defaults.
    """
    found: list[Record | Refusal] = []
    for seen in looks(lens, models):
        stage(seen[-1].name)
        bound = bind(lens.knobs, knobs or {}, seen[0])
        try:
            found.append(Record(lens, compute(lens, seen, bound), seen, bound))
        except ExplorerError as error:
            found.append(Refusal(lens, str(error)))
        tick(len(found) / len(models))
    return found


def column(lens: Lens[Any], models: Sequence[EmbeddingSpace], compute: Compute) -> Column:
    """The headlines of a lens, and how each model differs from the first.

    Parameters
    ----------
    models
        Matched, the baseline first.
    """
    found = records(lens, models, compute)
    numbers = tuple(
        getattr(one.result, lens.headline) if isinstance(one, Record) else Undefined(one.reason)
        for one in found
    )
    if lens.arity != (1, 1):
        return Column(lens, (ITSELF, *numbers), (None,) * len(models))
    return Column(lens, numbers, (None, *(_told(found[0], one) for one in found[1:])))


def _told(first: Record | Refusal, one: Record | Refusal) -> Told | None:
    if isinstance(first, Refusal) or isinstance(one, Refusal):
        return None
    if (found := difference(first, one)) is None:
        return None
    better = None if found.better is None else found.better == one.space.name
    return Told(found.difference, better)


def rows(columns: Sequence[Column], names: Sequence[str]) -> pd.DataFrame:
    """A row for every model and headline: the number, its difference from the first model.

    Parameters
    ----------
    names
        Of the models, as many as each column has.
    """
    made = []
    for one in columns:
        for name, number, told in zip(names, one.numbers, one.told, strict=True):
            row: dict[str, Any] = {
                "model": name,
                "lens": one.lens.key,
                "reading": one.lens.headline,
            }
            row |= number_row(number)
            if told is not None:
                said = number_row(told.difference)
                row |= {
                    "difference": said["value"],
                    "difference_low": said.get("low"),
                    "difference_high": said.get("high"),
                    "difference_interval": said.get("interval"),
                    "better": told.better,
                }
            made.append(row)
    return pd.DataFrame(made).dropna(axis=1, how="all")


def latex(columns: Sequence[Column], names: Sequence[str]) -> str:
    """The table for a paper (booktabs, makecell): a value, its interval, then the difference.

    A value is bold where it is better than that of the first model beyond chance.
    """
    heads = [f"\\makecell{{{_safe(one.lens.title)}\\\\{_readable(one)}}}" for one in columns]
    lines = [
        f"% 95 % intervals in brackets; differences from {_safe(names[0])}",
        f"\\begin{{tabular}}{{l{'c' * len(columns)}}}",
        "\\toprule",
        " & ".join(["model", *heads]) + " \\\\",
        "\\midrule",
    ]
    for row, name in enumerate(names):
        cells = [_cell(one, row) for one in columns]
        lines.append(" & ".join([_safe(name), *cells]) + " \\\\")
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", ""])


def _cell(one: Column, row: int) -> str:
    number, told = one.numbers[row], one.told[row]
    if not isinstance(number, Estimate):
        return "--"
    value = _spoken(number)
    if told is None:
        return value
    if told.better:
        value = f"\\textbf{{{value}}}"
    return f"\\makecell{{{value}\\\\{_spoken(told.difference, signed=True)}}}"


def _spoken(number: Estimate, *, signed: bool = False) -> str:
    """``$0.812$ [$0.800$, $0.824$]``."""
    texts = [formatting.estimate(number, signed=signed)]
    if number.interval is not None:
        texts += [formatting.beside(number, end) for end in number.ends]
    value, *ends = (f"${text.replace(_MINUS, '-')}$" for text in texts)
    return f"{value} [{', '.join(ends)}]" if ends else value


def _readable(one: Column) -> str:
    best = {"high": " $\\uparrow$", "low": " $\\downarrow$"}.get(one.lens.headline_score.best, "")
    return f"{_safe(one.lens.headline.replace('_', ' '))}{best}"


_MINUS = "\N{MINUS SIGN}"
_SPECIAL = str.maketrans(
    {sign: f"\\{sign}" for sign in "&%$#_{}"}
    | {
        "\\": "\\textbackslash{}",
        "~": "\\textasciitilde{}",
        "^": "\\textasciicircum{}",
        "·": "$\\cdot$",
    }
)


def _safe(text: str) -> str:
    return text.translate(_SPECIAL)
