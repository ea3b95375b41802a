"""How long work tells its caller where it is, and learns that it is no longer wanted.

Analyses stay pure functions: they call :func:`stage`, :func:`ticked` and :func:`so_far`, which do
nothing unless somebody listens. The listener may raise :class:`core.errors.Cancelled`, which ends
the work.
"""

import math
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Piece = TypeVar("Piece")
Listener = Callable[[str, float], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_reader: ContextVar[Callable[[float], None] | None] = ContextVar("reader", default=None)
_stage: ContextVar[str] = ContextVar("stage", default="")


@contextmanager
def listening(listener: Listener, reader: Callable[[float], None] | None = None) -> Iterator[None]:
    """Send every stage and tick of the enclosed work to `listener(stage, fraction)`.

    And its headline number, once that is known, to `reader`.
    """
    token, read = _listener.set(listener), _reader.set(reader)
    try:
        yield
    finally:
        _listener.reset(token)
        _reader.reset(read)


@contextmanager
def checking(check: Callable[[], None]) -> Iterator[None]:
    """Look, too, whether something still holds, before the enclosed work and at every tick of it.

    `check` raises where it does not, which ends the work.
    """
    outer = _listener.get()

    def listen(stage: str, fraction: float) -> None:
        check()
        if outer is not None:
            outer(stage, fraction)

    check()
    with listening(listen, _reader.get()):
        yield


def stage(name: str) -> None:
    """Begin a named stage, such as ``"nearest neighbors"``."""
    _stage.set(name)
    tick(0.0)


def tick(fraction: float) -> None:
    """Report how much of the current stage is done, in ``[0, 1]``.

    Call it from the thread that runs the analysis, a few times a second at most.

    Raises
    ------
    Cancelled
        If the listener wants the work to stop.
    """
    if listener := _listener.get():
        listener(_stage.get(), fraction)


def ticked(work: Collection[Piece]) -> Iterator[Piece]:
    """Each piece of the work in turn, with a tick when it is done: ``for size in ticked(sizes)``.

    Raises
    ------
    Cancelled
        As :func:`tick`.
    """
    for done, piece in enumerate(work, 1):
        yield piece
        tick(done / len(work))


def so_far(value: float) -> None:
    """Report the headline number while its interval and its chance level are still computed."""
    if (reader := _reader.get()) and math.isfinite(value):
        reader(float(value))
