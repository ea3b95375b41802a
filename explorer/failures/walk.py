"""Failures one by one: what asked, what is right, what was found instead, as pictures and texts."""

import html
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core import formatting
from core.arrays import Codes
from core.counts import counted
from core.engines.failures.found import Found
from core.engines.failures.parts import Part
from core.engines.failures.slices import Slice
from core.estimates import Score
from core.io.writers import spreadsheet_text
from core.numerics.lots import lowest_first
from core.space import EmbeddingSpace
from explorer.items.rows import item_html, map_button
from explorer.look import theme
from explorer.session.current import select
from explorer.session.navigation import go
from explorer.session.state import SIMILARITY, Similarity
from explorer.session.workspace import session

PAGE = 8  # failures at a time
RANK = Score(low=1)
STYLE = """<style>
.walk { overflow-x: auto; } .walk table { border-collapse: collapse; width: 100%;
  font-size: 0.9rem; table-layout: fixed; min-width: 40rem; }
.walk :is(th, td) { text-align: left; vertical-align: top; padding: 0.5rem 1rem 0.5rem 0;
  border-bottom: 1px solid rgba(128, 128, 128, 0.3); font-weight: 400; overflow-wrap: anywhere; }
.walk thead th { font-weight: 600; } .walk small { display: block; opacity: 0.75; }
.walk img { width: 72px; height: 72px; object-fit: contain;
  outline: 1px solid rgba(128, 128, 128, 0.45); }
</style>"""


def walk(made: Found, chosen: Slice | None) -> None:
    """Draw the failures of a slice, or all, the farthest from right first."""
    space, at = made.space, failing(made, chosen)
    name = "all failures" if chosen is None else chosen.part.name
    with st.container(border=True):
        st.markdown(f"**{counted(len(at), 'failure')}**, {theme.plain(name)}")
        if not len(at):
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            origin = f"failures, {name}"
            queries = np.union1d(made.queries[at], made.beside[at][made.beside[at] >= 0])
            map_button(space, queries, "failures.map", origin=origin, text="Queries on the map")
            triples = np.unique([made.queries[at], made.right[at], made.instead[at]])
            map_button(
                space, triples, "failures.map.all", origin=origin, text="With right and found"
            )
            if chosen is not None:
                _color_button(space, queries, chosen.part)
            st.download_button(
                f"CSV, {counted(len(at), 'failure')}",
                lambda: spreadsheet_text(failures_table(made, at)),
                "failures.csv",
                "text/csv",
                key="failures.each.csv",
                icon=":material/download:",
                on_click="ignore",
            )
        pages = -(-len(at) // PAGE)
        page = 1
        if pages > 1:
            page = st.number_input(
                f"Page (of {pages:,})",
                1,
                pages,
                key=f"failures.page.{hash(at.tobytes())}",
                width=140,
            )
        st.html(STYLE)
        st.html(_table(made, at[(page - 1) * PAGE : page * PAGE]))


def _color_button(space: EmbeddingSpace, queries: Codes, part: Part) -> None:
    """A button that colors the map by the position on a direction, the queries selected."""
    if part.along is None:
        return
    if st.button("Color the map by it", key="failures.color", icon=":material/palette:"):
        session().similarity = Similarity(space.fingerprint, part.name, part.along)
        select(space.items.index[queries], f"failures, {part.name}")
        go("map", controls={"dock": "Selection", "map.color": SIMILARITY})


def failing(made: Found, chosen: Slice | None) -> Codes:
    """Which queries fail, of a slice or of all: the farthest from right first."""
    fails = made.fails
    if chosen is not None:
        fails = fails & chosen.part.of
    rank = np.argsort(made.space.standing)[made.queries]
    order = lowest_first(made.cosines[:, 0] - made.cosines[:, 1], np.argsort(rank))
    return order[fails[order]]


def failures_table(made: Found, at: Codes) -> pd.DataFrame:
    """A row a failure: numbers of the three items, rank of what is right, both cosines."""
    index = made.space.items.index
    return pd.DataFrame(
        {
            "query": index[made.queries[at]],
            "right": index[made.right[at]],
            "found": index[made.instead[at]],
            "rank of right": made.ranks[at],
            "cosine of right": made.cosines[at, 0],
            "cosine of found": made.cosines[at, 1],
        }
    )


def _table(made: Found, at: Codes) -> str:
    body = []
    for row in at:
        cosines = [formatting.number(float(value)) for value in made.cosines[row]]
        parts = [made.queries[row], *(at for at in made.beside[row : row + 1] if at >= 0)]
        cells = (
            (parts, ""),
            (
                [made.right[row]],
                f"rank {formatting.number(made.ranks[row], RANK)}, cosine {cosines[0]}",
            ),
            ([made.instead[row]], f"cosine {cosines[1]}"),
        )
        body.append("<tr>" + "".join(_cell(made.space, parts, said) for parts, said in cells))
    return (
        '<div class="walk" tabindex="0" role="region" aria-label="Failures, one by one">'
        '<table><thead><tr><th scope="col">Query</th><th scope="col">What is right</th>'
        f'<th scope="col">Found instead</th></tr></thead><tbody>{"".join(body)}'
        "</tbody></table></div>"
    )


def _cell(space: EmbeddingSpace, items: Sequence[int], said: str) -> str:
    """The item, or the parts of a query, and what is known of it."""
    shown = "<br>".join(item_html(space, int(item)) for item in items)
    facts = ", ".join(_facts(space, int(items[0])))
    small = "".join(f"<small>{html.escape(one)}</small>" for one in (facts, said) if one)
    return f"<td>{shown}{small}</td>"


def _facts(space: EmbeddingSpace, item: int) -> list[str]:
    """What columns of categories say of an item, those of roles that are drawn aside."""
    drawn = {space.roles[role] for role in ("image", "text", "pair") if role in space.roles}
    cells = space.items.iloc[item]
    return [
        str(value)
        for column, value in cells.items()
        if column not in drawn and isinstance(value, str) and len(value) <= 30
    ][:5]
