"""What the cells of an item lead to: addresses as links, pictures beside the file when asked."""

from pathlib import Path
from typing import Any

import streamlit as st

from core.io.images import SUFFIXES, decoded
from core.space import EmbeddingSpace
from explorer.items.full_size import full_size
from explorer.items.rows import is_address
from explorer.keep.startup import startup
from explorer.keep.visitors import is_owner
from explorer.look import theme
from explorer.look.errors import explained

_MOST_BYTES = 1 << 28  # of a picture's file


def leads(space: EmbeddingSpace, position: int) -> None:
    """Draw what an item leads to: its picture at full size, its addresses, its files."""
    with st.container(horizontal=True, gap="xsmall"):
        full_size(space, position)
        for column, cell in space.items.iloc[position].items():
            if is_address(cell):
                st.link_button(theme.plain(str(column)), cell, icon=":material/open_in_new:")
            elif (path := beside(cell)) is not None:
                _picture(str(column), path)


def beside(cell: Any) -> Path | None:
    """The picture that a cell names, in the folder of a file that the command line gave.

    Only there, and only for who started the app: a table from elsewhere opens no file of the disk.
    """
    if not isinstance(cell, str) or Path(cell).suffix.lower() not in SUFFIXES or not is_owner():
        return None
    for folder in dict.fromkeys(file.parent.resolve() for file in startup().files):
        path = (folder / cell.replace("\\", "/")).resolve()
        if path.is_relative_to(folder) and path.is_file() and path.stat().st_size <= _MOST_BYTES:
            return path
    return None


def _picture(column: str, path: Path) -> None:
    box = st.popover(
        theme.plain(column), icon=":material/image:", on_change="rerun", key=f"leads.{column}"
    )
    if box.open:
        with box, explained():
            st.image(decoded(path.read_bytes(), path.name))
