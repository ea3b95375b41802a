"""The Encode page: choose a model, bring pictures and texts, see the cost, make a space."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from core.counts import counted
from core.encoders.loading import load
from core.errors import InvalidFile
from core.extras import missing
from core.io.collection import Collection, read_text_files, read_texts
from core.io.pictures import read_pictures
from core.io.text_documents import read_documents
from core.io.text_tables import is_text_table, no_text, text_columns, text_table
from core.origin import EncoderId
from core.space import Role
from explorer.bring.encode_run import Request, encode_panel
from explorer.bring.inside import inside_panel, what_to_read
from explorer.bring.long_texts import as_chosen, encode_series
from explorer.bring.models import chosen_model, written
from explorer.bring.runs import listed
from explorer.keep.startup import startup
from explorer.keep.uploads import kept
from explorer.keep.visitors import may_upload, sees_disk
from explorer.look.errors import explained
from explorer.look.theme import literal, plain
from explorer.session.workspace import session
from explorer.work.compute import awaited

UPLOADED = "encode.uploaded"
Stamp = tuple[tuple[str, int], ...]


def encode_page() -> None:
    """Ask for a model and for inputs; estimate; encode; open the space."""
    if needed := missing("open_clip", "encoders"):
        st.info(f"Models run in PyTorch. {literal(needed)}", icon=":material/download:")
        return
    encoder: EncoderId | None = None
    paths: tuple[Path, ...] = ()
    left, right = st.columns(2, gap="large")
    with left, explained():
        st.subheader("Model", anchor=False)
        encoder = chosen_model()
    with right, explained():
        st.subheader("Pictures and texts", anchor=False)
        paths = _paths()
    if encoder is None or not paths:
        st.info(
            "Choose a model, and bring pictures (files, a folder, an archive), with their captions "
            "if there are, or texts.",
            icon=":material/arrow_upward:",
        )
        return
    with explained():
        _collected(encoder, paths)


def _paths() -> tuple[Path, ...]:
    given = startup().pictures if sees_disk() else ()
    if before := st.session_state.get(UPLOADED, given):
        return _uploaded_before(before)
    if not may_upload():
        st.info("Whoever shares this app has switched off uploads.", icon=":material/lock:")
        return ()
    whole = st.segmented_control(
        "Upload", ("Files", "A folder"), default="Files", required=True, key="encode.upload.kind"
    )
    key = f"encode.upload.{session().upload_round}.{whole}"
    st.file_uploader(
        "Pictures, archives of them, texts (one a line), or a table",
        accept_multiple_files="directory" if whole == "A folder" else True,
        key=key,
        on_change=_uploaded,
        args=(key,),
        help="Pictures; .zip, .tar, webdataset shards, or Parquet with pictures inside; and what "
        "belongs to them. Folders become labels, train and val a split. Captions are read from a "
        ".txt beside each picture or from a table, as COCO, Flickr, Hugging Face, Karpathy and "
        "open_clip write them.",
    )
    if not sees_disk():  # the disk is not a guest's to look at
        return ()
    named = written("Or a file or a folder on this machine", "/path/to/pictures", "encode.path")
    if not named:
        return ()
    try:
        path = Path(named).expanduser()
        there = path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        msg = f"{named!r} cannot be looked up on this machine: {error}. Check the path."
        raise InvalidFile(msg) from error
    if not there:
        msg = f"There is no file {named!r} on this machine. Check the path."
        raise InvalidFile(msg)
    return (path,)


def _uploaded_before(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """What was uploaded: the uploader itself forgets it when another page is looked at."""
    more = f" and {len(paths) - 1:,} more" if len(paths) > 1 else ""
    how = "Given at the start" if paths == startup().pictures else "Uploaded"
    st.markdown(f"**{how}:** {plain(paths[0].name)}{more}")
    st.button("Use other files", key="encode.other", icon=":material/undo:", on_click=_uploaded)
    return paths


def _uploaded(key: str = "") -> None:
    """Remember what was uploaded, or that it is not wanted any more."""
    files = st.session_state.get(key) if key else None
    st.session_state[UPLOADED] = kept(files, session().id) if files else ()
    session().upload_round += 1  # a fresh uploader: the browser's copy is given up


def _collected(encoder: EncoderId, paths: tuple[Path, ...]) -> None:
    stamp = tuple(_changed(path) for path in paths)
    column = None
    if len(paths) == 1 and is_text_table(paths[0]):
        column = _column(paths[0], stamp)
        if column is None:
            return
    collection: Collection | None = awaited(
        ("collection", stamp, column),
        "Looking through the files",
        partial(_collection, paths, column),
        place="encode.collection",
    )
    if collection is None:
        return
    collection = _with_label(collection)
    _say_what_is_there(collection)
    key = (encoder, stamp, column, collection.roles.get("label"))
    what = what_to_read(collection)
    if what in {"output", "lengths"}:
        if (read := as_chosen(encoder, collection)) is None:
            return
        if what == "lengths":
            encode_series(read, collection, key)
        else:
            encode_panel(Request((read, *key[1:]), partial(load, read), collection))
    else:
        inside_panel(what, encoder, (collection, key))


def _changed(path: Path) -> tuple[str, int]:
    """A path, and when it or what lies directly in it was last changed."""
    folders = [path, *(p for p in path.iterdir() if p.is_dir())] if path.is_dir() else [path]
    return str(path), max(p.stat().st_mtime_ns for p in folders)


def _with_label(collection: Collection) -> Collection:
    """Ask which column is the label where several may be, as folders in folders."""
    offered = collection.label_columns
    if len(offered) < 2:
        return collection
    known = {name: collection.items[name].dropna().unique() for name in offered}
    chosen = st.selectbox(
        "Label",
        [*offered, None],
        format_func=lambda name: (
            "none" if name is None else f"{name}: {', '.join(map(str, known[name][:4]))}, ..."
        ),
        key=f"encode.label.{offered}",
        help="Folders lie in folders: which of them are the classes?",
    )
    others: dict[Role, str] = {r: c for r, c in collection.roles.items() if r != "label"}
    return replace(collection, roles=others if chosen is None else {**others, "label": chosen})


def _say_what_is_there(collection: Collection) -> None:
    roles, items = collection.roles, collection.items
    texts = len(collection.texts)
    said = [counted(len(collection.pictures), "picture"), counted(texts, "text")]
    if "pair" in roles and texts and collection.pictures:
        said.append(counted(items[roles["pair"]].iloc[-texts:].nunique(), "pair"))
    if "label" in roles:
        said.append(counted(items[roles["label"]].nunique(), "label"))
    st.markdown(f"**Found:** {', '.join(said)}.")
    if collection.doubts:
        st.warning(listed([literal(doubt) for doubt in collection.doubts]), icon=":material/help:")
    if collection.refused:
        n = len(collection.refused)
        title = f"{n:,} {'note' if n == 1 else 'notes'} on files"
        with st.expander(title, icon=":material/info:", key="encode.notes"):
            st.markdown(listed([literal(one) for one in collection.refused]))


def _column(path: Path, stamp: Stamp) -> str | None:
    table: pd.DataFrame | None = awaited(
        ("table", stamp), "Reading the table", partial(text_table, path), place="encode.table"
    )
    if table is None:
        return None
    if not (columns := text_columns(table)):
        raise no_text(path, table)
    return st.selectbox("Column with the texts", columns, key=f"encode.column.{stamp}")


def _collection(paths: tuple[Path, ...], column: str | None) -> Collection:
    if column is not None:
        return read_texts(paths[0], column)
    if all(path.suffix.lower() == ".txt" for path in paths):
        return read_text_files(paths)
    if len(paths) == 1 and (documents := read_documents(paths[0])) is not None:
        return documents
    return read_pictures(paths)
