"""Every lens, transform, projection and codec there is. A file is its own registration.

A file whose name begins with an underscore holds what one lens, or its family, needs beside it.
A process may be handed lenses that are no files of ours: those of the notebook that started it.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules, walk_packages
from types import ModuleType
from typing import Any

import core.codecs
import core.lenses
import core.projections
import core.transforms
from core.codec import Codec
from core.errors import BadParameter
from core.family import Family
from core.lens import OWN, Lens
from core.steps import Apply, Step
from core.transform import Transform

_own: dict[str, Lens[Any]] = {}


def by_key(lenses: Iterable[Lens[Any]]) -> dict[str, Lens[Any]]:
    """Lenses that are no files of ours, by key.

    Raises
    ------
    BadParameter
        If two of them have the same key, or one is a file.
    """
    found: dict[str, Lens[Any]] = {}
    for lens in lenses:
        if lens.family != OWN or lens.key in found:
            msg = f"There are two lenses {lens.key!r}: give the function of one another name."
            raise BadParameter(msg)
        found[lens.key] = lens
    return found


def take_in(lenses: Iterable[Lens[Any]]) -> None:
    """Know these lenses too, as a family of their own, in place of those taken in before.

    Raises
    ------
    BadParameter
        As :func:`by_key`.
    """
    taken = by_key(lenses)
    _own.clear()
    _own.update(taken)
    families.cache_clear()
    catalog.cache_clear()


@cache
def families() -> Mapping[str, Family]:
    """Every family by the name of its folder, in their order."""
    folders = (m.name for m in iter_modules(core.lenses.__path__) if m.ispkg)
    known = {name: import_module(f"core.lenses.{name}").FAMILY for name in folders}
    in_order = dict(sorted(known.items(), key=lambda one: one[1].order))
    return in_order | {OWN: _own_family()} if _own else in_order


def _own_family() -> Family:
    return Family(
        title="Your own",
        intro="Lenses that the notebook brought which opened this app.",
        icon="edit_note",
        sign=next(iter(_own)).partition(".")[2],
        order=99,
    )


@cache
def display_names() -> Mapping[str, str]:
    """The names of all families that are not plain words."""
    return {name: shown for one in families().values() for name, shown in one.names.items()}


@cache
def catalog() -> Mapping[str, Lens[Any]]:
    """Lenses by key, ``family.name``, families in their order."""
    lenses = [*(_lens(module) for module in _modules(core.lenses)), *_own.values()]
    order = list(families())
    lenses.sort(key=lambda lens: (order.index(lens.family), lens.key))
    return {lens.key: lens for lens in lenses}


def family(name: str) -> list[Lens[Any]]:
    """The lenses of one family: the one that stands for it, then the others by key."""
    lenses = (lens for lens in catalog().values() if lens.family == name)
    return sorted(lenses, key=lambda lens: lens.key != sign(name).key)


def sign(name: str) -> Lens[Any]:
    """The lens that stands for a family."""
    return catalog()[f"{name}.{families()[name].sign}"]


def lens_named(key: str) -> Lens[Any]:
    """A lens by its key.

    Raises
    ------
    BadParameter
        If there is none.
    """
    if key not in catalog():
        msg = f"There is no lens {key!r}; there are {', '.join(catalog())}."
        raise BadParameter(msg)
    return catalog()[key]


@cache
def transforms() -> Mapping[str, Transform]:
    """Transforms by key."""
    return {module.TRANSFORM.key: module.TRANSFORM for module in _modules(core.transforms)}


@cache
def projections() -> Mapping[str, Transform]:
    """Projections by key."""
    return {module.PROJECTION.key: module.PROJECTION for module in _modules(core.projections)}


@cache
def codecs() -> Mapping[str, Codec]:
    """Codecs by key."""
    return {module.CODEC.key: module.CODEC for module in _modules(core.codecs)}


def step_title(step: Step) -> str:
    """What the lens or the transform of a step is called."""
    return (transforms() if isinstance(step, Apply) else catalog())[step.key].title


def _lens(module: ModuleType) -> Lens[Any]:
    """The one lens of a file, which has a public name."""
    (lens,) = (value for value in vars(module).values() if isinstance(value, Lens))
    return lens


def _modules(package: ModuleType) -> list[ModuleType]:
    found = walk_packages(package.__path__, prefix=f"{package.__name__}.")
    own = (module.name for module in found if not module.ispkg)
    return [import_module(name) for name in own if not name.rpartition(".")[2].startswith("_")]
