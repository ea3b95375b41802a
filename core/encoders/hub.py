"""The model hub while a model is loaded: a silent one is asked once, not for every file."""

from __future__ import annotations

import textwrap
import threading
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from httpx2 import HTTPError
from huggingface_hub import constants, get_session
from huggingface_hub.errors import OfflineModeIsEnabled

from core.errors import NotApplicable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.origin import EncoderId

PATIENCE = 5.0  # seconds
_BRIEF = 160  # characters of another library's message


@contextmanager
def asked_once(encoder: EncoderId) -> Iterator[None]:
    """Load a model in here, one at a time: where the hub does not answer, from the cache alone.

    The hub is asked when the first file is wanted from it, so that what needs no hub does not wait.
    With ``HF_HUB_OFFLINE`` it is not asked at all.

    Raises
    ------
    NotApplicable
        If the hub did not answer and the cache was not enough.
    """
    client = get_session()
    hooks = client.event_hooks
    silent = False

    def refuse(_: object) -> None:
        msg = f"{constants.ENDPOINT} does not answer."
        raise OfflineModeIsEnabled(msg)

    def ask(request: object) -> None:
        nonlocal silent
        client.event_hooks = hooks
        silent = not _answers()
        if silent:
            client.event_hooks = {"request": [refuse]}
            refuse(request)

    client.event_hooks = hooks | {"request": [*hooks["request"], ask]}
    try:
        yield
    except NotApplicable as error:
        if not silent:
            raise
        msg = (
            f"The model {named(encoder)!r} is not whole on this machine, and the hub at "
            f"{constants.ENDPOINT} does not answer. If this machine is offline, get the model on "
            "one that is not and give its folder here; else check HF_ENDPOINT and the proxy."
        )
        raise NotApplicable(msg) from error
    finally:
        client.event_hooks = hooks


def named(encoder: EncoderId) -> str:
    """The model and its weights, as they were given."""
    return " ".join(filter(None, (encoder.model, encoder.weights)))


def in_brief(error: Exception) -> str:
    """The beginning of what a library says, cut between words, without a full stop."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return textwrap.shorten(lines[0], _BRIEF, placeholder=" …").rstrip(".")


def _answers() -> bool:
    """Whether the hub can be reached: one request, and no longer than one has patience."""
    answers: SimpleQueue[bool] = SimpleQueue()

    def asked() -> bool:
        try:
            answer = get_session().head(
                constants.ENDPOINT, timeout=PATIENCE, follow_redirects=False
            )
        except HTTPError:
            return False
        return not answer.is_server_error  # as a proxy says where it cannot reach the hub

    # In a thread: the time that a client is given counts for each address of a host anew, and not
    # for finding them.
    threading.Thread(target=lambda: answers.put(asked()), name="hub", daemon=True).start()
    try:
        return answers.get(timeout=PATIENCE)
    except Empty:
        return False
