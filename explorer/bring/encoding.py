"""The Encode page: choose a model, bring pictures and texts, see the cost, make a space."""

from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from core.demo.assets import ASSETS
from core.encoders.loading import load
from core.errors import InvalidFile
from core.extras import missing
from core.io.captions import (
    TABLES,
    Collection,
    read_pictures,
    read_text_files,
    read_texts,
    table_of,
)
from core.io.images import SUFFIXES
from core.space import EncoderId
from explorer.bring.encode_run import Request, encode_panel, listed
from explorer.bring.inside import inside_panel, what_to_read
from explorer.bring.uploads import kept
from explorer.look.errors import explained
from explorer.look.theme import literal, plain
from explorer.session.current import current
from explorer.session.workspace import session
from explorer.work.compute import awaited

SOURCES = {
    "local": "Local files",
    "architecture": "open_clip",
    "hub": "Hub id",
    "sentences": "Sentence encoder",
    "current": "Current space",
}
UPLOADED = "encode.uploaded"
Stamp = tuple[tuple[str, int], ...]


def encode_page() -> None:
    """Ask for a model and for inputs; estimate; encode; open the space."""
    if needed := missing("open_clip", "encoders"):
        st.info(f"Models run in PyTorch. {literal(needed)}", icon=":material/download:")
        return
    left, right = st.columns(2, gap="large")
    with left, explained():
        st.subheader("Model", anchor=False)
        encoder = _model()
    with right, explained():
        st.subheader("Pictures and texts", anchor=False)
        paths = _paths()
    if encoder is None or not paths:
        st.info(
            "Choose a model, and upload pictures (a zip, whose folders become labels, with a "
            "captions.csv if there are captions), or texts.",
            icon=":material/arrow_upward:",
        )
        return
    with explained():
        _collected(encoder, paths)


def _model() -> EncoderId | None:
    source = st.pills(
        "Where the model comes from",
        list(SOURCES),
        default="local",
        required=True,
        format_func=SOURCES.__getitem__,
        wrap=True,
        key="encode.source",
        persist_state="session",
    )
    if source == "current":
        return _of_current_space()
    if source == "architecture":
        return _architecture()
    if source == "hub":
        name = _text("Hub id", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "encode.hub")
        return EncoderId("open_clip", f"hf-hub:{name.removeprefix('hf-hub:')}") if name else None
    if source == "sentences":
        name = _text("Hub id or folder", "sentence-transformers/all-MiniLM-L6-v2", "encode.text")
        return EncoderId("sentence-transformers", name) if name else None
    demo = ASSETS / "shapes-model"
    name = st.text_input(
        "Folder, or configuration file",
        str(demo) if demo.is_dir() else "",
        key="encode.folder",
        persist_state="session",
        help="A folder with open_clip_config.json and the weights, as open_clip writes it, or a "
        "configuration file (.json) with a checkpoint below.",
    ).strip()
    weights = _text("Checkpoint, if it lies elsewhere", "/path/to/epoch_32.pt", "encode.weights")
    return EncoderId("open_clip", name, weights) if name else None


def _of_current_space() -> EncoderId | None:
    space = current()
    if space is None or space.encoder is None:
        st.info(
            "No model is known for the current space. Spaces made on the Encode page know theirs; "
            "a space that a transform changed has none. Choose another space in the sidebar, or "
            "another model here.",
            icon=":material/block:",
        )
        return None
    st.markdown(
        f"**{plain(space.encoder)}** ({space.encoder.library}) made {plain(space.name)}. What it "
        "encodes now opens as a space of its own, with vectors of the same kind."
    )
    return space.encoder


def _architecture() -> EncoderId | None:
    known: dict[str, tuple[str, ...]] | None = awaited(
        "open_clip tags", "Asking open_clip", _tags, place="encode.tags"
    )
    if known is None:
        return None
    names = list(known)
    preferred = names.index("ViT-B-32") if "ViT-B-32" in names else 0
    name = st.selectbox("Architecture", names, preferred, key="encode.architecture")
    tag = st.selectbox("Pretrained weights", known[name], key=f"encode.tag.{name}")
    return EncoderId("open_clip", name, tag)


