"""The only place where work is started and results are kept."""

import hashlib
import inspect
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache, partial
from types import CodeType
from typing import Any

import streamlit as st

from core import formatting
from core.errors import ExplorerError
from core.io.mapped import check, mapped_file
from core.knobs import bind
from core.lens import Lens
from core.progress import checking
from core.space import EmbeddingSpace
from core.transform import Transform
from explorer.keep.keeping import has_result, map_of, result_of
from explorer.keep.visitors import is_owner
from explorer.look import theme
from explorer.session.limits import check_jobs
from explorer.session.workspace import session
from explorer.work.jobs import Job, Slot, Work, jobs, jobs_of

_ahead: ContextVar[bool] = ContextVar("ahead", default=False)
MOST_AHEAD = 8  # pieces of work under way from which no more is begun before it is asked for
PATIENCE = 0.3  # seconds a page waits before it shows progress instead
OFTEN, SELDOM = 0.5, 2.0  # seconds between two looks at a job that runs, and at one that waits


def lens_result(
    lens: Lens[Any],
    spaces: tuple[EmbeddingSpace, ...],
    knobs: Mapping[str, Any],
    *,
    place: str,
) -> Any | None:
    """The result of a lens, computed once per (code, content, knobs); None while it is not there.

    While the work runs, its progress is drawn here and the page goes on below.

    Raises
    ------
    ExplorerError
        If the lens refuses these spaces or knobs.
    """
    key, work = _recipe(lens, spaces, knobs)
    return awaited(
        key,
        lens.title,
        work,
        place=place,
        seconds=lens.seconds(*spaces),
        said=partial(_so_far, lens),
    )


def lens_result_within(
    lens: Lens[Any], spaces: tuple[EmbeddingSpace, ...], knobs: Mapping[str, Any]
) -> Any:
    """The result of a lens for work that is itself a job: that of the pages, computed once for all.

    Raises
    ------
    ExplorerError
        If the lens refuses these spaces or knobs.
    """
    key, work = _recipe(lens, spaces, knobs)
    return _result(key, lambda: jobs().within(key, lens.title, work))


def derived(
    transform: Transform, space: EmbeddingSpace, knobs: Mapping[str, Any], *, place: str
) -> EmbeddingSpace | None:
    """What a transform or a projection makes of a space, once; None while it is not there."""
    key = _key(transform.run, (space,), knobs)
    make = _watched((space,), partial(transform, space, **knobs))
    work = map_of(key, space, make) if is_projection(transform) else make
    seconds = transform.seconds(space)
    made: EmbeddingSpace | None = awaited(key, transform.title, work, place=place, seconds=seconds)
    return made


def computed(
    function: Callable[..., Any],
    spaces: tuple[EmbeddingSpace, ...],
    label: str,
    *,
    place: str,
    **knobs: Any,
) -> Any | None:
    """What any pure function of spaces gives, computed once; None while it is not there."""
    key = _key(function, spaces, knobs)
    work = _watched(spaces, partial(function, *spaces, **knobs))
    return awaited(key, label, work, place=place)


def computed_within(
    function: Callable[..., Any], spaces: tuple[EmbeddingSpace, ...], label: str, **knobs: Any
) -> Any:
    """The same for work that is itself a job: what the pages have, computed once for all."""
    key = _key(function, spaces, knobs)
    work = _watched(spaces, partial(function, *spaces, **knobs))
    return _result(key, lambda: jobs().within(key, label, work))


def is_there(
    function: Callable[..., Any], spaces: tuple[EmbeddingSpace, ...], **knobs: Any
) -> bool:
    """Whether :func:`computed` has the answer already."""
    return jobs().has(_key(function, spaces, knobs))


def awaited(  # noqa: PLR0913 - one way to ask for work, and all of it named
    key: Hashable,
    label: str,
    work: Work,
    *,
    place: str,
    seconds: float = 0.0,
    said: Callable[[float], str] = str,
) -> Any | None:
    """The result of a job that may take `seconds`, or None after drawing where it stands.

    `said` puts the number in words that the work tells before it has all of its result.

    That is drawn in a container of its own, there with or without a job: what is drawn below has
    the same place in the page before and after, also while the page and a job's progress are drawn
    at the same time.
    """
    slot = (session().id, place)
    if _ahead.get():
        return _begun(key, label, work, slot=slot, seconds=seconds)
    here = st.container()
    if key in session().stopped:
        with here:
            _offer_again(key, label, place)
        return None
    if not jobs().has(key):
        check_jobs(jobs().unfinished(session().id))
    job = jobs_of(session().id)[0].ask(key, label, work, slot=slot, seconds=seconds)
    if not job.done:
        _wait(job)
    if not job.done:
        pace = OFTEN if job.future.running() else SELDOM
        with here:
            st.fragment(run_every=pace)(_progress)(key, job, place, said=said)
        return None
    if job.cancelled:  # withdrawn in the moment it was asked for again
        st.rerun()
    return _result(key, job.future.result)


@contextmanager
def ahead() -> Iterator[None]:
    """What is asked for here waits behind all else, and not a word of it is drawn.

    For what will be asked for next: it is there then, or nearly. Of a visitor whose work is
    limited it is begun where nothing else of theirs is under way.
    """
    token = _ahead.set(True)
    try:
        yield
    finally:
        _ahead.reset(token)


