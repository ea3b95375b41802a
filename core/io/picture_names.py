"""Which picture a table means: names as people write them, where they leave no doubt."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import count

Match = int | tuple[int, ...] | None  # one picture, several that it could be, or none

_SPLIT = re.compile(r"(train|val|valid|validation|dev|test|eval|evaluation)(ing)?[-_]?(\d{4})?")
_SUFFIX = re.compile(r"\.[a-z]{2,5}$")


def is_split(folder: str) -> bool:
    """Whether a folder is named for a part of a data set: ``"train"``, ``"val2017"``."""
    return _SPLIT.fullmatch(folder.casefold()) is not None


def matched(given: Sequence[str], names: Sequence[str]) -> list[Match]:
    """For each name given, the position of the picture it means among `names`.

    Names are the same after Unicode normalization, whatever their case, slashes and suffix, and
    whatever folders come before the shorter one. Last, a name without its folders counts, where
    only one picture and only one of the names given ends in it, and the two do not lie in
    different splits. The first of these rules that finds a picture decides; if it finds several,
    the name is ambiguous.
    """
    exact = _positions(names)
    paths = [_path(name) for name in names]
    rules = [_Rule(paths), _Rule([(*path[:-1], _stem(path[-1])) for path in paths])]
    asked = [_path(name) for name in given]
    ends = Counter(path[-1] for path in dict.fromkeys(asked))
    return [
        _one(exact.get(name, ()) or _by_rules(path, rules, paths, once=ends[path[-1]] == 1))
        for name, path in zip(given, asked, strict=True)
    ]


class _Rule:
    """Pictures by their whole path, and by each path that theirs ends in."""

    def __init__(self, paths: Sequence[tuple[str, ...]]) -> None:
        self.whole = _positions(paths)
        self.ending = _positions(
            (path[-n:] for path in paths for n in range(1, len(path) + 1)),
            (at for at, path in enumerate(paths) for _ in path),
        )

    def find(self, path: tuple[str, ...]) -> Sequence[int]:
        """Pictures at the path; else in some folder at the path; else at the end of the path."""
        if known := self.whole.get(path) or self.ending.get(path):
            return known
        shorter = (self.whole.get(path[-n:]) for n in range(len(path) - 1, 0, -1))
        return next(filter(None, shorter), ())


def _by_rules(
    path: tuple[str, ...],
    rules: Sequence[_Rule],
    paths: Sequence[tuple[str, ...]],
    *,
    once: bool,
) -> Sequence[int]:
    ways = ((rules[0], path), (rules[1], path), (rules[1], (*path[:-1], _stem(path[-1]))))
    for rule, sought in ways:
        if known := rule.find(sought):
            return known
    last = rules[0].ending.get(path[-1:], ()) if once else ()
    splits = {part for part in path[:-1] if is_split(part)}
    return [at for at in last if splits >= {part for part in paths[at][:-1] if is_split(part)}]


def _positions(
    keys: Iterable[Hashable], at: Iterable[int] | None = None
) -> Mapping[Hashable, Sequence[int]]:
    found: defaultdict[Hashable, list[int]] = defaultdict(list)
    for key, position in zip(keys, count() if at is None else at, strict=False):
        found[key].append(position)
    return dict(found)


def _path(name: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFC", name).casefold().replace("\\", "/").strip()
    return tuple(part for part in plain.split("/") if part not in {"", "."}) or ("",)


def _stem(name: str) -> str:
    return _SUFFIX.sub("", name)


def _one(positions: Sequence[int]) -> Match:
    return tuple(positions) if len(positions) > 1 else next(iter(positions), None)
