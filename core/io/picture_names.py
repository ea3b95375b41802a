"""Which picture a table means: names as people write them, where they leave no doubt."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from core.io.split_names import is_split

if TYPE_CHECKING:
    from core.io.archives import StoredFile

Match = int | tuple[int, ...] | None  # one picture, several that it could be, or none

_SUFFIX = re.compile(r"\.[a-z]{2,5}$")


def matched(given: Sequence[str], names: Sequence[str], folder: str = "") -> list[Match]:
    """For each name given in a folder, the position of the picture it means among `names`.

    What lies at that name below the folder is meant first. Names are the same after Unicode
    normalization, whatever their case, slashes and suffix, and whatever folders come before the
    shorter one. Last, a name without its folders counts, where only one picture and only one of
    the names given ends in it, and the two do not lie in different splits. The first of these
    rules that finds a picture decides; if it finds several, the name is ambiguous.
    """
    exact = _positions(names)
    paths = [_path(name) for name in names]
    rules = [_Rule(paths), _Rule([(*path[:-1], _stem(path[-1])) for path in paths])]
    asked = [_path(name) for name in given]
    ends = Counter(path[-1] for path in dict.fromkeys(asked))
    here = _path(folder) if folder.strip("./") else ()
    return [
        _one(
            _below(here, path, rules)
            or exact.get(name, ())
            or _by_rules(path, rules, paths, once=ends[path[-1]] == 1)
        )
        for name, path in zip(given, asked, strict=True)
    ]


def owners_of(files: Sequence[StoredFile], pictures: Sequence[StoredFile]) -> dict[StoredFile, int]:
    """For each file that says something of one picture, the position of that picture.

    They lie beside each other and have the same name but for the suffix; in a tar, as webdataset
    has it, the same up to the first dot. Else they lie in different folders, where only one picture
    and only one of the files is called so.
    """
    last_first = list(enumerate(pictures))[::-1]
    whole, sample = ({of(one): at for at, one in last_first} for of in (_beside, _sample))
    called, asked = ([PurePosixPath(one.name).stem for one in of] for of in (pictures, files))
    folders = {(PurePosixPath(one.name).parent, PurePosixPath(one.name).stem) for one in files}
    of_pictures, of_files = Counter(called), Counter(stem for _, stem in folders)
    apart = {stem: at for at, stem in enumerate(called) if of_pictures[stem] == of_files[stem] == 1}
    owners = {
        file: whole.get(_beside(file), sample.get(_sample(file), apart.get(stem)))
        for file, stem in zip(files, asked, strict=True)
    }
    return {file: at for file, at in owners.items() if at is not None}


def _beside(file: StoredFile) -> tuple[str, str]:
    return str(file.path if file.member else ""), str(PurePosixPath(file.name).with_suffix(""))


def _sample(file: StoredFile) -> tuple[str, str]:
    place, name = _beside(file)
    folder, slash, last = name.rpartition("/")
    in_tar = file.member is not None and ".tar" in file.path.name.lower()
    return (place, f"{folder}{slash}{last.split('.')[0]}") if in_tar else (place, name)


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


def _below(here: tuple[str, ...], path: tuple[str, ...], rules: Sequence[_Rule]) -> Sequence[int]:
    """Pictures at the path below a folder; none where that is the top of all."""
    if not here:
        return ()
    ways = zip(rules, ((*here, *path), (*here, *path[:-1], _stem(path[-1]))), strict=True)
    return next(filter(None, (rule.whole.get(sought) for rule, sought in ways)), ())


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