def _begun(key: Hashable, label: str, work: Work, *, slot: Slot, seconds: float) -> Any | None:
    """The result if it is there; None while it is not."""
    most = MOST_AHEAD if is_owner() else 1
    if key in session().stopped or jobs().unfinished(session().id) >= most:
        return None
    job = jobs_of(session().id)[0].ask(key, label, work, slot=slot, seconds=seconds)
    return job.future.result() if job.done and job.future.exception() is None else None


def peek(lens: Lens[Any], spaces: tuple[EmbeddingSpace, ...], knobs: Mapping[str, Any]) -> bool:
    """Whether a result is there already."""
    key = _key(lens.run, spaces, bind(lens.knobs, knobs, spaces[0]))
    return jobs().has(key) or has_result(_shown(key, spaces))


def known_result(
    lens: Lens[Any], spaces: tuple[EmbeddingSpace, ...], knobs: Mapping[str, Any]
) -> Any | None:
    """A result that this run of the app has at hand; None without starting anything."""
    return jobs().known(_key(lens.run, spaces, bind(lens.knobs, knobs, spaces[0])))


def is_projection(transform: Transform) -> bool:
    """Whether a transform makes a map, which is kept from one run of the app to the next."""
    return transform.run.__module__.startswith("core.projections.")


def _result(key: Hashable, of: Work) -> Any:
    try:
        return of()
    except ExplorerError as error:  # a new one each time: a kept one would gather tracebacks
        raise type(error)(*error.args) from None
    except Exception:
        jobs().forget(key)  # a bug or a lack of memory: asking again tries again
        raise


def _recipe(
    lens: Lens[Any], spaces: tuple[EmbeddingSpace, ...], knobs: Mapping[str, Any]
) -> tuple[Hashable, Work]:
    """The key of a result of a lens, and what makes it or has it from before."""
    knobs = bind(lens.knobs, knobs, spaces[0])  # so that defaults, given or not, are one key
    key = _key(lens.run, spaces, knobs)
    make = _watched(spaces, partial(lens, *spaces, **knobs))
    return key, result_of(_shown(key, spaces), lens.result, make)


def _watched(spaces: tuple[EmbeddingSpace, ...], work: Work) -> Work:
    """Work that ends where a file changes that its spaces are mapped from."""
    files = [stamp for space in spaces if (stamp := mapped_file(space.vectors))]

    def watching() -> Any:
        with checking(partial(check, files)):
            return work()

    return watching if files else work


def _wait(job: Job) -> None:
    """Give a job a moment, so that what is quick is drawn at once; less where it has not begun."""
    with suppress(TimeoutError):
        job.future.exception(PATIENCE if job.future.running() else PATIENCE / 10)


def _so_far(lens: Lens[Any], value: float) -> str:
    reading = next(r for r in lens.readings if r.name == lens.headline)
    name, number = theme.inside(reading.name), formatting.number(value, reading.score)
    return f"{name} {number} so far; how sure that is follows"


def _progress(key: Hashable, job: Job, place: str, *, said: Callable[[float], str]) -> None:
    if job.done:
        st.rerun()
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        about = job.stage or "working"
        if job.so_far is not None:
            about = f"{said(job.so_far)} ({about})"
        st.progress(job.fraction, text=f"{job.label}: {about}")
        if st.button("Stop", key=f"stop.{place}", icon=":material/stop:"):
            session().stopped.add(key)
            jobs().withdraw((session().id, place))
            st.rerun()


def _offer_again(key: Hashable, label: str, place: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{label}** was stopped.")
        st.button(
            "Compute it",
            key=f"again.{place}",
            icon=":material/play_arrow:",
            on_click=session().stopped.discard,  # heard also where something is clicked right after
            args=(key,),
        )


def _key(
    run: Callable[..., Any], spaces: tuple[EmbeddingSpace, ...], knobs: Mapping[str, Any]
) -> Hashable:
    prints = tuple(space.fingerprint for space in spaces)
    return (
        run.__module__,
        run.__qualname__,
        _code(run),
        prints,
        tuple(sorted((name, _said(value)) for name, value in knobs.items())),
    )


def _said(value: Any) -> Any:
    """A knob's value as a part of a key."""
    return value.fingerprint if isinstance(value, EmbeddingSpace) else value


def _shown(key: Hashable, spaces: tuple[EmbeddingSpace, ...]) -> Hashable:
    """A key that is another one under other names of the spaces, which some results show."""
    return key, tuple(space.name for space in spaces)


def _code(run: Callable[..., Any]) -> str:
    """What is another one when the code is: that of the module; of a notebook's function, its own.

    What that calls may change in a notebook, but not here, where it arrived once.
    """
    if run.__module__ == "__main__":
        return hashlib.blake2b(repr(_parts(run.__code__)).encode()).hexdigest()
    return _source(run.__module__)


def _parts(code: CodeType) -> tuple[Any, ...]:
    constants = (_parts(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.co_code, code.co_names, tuple(constants)


@cache
def _source(module: str) -> str:
    return hashlib.blake2b(inspect.getsource(sys.modules[module]).encode()).hexdigest()
