"""Pictures and texts that belong together, and what is known of each: what is to be encoded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from core.counts import counted
from core.errors import InvalidFile
from core.io.archives import StoredFile
from core.io.contents import LIMIT_BYTES, check_bytes, refusal, system_errors
from core.io.names import free_name
from core.io.picture_tables import not_read
from core.io.roles import guess_roles
from core.io.text_files import decode, lines_of
from core.io.text_tables import named_pictures, pictures_elsewhere, several, text_table
from core.space import Role

_TABLE_ROLES: tuple[Role, ...] = (
    "label", "pair", "group", "position", "level", "step", "domain", "side", "target", "tags",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Collection:
    """What is to be encoded.

    Attributes
    ----------
    name
        What its space will be called.
    pictures, texts
        The inputs; the rows of `items` are first the pictures, then the texts.
    items
        What is known of each. Columns of a user's table keep their names and values.
    roles
        Which columns say modality, text, pair and label, and what else was guessed.
    label_columns
        Columns that may be the label, where folders leave it open; the one that plays it first.
    refused
        A sentence for each file or row that cannot be used.
    doubts
        What went another way than the files suggest: captions that fit no picture.
    """

    name: str
    pictures: tuple[StoredFile, ...]
    texts: tuple[str, ...]
    items: pd.DataFrame
    roles: Mapping[Role, str] = field(default_factory=dict)
    label_columns: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.items)


def with_roles(items: pd.DataFrame, **columns: Any) -> tuple[pd.DataFrame, dict[Role, str]]:
    """Items with a new column for each role, under a name that no other column has."""
    roles: dict[Any, str] = {}
    for role, values in columns.items():
        roles[role] = free_name(role, items.columns)
        items = items.assign(**{roles[role]: values})
    return items, roles


def read_texts(path: Path, column: str | None = None, limit: int = LIMIT_BYTES) -> Collection:
    """The lines of a text file that are not empty, or a column of a table with its other columns.

    Where each cell is a list of texts, all are read, and those of one cell are a pair.

    Raises
    ------
    InvalidFile
        If there is no text.
    """
    roles: dict[Role, str] = {}
    doubts: tuple[str, ...] = ()
    what = "text"
    if column is None:
        with system_errors(path):
            check_bytes(path, path.stat().st_size, limit, what="the text")
            items = pd.DataFrame({"text": lines_of(decode(path, path.read_bytes()))})
        while len(items) and not items["text"].iloc[-1].strip():  # the end of the last line
            items = items.iloc[:-1]
        column, what = "text", "line"
        doubts = _tabbed(items["text"])
    else:
        items, roles, doubts = _column_of_table(text_table(path, limit), column)
        doubts += tuple(not_read(path))
    empty = items[column].isna() | (items[column].astype(str).str.strip() == "")
    items = items[~empty].reset_index(drop=True)
    if items.empty:
        raise refusal(path, "it holds no text", "Give a file with one text a line.")
    left = int(empty.sum())
    said = f"{counted(left, f'empty {what}')} {'was' if left == 1 else 'were'} left out."
    texts = tuple(items[column].astype(str))
    items, own = with_roles(items.assign(**{column: texts}), modality="text")
    return Collection(
        path.stem, (), texts, items, {**roles, **own, "text": column}, (),
        (said,) if left else (), doubts,
    )  # fmt: skip


def _tabbed(lines: pd.Series) -> tuple[str, ...]:
    """A doubt where each line has as many tabs, as a table saved as text has."""
    tabs = lines[lines.str.strip() != ""].str.count("\t")
    if len(tabs) < 2 or not tabs.iloc[0] or (tabs != tabs.iloc[0]).any():
        return ()
    cells = counted(int(tabs.iloc[0]) + 1, "cell")
    return (f"Each line has {cells}, apart by tabs: all are one text. A table ends in .tsv.",)


def _column_of_table(
    table: pd.DataFrame, column: str
) -> tuple[pd.DataFrame, dict[Role, str], tuple[str, ...]]:
    """Items with a text each in a column, the roles of the others, and what is in doubt."""
    others = guess_roles(table.drop(columns=column))
    roles = {role: others[role] for role in _TABLE_ROLES if role in others}
    if (texts := several(table[column])) is not None:
        if "pair" not in roles:
            table, own = with_roles(table, pair=range(len(table)))
            roles |= own
        lists = pd.Series(texts, index=table.index, dtype=object)
        table = table.assign(**{column: lists}).explode(column, ignore_index=True)
    pictures = named_pictures(table.drop(columns=column))
    if pictures is None:
        return table, roles, ()
    found, mend = pictures_elsewhere(pictures, table[pictures])
    return table, roles, (f"{found[0].upper()}{found[1:]}: texts alone would be encoded. {mend}",)


def read_text_files(paths: Sequence[Path], limit: int = LIMIT_BYTES) -> Collection:
    """The lines of text files, one file after the other; of several, column ``file`` says which.

    Raises
    ------
    InvalidFile
        If none of them holds a text.
    """
    if len(paths) == 1:
        return read_texts(paths[0], limit=limit)
    parts: list[Collection] = []
    items: list[pd.DataFrame] = []
    refused: list[str] = []
    for path in paths:
        try:
            one = read_texts(path, limit=limit)
        except InvalidFile as error:
            refused.append(str(error))
            continue
        parts.append(one)
        items.append(one.items.assign(file=path.name))
        refused += [f"{path.name!r}: {said}" for said in (*one.doubts, *one.refused)]
    if not parts:
        raise InvalidFile(" ".join(refused))
    texts = tuple(text for one in parts for text in one.texts)
    together = pd.concat(items, ignore_index=True)
    return Collection(parts[0].name, (), texts, together, parts[0].roles, (), tuple(refused))
