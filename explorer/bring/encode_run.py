"""Encoding as it runs: what it will cost, how far it is, and the spaces that it opens."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from core.counts import counted
from core.encoders.encoder import Encoder
from core.encoders.encoding import Cost, Encoded, cost, encode
from core.encoders.loading import best_device
from core.io.collection import Collection
from core.io.contents import size
from core.space import EmbeddingSpace
from explorer.look.theme import plain
from explorer.session.navigation import choose
from explorer.session.state import Visit
from explorer.session.workspace import open_made, session
from explorer.work.compute import awaited
from explorer.work.jobs import LONG

MOST_NAMED = 20  # refused files listed


@dataclass(frozen=True, eq=False)
class Request:
    """What is to be encoded.

    Attributes
    ----------
    key
        Of the same request, and of no other.
    encoder
        Loads what encodes.
    collection
        The inputs.
    spaces
        What becomes of the space that encoding gives, under the name that was chosen.
    """

    key: Hashable
    encoder: Callable[[], Encoder]
    collection: Collection
    spaces: Callable[[EmbeddingSpace], Sequence[EmbeddingSpace]] = lambda space: (space,)


def encode_panel(request: Request) -> None:
    """Estimate, ask, encode, open."""
    collection = request.collection
    found: Cost | None = awaited(
        ("cost", request.key),
        "Timing a first batch",
        lambda: cost(request.encoder(), collection),
        place="encode.cost",
        seconds=LONG,  # the model is loaded first
    )
    if found is None:
        return
    with st.container(horizontal=True):
        st.metric(
            "Time left", _duration(found.seconds), help=f"On {best_device()}, from a timed batch."
        )
        st.metric("Output", size(found.output_bytes), help="Vectors and thumbnails.")
        st.metric("Memory", size(found.memory_bytes), help="The model and the output.")
    name = st.text_input(
        "Name of the space", collection.name, key=f"encode.name.{collection.name}", width=400
    )
    recipe = ("encode", request.key)
    if not asked(recipe, "Encode"):
        return
    made: Encoded | None = awaited(
        recipe,
        "Encoding",
        lambda: encode(request.encoder(), collection),
        place="encode.run",
        seconds=LONG,
    )
    if made is None:
        st.caption("If you stop it, what is finished is kept: the next time it goes on from there.")
        return
    whole = replace(made.space, name=name.strip() or collection.name)
    opened(recipe, request.spaces(whole), made.refused)


def asked(recipe: Hashable, label: str) -> bool:
    """Whether work was asked for, by a button that is drawn here."""
    state = session()
    if st.button(label, icon=":material/play_arrow:", key="encode.go"):
        state.stopped.discard(recipe)
        state.asked.add(recipe)
    return recipe in state.asked


def opened(recipe: Hashable, spaces: Sequence[EmbeddingSpace], refused: Sequence[str] = ()) -> None:
    """Open what was asked for, say so and what is left out, and draw the page anew."""
    state = session()
    state.asked.discard(recipe)
    names = [open_made(space.name, f"{recipe!r}:{at}", space) for at, space in enumerate(spaces)]
    first = spaces[0]
    by = f", by {plain(first.encoder)}" if first.encoder else ""
    size = f"{counted(len(first), 'item')} in {counted(first.n_dims, 'dimension')}{by}"
    if len(names) == 1:
        said = f"{names[0]!r} is open: {size}."
    else:
        choose(Visit(space=names[0]))
        listing = "\n".join(f"- {name}" for name in names)
        said = f"{len(names)} spaces are open, the first of them with {size}:\n\n{listing}"
    state.notices.append((True, said))
    if refused:
        state.notices.append((False, f"{len(refused):,} left out:\n\n{listed(refused)}"))
    st.rerun()


def listed(refused: Sequence[str]) -> str:
    """What is not used, by name, as a list."""
    more = [f"and {len(refused) - MOST_NAMED:,} more"] if len(refused) > MOST_NAMED else []
    return "\n".join(f"- {sentence}" for sentence in (*refused[:MOST_NAMED], *more))


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 1 else "< 1 s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"
