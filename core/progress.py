"""How long work tells its caller where it is, and learns that it is no longer wanted.

Analyzes stay pure functions: they call :func:`stage` and :func:`tick`, which do nothing unless
somebody listens. The listener may raise :class:`core.errors.Cancelled`, which ends the work.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, float], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_stage: ContextVar[str] = ContextVar("stage", default="")


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send every stage and tick of the enclosed work to `listener(stage, fraction)`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


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
    with listening(listen):
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
