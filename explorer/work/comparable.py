"""What the current space can be compared with, found without holding up the page."""

from collections.abc import Callable, Hashable, Mapping
from functools import partial

from core.errors import ExplorerError
from core.space import EmbeddingSpace
from explorer.session.fits import Fit, fit
from explorer.session.series import chosen_step, seen
from explorer.session.workspace import registry, session
from explorer.work.compute import awaited
from explorer.work.jobs import LONG, jobs, jobs_of

Known = Mapping[str, Fit]  # by the name of the space
Opener = Callable[[], EmbeddingSpace]
PLACE = "fits"


def fits(name: str) -> Known | None:
    """How every other open space goes together with one; None, and its progress, until then."""
    key, work = _key(name), _work(name)
    known: Known | None = awaited(key, "What can be compared", work, place=PLACE, seconds=LONG)
    return known


def fits_so_far(name: str) -> Known | None:
    """The same where it is known; nothing is looked for."""
    known: Known | None = jobs().known(_key(name))
    return known


def look_for_fits(name: str) -> None:
    """Begin to look, once all that the page asked for is there: every open space is loaded."""
    manager, mine = jobs_of(session().id)
    if fits_so_far(name) is None and manager.idle(mine):
        slot = (mine, PLACE)
        manager.ask(_key(name), "What can be compared", _work(name), slot=slot, seconds=LONG)


def _key(name: str) -> Hashable:
    spaces = session().spaces
    return ("fits", name, spaces[name], tuple(spaces.items()), chosen_step())


def _work(name: str) -> Callable[[], Known]:
    """What looks, also where this session is over before it has: others may wait for the answer."""
    spaces = {other: registry().opener(key) for other, key in session().spaces.items()}
    return partial(_found, spaces.pop(name), spaces, chosen_step())


def _found(first: Opener, others: Mapping[str, Opener], step: str | None) -> Known:
    base, found = seen(first(), step), {}
    for name, other in others.items():
        try:
            found[name] = fit(base, seen(other(), step))
        except ExplorerError as why:  # it cannot be loaded, for now
            found[name] = Fit(0, len(base), obstacle=str(why))
    return found
