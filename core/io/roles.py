"""Guesses of what the columns of an item table mean, from their names and what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from core.columns import tags_of
from core.io.cells import is_image_bytes
from core.io.names import words
from core.io.role_names import NAMES, names_place, rank
from core.knobs import ASKING
from core.space import ROLES, Role

MODALITIES = frozenset(
    ["image", "text", "caption", "audio", "video", "photo", "sketch", "speech", "depth", "tabular"]
)
_IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".avif")
STEPS = frozenset(["step", "steps", "epoch", "epochs", "iteration", "checkpoint"])
_LOOKED_AT = 1000
_ANSWERS = {("target",), ("targets",), ("target", "id"), ("answer",), ("positive",)}
_MOST_TOLD = 50  # classes that a person tells apart: sections are, authors are not
_FEWEST_ASKED, _MOST = 10, 0.8  # different answers of queries, and the share that must be there
_PLACE_OR_TIME = re.compile(
    r"\w+://|[/~]\w|[A-Za-z]:\\|\.{1,2}/|(1[5-9]|20)\d\d([-/.]\d\d?){0,2}([T ].*)?$"
)


def guess_roles(items: pd.DataFrame) -> dict[Role, str]:
    """A column for each role that one plays, by its name and by what it holds.

    A name is not enough: a label must have few distinct values, a length must be a positive
    number, and so on. What holds no doubt without a name is found too: pictures, long texts,
    modalities, and a single column of classes. A column gets one role; the person at the screen
    confirms or changes it.
    """
    roles = _by_name(items)
    if answers := _answers(items, roles):
        roles = {role: column for role, column in roles.items() if column != answers}
        roles["pair"] = answers
    for role, speaks in _SPEAKS.items():
        free = [str(column) for column in items if column not in roles.values()]
        telling = [column for column in free if role not in roles and speaks(items[column])]
        if telling and role == "label":
            roles[role] = _likeliest(items, telling)
        elif telling:
            roles[role] = telling[0]
    if "position" in roles and _is_series(items, roles):
        roles["step"] = roles.pop("position")
    return {role: roles[role] for role in ROLES if role in roles}


def _by_name(items: pd.DataFrame) -> dict[Role, str]:
    """Columns whose name speaks of a role that what they hold can play."""
    roles: dict[Role, str] = {}
    for role in NAMES:
        fits = sorted((rank(role, str(name)), place) for place, name in enumerate(items))
        for column in (str(items.columns[place]) for fit, place in fits if fit < np.inf):
            if column not in roles.values() and _FITS[role](items[column]):
                roles[role] = column
                break
    return roles


def _answers(items: pd.DataFrame, roles: Mapping[Role, str]) -> str | None:
    """The column that says what queries ask for: nearly all its values there are on both sides."""
    if "side" not in roles or "pair" in roles:
        return None
    sides = items[roles["side"]].map(str)
    asks = sides.str.lower().isin(ASKING)
    taken = {column for column in roles.values() if words(column) not in _ANSWERS}
    for column in sorted(map(str, items), key=lambda name: words(name) not in _ANSWERS):
        if column in taken or not _fits_pair(items[column]):
            continue
        cells = items[column].dropna().map(str)
        asked, there = set(cells[asks[cells.index]]), set(cells[~asks[cells.index]])
        if len(asked) >= _FEWEST_ASKED and len(asked & there) >= _MOST * len(asked):
            return column
    return None


def other_labels(items: pd.DataFrame, roles: Mapping[Role, str]) -> tuple[str, ...]:
    """Columns that hold classes as well as the label does, where no name says which it is."""
    label = roles.get("label")
    if label is None or label not in items or rank("label", label) < np.inf:
        return ()
    free = [str(column) for column in items if column not in roles.values()]
    return tuple(column for column in free if _speaks_label(items[column]))


def _likeliest(items: pd.DataFrame, columns: list[str]) -> str:
    """The column of classes: no place, if there is another, and one of few enough to tell apart.

    Of these the finest, as a section of a topic; where all have more, the coarsest.
    """

    def likely(column: str) -> tuple[bool, int]:
        n = _distinct(items[column])
        return not names_place(column), n if n <= _MOST_TOLD else -n

    return max(columns, key=likely)


def _is_series(items: pd.DataFrame, roles: Mapping[Role, str]) -> bool:
    """Whether the position is a step of training, at each of which the same pairs are there."""
    if "pair" not in roles or not STEPS & set(words(roles["position"])):
        return False
    thing = [roles[role] for role in ("pair", "modality") if role in roles]
    seen = items[[*thing, roles["position"]]].dropna()
    counts = seen.drop_duplicates().groupby(thing).size()
    once = not seen.duplicated().any()
    return once and len(counts) > 1 and counts.min() == counts.max() > 1


def _distinct(column: pd.Series) -> int:
    return int(column.nunique())


def _is_text(column: pd.Series) -> bool:
    return pd.api.types.infer_dtype(column, skipna=True) == "string"


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _is_discrete(column: pd.Series) -> bool:
    if not _is_number(column):
        return _is_text(column) or pd.api.types.is_bool_dtype(column)
    numbers = column.dropna().to_numpy(np.float64)
    return bool(np.all(numbers == np.round(numbers)))


def _fits_classes(column: pd.Series) -> bool:
    """Few distinct values: at least two items share one, on average."""
    return _is_discrete(column) and 2 <= _distinct(column) <= max(2, len(column) // 2)


def _fits_few(column: pd.Series) -> bool:
    return _is_discrete(column) and 2 <= _distinct(column) <= min(5, max(2, len(column) // 2))


def _fits_modality(column: pd.Series) -> bool:
    """Two to five values; the known ones, unless the name leaves no doubt."""
    sure = words(str(column.name))[:1] in {("modality",), ("modalities",)}
    return _fits_few(column) and (sure or _speaks_modality(column))


def _fits_pair(column: pd.Series) -> bool:
    """Each value is shared by a few items; one that names every item once needs the name for it."""
    if not _is_discrete(column):
        return False
    distinct, filled = _distinct(column), int(column.notna().sum())
    unshared = distinct == filled and words(str(column.name))[:1] not in {("pair",), ("pairs",)}
    return distinct >= 2 and filled / distinct <= 10 and not unshared


def _fits_length(column: pd.Series) -> bool:
    if not _is_number(column):
        return False
    numbers = column.dropna().to_numpy(np.float64)
    return bool(len(numbers) and np.isfinite(numbers).all() and (numbers >= 0).all()) and (
        _distinct(column) > 1
    )


def _fits_text(column: pd.Series) -> bool:
    return _is_text(column) and _distinct(column) > 1 and not speaks_image(column)


def _fits_position(column: pd.Series) -> bool:
    return _is_number(column) and _is_discrete(column) and _distinct(column) > 1


def _fits_level(column: pd.Series) -> bool:
    """Few words, at prompts alone: the items that they name have none."""
    return _is_text(column) and bool(column.isna().any()) and 1 <= _distinct(column) <= 20


def _fits_target(column: pd.Series) -> bool:
    return _is_number(column) and _distinct(column) > 2


def _fits_tags(column: pd.Series) -> bool:
    """Several names in most cells, which come again in others."""
    found = [tags for tags in tags_of(_seen(column)) if tags]
    distinct = {tag for tags in found for tag in tags}
    several = sum(len(tags) > 1 for tags in found)
    return several > len(found) / 2 and 2 * len(distinct) <= sum(map(len, found))


def _seen(column: pd.Series) -> list[object]:
    return column.dropna().head(_LOOKED_AT).tolist()


def speaks_image(column: pd.Series) -> bool:
    """Whether the first cells are pictures, or their names or addresses."""
    seen = _seen(column)
    return bool(seen) and all(map(_is_image, seen))


def _is_image(value: object) -> bool:
    if isinstance(value, str):
        return value.startswith("data:image/") or value.lower().split("?")[0].endswith(
            _IMAGE_SUFFIXES
        )
    return is_image_bytes(value)


def _speaks_text(column: pd.Series) -> bool:
    """Long on average, with spaces, and mostly different."""
    if not _fits_text(column):
        return False
    seen = [str(value) for value in _seen(column)]
    spaced = sum(" " in value.strip() for value in seen)
    nested = sum(value.startswith(("{", "[", "data:")) for value in seen)
    long = sum(map(len, seen)) / len(seen) >= 20
    return long and spaced > len(seen) / 2 and not nested and len(set(seen)) > len(seen) / 2


def _speaks_modality(column: pd.Series) -> bool:
    values = {str(value).lower() for value in _seen(column)}
    return _fits_few(column) and values <= MODALITIES


def _speaks_label(column: pd.Series) -> bool:
    return (
        _is_text(column)
        and not speaks_image(column)
        and not any(map(_is_place_or_time, _seen(column)))
        and 2 <= _distinct(column) <= max(2, len(column) // 5)
    )


def _is_place_or_time(value: object) -> bool:
    """Whether a cell is a path, an address, a year or a date, which are no classes."""
    return isinstance(value, str) and bool(_PLACE_OR_TIME.match(value))


_FITS: Mapping[Role, Callable[[pd.Series], bool]] = {
    "modality": _fits_modality,
    "pair": _fits_pair,
    "image": speaks_image,
    "text": _fits_text,
    "length": _fits_length,
    "label": _fits_classes,
    "group": _fits_classes,
    "position": _fits_position,
    "level": _fits_level,
    "domain": _fits_classes,
    "side": _fits_few,
    "target": _fits_target,
    "tags": _fits_tags,
}
_SPEAKS: Mapping[Role, Callable[[pd.Series], bool]] = {
    "modality": _speaks_modality,
    "image": speaks_image,
    "text": _speaks_text,
    "label": _speaks_label,
}
