"""Which model made the vectors of an opened file: named, and checked by encoding some again."""

from functools import partial

import streamlit as st

from core.encoders.checking import Check, check
from core.origin import EncoderId
from core.space import EmbeddingSpace
from explorer.bring.models import chosen_model
from explorer.look.errors import explained
from explorer.look.theme import plain
from explorer.session.roles import name_encoder
from explorer.session.workspace import session
from explorer.work.compute import awaited


def encoder_panel(space: EmbeddingSpace) -> None:
    """Ask for the model of a space, and take it if it gives its items the vectors they have."""
    known = space.encoder
    title = "Which model made these vectors?" if known is None else f"Encoder: {plain(known)}"
    box = st.expander(title, icon=":material/neurology:", key="encoder", on_change="rerun")
    if not box.open:
        return
    with box, explained():
        st.caption(
            "Search by meaning, what is dropped onto the map and Ask the model need the one that "
            "made the vectors. Some items are encoded again: it is the model, and is taken, if "
            "they get the vectors that they have."
        )
        asked = session().asked
        if known is not None:
            _check_again(space, known)
        encoder = chosen_model()
        if encoder is None:
            return
        key = ("encoder checked", space.fingerprint, encoder)
        if st.button("Check it", icon=":material/fact_check:", key="encoder.check"):
            asked.add(key)
        if key not in asked:
            return
        found: Check | None = awaited(
            key, "Encoding some items again", partial(check, space, encoder), place="encoder.check"
        )
        if found is None:
            return
        said = st.container()
        if encoder != known and _is_taken(found):
            asked.discard(key)
            session().notices.append((True, answer(found)))
            name_encoder(encoder)
        said.markdown(answer(found))


def _check_again(space: EmbeddingSpace, known: EncoderId) -> None:
    """Whether the model that is said to have made the space did: on the command line, say."""
    key = ("encoder said", space.fingerprint, known)
    st.button(
        f"Check that it was {plain(known)}",
        icon=":material/fact_check:",
        key="encoder.again",
        on_click=session().asked.add,
        args=(key,),
    )
    if key in session().asked:
        found: Check | None = awaited(
            key, "Encoding some items again", partial(check, space, known), place="encoder.again"
        )
        if found is not None:
            st.markdown(answer(found))
    st.caption("Or it was another:")


def _is_taken(found: Check) -> bool:
    """Whether it is the model; where it is nearly, whether it is to be used all the same."""
    return found.is_same or (
        found.is_close
        and st.button("Use it all the same", icon=":material/check:", key="encoder.take")
    )


def answer(found: Check) -> str:
    """What the check says, in sentences with its numbers."""
    kinds = " and ".join({"text": "texts", "image": "pictures"}[kind] for kind in found.kinds)
    what = kinds if len(found.rows) > 1 else kinds.removesuffix("s")
    numbers = (
        f"{len(found.rows)} {what} encoded again: median cosine with their own vectors "
        f"{found.median:.3f}, lowest {found.cosines.min():.3f}; with those of other items "
        f"{found.others:.3f}. {found.found:.0%} are nearest to their own."
    )
    if found.is_same:
        return f"**Yes, this is the model.** {numbers}"
    if found.is_close:
        return (
            f"**Nearly.** {numbers} This is how another version of it, another prompt or vectors "
            "kept in fewer bits look."
        )
    return f"**No, these are not vectors of this model.** {numbers}"
