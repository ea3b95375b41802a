"""Pictures as people have them: files, folders, archives, with what lies beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from core.io.archives import StoredFile
from core.io.caption_tables import CaptionTable, roles_of, texts_in
from core.io.cells import plain_column
from core.io.collection import Collection, with_roles
from core.io.contents import LIMIT_BYTES, refusal
from core.io.folder_levels import folder_levels, labels_of
from core.io.images import SUFFIXES
from core.io.left_out import left_out
from core.io.names import free_name
from core.io.picture_gathering import Gathered, gather
from core.io.picture_names import matched
from core.io.split_names import leading_split
from core.io.text_tables import is_text_table
from core.space import Role

_MOST_COLUMNS = 40  # of those that a table adds
_SHOWN = 3  # names in a sentence


@dataclass(eq=False)
class _Said:
    """What is said of one picture."""

    captions: list[str] = field(default_factory=list)
    label: str | None = None
    split: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


def read_pictures(paths: Sequence[Path], limit: int = LIMIT_BYTES) -> Collection:
    """Pictures from files, folders, zip, tar and Parquet, with labels, captions and more.

    Folders below those that all pictures share become labels; those named for parts of a data set
    (``train``, ``val2017``) column ``split``. Beside a picture a file of the same name says its
    caption (.txt), its class (.cls) or more (.json), as webdataset and img2dataset write them.
    Tables say it of many, see :func:`core.io.caption_tables.caption_table`; what they say takes
    the place of folders. A file that is neither is left out and named.

    Raises
    ------
    InvalidFile
        If there is no picture, or an archive is damaged.
    """
    gathered = gather(paths, limit)
    doubts, others = left_out(gathered.unused)
    gathered.doubts += doubts
    if not gathered.files:
        raise refusal(paths[0], "it holds no pictures", _mend(paths, gathered))
    gathered.refused += others
    return _collection(paths[0].name.split(".")[0] or paths[0].name, gathered)


def _collection(name: str, gathered: Gathered) -> Collection:
    names = _distinct(gathered.files)
    said = [_said(facts) for facts in gathered.facts]
    for table in gathered.tables:
        gathered.doubts += _apply(table, names, said)
    items = pd.DataFrame({"file": names})
    levels = folder_levels([PurePosixPath(file.name).parts[:-1] for file in gathered.files])
    shards = [leading_split(file.path.name) if file.member else None for file in gathered.files]
    if "split" not in levels and all(shards) and len(set(shards)) > 1:
        levels["split"] = shards
    for title, values in levels.items():
        items[title] = values
    items, label_columns = _labeled(items, said, [title for title in levels if title != "split"])
    items = _with_more(items, said)
    roles: dict[Role, str] = {"label": label_columns[0]} if label_columns else {}
    told = [(at, text) for at, one in enumerate(said) for text in dict.fromkeys(one.captions)]
    texts = tuple(text for _, text in told)
    if texts:
        rows = np.array([*range(len(names)), *(at for at, _ in told)])
        modality = ["image"] * len(names) + ["text"] * len(texts)
        items, own = with_roles(
            items.iloc[rows].reset_index(drop=True),
            pair=rows,
            modality=modality,
            text=[None] * len(names) + list(texts),
        )
        gathered.refused += gathered.silent
    else:
        items, own = with_roles(items, modality="image")
        gathered.doubts += gathered.silent
        if any(table.captions for table in gathered.tables):
            gathered.doubts.append("No caption fits a picture: pictures alone would be encoded.")
    files = tuple(
        StoredFile(unique, file.path, file.member)
        for unique, file in zip(names, gathered.files, strict=True)
    )
    return Collection(
        name, files, texts, items, roles | own, label_columns,
        tuple(gathered.refused), tuple(gathered.doubts),
    )  # fmt: skip


def _said(facts: dict[str, Any]) -> _Said:
    captions, label, split = roles_of(list(facts))
    more = {name: facts[name] for name in facts if name not in {label, split, *captions}}
    texts = [text for name in captions for text in texts_in(facts[name])]
    return _Said(texts, _word(facts.get(label or "")), _word(facts.get(split or "")), more)


def _apply(table: CaptionTable, names: Sequence[str], said: Sequence[_Said]) -> list[str]:
    """Give what a table says to the pictures that it means; sentences on those it misses."""
    given = [table.name_of(cell) for cell in table.rows[table.file]]
    missing: list[str] = []
    unclear: list[str] = []
    matches = matched(given, names, PurePosixPath(table.source).parent.as_posix())
    for row, name, match in zip(table.rows.to_dict("records"), given, matches, strict=True):
        if match is None:
            missing.append(repr(name))
        elif isinstance(match, tuple):
            unclear.append(f"{name!r} ({', '.join(names[at] for at in match[:_SHOWN])})")
        else:
            one = said[match]
            one.captions += [text for column in table.captions for text in texts_in(row[column])]
            one.label = _word(row[table.label]) if table.label else one.label
            one.split = _word(row[table.split]) if table.split else one.split
            for column in table.others:
                one.more.setdefault(column, row[column])
    wrong = (("that cannot be found", missing), ("ambiguously", unclear))
    return [f"{table.source!r} names {_listed(how, which)}." for how, which in wrong if which]


def _listed(how: str, names: Sequence[str]) -> str:
    unlike = list(dict.fromkeys(names))
    counted = "1 picture" if len(unlike) == 1 else f"{len(unlike):,} pictures"
    more = ", ..." if len(unlike) > _SHOWN else ""
    return f"{counted} {how}: {', '.join(unlike[:_SHOWN])}{more}"


def _labeled(
    items: pd.DataFrame, said: Sequence[_Said], levels: Sequence[str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Items with what was said of label and split, and columns that may be the label in order."""
    if any(one.split for one in said):
        known = items["split"] if "split" in items else [None] * len(items)
        items["split"] = [one.split or old for one, old in zip(said, known, strict=True)]
    if any(one.label for one in said):
        known = items["label"] if "label" in items else [None] * len(items)
        items["label"] = [one.label or old for one, old in zip(said, known, strict=True)]
        return items, ("label", *(level for level in levels if level != "label"))
    return items, labels_of(items, levels)


