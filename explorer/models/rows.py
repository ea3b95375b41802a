"""Which models are looked at: open spaces over the same items, as they are and stored in less."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from core.catalog import transforms
from core.counts import counted
from core.errors import NotApplicable
from core.recipes import recipe_of
from core.space import EmbeddingSpace
from explorer.look.theme import literal, plain
from explorer.session.current import cut, together
from explorer.session.fits import FEWEST, Fit
from explorer.session.series import as_seen
from explorer.work.comparable import fits
from explorer.work.compute import derived


@dataclass(frozen=True, eq=False)
class Model:
    """A row of the table.

    Attributes
    ----------
    opened
        Name of the open space.
    space
        The items that all rows share.
    stored
        Codec and dimensions, where this is what is left of its vectors in fewer bits; None where
        they are as they are.
    """

    opened: str
    space: EmbeddingSpace
    stored: Mapping[str, Any] | None = None

    @property
    def size(self) -> str:
        """What an item takes: ``"16 dimensions, 64 bytes an item"``."""
        n_dims, n_bytes = self.space.n_dims, 4.0 * self.space.n_dims
        if self.stored is not None:
            n_dims = min(self.stored.get("dims", n_dims), n_dims)
            recipe = recipe_of(self.stored["codec"], self.stored.get("dims", 0))
            n_bytes = recipe.fit(self.space.take(np.arange(2))).bits / 8  # of any two rows the same
        return f"{n_dims:,} dimensions, {n_bytes:,.0f} bytes an item"


MOST_UNASKED = 8  # models that are chosen until others are
MOST_CUTS = 4  # numbers of dimensions offered
CODES = {"int8": "int8", "int4": "int4", "1 bit": "binary"}  # what each number is stored as


def chosen_models(name: str) -> tuple[Model, ...] | None:
    """Ask for models beside a space, the baseline first; None while it is not known yet.

    Raises
    ------
    NotApplicable
        If those chosen have too few items in common.
    """
    known = fits(name)
    if known is None:
        return None
    fitting = {other: fit for other, fit in known.items() if not fit.obstacle}
    here = st.columns([5, 3, 3], vertical_alignment="bottom")
    _kept("models.which", [name, *fitting], lambda: _together_with(name, list(fitting)))
    chosen = here[0].multiselect(
        "Models",
        [name, *fitting],
        key="models.which",
        persist_state="session",
        help="Open spaces over the same items; those that hold others are not offered.",
    )
    others = {other: why for other, why in known.items() if why.obstacle}
    if not chosen:
        st.info("Choose a model.", icon=":material/checklist:")
        _left_out(name, others)
        return None
    chosen.sort(key=lambda one: one != name)  # the subset is one of the current space
    whole = tuple(as_seen(one) for one in chosen)
    spaces = cut(whole) if name in chosen else together(whole)
    ways = _storage(spaces, here[2])
    _said(name, chosen, fitting, n_items=len(spaces[0]))
    _left_out(name, others)
    made = [
        one
        for opened, space in zip(chosen, spaces, strict=True)
        for one in (Model(opened, space), *_stored(opened, space, ways))
    ]
    if len(made) < len(spaces) * (1 + len(ways)):
        return None  # what is being made is drawn where it stands
    return _baseline_first(made, here[1])


def _stored(
    opened: str, space: EmbeddingSpace, ways: Mapping[str, Mapping[str, Any]]
) -> list[Model]:
    """The space stored in each of some ways; those that are made already."""
    made = {
        way: derived(transforms()["compress"], space, knobs, place=f"models.{opened}.{way}")
        for way, knobs in ways.items()
    }
    return [
        Model(opened, replace(one, name=f"{space.name} · {way}"), ways[way])
        for way, one in made.items()
        if one is not None
    ]


def _kept(key: str, options: Sequence[str], usual: Callable[[], list[str]]) -> None:
    """Choose what was chosen and is still offered; at first, or when nothing is left, the usual."""
    now = st.session_state.get(key)
    left = [one for one in now or () if one in options]
    if now is None or (now and not left):
        left = usual()
    st.session_state[key] = left


def _together_with(name: str, others: Sequence[str]) -> list[str]:
    """The space and those of the others that all go together with it, some at most."""
    chosen = [name]
    for other in others:
        try:
            same = together(tuple(as_seen(one) for one in (*chosen, other)))
        except NotApplicable:  # matches the first, but not the rest
            continue
        if len(same[0]) >= FEWEST and len(chosen) < MOST_UNASKED:
            chosen.append(other)
    return chosen


def _storage(spaces: Sequence[EmbeddingSpace], place: Any) -> dict[str, Mapping[str, Any]]:
    """Ask how else the vectors are stored: knobs of the transform that does it, by their name."""
    widest = max(space.n_dims for space in spaces)
    dims = [2**power for power in range(12, 2, -1) if 2**power < widest][:MOST_CUTS]
    ways: dict[str, Mapping[str, Any]] = {
        **{f"first {n} dimensions": {"codec": "float32", "dims": n} for n in dims},
        **{name: {"codec": codec} for name, codec in CODES.items()},
        **{f"first {n}, int8": {"codec": "int8", "dims": n} for n in dims[:2]},
    }
    _kept("models.stored", list(ways), list)
    chosen = place.multiselect(
        "Also stored as",
        list(ways),
        key="models.stored",
        persist_state="session",
        placeholder="float32, all dimensions",
        help="A row more for every model: its vectors as they come back from fewer dimensions or "
        "bits. Scales are fitted to half of the items.",
    )
    return {one: ways[one] for one in chosen}


def _baseline_first(models: Sequence[Model], place: Any) -> tuple[Model, ...]:
    names = [model.space.name for model in models]
    if st.session_state.get("models.baseline") not in names:
        st.session_state["models.baseline"] = names[0]
    baseline = place.selectbox(
        "Baseline",
        names,
        key="models.baseline",
        persist_state="session",
        help="Differences are those from this model.",
    )
    first = names.index(baseline)
    return (models[first], *models[:first], *models[first + 1 :])


def _said(name: str, chosen: Sequence[str], fitting: Mapping[str, Fit], *, n_items: int) -> None:
    """How many items all models hold, and how many each shares with the first."""
    others = [f"{plain(one)}, {literal(fitting[one].said)}" for one in chosen if one != name]
    said = f"**{counted(n_items, 'item')}** in all of them."
    if others:
        said += f" Beside {plain(name)}: {'; '.join(others)}."
    st.caption(said)


def _left_out(name: str, others: Mapping[str, Fit]) -> None:
    """The spaces that cannot be compared with this one, and why."""
    if not others:
        return
    with st.expander(f"{counted(len(others), 'open space')} over other items", key="models.left"):
        st.caption(f"They cannot be compared with {plain(name)}, and are not offered.")
        for other, fit in others.items():
            st.markdown(f"- **{plain(other)}**: {literal(fit.obstacle)}")
