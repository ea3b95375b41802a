"""Which model encodes: of local files, of open_clip, of the hub, or one that was used before."""

import re
from pathlib import Path

import streamlit as st

from core.demo.assets import ASSETS
from core.encoders.architecture import architecture
from core.encoders.checkpoints import is_checkpoint
from core.origin import EncoderId
from explorer.keep.models import kept_models
from explorer.keep.visitors import sees_disk
from explorer.look.theme import plain
from explorer.session.current import current
from explorer.session.workspace import session
from explorer.work.compute import awaited

SOURCES = {
    "local": "Local files",
    "architecture": "open_clip",
    "hub": "Hub id",
    "sentences": "Sentence encoder",
    "current": "Used before",
}
HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")  # of an owner and a model


def chosen_model() -> EncoderId | None:
    """Ask for a model; None until one is named. What it is made of is said below."""
    encoder = _asked()
    if encoder is not None and (said := architecture(encoder)):
        st.caption(plain(said))
    return encoder


def _asked() -> EncoderId | None:
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
        return _used()
    if source == "architecture":
        return _architecture()
    if source == "hub":
        name = written("Hub id", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "encode.hub")
        return EncoderId("open_clip", f"hf-hub:{name.removeprefix('hf-hub:')}") if name else None
    return _sentences() if source == "sentences" else _local()


def _sentences() -> EncoderId | None:
    name = written("Hub id or folder", "sentence-transformers/all-MiniLM-L6-v2", "encode.text")
    if not sees_disk() and (not HUB_ID.fullmatch(name) or Path(name).exists()):
        return None  # a folder: the disk is not a guest's to look at
    return EncoderId("sentence-transformers", name) if name else None


def _local() -> EncoderId | None:
    demo = ASSETS / "shapes-model"
    if not sees_disk():
        st.caption("The demo model of shapes.")
        return EncoderId("open_clip", str(demo)) if demo.is_dir() else None
    name = st.text_input(
        "Folder, configuration file, or checkpoint",
        str(demo) if demo.is_dir() else "",
        key="encode.folder",
        persist_state="session",
        help="A folder with open_clip_config.json and the weights, as open_clip writes it; a "
        "configuration file (.json) with a checkpoint below; or a checkpoint alone (.pt, "
        ".safetensors), whose architecture is then asked for.",
    ).strip()
    if is_checkpoint(name):
        architecture = _of_checkpoint()
        return EncoderId("open_clip", architecture, name) if architecture else None
    weights = written("Checkpoint, if it lies elsewhere", "/path/to/epoch_32.pt", "encode.weights")
    return EncoderId("open_clip", name, weights) if name else None


def _of_checkpoint() -> str | None:
    """Ask for the architecture of a checkpoint, which does not say it."""
    names: tuple[str, ...] | None = awaited(
        "open_clip architectures", "Asking open_clip", _architectures, place="encode.tags"
    )
    if names is None:
        return None
    preferred = names.index("ViT-B-32") if "ViT-B-32" in names else 0
    return st.selectbox("Architecture of this checkpoint", names, preferred, key="encode.of")


def _used() -> EncoderId | None:
    """Ask which model of the current space, or of an encoding before, is to be used again."""
    space = current()
    own = space.encoder if space is not None else None
    known = list(dict.fromkeys([*([own] if own else []), *session().models, *kept_models()]))
    if not known:
        st.info(
            "No model is known yet. Those that are used here, or made the current space, are "
            "offered from then on; a space that a transform changed has none.",
            icon=":material/block:",
        )
        return None
    encoder = st.selectbox(
        "Model", known, format_func=lambda one: f"{one} ({one.library})", key="encode.used"
    )
    if space is not None and own is not None and encoder == own:
        st.markdown(
            f"**{plain(own)}** ({own.library}) made {plain(space.name)}. What it encodes now opens "
            "as a space of its own, with vectors of the same kind."
        )
    return encoder


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


def _architectures() -> tuple[str, ...]:
    from core.encoders.clip import architectures  # noqa: PLC0415 - imports torch

    return architectures()


def written(label: str, example: str, key: str) -> str:
    """What somebody writes into a field that other pages do not empty."""
    return st.text_input(label, key=key, placeholder=example, persist_state="session").strip()
