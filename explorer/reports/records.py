"""What every lens finds in some spaces, or why it cannot look at them; as JSON too."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.catalog import catalog
from core.errors import ExplorerError
from core.knobs import bind
from core.lens import Lens
from core.numerics.tiles import in_order
from core.progress import stage
from core.record import Record, Refusal
from core.series import at_last_step
from core.side_by_side import differences
from core.space import EmbeddingSpace
from core.statistics.resampling import SEED

Look = tuple[Lens[Any], tuple[EmbeddingSpace, ...]]
Compute = Callable[[Lens[Any], tuple[EmbeddingSpace, ...], Mapping[str, Any]], Any]
_FEW, _AT_A_TIME = 20_000, 4  # items whose lenses run side by side, and how many of these do


def looks(spaces: Sequence[EmbeddingSpace]) -> list[Look]:
    """What a report looks at: each space by lenses of one, as many as they take by the others.

    Of a series the last step.
    """
    spaces = [at_last_step(space) for space in spaces]
    made: list[Look] = []
    for lens in catalog().values():
        if lens.arity == (1, 1):
            made += [(lens, (space,)) for space in spaces]
        else:
            made.append((lens, tuple(spaces[: lens.arity[1]])))
    return made


def records(
    spaces: Sequence[EmbeddingSpace], compute: Compute | None = None
) -> Iterator[Record | Refusal]:
    """What every lens that can look at these spaces finds with its default knobs, or why it cannot.

    `compute` gives the result of a lens: in the app, that which the pages have already. Without it
    lenses are run, of few items several at a time: one alone leaves cores idle.
    """
    looked = looks(spaces)
    if compute is None and max(map(len, spaces)) <= _FEW:
        yield from in_order(_record, looked, at_a_time=_AT_A_TIME)
        return
    for lens, seen in looked:
        stage(lens.title)
        yield _record((lens, seen), compute)


def _record(look: Look, compute: Compute | None = None) -> Record | Refusal:
    """What one lens finds, or why it cannot look."""
    lens, seen = look
    if obstacle := lens.obstacle(*seen):
        return Refusal(lens, obstacle)
    try:
        knobs = bind(lens.knobs, {}, seen[0])
        result = compute(lens, seen, knobs) if compute else lens(*seen, **knobs)
    except ExplorerError as error:
        return Refusal(lens, str(error))
    return Record(lens, result, seen, knobs)


def report_json(results: Sequence[Record | Refusal]) -> str:
    """All numbers with settings, data fingerprints and versions, and what was not computed."""
    findings, refusals = computed_and_refused(results)
    said = {
        "seed": SEED,
        "findings": [one.as_json() for one in findings],
        "differences": [one.as_json() for one in differences(findings)],
        "not_computed": [one.as_json() for one in refusals],
    }
    return json.dumps(said, indent=2)


def computed_and_refused(results: Iterable[Record | Refusal]) -> tuple[list[Record], list[Refusal]]:
    """What was found, and what was not computed."""
    findings, refusals = [], []
    for one in results:
        if isinstance(one, Record):
            findings.append(one)
        else:
            refusals.append(one)
    return findings, refusals
