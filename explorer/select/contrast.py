"""What differs between two selections: columns, a direction and its words, readings of a lens."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core import formatting
from core.arrays import Mask
from core.catalog import catalog
from core.counts import counted
from core.engines.contrasts.columns import (
    ShareDifference,
    level_differences,
    share_differences,
)
from core.engines.contrasts.direction import Direction, separating_direction
from core.engines.contrasts.words import WordContrast, telling, word_contrasts
from core.errors import ExplorerError
from core.estimates import Estimate, Number, Score
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.look.errors import explained
from explorer.session.current import current, current_selection, part
from explorer.session.navigation import choose
from explorer.session.selections import REST, choices, mask_of
from explorer.session.state import SIMILARITY, Similarity, Visit
from explorer.session.workspace import session
from explorer.work.compute import awaited, lens_result

MOST_ROWS = 30  # shown of a table
MOST_APART, MOST_WORDS_APART = 3, 8  # differences shown unasked
MOST_UNASKED = 60_000  # items of which they are looked for
MOST_WORDS = 12  # of either end


def contrast_panel(space: EmbeddingSpace) -> None:
    """Ask for two selections, and draw what differs between them when asked to."""
    whole = current()
    known = {} if whole is None else choices(whole)
    if not known:
        return
    box = st.expander(
        "What differs between two selections",
        icon=":material/difference:",
        key="contrast",
        on_change="rerun",
    )
    if not box.open:
        return
    with box, explained():
        first = st.selectbox("First", list(known), key="contrast.first", filter_mode=None)
        others = [name for name in known if name != first]
        second = st.selectbox("Second", [REST, *others], key="contrast.second", filter_mode=None)
        a = mask_of(space, known[first])
        b = ~a if second == REST else mask_of(space, known[second])
        if not (a.any() and b.any()):
            st.info("One of the two holds no item.", icon=":material/block:")
            return
        shared = int((a & b).sum())
        both = f" {counted(shared, 'item')} are in both." if shared else ""
        st.caption(f"{a.sum():,} against {counted(b.sum(), 'item')}.{both}")
        _columns(space, a, b)
        _direction(space, a, b)
        _words(space, a, b)
        _readings(space, a, b)


def set_apart(space: EmbeddingSpace) -> None:
    """Say what differs most between the selection and all other items: values, and words."""
    picked = current_selection()
    if picked is None or len(space) > MOST_UNASKED:
        return
    mask = mask_of(space, picked)
    if not mask.any() or mask.all():
        return
    with st.container(key="set-apart"):  # which keeps its room: what is below stays where it is
        _set_apart(space, mask)


def _set_apart(space: EmbeddingSpace, mask: Mask) -> None:
    texts = space.column("text") if "text" in space.roles else None
    found: tuple[list[ShareDifference], list[WordContrast]] | None = awaited(
        _key("apart", space, mask),
        "What sets the selection apart",
        lambda: (
            share_differences(space.items, mask, ~mask)[:MOST_APART],
            [] if texts is None else telling(word_contrasts(texts, mask, ~mask)),
        ),
        place="contrast.apart",
    )
    if found is None:
        return
    shares, words = found
    said = [
        f"{theme.plain(one.column)}: {theme.plain(one.value)} {one.first:.0%}, elsewhere "
        f"{one.second:.0%}"
        for one in shares
    ]
    if words:
        said.append(
            "words: " + ", ".join(theme.plain(one.word) for one in words[:MOST_WORDS_APART])
        )
    said = said or ["nothing that its columns or words tell"]
    st.markdown("**What sets it apart**\n" + "\n".join(f"- {one}" for one in said))


def _columns(space: EmbeddingSpace, a: Mask, b: Mask) -> None:
    key = _key("columns", space, a, b)
    differences = awaited(
        key,
        "Differences of the columns",
        lambda: (share_differences(space.items, a, b), level_differences(space.items, a, b)),
        place="contrast.columns",
    )
    if differences is None:
        return
    shares, levels = differences
    if shares:
        st.markdown("**Shares of values**")
        rows = [
            {
                "value": f"{one.column}: {one.value}",
                "difference, 95 %": _said(one.difference.times(100), Score("pp")),
                "first": f"{one.first:.0%}",
                "second": f"{one.second:.0%}",
            }
            for one in shares[:MOST_ROWS]
        ]
        _table(rows, "contrast.shares", "Shares of values in both selections")
    if levels:
        st.markdown("**Numbers**")
        rows = [
            {
                "column": one.column,
                "difference of means": _said(one.mean_difference),
                "of medians": _said(one.median_difference),
                "first, mean": formatting.number(one.means[0]),
                "second, mean": formatting.number(one.means[1]),
            }
            for one in levels[:MOST_ROWS]
        ]
        _table(rows, "contrast.levels", "Numbers of both selections")
    if shares or levels:
        st.caption(
            f"{len(shares) + 2 * len(levels):,} comparisons, each with its own 95 % interval: one "
            "in twenty would leave zero out by chance."
        )


def _direction(space: EmbeddingSpace, a: Mask, b: Mask) -> None:
    st.markdown("**The most separating direction**")
    with explained():
        direction: Direction | None = awaited(
            _key("direction", space, a, b),
            "The most separating direction",
            lambda: separating_direction(space, a, b),
            place="contrast.direction",
        )
        if direction is None:
            return
        sample = direction.auc.sample
        st.caption(
            f"AUC on items it was not fitted to: **{_said(direction.auc)}**, chance level 0.5; at "
            "1 a hyperplane separates the two."
            + (f" Sample of {sample[0]:,} of {sample[1]:,}." if sample else "")
        )
        if st.button("Color the map by it", key="contrast.color", icon=":material/palette:"):
            values = np.asarray(direction.along.values, np.float64)
            session().similarity = Similarity(space.fingerprint, direction.along.axis, values)
            choose(Visit(controls={"map.color": SIMILARITY}))
            st.rerun()


def _words(space: EmbeddingSpace, a: Mask, b: Mask) -> None:
    if "text" not in space.roles:
        return
    words = awaited(
        _key("words", space, a, b),
        "Words of both selections",
        lambda: word_contrasts(space.column("text"), a, b),
        place="contrast.words",
    )
    if not words:
        return
    st.markdown("**Words**: log-odds that a text holds them")
    ends = [*words[:MOST_WORDS], *words[max(MOST_WORDS, len(words) - MOST_WORDS) :]]
    rows = [
        {
            "word": one.word,
            "log-odds, 95 %": _said(one.log_odds),
            "texts, first": one.first,
            "second": one.second,
        }
        for one in ends
    ]
    _table(rows, "contrast.words", "Words of the first selection first, of the second last")


def _readings(space: EmbeddingSpace, a: Mask, b: Mask) -> None:
    sides = [part(space, mask) for mask in (a, b)]
    fitting = [
        key
        for key, lens in catalog().items()
        if lens.arity == (1, 1) and not any(lens.obstacle(side) for side in sides)
    ]
    if not fitting:
        return
    st.markdown("**Readings of a lens**")
    key = st.selectbox(
        "Lens",
        fitting,
        None,
        format_func=lambda one: catalog()[one].title,
        key="contrast.lens",
        placeholder="choose one to run on both",
    )
    if key is None:
        return
    lens = catalog()[key]
    try:
        results: list[Any] = [
            lens_result(lens, (side,), {}, place=f"contrast.lens.{position}")
            for position, side in enumerate(sides)
        ]
    except ExplorerError as error:
        st.info(theme.literal(error), icon=":material/block:")
        return
    if any(result is None for result in results):
        return
    rows = [
        {"reading": theme.label(reading.name)}
        | {
            side: _said(getattr(result, reading.name))
            for side, result in zip(("first", "second"), results, strict=True)
        }
        for reading in lens.readings
        if reading.score
    ]
    _table(rows, "contrast.readings", "Readings of the lens on both selections")


def _said(number: Number, score: Score | None = None) -> str:
    """``"0.31 [0.20, 0.42]"``."""
    if not isinstance(number, Estimate):
        return f"undefined: {number.reason}"
    return formatting.with_interval(number, score)


def _table(rows: list[dict[str, Any]], key: str, alt: str) -> None:
    height = min(38 + 36 * len(rows), 300)
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, placeholder="", key=key, height=height, alt=alt
    )


def _key(what: str, space: EmbeddingSpace, *masks: Mask) -> tuple[Any, ...]:
    return (f"contrast.{what}", space.fingerprint, *(np.packbits(m).tobytes() for m in masks))
