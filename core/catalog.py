"""Every lens, transform, projection and codec there is. A file is its own registration.

A file whose name begins with an underscore holds what one lens, or its family, needs beside it.
"""

from collections.abc import Mapping
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
from core.lens import Lens
from core.steps import Apply, Step
from core.transform import Transform


@cache
def families() -> Mapping[str, Family]:
    """Every family by the name of its folder, in their order."""
    folders = (m.name for m in iter_modules(core.lenses.__path__) if m.ispkg)
    known = {name: import_module(f"core.lenses.{name}").FAMILY for name in folders}
    return dict(sorted(known.items(), key=lambda one: one[1].order))


@cache
def display_names() -> Mapping[str, str]:
    """The names of all families that are not plain words."""
    return {name: shown for one in families().values() for name, shown in one.names.items()}


@cache
def catalog() -> Mapping[str, Lens[Any]]:
    """Lenses by key, ``family.name``, families in their order."""
    lenses = [_lens(module) for module in _modules(core.lenses)]
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
