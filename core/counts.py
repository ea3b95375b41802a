"""Numbers of things in words."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number of things: ``"1 vector"``, ``"1,200 vectors"``.

    >>> counted(1, "vector"), counted(0, "vector"), counted(2, "class", "classes")
    ('1 vector', '0 vectors', '2 classes')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