def _tags() -> dict[str, tuple[str, ...]]:
    from core.encoders.clip import tags  # noqa: PLC0415 - imports torch

    return tags()


def _text(label: str, example: str, key: str) -> str:
    return st.text_input(label, key=key, placeholder=example, persist_state="session").strip()


def _paths() -> tuple[Path, ...]:
    kinds = sorted(suffix.removeprefix(".") for suffix in SUFFIXES | TABLES | {".zip", ".txt"})
    key = f"encode.upload.{session().upload_round}"
    files = st.file_uploader(
        "Pictures, a zip of pictures, text files (a text a line), or a table",
        type=kinds,
        accept_multiple_files=True,
        key=key,
        on_change=_uploaded,
        args=(key,),
        help="Folders of a zip become labels. A table captions.csv, .jsonl or .parquet, in the zip "
        "or beside the pictures, with a column 'file' and one or more 'caption' makes pairs.",
    )
    before: tuple[Path, ...] = st.session_state.get(UPLOADED, ())
    if not files and before:  # the uploader forgets them when another page is looked at
        more = f" and {len(before) - 1:,} more" if len(before) > 1 else ""
        st.caption(f"From before: {before[0].name}{more}")
        st.button("Use other files", key="encode.other", on_click=_uploaded, args=(key,))
    if before:
        return before
    named = _text("Or a file or a folder on this machine", "/path/to/pictures.zip", "encode.path")
    if not named:
        return ()
    path = Path(named).expanduser()
    if path.is_dir():
        inside = [p for p in sorted(path.iterdir()) if p.suffix.lower() in SUFFIXES]
        tables = [path / f"captions{suffix}" for suffix in sorted(TABLES)]
        return (*inside, *(p for p in tables if p.exists()))
    if not path.exists():
        msg = f"There is no file {named!r} on this machine. Check the path."
        raise InvalidFile(msg)
    return (path,)


def _uploaded(key: str) -> None:
    """Remember what was uploaded, or that it was taken away."""
    files = st.session_state.get(key)
    st.session_state[UPLOADED] = kept(files) if files else ()


def _collected(encoder: EncoderId, paths: tuple[Path, ...]) -> None:
    stamp = tuple((str(path), path.stat().st_mtime_ns) for path in paths)
    column = None
    if len(paths) == 1 and paths[0].suffix.lower() in TABLES:
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
    said = collection.items["modality"] == "text"
    paired = collection.items.loc[said, "pair"].nunique() if "pair" in collection.items else 0
    pairs = f", {paired:,} pairs" if paired else ""
    labels = collection.items["label"].nunique() if "label" in collection.items else 0
    classes = f", {labels:,} labels" if labels else ""
    st.markdown(
        f"**Found:** {len(collection.pictures):,} pictures, {len(collection.texts):,} texts"
        f"{pairs}{classes}."
    )
    if collection.refused:
        with st.expander(f"{len(collection.refused):,} left out", icon=":material/warning:"):
            st.markdown(listed(collection.refused))
    key = (encoder, stamp, column)
    if (what := what_to_read(collection)) == "output":
        encode_panel(Request(key, partial(load, encoder), collection))
    else:
        inside_panel(what, encoder, (collection, key))


def _column(path: Path, stamp: Stamp) -> str | None:
    table: pd.DataFrame | None = awaited(
        ("table", stamp), "Reading the table", partial(table_of, path), place="encode.table"
    )
    if table is None:
        return None
    texts = [str(c) for c in table if not pd.api.types.is_numeric_dtype(table[c])]
    return st.selectbox("Column with the texts", texts, key=f"encode.column.{stamp}")


def _collection(paths: tuple[Path, ...], column: str | None) -> Collection:
    if column is not None:
        return read_texts(paths[0], column)
    if all(path.suffix.lower() == ".txt" for path in paths):
        return read_text_files(paths)
    return read_pictures(paths)
