"""How often each headline raises a false alarm, and how often its interval holds the truth.

``python -m docs.calibration`` writes docs/calibration.md; with names of lenses, their lines alone.
For every lens that needs no model, items are drawn again and again: first where chance is all there
is, then where there is a weak effect. A false alarm is a verdict of a difference in the first case.
In the second, the truth that an interval has to hold is the mean of the headline over all draws.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from core.catalog import catalog
from core.estimates import Estimate
from docs.drawn import CASES, DRAWS, Draw

PAGE = Path(__file__).with_name("calibration.md")
FEW = {
    "`modality.gap_shift`": (
        "two searches are compared query by query, and where chance is all there is each finds one "
        "partner among as many items as there are queries: up to six of 100 are found by one and "
        "not by the other, mostly up to three. Five that all change one way are the fewest that a "
        "test at 5 % can tell from none. Flipping the signs of the changes, with the mid-p value, "
        "finds no more; where one change in ten is by chance, as in documents and links here, such "
        "tests leave out 0 in 3 to 6 % of cases."
    ),
    "`classes.senses`": (
        "a cloud without senses is hardly ever parted: by a margin that is there for just this."
    ),
}  # lenses that raise fewer false alarms than 2 %, and what of their numbers is the reason


def counted(key: str) -> str:
    """One line of the table."""
    lens, case = catalog()[key], CASES[key]

    def numbers(draw: Draw, strength: float, draws: int) -> list[Estimate]:
        found = []
        for seed in range(draws):
            spaces = draw(np.random.default_rng(seed), strength)
            number = getattr(lens(*spaces, **case.knobs), lens.headline)
            if isinstance(number, Estimate):
                found.append(number)
        return found

    null = numbers(case.draw, 0.0, case.draws) if case.null else []
    effect = numbers(case.draw, case.strength, case.draws)
    over = numbers(case.large, case.strength, 1) if case.large else effect
    truth = float(np.mean([number.value for number in over]))
    held = [n.interval.low <= truth <= n.interval.high for n in effect if n.interval]
    alarms = [bool(number.differs_from_chance) for number in null]
    seen = [bool(number.differs_from_chance) for number in effect]
    cells = f"`{key}`", lens.headline, *map(share, (alarms, held, seen))
    return f"| {' | '.join(cells)} |"


def share(cases: list[bool]) -> str:
    """A share in percent, with the number it stands on."""
    return f"{100 * np.mean(cases):.1f} % of {len(cases)}" if cases else "not drawn"


def page(lines: Mapping[str, str]) -> str:
    """The table, a line a lens, with what it means."""
    head = "lens", "headline", "false alarms", "coverage", "weak effects found"
    table = [f"| {' | '.join(head)} |", "| --- " * len(head) + "|"]
    table += [lines[key] for key in CASES if key in lines]
    few = [f"- {keys}: {why}" for keys, why in FEW.items()]
    return f"""\
# False alarms and coverage

Made by `make calibration`. Every headline was computed on items drawn again and again where chance
is all there is, and as often where there is a weak effect. *False alarms*: draws of the first kind
said to differ from chance, by the test at 5 % that verdicts rest on. *Coverage*: 95 % intervals, of
draws of the second kind, that hold the mean of the headline over these draws; for the gap, whose
plain distance sampling lengthens, its value for 40,000 items. *Weak effects found*: draws of the
second kind that differed from chance. Of {DRAWS} draws a rate of 5 % is known to 1.5 points, a
standard error; of 100 to 2.2, of 1000 to 0.7. Where what was made of vectors is compared with the
vectors, chance alone cannot be drawn. Lenses that run a model are not in the table, nor are those
whose line was not made yet (`make calibration ARGS=geometry.hubness` makes one).

{chr(10).join(table)}

Fewer than 2 % of false alarms come of numbers that can take few values:

{chr(10).join(few)}
"""


def known() -> dict[str, str]:
    """The lines of the page as it stands."""
    if not PAGE.exists():
        return {}
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return {line.split("`")[1]: line for line in lines if line.startswith("| `")}


def main(keys: Sequence[str]) -> None:
    """Write the page, a line on the terminal as each lens is done."""
    for key in keys or CASES:
        line = counted(key)
        sys.stderr.write(f"{line}\n")
        PAGE.write_text(page(known() | {key: line}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
