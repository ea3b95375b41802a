"""Failures one by one: what asked, what is right, what was found instead, as pictures and texts."""

import html

import numpy as np
import pandas as pd
import streamlit as st

from core.arrays import Codes
from core.counts import counted
from core.engines.retrieval.failures import Found, Slice
from core.estimates import Score
from core.io.writers import spreadsheet_text
from core.space import EmbeddingSpace
from explorer.items.rows import item_html, map_button
from explorer.look import theme

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


def walk(space: EmbeddingSpace, made: Found, chosen: Slice | None) -> None:
    """Draw the failures of a slice, or all, the farthest from right first."""
    at = failing(made, chosen)
    name = "all failures" if chosen is None else chosen.name
    with st.container(border=True):
        st.markdown(f"**{counted(len(at), 'failure')}**, {theme.plain(name)}")
        if not len(at):
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            origin = f"failures, {name}"
            queries = np.unique(made.queries[at])
            map_button(space, queries, "failures.map", origin=origin, text="Queries on the map")
            triples = np.unique([made.queries[at], made.right[at], made.instead[at]])
            map_button(
                space, triples, "failures.map.all", origin=origin, text="With right and found"
            )
            st.download_button(
                f"CSV, {counted(len(at), 'failure')}",
                lambda: spreadsheet_text(failures_table(space, made, at)),
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
        st.html(_table(space, made, at[(page - 1) * PAGE : page * PAGE]))


def failing(made: Found, chosen: Slice | None) -> Codes:
    """Which queries fail, of a slice or of all: the farthest from right first."""
    fails = made.failed >= 0.5
    if chosen is not None:
        fails &= chosen.of
    at = np.flatnonzero(fails)
    return at[np.argsort((made.cosines[at, 0] - made.cosines[at, 1]), kind="stable")]


def failures_table(space: EmbeddingSpace, made: Found, at: Codes) -> pd.DataFrame:
    """A row a failure: numbers of the three items, rank of what is right, both cosines."""
    index = space.items.index
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


def _table(space: EmbeddingSpace, made: Found, at: Codes) -> str:
    body = []
    for row in at:
        cosines = [theme.number(float(value)) for value in made.cosines[row]]
        cells = (
            (made.queries[row], ""),
            (made.right[row], f"rank {theme.number(made.ranks[row], RANK)}, cosine {cosines[0]}"),
            (made.instead[row], f"cosine {cosines[1]}"),
        )
        body.append("<tr>" + "".join(_cell(space, int(item), said) for item, said in cells))
    return (
        '<div class="walk" tabindex="0" role="region" aria-label="Failures, one by one">'
        '<table><thead><tr><th scope="col">Query</th><th scope="col">What is right</th>'
        f'<th scope="col">Found instead</th></tr></thead><tbody>{"".join(body)}'
        "</tbody></table></div>"
    )


def _cell(space: EmbeddingSpace, item: int, said: str) -> str:
    facts = ", ".join(_facts(space, item))
    small = "".join(f"<small>{html.escape(one)}</small>" for one in (facts, said) if one)
    return f"<td>{item_html(space, item)}{small}</td>"


def _facts(space: EmbeddingSpace, item: int) -> list[str]:
    """What columns of categories say of an item, those of roles that are drawn aside."""
    drawn = {space.roles[role] for role in ("image", "text", "pair") if role in space.roles}
    cells = space.items.iloc[item]
    return [
        str(value)
        for column, value in cells.items()
        if column not in drawn and isinstance(value, str) and len(value) <= 30
    ][:5]
