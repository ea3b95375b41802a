"""A heat map of pairs of spaces, whose cells open the pair in the lens behind them."""

import html
from functools import partial
from itertools import combinations

import streamlit as st

from core.catalog import catalog
from core.readouts import Heatmap
from explorer.look.charts import chart
from explorer.session.navigation import choose, go
from explorer.session.state import Visit
from explorer.session.workspace import opened_name


def pair_heatmap(readout: Heatmap, key: str, alt: str) -> None:
    """Draw the matrix; open the pair of a cell that is clicked, or that is chosen in a list."""
    event = st.plotly_chart(
        chart(readout),
        key=key,
        config={"displaylogo": False, "displayModeBar": False},
        alt=alt,
        on_select=partial(_clicked, readout, key),
        selection_mode="points",
    )
    pairs = list(combinations(range(len(readout.rows)), 2))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Pair to open",
            pairs,
            format_func=lambda pair: " and ".join(readout.rows[place] for place in pair),
            key=f"{key}.pair",
            help="Or click a cell: its row becomes the space, its column what it is compared with.",
        )
        opened = st.button(
            f"Open in {catalog()[readout.opens].title}",
            key=f"{key}.open",
            icon=":material/arrow_forward:",
            on_click=_opened,
            args=(readout, *(readout.rows[place] for place in chosen)),
        )
    if opened or event["selection"]["points"]:  # still here: the lens is on another page
        go(catalog()[readout.opens].family)


def _clicked(readout: Heatmap, key: str) -> None:
    for point in st.session_state[key]["selection"]["points"][:1]:
        _opened(readout, html.unescape(point["y"]), html.unescape(point["x"]))


def _opened(readout: Heatmap, row: str, column: str) -> None:
    """Choose the pair and its lens; the other spaces stay, behind the pair."""
    first, second, *others = (
        opened_name(name) or name
        for name in (row, column, *(name for name in readout.rows if name not in (row, column)))
    )
    family, _, name = readout.opens.partition(".")
    choose(Visit("", first, (second, *others), {f"{family}.lens": name}))
