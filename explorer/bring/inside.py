"""What is inside a model, as spaces: pooled layers, tokens, patches."""

from collections.abc import Hashable, Mapping
from typing import Literal

import streamlit as st

from core.encoders.encoder import Modality
from core.encoders.inside import depths, layer_spaces, one_side, readings
from core.encoders.loading import load
from core.encoders.parts import part_space
from core.encoders.states import POOLINGS
from core.io.collection import Collection
from core.origin import EncoderId
from explorer.bring.encode_run import Request, encode_panel
from explorer.bring.runs import running, start
from explorer.work.compute import awaited

What = Literal["output", "lengths", "layers", "tokens", "patches"]
WHAT: Mapping[What, str] = {
    "output": "Output",
    "lengths": "Cut to lengths",
    "layers": "Layers inside",
    "tokens": "Tokens",
    "patches": "Patches",
}
SIDES: Mapping[Modality, str] = {"image": "pictures", "text": "texts"}
USUALLY_READ, MOST_READ = 64, 1024  # items whose tokens or patches are read
Source = tuple[Collection, Hashable]  # the inputs, and a key of them and their model


def what_to_read(collection: Collection) -> What:
    """Ask for the output of the model or for something inside it."""
    offered = [
        what
        for what in WHAT
        if (what not in {"tokens", "lengths"} or collection.texts)
        and (what != "patches" or collection.pictures)
    ]
    return st.segmented_control(
        "What to read",
        offered,
        default="output",
        required=True,
        format_func=WHAT.__getitem__,
        key=f"encode.what.{len(offered)}",
        help="The output of the model; or that of texts cut to increasing lengths, which "
        "shows what length does apart from topic; or a space for each layer inside, its hidden "
        "states pooled to one vector for each item; or the tokens or patches themselves, each one "
        "an item.",
    )


def inside_panel(what: What, encoder: EncoderId, source: Source) -> None:
    """Ask which layers; then read them and open the spaces."""
    layers: Mapping[Modality, int] | None = awaited(
        ("depths", encoder),
        "Loading the model",
        lambda: depths(load(encoder)),
        place="encode.depths",
    )
    if layers is None:
        return
    if what == "layers":
        _layers(layers, encoder, source)
        return
    side: Modality = "image" if what == "patches" else "text"
    if side in layers:
        _parts(side, encoder, source, depth=layers[side])
    else:
        st.info(f"The {side} side of this model does not show its layers.", icon=":material/block:")


def _layers(depths: Mapping[Modality, int], encoder: EncoderId, source: Source) -> None:
    collection, key = source
    there = {"image": collection.pictures, "text": collection.texts}
    sides = [side for side in SIDES if there[side] and side in depths]
    if not sides:
        st.info("This model does not show its layers for these inputs.", icon=":material/block:")
        return
    left, middle, right = st.columns([1, 2, 2], gap="medium")
    side = left.segmented_control(
        "Layers of",
        sides,
        default=sides[0],
        required=True,
        format_func=SIDES.__getitem__,
        key=f"encode.side.{len(sides)}",
    )
    layers = middle.multiselect(
        "Layers, from 0",
        range(depths[side]),
        range(depths[side]),
        key=f"encode.layers.{side}.{depths[side]}",
    )
    poolings = right.multiselect(
        "Poolings",
        POOLINGS,
        ["mean"],
        key="encode.poolings",
        help="cls: the first token, where a model has one for it. mean: of a text's tokens, of a "
        "picture's patches. last: the last token that is not special. eos: the last token. "
        "cls + mean: both, one after the other.",
    )
    wanted = tuple((layer, pooling) for pooling in poolings for layer in sorted(layers))
    if not wanted:
        st.caption("Choose one layer and one pooling at least.")
        return
    if len(wanted) > 1:
        st.caption(f"{len(wanted)} spaces over the same items will open.")
    encode_panel(
        Request(
            (key, side, wanted),
            lambda device: readings(load(encoder, device), wanted),
            one_side(collection, side),
            lambda joined: layer_spaces(joined, encoder, wanted),
        )
    )


def _parts(side: Modality, encoder: EncoderId, source: Source, *, depth: int) -> None:
    collection, key = one_side(source[0], side), source[1]
    inputs = collection.pictures or collection.texts
    left, right, _ = st.columns([1, 1, 2], gap="medium")
    # Of a picture the middle: at the end of a convolutional tower hardly a place is left.
    usual = depth // 2 if side == "image" else depth - 1
    layer = left.number_input(
        "Layer, from 0", 0, depth - 1, usual, key=f"encode.layer.{side}.{depth}"
    )
    count = right.number_input(
        f"{SIDES[side].capitalize()} to read",
        1,
        min(len(inputs), MOST_READ),
        min(len(inputs), USUALLY_READ),
        key=f"encode.count.{side}.{len(inputs)}",
        help="Where there are more, a sample of them, the same every time.",
    )
    recipe = ("parts", key, side, layer, count)
    if running(recipe):
        return
    if st.button("Open as a space", icon=":material/play_arrow:", key="encode.go"):
        start(
            recipe,
            "",
            lambda: part_space(load(encoder), collection, layer, n=count),
            spaces=lambda space: (space,),
        )
        st.rerun()
