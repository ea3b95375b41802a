"""Items on which models disagree most: beside each, what lies nearest to it in every model."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from core import formatting
from core.arrays import Positions
from core.catalog import catalog
from core.engines.neighborhoods.search import neighbors_of
from core.space import EmbeddingSpace
from core.tables import worst_first
from explorer.items.rows import item_html, map_button
from explorer.look.errors import explained
from explorer.models.pictures import MATRIX
from explorer.work.compute import computed, lens_result

MOST_SHOWN, NEAREST = 6, 5
FIRST = 20  # items sent to the map
LONGEST = 90  # characters of a text
STYLE = """<style>
.disagree { overflow-x: auto; } .disagree table { border-collapse: collapse; font-size: 0.85rem; }
.disagree :is(th, td) { text-align: left; vertical-align: top; padding: 0.4rem 0.8rem 0.4rem 0;
  border-bottom: 1px solid rgba(128, 128, 128, 0.3); min-width: 11rem; font-weight: 400; }
.disagree thead th { font-weight: 600; }
.disagree .item { display: inline-flex; gap: 0.3rem; align-items: center; margin: 0 0.3rem 0.3rem 0;
  padding: 2px 4px; border: 2px solid transparent; border-radius: 4px; }
.disagree .item.shared { border-color: #56B4E9; }
.disagree img { width: 44px; height: 44px; object-fit: contain;
  outline: 1px solid rgba(128, 128, 128, 0.45); }
</style>"""


def disagreement(models: tuple[EmbeddingSpace, ...], current: EmbeddingSpace | None) -> None:
    """Draw the items whose nearest neighbors the models share least, each with its neighbors.

    `current` is the model that the map shows, where it is one of them.
    """
    with st.container(border=True), explained():
        st.markdown("**Items on which they disagree most**")
        agreement = lens_result(catalog()[MATRIX], models, {}, place="models.disagreement")
        if agreement is None:
            return
        order = worst_first(agreement.by_item, models[0])[:FIRST]
        st.caption(
            f"By the share of an item's nearest neighbors that two models agree on, mean over all "
            f"pairs. Beside each item its {NEAREST} nearest; framed are those that all models have."
        )
        few = order[:MOST_SHOWN]
        near = computed(nearest, models, "Nearest items", place="models.near", rows=tuple(few))
        if near is None:
            return
        st.html(STYLE)
        st.html(_table(models, few, near, kept=agreement.by_item.values))
        if current is not None:
            text = f"Show the first {len(order)} on the map"
            origin = "the models disagree most"
            map_button(current, order, "models.disagree.map", origin=origin, text=text)


def nearest(*models: EmbeddingSpace, rows: Sequence[int]) -> tuple[Positions, ...]:
    """``(n_rows, k)`` the nearest others of some items in each model, by cosine."""
    at = np.asarray(rows, np.int64)
    near_each = [neighbors_of(one, at, NEAREST, metric="cosine") for one in models]
    return tuple(near.indices.astype(np.int64) for near in near_each)


def _table(
    models: Sequence[EmbeddingSpace],
    rows: Positions,
    near: Sequence[Positions],
    *,
    kept: np.ndarray,
) -> str:
    heads = "".join(f'<th scope="col">{html.escape(model.name)}</th>' for model in models)
    body = []
    for at, row in enumerate(rows):
        each = [listed[at] for listed in near]
        shared = set.intersection(*(set(listed.tolist()) for listed in each))
        listed = [
            "".join(_item(models[0], other, shared=other in shared) for other in listed)
            for listed in each
        ]
        cells = "".join(f"<td>{one}</td>" for one in listed)
        said = f"{formatting.number(kept[row])} shared"
        body.append(f"<tr><th>{_item(models[0], row)}<br>{said}</th>{cells}</tr>")
    return (
        '<div class="disagree" tabindex="0" role="region" aria-label="Items and what lies nearest">'
        f'<table><thead><tr><th scope="col">Item</th>{heads}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _item(space: EmbeddingSpace, row: int, *, shared: bool = False) -> str:
    kind = "item shared" if shared else "item"
    return f'<span class="{kind}">{item_html(space, row, longest=LONGEST)}</span>'
