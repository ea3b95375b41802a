"""The page "Ask the model": search, classify by words, add and subtract what things mean."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from core import formatting
from core.arrays import AnyPositions, Vectors
from core.encoders.loading import load
from core.engines.asking import TEMPLATES, ZeroShot, class_vectors, closest, combined, zero_shot
from core.estimates import Undefined
from core.io.names import free_name
from core.origin import EncoderId
from core.readouts import Heatmap
from core.space import EmbeddingSpace
from core.tables import worst_first
from explorer.ask.probe import PICTURE_KINDS, picture_vector, preview, texts_vectors
from explorer.ask.strengths import strengths
from explorer.items.full_size import full_size
from explorer.items.rows import PICTURE_WIDTH, item_table, map_button, picture_grid
from explorer.keep.visitors import may_upload
from explorer.look.charts import chart
from explorer.look.errors import explained
from explorer.look.theme import plain
from explorer.session.current import current_selection, looked_at, select
from explorer.session.navigation import encoder_link
from explorer.session.state import Visit
from explorer.session.workspace import open_made, session
from explorer.work.compute import awaited

MOST_NAMES = 50
LINES = 120  # pixels


def ask_page() -> None:
    """Draw what the model of the current space can be asked."""
    space = looked_at()
    if space is None:
        st.info("No space is open. Upload one on the Data page.", icon=":material/upload_file:")
        return
    if space.encoder is None:
        st.info(
            f"No model is known for {space.name!r}. Spaces made on the Encode page know theirs; of "
            "an opened file it can be said; a space that a transform changed has none.",
            icon=":material/block:",
        )
        encoder_link("ask.encoder", Visit("ask"))
        return
    asks = {"Search": _search, "Classify": _classify, "Add and subtract": _arithmetic}
    chosen = st.segmented_control(
        "What to ask",
        list(asks),
        default="Search",
        required=True,
        key="ask.what",
        persist_state="session",
        label_visibility="collapsed",
    )
    with explained():
        asks[chosen](space, space.encoder)


def _search(space: EmbeddingSpace, encoder: EncoderId) -> None:
    """Items closest to a text or a picture."""
    left, middle, right = st.columns([3, 2, 1], gap="medium")
    file = (
        middle.file_uploader("Or a picture", PICTURE_KINDS, key="ask.picture")
        if may_upload()
        else None
    )
    text = left.text_input(
        "Text", key="ask.text", placeholder="a red circle", disabled=file is not None
    ).strip()
    with right:
        rows = _kind(space, "Search among", "ask.kind")
    if file is not None:
        left.image(preview(file), plain(file.name), width=PICTURE_WIDTH)
        query = picture_vector(space, encoder, file, place="ask.picture")
    elif text:
        query = _text_vector(space, encoder, text, place="ask.text")
    else:
        st.caption("Write a text or drop a picture: the items closest to it by cosine are listed.")
        return
    if query is not None:
        said = f"search for “{text}”" if file is None else f"search by {file.name}"
        if file is None:
            strengths(space)
        _closest(space, query, rows, origin=said)


def _arithmetic(space: EmbeddingSpace, encoder: EncoderId) -> None:
    """An item or a text, less one text, plus another."""
    picked = current_selection()
    single = picked is not None and len(picked) == 1
    columns = st.columns(4, gap="medium")
    start = columns[0].text_input(
        "This text" if not single else "This text (empty: the selected item)",
        key="ask.start",
        placeholder="a red circle",
        help="To start from an item, tick it in a list of this page, or select it on the map, and "
        "leave this empty.",
    )
    minus = columns[1].text_input("minus", key="ask.minus", placeholder="red")
    plus = columns[2].text_input("plus", key="ask.plus", placeholder="blue")
    with columns[3]:
        rows = _kind(space, "Search among", "ask.sum.kind")
    texts = {-1.0: minus.strip(), 1.0: plus.strip()}
    terms: list[tuple[float, Vectors]] = []
    if start.strip():
        if (vector := _text_vector(space, encoder, start.strip(), place="ask.start")) is None:
            return
        terms.append((1.0, vector))
    elif picked is not None and single:
        at = int(space.items.index.get_indexer(pd.Index(picked.index))[0])
        st.caption("Starts from the selected item, which is left out of what is found.")
        picture_grid(space, np.array([at]), ["this item"])
        item_table(space, np.array([at]), "ask.from")
        terms.append((1.0, space.vectors[at]))
        rows = rows[rows != at]
    else:
        st.caption("Write a text, or tick an item in a list of this page, to start from.")
        return
    for weight, text in texts.items():
        if text:
            if (vector := _text_vector(space, encoder, text, place=f"ask.{weight}")) is None:
                return
            terms.append((weight, vector))
    _closest(space, combined(terms), rows, origin="sum of meanings")


def _classify(space: EmbeddingSpace, encoder: EncoderId) -> None:
    """Zero-shot classes: the name whose prompts are closest."""
    left, middle, right = st.columns([2, 3, 1], gap="medium")
    known = space.known_values("label")[:MOST_NAMES] if "label" in space.roles else ()
    names = _lines(left.text_area("Classes, one a line", "\n".join(known), LINES, key="ask.names"))
    templates = _lines(
        middle.text_area(
            "Templates, one a line; {} is the class",
            "\n".join(TEMPLATES),
            LINES,
            key="ask.templates",
            help="The vectors of all templates are averaged for each class.",
        )
    )
    with right:
        rows = _kind(space, "Classify", "ask.classify.kind")
    if not names:
        st.caption("Write the names of the classes.")
        return
    classified: ZeroShot | None = awaited(
        ("zero-shot", space.fingerprint, names, templates, rows.tobytes()),
        "Classifying",
        lambda: zero_shot(space, class_vectors(load(encoder), names, templates), names, rows=rows),
        place="ask.classify",
    )
    if classified is not None:
        _classified(space, classified)


def _classified(space: EmbeddingSpace, zero_shot: ZeroShot) -> None:
    accuracy = zero_shot.accuracy
    with st.container(horizontal=True, vertical_alignment="center"):
        if isinstance(accuracy, Undefined):
            st.metric("Accuracy", "undefined", help=accuracy.reason, width="content")
            st.caption(accuracy.reason)
        else:
            st.metric("Accuracy", formatting.estimate(accuracy), width="content")
            st.caption(" · ".join(formatting.notes(accuracy)))
    predicted = np.full(len(space), None, object)
    predicted[zero_shot.rows] = np.array(zero_shot.names, object)[zero_shot.predicted]
    order = worst_first(zero_shot.margin, space)
    if "label" in space.roles and not isinstance(accuracy, Undefined):
        _by_class(space, zero_shot)
    st.markdown("**Items, the least certain first**")
    picture_grid(space, order, list(predicted[order]))
    found = {
        free_name(name, space.items.columns): values
        for name, values in (("predicted", predicted), ("margin", zero_shot.margin.values))
    }
    extra = {name: values[order] for name, values in found.items()}
    ticked = item_table(space, order, "ask.classified", extra=extra)
    with st.container(horizontal=True):
        if len(ticked) == 1:
            full_size(space, int(ticked[0]))
        shown = ticked if len(ticked) else order[:20]
        map_button(space, shown, "ask.classified.map", origin="zero-shot, least certain")
        if st.button(
            "Open with the prediction as a column", key="ask.open", icon=":material/add_circle:"
        ):
            made = replace(space, items=space.items.assign(**found))
            name = open_made(f"{space.name}, classified", made.fingerprint, made)
            said = f"{name!r} is open: color the map by its column “{next(iter(found))}”."
            session().notices.append((True, said))
            st.rerun()


def _by_class(space: EmbeddingSpace, zero_shot: ZeroShot) -> None:
    """How many of each class are found, and what the others are taken for.

    A label that differs from a name by upper and lower case alone is that name.
    """
    asked = {name.casefold(): name for name in zero_shot.names}
    labels = space.names("label")[zero_shot.rows]
    truth = [asked.get(label.strip().casefold(), label) for label in labels]
    predicted = np.array(zero_shot.names, object)[zero_shot.predicted]
    counts = pd.crosstab(truth, predicted).reindex(columns=list(zero_shot.names), fill_value=0)
    known = [name for name in zero_shot.names if name in counts.index]
    counts = counts.loc[[*known, *(name for name in counts.index if name not in known)]]
    right = np.array([counts.loc[name, name] if name in known else 0 for name in counts.index])
    said = counts.sum(axis=0).reindex(counts.index, fill_value=0).to_numpy()
    table = pd.DataFrame(
        {
            "class": counts.index,
            "items": counts.sum(axis=1).to_numpy(),
            "found (recall)": right / counts.sum(axis=1).to_numpy(),
            "right where said (precision)": np.where(said > 0, right / np.maximum(said, 1), np.nan),
        }
    )
    left, middle = st.columns([2, 3], gap="medium")
    left.dataframe(table, hide_index=True, key="ask.by_class", alt="Recall and precision by class")
    shares = counts.to_numpy() / counts.sum(axis=1).to_numpy()[:, None]
    matrix = Heatmap(
        shares, tuple(map(str, counts.index)), zero_shot.names, "share of the class in the row"
    )
    middle.plotly_chart(chart(matrix), key="ask.confusion")


def _closest(space: EmbeddingSpace, query: Vectors, rows: AnyPositions, *, origin: str) -> None:
    k = st.slider("Items", 5, 100, 20, key="ask.k", width=320)
    near, cosines = closest(space, query, rows, k=k)
    picture_grid(space, near, [f"{cosine:.2f}" for cosine in cosines])
    ticked = item_table(space, near, "ask.found", extra={"cosine": cosines})
    with st.container(horizontal=True):
        if len(ticked) == 1:
            full_size(space, int(ticked[0]))
        map_button(space, near, "ask.found.map", origin=origin, text="Select them on the map")
        st.button(
            "Add to the ticked item, or subtract",
            key="ask.from.ticked",
            icon=":material/calculate:",
            disabled=len(ticked) != 1,
            on_click=_start_from,
            args=(space, ticked, origin),
        )


def _start_from(space: EmbeddingSpace, item: AnyPositions, origin: str) -> None:
    select(space.items.index[item], f"one of: {origin}")
    st.session_state["ask.what"] = "Add and subtract"
    st.session_state["ask.start"] = ""


def _text_vector(
    space: EmbeddingSpace, encoder: EncoderId, text: str, *, place: str
) -> Vectors | None:
    vectors = texts_vectors(space, encoder, (text,), place=place)
    return None if vectors is None else vectors[0]


def _kind(space: EmbeddingSpace, label: str, key: str) -> AnyPositions:
    """Positions of the items of a chosen modality; of pictures, where there are any, by default."""
    if "modality" not in space.roles or not (names := space.known_values("modality")):
        return np.arange(len(space))
    first = names.index("image") if "image" in names else 0
    chosen = st.selectbox(label, names, first, key=f"{key}.{hash(names)}", filter_mode=None)
    return np.flatnonzero(space.names("modality") == chosen)


def _lines(written: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in written.splitlines() if line.strip()))
