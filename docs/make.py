"""``python -m docs.make`` writes docs/claims.md: what papers claim, and what is seen here.

``python -m docs.make compression classes.senses`` runs these lenses alone, and those of which the
page says nothing yet; what it says of the others stands.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from core import formatting
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


_FIRST = re.compile(r"\| \[.*\), by `(?P<lens>[\w.]+)` \| (?P<says>.*?) \| ")


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


Lines = dict[tuple[str, str], list[str]]  # of the table, by lens and claim


def lines(found: list[Row]) -> Lines:
    """The lines that a claim has on the page, one a case."""
    told: Lines = {}
    for row in found:
        claim = row.claim
        before = told.setdefault((claim.lens, claim.says), [])
        paper = SOURCES[claim.source]
        first = (f"[{paper.cite}]({paper.url}), by `{claim.lens}`", claim.says)
        cells = (*(("", "") if before else first), row.spaces, row.seen, f"**{row.outcome}**")
        before.append(f"| {' | '.join(cells)} |")
    return told


def standing(text: str) -> Lines:
    """The lines that a page has, of which it was made."""
    told: Lines = {}
    for line in text.splitlines():
        if new := _FIRST.match(line):
            told[new["lens"], new["says"]] = [line]
        elif line.startswith("|  |"):
            next(reversed(told.values())).append(line)
    return told


def page(told: Lines) -> str:
    """The whole page in Markdown."""
    said = [line for claim in told.values() for line in claim]
    total = Counter(line.rpartition(" | ")[2].strip("*| ") for line in said)
    counts = ", ".join(f"{outcome} {count} times" for outcome, count in sorted(total.items()))
    parts = [_HEAD, f"{len(told)} claims on {len(said)} rows: {counts}."]
    for family in CHECKED:
        parts += [f"## {families()[family].title}", _table(family, told), _unchecked(family)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(family: str, told: Lines) -> str:
    own = [told.get((c.lens, c.says), []) for c in CLAIMS if c.lens.startswith(f"{family}.")]
    head = ["| Paper | Claim | Space | Seen | Verdict |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *chain.from_iterable(own)])


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
    text = formatting.with_interval(number)
    if number.chance:
        chance = number.chance
        text += f" (chance {formatting.beside(number, chance.value)}"
        if chance.low is not None and chance.high is not None:
            ends = (chance.low, chance.high)
            text += f" [{', '.join(formatting.beside(number, end) for end in ends)}]"
        text += ")"
    return text


def main(asked: Sequence[str]) -> None:
    """Run the lenses asked for, or all; write the page."""
    known = standing(PAGE.read_text(encoding="utf-8")) if asked else {}
    wanted = [
        claim
        for claim in CLAIMS
        if claim.lens.startswith(tuple(asked)) or (claim.lens, claim.says) not in known
    ]
    made = known | lines(list(rows(wanted)))
    told = {at: made[at] for claim in CLAIMS if (at := (claim.lens, claim.says)) in made}
    PAGE.write_text(page(told), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
