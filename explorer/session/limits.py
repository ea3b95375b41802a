"""What a visitor may have at most, where the host let others in: what they bring is theirs alone.

Who started the app has no limits but the machine's.
"""

from collections.abc import Sequence
from typing import Any

from core.counts import counted
from core.errors import ExplorerError
from explorer.keep.startup import startup
from explorer.keep.visitors import is_owner


class TooMuch(ExplorerError):
    """A visitor asked for more than the host of the app allows."""


def check_spaces(n_own: int, n_bytes: int) -> None:
    """Before one more space of a visitor is open.

    Parameters
    ----------
    n_own
        Spaces they have open that nobody shared.
    n_bytes
        What these hold in memory together with the new one.

    Raises
    ------
    TooMuch
        If that is more than one visitor may have.
    """
    limits = startup().limits
    if is_owner():
        return
    if n_own >= limits.spaces:
        msg = (
            f"Whoever shares this app lets each visitor open {counted(limits.spaces, 'space')} of "
            "their own, and you have as many. Close one first."
        )
        raise TooMuch(msg)
    _check(n_bytes, "These spaces need")


def check_upload(files: Sequence[Any]) -> None:
    """Before files of a visitor are written.

    Raises
    ------
    TooMuch
        If they are larger than what one visitor may have.
    """
    if not is_owner():
        _check(sum(file.size for file in files), "These files have")


def check_jobs(n_unfinished: int) -> None:
    """Before one more piece of work of a visitor is begun.

    Raises
    ------
    TooMuch
        If as many of theirs wait as one visitor may have.
    """
    if not is_owner() and n_unfinished >= startup().limits.jobs:
        msg = (
            f"{counted(n_unfinished, 'piece')} of work that you asked for are under way, as many "
            "as one visitor may have here. This one begins when others are done: ask again then."
        )
        raise TooMuch(msg)


def _check(n_bytes: int, what: str) -> None:
    most = startup().limits.megabytes
    if n_bytes > most * 1_000_000:
        msg = (
            f"{what} {n_bytes / 1e6:,.0f} MB; whoever shares this app lets each visitor have "
            f"{most:,} MB. Take fewer items or dimensions, or close what you no longer need."
        )
        raise TooMuch(msg)
