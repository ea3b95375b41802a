"""Where the vectors of a space come from: the model that made them, the file that held them."""

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

Library = Literal["open_clip", "sentence-transformers"]


@dataclass(frozen=True)
class EncoderId:
    """Which model made the vectors of a space: enough to load the same one again.

    Attributes
    ----------
    library
        The library that loads it.
    model
        An architecture of open_clip, a hub id, or the path of a local configuration or folder.
    weights
        A pretrained tag of open_clip, or the path of a checkpoint; empty where the model says it.
    options
        What else was chosen, by name: layer, pooling, temperature.
    """

    library: Library
    model: str
    weights: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """In short: the last parts of paths, then what else was chosen."""
        named = " ".join(_last(PurePath(part)) for part in (self.model, self.weights) if part)
        told = (
            f"{name} {value if _WORDS.fullmatch(value) else repr(value)}"
            for name, value in self.options
        )
        return ", ".join((named, *told))


@dataclass(frozen=True)
class FileNumbers:
    """How a space holds the numbers of the file that it was opened from.

    Attributes
    ----------
    exponent
        The file holds the vectors times ``2**exponent``: its numbers are beyond float32.
    changes
        What was done to them, or what their digits no longer tell, in sentences.
    """

    exponent: int = 0
    changes: tuple[str, ...] = ()


_WORDS = re.compile(r"[\w.+-]+( [\w.+-]+)*")  # what needs no quotation marks


def _last(path: PurePath) -> str:
    """The last part of a path, with the folder before it where the part says nothing."""
    says_nothing = path.stem.lower() in _NO_NAMES and path.parent.name
    return f"{path.parent.name}/{path.name}" if says_nothing else path.name


_NO_NAMES = frozenset({"model", "checkpoint", "weights", "best", "last", "latest", "final"})
