"""Errors a user can act on. Anything else that escapes is a bug.

Every message says what must hold, what was found and what to do.
"""


class ExplorerError(Exception):
    """Base of every error whose message is written for the person at the screen."""


class InvalidSpace(ExplorerError):
    """The vectors and the item table do not describe one space."""


class InvalidFile(ExplorerError):
    """A file cannot be read as what it says it is, or is refused for safety."""


class NotApplicable(ExplorerError):
    """The analysis needs something these spaces do not have."""


class BadParameter(ExplorerError):
    """A knob was set past its range."""


class Degenerate(Exception):
    """Nothing can be said about these items, for a reason: a lens says so in every field.

    Raised anywhere below a lens, which turns it into its result: ``Degenerate("needs 2 items,
    found 1")``. It never reaches the person at the screen. `known` are fields that can be said
    nevertheless.
    """

    def __init__(self, reason: str, **known: object) -> None:
        super().__init__(reason)
        self.reason, self.known = reason, known


class Cancelled(Exception):
    """The person at the screen asked for the work to stop."""
