"""Names of the parts of a data set, as folders and files have them: train, val2017, test."""

import re

_SPLIT = re.compile(r"(train|val|valid|validation|dev|test|eval|evaluation)(ing)?[-_]?(\d{4})?")


def is_split(folder: str) -> bool:
    """Whether a folder is named for a part of a data set: ``"train"``, ``"val2017"``."""
    return _SPLIT.fullmatch(folder.casefold()) is not None


def leading_split(file: str) -> str | None:
    """The part of a data set that the name of a file begins with: of ``"val-00000-of-00002.tar"``.

    None where it begins with none.
    """
    first = re.split(r"[-_.]", file.casefold())[0]
    return first if is_split(first) else None
