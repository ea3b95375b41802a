"""What an encoding will cost, how it is run, and the button that starts it or goes on with it."""

import os
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from core.catalog import catalog
from core.counts import counted
from core.encoders.cost import Cost, cost
from core.encoders.encoder import Encoder
from core.encoders.encoding import Plan, encode, in_words
from core.encoders.loading import devices
from core.io.collection import Collection
from core.io.contents import size
from core.space import EmbeddingSpace
from explorer.bring.runs import OPENED, listed, running, start
from explorer.keep.keeping import encoded_folder
from explorer.look.theme import literal, plain
from explorer.session.navigation import go
from explorer.session.workspace import session
from explorer.work.compute import awaited
from explorer.work.jobs import LONG

MOST_REFUSED = 5  # pictures that are named before
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True, eq=False)
class Request:
    """What is to be encoded.

    Attributes
    ----------
    key
        Of the same request, and of no other.
    encoder
        Loads what encodes, on a device.
    collection
        The inputs.
    spaces
        What becomes of the space that encoding gives, under the name that was chosen.
    lens
        Key of the lens that it is made for; empty where it is for any.
    """

    key: Hashable
    encoder: Callable[[str], Encoder]
    collection: Collection
    spaces: Callable[[EmbeddingSpace], Sequence[EmbeddingSpace]] = lambda space: (space,)
    lens: str = ""


def encode_panel(request: Request) -> None:
    """Estimate, ask how to run, encode; what is under way is shown above every page."""
    collection, state = request.collection, session()
    recipe = ("encode", request.key)
    if running(recipe):
        st.caption(
            "It goes on while other pages are looked at. What is finished is kept on disk: after a "
            "stop, a crash or a restart it goes on from there."
        )
        return
    box = st.expander("How to run", icon=":material/tune:", key="encode.how")
    device = _device(box)
    ended = state.encoded.get(recipe, 0)  # what was left then is not what is left now
    estimated: Cost | None = awaited(
        ("cost", request.key, device, ended),
        "Timing a first batch",
        lambda: cost(request.encoder(device), collection, Plan(folder=encoded_folder())),
        place="encode.cost",
        seconds=LONG,  # the model is loaded first
    )
    if estimated is None:
        return
    _say_refused(estimated)
    plan = _plan(box, estimated.plan, pictures=bool(collection.pictures))
    with st.container(horizontal=True):
        if estimated.remaining:
            st.metric(
                "Time left",
                in_words(estimated.seconds),
                help="From a timed sample of all lengths and files.",
            )
        st.metric("On disk", size(estimated.output_bytes), help="Vectors and thumbnails.")
        st.metric(
            "Memory",
            size(estimated.memory_bytes),
            help="The app with the model, and the new space.",
        )
    name = st.text_input(
        "Name of the space",
        collection.name,
        key=f"encode.name.{collection.name}",
        width=400,
        persist_state="session",
    )
    name = name.strip() or collection.name
    before = estimated.finished > 0 and estimated.remaining > 0
    if before:
        verb = "is" if estimated.finished == 1 else "are"
        st.caption(f"{estimated.finished:,} of {len(collection):,} {verb} encoded from before.")
    if st.button("Continue" if before else "Encode", icon=":material/play_arrow:", key="encode.go"):
        state.encoded[recipe] = ended + 1
        start(
            recipe,
            name,
            lambda: encode(request.encoder(device), collection, plan),
            spaces=request.spaces,
        )
        st.rerun()
    _onward(recipe, request.lens)


def _say_refused(estimated: Cost) -> None:
    """Pictures that cannot be read are said before all of them are tried."""
    if not estimated.refused:
        return
    n = len(estimated.refused)
    said = listed([literal(one) for one in estimated.refused], MOST_REFUSED)
    st.warning(
        f"{n:,} of the {counted(estimated.looked_at, 'picture')} looked at cannot be read, and "
        f"would be left out:\n\n{said}",
        icon=":material/broken_image:",
    )


def _device(box: st.delta_generator.DeltaGenerator) -> str:
    names = devices()
    if len(names) == 1:
        return names[0]
    return box.segmented_control(
        "Device", names, default=names[0], required=True, key="encode.device"
    )


def _plan(box: st.delta_generator.DeltaGenerator, best: Plan, *, pictures: bool) -> Plan:
    """The plan that ran best, unless somebody knows better."""
    with box:
        batch = st.selectbox(
            "Items that the model reads at once",
            [None, *SIZES],
            format_func=lambda n: f"{best.batch}: the fastest when timed" if n is None else str(n),
            key="encode.batch",
            help="Larger batches take more memory.",
        )
        threads = best.threads
        if pictures:
            most = 4 * (os.cpu_count() or 1)
            threads = st.slider(
                "Pictures decoded at once", 1, max(2, most), best.threads, key="encode.threads"
            )
    return replace(best, batch=batch or best.batch, threads=threads)


def _onward(recipe: Hashable, lens: str) -> None:
    """The way to what can be done with the space that was opened last."""
    name, of = st.session_state.get(OPENED, ("", None))
    if name not in session().spaces:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{plain(repr(name))} is open:", width="content")
        for page, text, icon in (
            ("map", "See it on the map", "scatter_plot"),
            ("measures", "Measure it", "straighten"),
            ("ask", "Ask its model", "forum"),
        ):
            if st.button(text, key=f"encode.to.{page}", icon=f":material/{icon}:"):
                go(page, space=name)
        if lens and of == recipe:
            family, _, key = lens.partition(".")
            title = catalog()[lens].title
            if st.button(title, key="encode.to.lens", icon=":material/arrow_forward:"):
                go(family, space=name, controls={f"{family}.lens": key})
