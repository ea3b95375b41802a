"""How often each headline raises a false alarm, and how often its interval holds the truth.

``python -m docs.calibration`` writes docs/calibration.md; with names of lenses, their lines alone.
For every lens that needs no model, items are drawn again and again: first where chance is all there
is, then where there is a weak effect. A false alarm is a verdict of a difference in the first case.
In the second, the truth that an interval has to hold is the mean of the headline over all draws.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.catalog import catalog
from core.estimates import Estimate
from core.space import EmbeddingSpace

PAGE = Path(__file__).with_name("calibration.md")
DRAWS, SLOW = 200, 100
N, D = 60, 6
Spaces = tuple[EmbeddingSpace, ...]
Draw = Callable[[np.random.Generator, float], Spaces]


@dataclass(frozen=True)
class Case:
    """Items that a lens is tried on.

    Attributes
    ----------
    draw
        Spaces from a generator and the strength of the effect, 0 where chance is all there is.
    strength
        Of the weak effect.
    draws
        Of each kind; fewer where one takes long.
    knobs
        Values other than the defaults.
    """

    draw: Draw
    strength: float
    draws: int = DRAWS
    knobs: Mapping[str, Any] = field(default_factory=dict)


def space(vectors: Any, **columns: Any) -> EmbeddingSpace:
    """A space whose columns play the roles they are named for."""
    items = pd.DataFrame(columns or {"item": range(len(vectors))})
    return EmbeddingSpace(
        "drawn", np.asarray(vectors, np.float32), items, {name: name for name in columns}
    )


def labeled(rng: np.random.Generator, strength: float, n: int = N) -> Spaces:
    """Three classes at random, their means apart by the strength."""
    codes = np.arange(n) % 3
    vectors = rng.normal(size=(n, D)) + strength * np.eye(D)[codes]
    return (space(vectors, label=codes.astype(str)),)


def two_spaces(rng: np.random.Generator, strength: float, n: int = N) -> Spaces:
    """Two spaces whose items share so much, beside noise of their own."""
    shared = strength * rng.normal(size=(n, D))
    return tuple(space(shared + rng.normal(size=(n, D))) for _ in range(2))


def many(rng: np.random.Generator, strength: float) -> Spaces:
    """The same, of 150 items: enough to fit a map to some and judge it by others."""
    return two_spaces(rng, strength, 150)


def pairs(
    rng: np.random.Generator, strength: float, n: int = N, *, gap: float = 0.0, **columns: Any
) -> Spaces:
    """Images and captions that share so much, a gap apart."""
    shared = strength * rng.normal(size=(n, D))
    sides = [shared + rng.normal(size=(n, D)) for _ in range(2)]
    sides[1][:, 0] += gap
    modality = np.repeat(["image", "text"], n)
    return (space(np.vstack(sides), modality=modality, pair=[*range(n)] * 2, **columns),)


def separate(rng: np.random.Generator, strength: float) -> Spaces:
    """Images and captions without a pair, whose centers lie the strength apart."""
    vectors = rng.normal(size=(2 * N, D))
    vectors[N:, 0] += strength
    return (space(vectors, modality=np.repeat(["image", "text"], N)),)


def transferred(rng: np.random.Generator, strength: float) -> Spaces:
    """Two modalities whose classes lie apart by the strength, in the same directions."""
    codes = np.tile(np.arange(N) % 3, 2)
    vectors = rng.normal(size=(2 * N, D)) + strength * np.eye(D)[codes]
    modality = np.repeat(["image", "text"], N)
    return (space(vectors, modality=modality, label=codes.astype(str), pair=[*range(N)] * 2),)


def across_a_gap(rng: np.random.Generator, strength: float) -> Spaces:
    """Unrelated partners at a gap that is in the way of nothing; related ones where it is."""
    return pairs(rng, strength, 100, gap=2.0)


def cloud(rng: np.random.Generator, strength: float, n: int = N) -> Spaces:
    """Independent dimensions; with an effect, a few directions take the strength beside them."""
    vectors = rng.normal(size=(n, D))
    vectors += strength * rng.normal(size=(n, 1)) @ np.ones((1, D))
    return (space(vectors),)


def leaning(rng: np.random.Generator, strength: float) -> Spaces:
    """Pairs all of which lean to one side by the strength."""
    (even,) = pairs(rng, 1.0)
    return (replace(even, vectors=even.vectors + np.float32(strength)),)


def groups(rng: np.random.Generator, strength: float) -> Spaces:
    """Items that fall into two heaps, the strength apart in all dimensions."""
    return (space(rng.normal(size=(N, D)) + strength * (np.arange(N) % 2)[:, None]),)


def far_out(rng: np.random.Generator, strength: float) -> Spaces:
    """A cloud of which one item in ten is spread wider by the strength."""
    vectors = rng.normal(size=(N, D))
    vectors[: N // 10] *= 1 + strength
    return (space(vectors),)


def domains(rng: np.random.Generator, strength: float) -> Spaces:
    """Background and target, which varies more in one direction by the strength."""
    vectors = rng.normal(size=(2 * N, D))
    vectors[N:, 0] *= 1 + strength
    return (space(vectors, domain=np.repeat(["background", "target"], N)),)


def moved(rng: np.random.Generator, strength: float) -> Spaces:
    """Two domains, one moved by the strength."""
    vectors = rng.normal(size=(2 * N, D))
    vectors[N:, 0] += strength
    return (space(vectors, domain=np.repeat(["train", "test"], N)),)


def uneven(rng: np.random.Generator, strength: float) -> Spaces:
    """Two spaces of pairs that lean to one side; the second does so more, by the strength."""
    (first,), (second,) = (pairs(rng, 1.0) for _ in range(2))
    vectors = (each.vectors.copy() for each in (first, second))
    one, other = vectors
    one[:, 0] += 1
    other[:, 0] += 1 + strength
    return replace(first, vectors=one), replace(second, vectors=other)


def long_and_short(rng: np.random.Generator, strength: float) -> Spaces:
    """Items that near a common direction with their length, by the strength."""
    lengths = rng.integers(5, 200, N)
    vectors = rng.normal(size=(N, D))
    vectors[:, 0] += 2 + strength * lengths / 100
    return (space(vectors, length=lengths),)


def cut(rng: np.random.Generator, strength: float) -> Spaces:
    """Documents at two lengths, the longer nearer to a common direction by the strength."""
    own = rng.normal(size=(N, D))
    short, long = own + 0.3 * rng.normal(size=(N, D)), own + 0.3 * rng.normal(size=(N, D))
    long[:, 0] += strength
    lengths = np.repeat([10, 100], N)
    return (space(np.vstack([short, long]), pair=[*range(N)] * 2, length=lengths),)


CASES: Mapping[str, Case] = {
    "modality.contrastive_loss": Case(pairs, 0.5, SLOW, knobs={"temperature": 0.5}),
    "modality.gap": Case(separate, 0.8, SLOW),
    "modality.gap_shift": Case(across_a_gap, 1.0, knobs={"pairs": 100}),
    "modality.geodesic_mixup": Case(pairs, 0.5),
    "modality.retrieval": Case(pairs, 0.7),
    "modality.transfer": Case(transferred, 0.7, SLOW),
    "contrastive.alignment": Case(pairs, 0.5),
    "contrastive.common_salient": Case(domains, 0.5),
    "contrastive.plane": Case(uneven, 0.5),
    "contrastive.uniformity": Case(cloud, 0.4, 1000),
    "contrastive.utilization": Case(moved, 0.7),
    "contrastive.whitening": Case(leaning, 0.7),
    "length.collapse": Case(long_and_short, 0.5, 400),
    "length.truncation": Case(cut, 0.3, 400),
    "agreement.cca": Case(many, 0.7, SLOW),
    "agreement.cka": Case(two_spaces, 0.5),
    "agreement.matrix": Case(two_spaces, 0.5),
    "agreement.mutual_knn": Case(two_spaces, 0.7),
    "agreement.procrustes": Case(many, 0.7, SLOW),
    "agreement.relative": Case(many, 1.0, SLOW, knobs={"anchors": 20}),
    "agreement.subspace": Case(many, 1.0, SLOW),
    "classes.coding_rate": Case(labeled, 0.7, SLOW),
    "classes.icnn": Case(labeled, 0.7),
    "classes.pairs": Case(labeled, 1.0, SLOW),
    "classes.persistence": Case(groups, 1.5),
    "classes.probe": Case(labeled, 0.7, SLOW),
    "classes.separability": Case(labeled, 0.7),
    "geometry.dimension": Case(cloud, 0.7),
    "geometry.hubness": Case(cloud, 0.7),
    "geometry.outliers": Case(far_out, 2.0),
    "geometry.spectrum": Case(cloud, 0.4, 400),
}


def counted(key: str) -> str:
    """One line of the table."""
    lens, case = catalog()[key], CASES[key]
    found: dict[float, list[Estimate]] = {0.0: [], case.strength: []}
    for strength, numbers in found.items():
        for seed in range(case.draws):
            spaces = case.draw(np.random.default_rng(seed), strength)
            number = getattr(lens(*spaces, **case.knobs), lens.headline)
            if isinstance(number, Estimate):
                numbers.append(number)
    null, effect = found.values()
    known = [number for number in effect if number.interval]
    truth = float(np.mean([number.value for number in effect]))
    held = [n.interval.low <= truth <= n.interval.high for n in known if n.interval]
    alarms = [bool(number.differs_from_chance) for number in null]
    seen = [bool(number.differs_from_chance) for number in effect]
    cells = f"`{key}`", lens.headline, *map(share, (alarms, held, seen))
    return f"| {' | '.join(cells)} |"


def share(cases: list[bool]) -> str:
    """A share in percent, with the number it stands on."""
    return f"{100 * np.mean(cases):.1f} % of {len(cases)}" if cases else "none"


def page(lines: Mapping[str, str]) -> str:
    """The table, a line a lens, with what it means."""
    head = "lens", "headline", "false alarms", "coverage", "weak effects found"
    table = [f"| {' | '.join(head)} |", "| --- " * len(head) + "|"]
    table += [lines[key] for key in CASES if key in lines]
    return f"""\
# False alarms and coverage

Made by `make calibration`. Every headline was computed on items drawn again and again where chance
is all there is, and as often where there is a weak effect. *False alarms*: draws of the first kind
said to differ from chance, by the test at 5 % that verdicts rest on. *Coverage*: 95 % intervals, of
draws of the second kind, that hold the mean of the headline over these draws. *Weak effects found*:
draws of the second kind that differed from chance. Of {DRAWS} draws a rate of 5 % is known to 1.5
points, a standard error; of 100 to 2.2. Lenses that run a model are not in the table, nor are those
whose line was not made yet (`make calibration ARGS=geometry.hubness` makes one).

{chr(10).join(table)}
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
