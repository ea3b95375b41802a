"""``python -m docs.make`` writes docs/claims.md: what papers claim, and what is seen here."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.catalog import catalog, families
from core.errors import NotApplicable
from core.estimates import Number, Undefined
from core.sources import SOURCES
from docs.claims import CLAIMS, Case, Claim, Run, spaces
from docs.judging import Outcome

PAGE = Path(__file__).with_name("claims.md")
CHECKED = [name for name in families() if any(c.lens.startswith(f"{name}.") for c in CLAIMS)]

_HEAD = """\
# What the papers claim, and what is seen here

Written by `make docs`, which runs the lenses; no number and no verdict is typed in. A verdict
follows from the 95 % intervals in square brackets: _agrees_ and _does not agree_ say that they are
disjoint, _inconclusive_ that they are not. Where it is about chance, it is the test at 5 % that
the verdicts of the app rest on: the value against the range of chance. The spaces are small and
some are made: what does not hold here may hold where the paper looked. Digits are those that the
network was not fitted to, unless it says both halves."""


@dataclass(frozen=True)
class Row:
    """A claim on one case: what was seen, and what follows."""

    claim: Claim
    spaces: str
    seen: str
    outcome: Outcome


def rows(claims: Sequence[Claim]) -> Iterator[Row]:
    """Every claim on each of its cases; a result that two claims look at is computed once."""
    given = spaces()
    known: dict[Any, Any] = {}

    def result(claim: Claim, run: Run) -> Any:
        place = claim.lens, tuple(claim.knobs.items()), tuple(space.name for space in run)
        if place not in known:
            known[place] = catalog()[claim.lens](*run, **claim.knobs)
        return known[place]

    for claim in claims:
        for case in claim.cases(given):
            try:
                results = [result(claim, run) for run in case]
            except NotApplicable as obstacle:
                yield Row(claim, _named(case), str(obstacle), "inconclusive")
            else:
                seen = "; against ".join(_seen(claim, one) for one in results)
                yield Row(claim, _named(case), seen, claim.judge(*results))


def page(found: list[Row]) -> str:
    """The whole page in Markdown."""
    total = Counter(row.outcome for row in found)
    counts = ", ".join(f"{outcome} {count} times" for outcome, count in sorted(total.items()))
    parts = [_HEAD, f"{len(CLAIMS)} claims on {len(found)} rows: {counts}."]
    for family in CHECKED:
        parts += [f"## {families()[family].title}", _table(family, found), _unchecked(family)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(family: str, found: list[Row]) -> str:
    table = [("Paper", "Claim", "Space", "Seen", "Verdict"), ("---",) * 5]
    before = None
    for row in found:
        lens = catalog()[row.claim.lens]
        if lens.family != family:
            continue
        paper = SOURCES[row.claim.source]
        new = row.claim is not before
        source = f"[{paper.cite}]({paper.url}), by `{lens.key}`" if new else ""
        says = row.claim.says if new else ""
        table.append((source, says, row.spaces, row.seen, f"**{row.outcome}**"))
        before = row.claim
    return "\n".join(f"| {' | '.join(cells)} |" for cells in table)


def _unchecked(family: str) -> str:
    """Sources of the family's lenses of which no claim is looked at."""
    cited = {claim.source for claim in CLAIMS}
    left = {
        SOURCES[key].url: SOURCES[key].cite
        for lens in catalog().values()
        if lens.family == family
        for key in lens.sources
        if key not in cited
    }
    if not left:
        return ""
    return "Not looked at here: " + "; ".join(f"[{c}]({u})" for u, c in left.items()) + "."


def _named(case: Case) -> str:
    return ", then ".join(" with ".join(space.name for space in run) for run in case)


def _seen(claim: Claim, result: Any) -> str:
    return ", ".join(f"{name} {_shown(getattr(result, name))}" for name in claim.readings)


def _shown(number: Number) -> str:
    if isinstance(number, Undefined):
        return f"undefined: {number.reason}"
    text = f"{number.value:.3g}"
    if number.interval:
        text += f" [{number.interval.low:.3g}, {number.interval.high:.3g}]"
    if number.chance:
        chance = number.chance
        text += f" (chance {chance.value:.2g}"
        if chance.low is not None and chance.high is not None:
            text += f" [{chance.low:.2g}, {chance.high:.2g}]"
        text += ")"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(list(rows(CLAIMS))), encoding="utf-8")
