"""The Encode page: choose a model, bring pictures and texts, see the cost, make a space."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from core.demo.assets import ASSETS
from core.encoders.encoder import best_device, load
from core.encoders.encoding import Cost, Encoded, cost, encode
from core.encoders.states import POOLINGS, at_layer
from core.errors import InvalidFile
from core.io.captions import TABLES, Collection, read_pictures, read_texts, table_of
from core.io.contents import size
from core.io.images import SUFFIXES
from core.space import EncoderId
from explorer.compute import awaited
from explorer.panel import explained
from explorer.uploads import kept
from explorer.workspace import open_space, session

SOURCES = {
    "local": "Local files",
    "architecture": "open_clip",
    "hub": "Hub id",
    "sentences": "Sentence encoder",
}
MOST_NAMED = 20  # refused files listed
Stamp = tuple[tuple[str, int], ...]


def encode_page() -> None:
    """Ask for a model and for inputs; estimate; encode; open the space."""
    left, right = st.columns(2, gap="large")
    with left, explained():
        st.subheader("Model", anchor=False)
        encoder = _read_at(_model())
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
    source = st.segmented_control(
        "Where the model comes from",
        list(SOURCES),
        default="local",
        required=True,
        format_func=SOURCES.__getitem__,
        key="encode.source",
        persist_state="session",
    )
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


def _read_at(encoder: EncoderId | None) -> EncoderId | None:
    """The same model, at its output or at a layer inside."""
    if encoder is None:
        return None
    inside = st.toggle(
        "Read a layer inside",
        key="encode.inside",
        help="Instead of the output of the model: the hidden states of one layer, pooled to one "
        "vector for each item. New texts and pictures are then read at the same layer.",
    )
    if not inside:
        return encoder
    left, right = st.columns(2)
    layer = left.number_input("Layer, from 0", 0, 200, 0, key="encode.layer")
    pooling = right.selectbox(
        "Pooling", POOLINGS, POOLINGS.index("mean"), key="encode.pooling", filter_mode=None
    )
    return at_layer(encoder, layer, pooling)


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
    files = st.file_uploader(
        "Pictures, a zip of pictures, a text file (a text a line), or a table",
        type=kinds,
        accept_multiple_files=True,
        key=f"encode.upload.{session().upload_round}",
        help="Folders of a zip become labels. A table captions.csv, .jsonl or .parquet, in the zip "
        "or beside the pictures, with a column 'file' and one or more 'caption' makes pairs.",
    )
    if files:
        return kept(files)
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
            st.markdown(_named(collection.refused))
    _encode(encoder, collection, (stamp, column))


def _column(path: Path, stamp: Stamp) -> str | None:
    table: pd.DataFrame | None = awaited(
        ("table", stamp), "Reading the table", partial(table_of, path), place="encode.table"
    )
    if table is None:
        return None
    texts = [str(c) for c in table if not pd.api.types.is_numeric_dtype(table[c])]
    return st.selectbox("Column with the texts", texts, key=f"encode.column.{stamp}")


def _collection(paths: tuple[Path, ...], column: str | None) -> Collection:
    if column is not None or all(path.suffix.lower() == ".txt" for path in paths):
        return read_texts(paths[0], column)
    return read_pictures(paths)


def _encode(encoder: EncoderId, collection: Collection, source: tuple[Any, ...]) -> None:
    device = best_device()
    found: Cost | None = awaited(
        ("cost", encoder, source),
        "Timing a first batch",
        lambda: cost(load(encoder), collection),
        place="encode.cost",
    )
    if found is None:
        return
    with st.container(horizontal=True):
        st.metric("Time left", _duration(found.seconds), help=f"On {device}, from a timed batch.")
        st.metric("Output", size(found.output_bytes), help="Vectors and thumbnails.")
        st.metric("Memory", size(found.memory_bytes), help="The model and the output.")
    name = st.text_input("Name of the space", collection.name, key="encode.name", width=400)
    asked, recipe = session().asked, ("encode", encoder, source)
    if st.button("Encode", icon=":material/play_arrow:", key="encode.go"):
        session().stopped.discard(recipe)
        asked.add(recipe)
    if recipe not in asked:
        return
    made: Encoded | None = awaited(
        recipe, "Encoding", lambda: encode(load(encoder), collection), place="encode.run"
    )
    if made is None:
        st.caption("If you stop it, what is finished is kept: the next time it goes on from there.")
        return
    asked.discard(recipe)
    opened = open_space(name.strip() or collection.name, repr(recipe), lambda: made.space)
    said = f"{opened!r} is open: {len(made.space):,} items in {made.space.n_dims:,} dimensions."
    session().notices.append((True, said))
    if made.refused:
        left_out = f"{len(made.refused):,} left out:\n\n{_named(made.refused)}"
        session().notices.append((False, left_out))
    st.rerun()


def _named(refused: Sequence[str]) -> str:
    """What is not used, by name, as a list."""
    more = [f"and {len(refused) - MOST_NAMED:,} more"] if len(refused) > MOST_NAMED else []
    return "\n".join(f"- {sentence}" for sentence in (*refused[:MOST_NAMED], *more))


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 1 else "< 1 s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"
