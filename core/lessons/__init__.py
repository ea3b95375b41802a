"""Lessons: what can be seen where the truth is known. A file is its own registration."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from core.lesson import Lesson


@cache
def lessons() -> Mapping[str, Lesson]:
    """Every lesson by the name of its file, in their order."""
    names = (module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    found: dict[str, Lesson] = {n: import_module(f"{__name__}.{n}").LESSON for n in names}
    return dict(sorted(found.items(), key=lambda one: one[1].order))
