"""What the current space can be compared with, found without holding up the page."""

from collections.abc import Hashable, Mapping
from functools import partial

from core.errors import ExplorerError
from explorer.session.fits import Fit, fit
from explorer.session.series import chosen_step, seen
from explorer.session.workspace import session, space_of_key
from explorer.work.compute import awaited
from explorer.work.jobs import LONG, jobs, jobs_of

Known = Mapping[str, Fit]  # by the name of the space
PLACE = "fits"


def fits(name: str) -> Known | None:
    """How every other open space goes together with one; None, and its progress, until then."""
    key, work = _recipe(name)
    known: Known | None = awaited(key, "What can be compared", work, place=PLACE, seconds=LONG)
    return known


def fits_so_far(name: str) -> Known | None:
    """The same where it is known; nothing is looked for."""
    known: Known | None = jobs().known(_recipe(name)[0])
    return known


def look_for_fits(name: str) -> None:
    """Begin to look, once all that the page asked for is there: every open space is loaded."""
    manager, mine = jobs_of(session().id)
    if fits_so_far(name) is None and manager.idle(mine):
        key, work = _recipe(name)
        manager.ask(key, "What can be compared", work, slot=(mine, PLACE), seconds=LONG)


def _recipe(name: str) -> tuple[Hashable, partial[Known]]:
    spaces, step = session().spaces, chosen_step()
    first = spaces[name]
    others = {other: key for other, key in spaces.items() if other != name}
    return ("fits", first, tuple(others.items()), step), partial(_found, first, others, step)


def _found(first: str, others: Mapping[str, str], step: str | None) -> Known:
    base, found = seen(space_of_key(first), step), {}
    for name, key in others.items():
        try:
            found[name] = fit(base, seen(space_of_key(key), step))
        except ExplorerError as why:  # it cannot be loaded, for now
            found[name] = Fit(0, len(base), obstacle=str(why))
    return found