def _with_more(items: pd.DataFrame, said: Sequence[_Said]) -> pd.DataFrame:
    """Items with the other columns that were found, but no bytes."""
    more = pd.DataFrame([one.more for one in said], index=items.index)
    for column in list(more)[:_MOST_COLUMNS]:
        values = plain_column(more[column])
        if not any(isinstance(value, bytes) for value in values):
            items[free_name(str(column), items.columns)] = values
    return items


def _distinct(files: Sequence[StoredFile]) -> list[str]:
    """A name for each picture; where two have the same, that of the archive comes before it."""
    counts = Counter(file.name for file in files)
    names: list[str] = []
    for file in files:
        name = file.name if counts[file.name] == 1 else f"{file.path.name}/{file.name}"
        names.append(name)
    again = Counter(names)
    numbers: Counter[str] = Counter()
    for at, name in enumerate(names):
        if again[name] > 1:
            numbers[name] += 1
            names[at] = f"{name} ({numbers[name]})"
    return names


def _mend(paths: Sequence[Path], gathered: Gathered) -> str:
    """What can be given, where no pictures were, or why some of it was left out."""
    if len(paths) > 1 and all(map(is_text_table, paths)):
        return "Give one table of texts at a time."
    named = [f"{table.source!r} names pictures: give them with it." for table in gathered.tables]
    return next(iter(gathered.doubts + gathered.refused + named), None) or (
        f"Pictures end in {', '.join(sorted(SUFFIXES))}; texts are the lines of a .txt, or a "
        "column of a table."
    )


def _word(value: Any) -> str | None:
    """A value as the name of a class; None where it is empty."""
    empty = value is None or value != value or not str(value).strip()  # noqa: PLR0124 - NaN
    return None if empty else str(value).strip()
