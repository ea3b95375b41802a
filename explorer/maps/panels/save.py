"""The map as one file, to keep and to send: what goes into it, how large it becomes, the file."""

from functools import partial
from typing import Any

import streamlit as st

from core.catalog import catalog
from core.knobs import bind
from core.record import Record
from core.space import EmbeddingSpace
from explorer.look.errors import explained
from explorer.maps.alone.file import Beside, map_html
from explorer.maps.alone.planning import Extent, Plan, planned
from explorer.maps.draw.blobs import card_columns
from explorer.session.selections import named
from explorer.session.state import LENS
from explorer.session.workspace import session
from explorer.work.compute import awaited, known_result
from explorer.work.jobs import LONG

AT_ONCE = 10_000_000  # bytes of a file that is made unasked where it is offered


def save_popover(space: EmbeddingSpace, projection: EmbeddingSpace, color: str) -> None:
    """Offer the map as one file; a large one is not made before it is asked for."""
    box = st.popover(
        "Save",
        icon=":material/save:",
        key="save",
        on_change="rerun",
        help="The map as one file: it opens in any browser, without this app and without a network",
    )
    if not box.open:
        return
    with box, explained():
        if projection.n_dims != 2:
            st.caption("A map as one file is flat: choose 2-D under the settings of the map.")
            return
        _offer(space, projection, color)


def _offer(space: EmbeddingSpace, projection: EmbeddingSpace, color: str) -> None:
    columns = st.multiselect(
        "Columns", known := card_columns(space), default=known, key="save.columns"
    )
    pictures = "image" in space.roles and st.toggle("Pictures", value=True, key="save.pictures")
    records = _measured(space)
    said = ", ".join(record.lens.title for record in records)
    st.caption(f"Beside the map: {said or 'no numbers, as no measure was looked at yet'}.")
    extent = Extent(columns=tuple(columns), pictures=pictures)
    key = (space.fingerprint, projection.fingerprint, extent, color, said, *named(space))
    work = partial(planned, space, extent, n_measures=len(records))
    plan: Plan | None = awaited(("file size", *key), "Size", work, place="save.size")
    if plan is None:
        return
    st.markdown(f"The file will have {plan}.")
    asked = session().asked
    if plan.size > AT_ONCE and key not in asked:
        if st.button("Make the file", icon=":material/draft:", key="save.make"):
            asked.add(key)
            st.rerun()
        return
    selections = {name: selection.index for name, selection in named(space).items()}
    beside = Beside(_key(color, plan, records), records, selections)
    page: str | None = awaited(
        ("file", *key),
        "Map as one file",
        partial(map_html, space, projection, plan, beside=beside),
        place="save.file",
        seconds=LONG,
    )
    if page is not None:
        st.download_button(
            f"map.html, {len(page) / 1e6:.1f} MB",
            page,
            "map.html",
            "text/html",
            key="save.file",
            icon=":material/download:",
            on_click="ignore",
        )


def _measured(space: EmbeddingSpace) -> list[Record]:
    """What lenses of one space have found so far, with their default knobs."""
    found = []
    for lens in catalog().values():
        if lens.arity != (1, 1) or lens.obstacle(space):
            continue
        knobs: dict[str, Any] = bind(lens.knobs, {}, space)
        if (result := known_result(lens, (space,), {})) is not None:
            found.append(Record(lens, result, (space,), knobs))
    return found


def _key(color: str, plan: Plan, records: list[Record]) -> str:
    """The present color, where the file has it too."""
    lens = color.removeprefix(LENS).rpartition(".")[0]
    measured = any(record.lens.key == lens for record in records)
    return lens if color.startswith(LENS) and measured else color if color in plan.columns else ""
