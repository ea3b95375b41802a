"""What the current space can be compared with, found without holding up the page."""

from collections.abc import Hashable, Mapping
from functools import partial

from core.errors import ExplorerError
from explorer.session.fits import Fit, fit
from explorer.session.series import chosen_step, seen
from explorer.session.workspace import session, space_of_key
from explorer.work.compute import awaited
from explorer.work.jobs import LONG, jobs_of

Known = Mapping[str, Fit]  # by the name of the space
PLACE = "fits"


def fits(name: str) -> Known | None:
    """How every other open space goes together with one; None, and its progress, until then."""
    key, work = _recipe(name)
    known: Known | None = awaited(key, "What can be compared", work, place=PLACE, seconds=LONG)
    return known


def fits_so_far(name: str) -> Known | None:
    """The same without a word while it is looked for."""
    key, work = _recipe(name)
    slot = (session().id, PLACE)
    job = jobs_of(session().id)[0].ask(key, "What can be compared", work, slot=slot, seconds=LONG)
    found: Known | None = job.future.result() if job.done and not job.cancelled else None
    return found


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
