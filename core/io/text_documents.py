"""Folders and archives of text files, each of which is one text, in folders that are classes."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pandas as pd

from core.errors import InvalidFile
from core.io.archives import StoredFile, is_archive, stored
from core.io.collection import Collection, with_roles
from core.io.folder_levels import folder_levels, labels_of
from core.io.images import SUFFIXES
from core.io.text_files import decode
from core.io.text_tables import is_table
from core.space import Role


def read_documents(path: Path) -> Collection | None:
    """The texts of a folder or an archive; None where it holds pictures, tables or no text file.

    A file is one text, with all its lines. Folders below the one that all share become labels,
    those named for parts of a data set column ``split``, as for pictures. An empty file, and one
    that cannot be read as text, is left out and named.

    Raises
    ------
    InvalidFile
        If none of the files holds a text, or an archive is damaged.
    """
    if not (path.is_dir() or is_archive(path)):
        return None
    files, refused = stored(path)
    told = [file for file in files if _suffix(file) == ".txt"]
    if not told or any(_suffix(file) in SUFFIXES or is_table(file.name) for file in files):
        return None
    kept: list[tuple[StoredFile, str]] = []
    for file in told:
        try:
            text = decode(Path(file.name), file.data()).strip()
        except InvalidFile as error:
            refused.append(str(error))
            continue
        if text:
            kept.append((file, text))
        else:
            refused.append(f"{file.name!r} is empty.")
    refused += [f"{file.name!r} is no text file." for file in files if _suffix(file) != ".txt"]
    if not kept:
        msg = f"{path.name!r} holds no text that can be read: {refused[0]}"
        raise InvalidFile(msg)
    names = [file.name for file, _ in kept]
    levels = folder_levels([PurePosixPath(name).parts[:-1] for name in names])
    items = pd.DataFrame({"file": names, **levels})
    labels = labels_of(items, [level for level in levels if level != "split"])
    texts = tuple(text for _, text in kept)
    items, own = with_roles(items, modality="text", text=list(texts))
    roles: dict[Role, str] = {**own, **({"label": labels[0]} if labels else {})}
    name = path.name.split(".")[0] or path.name
    return Collection(name, (), texts, items, roles, labels, tuple(refused))


def _suffix(file: StoredFile) -> str:
    return PurePosixPath(file.name).suffix.lower()
