"""What to try next after a verdict, one click away."""

from typing import Any, assert_never

import streamlit as st

from core.catalog import catalog, step_title, transforms
from core.knobs import ValueOf
from core.lens import Lens
from core.space import EmbeddingSpace
from core.steps import Apply, LookAt, Step
from core.verdict import next_steps
from explorer.session.navigation import open_page


def try_next(
    lens: Lens[Any], result: Any, spaces: tuple[EmbeddingSpace, ...], *, place: str
) -> None:
    """Draw the steps that these spaces allow, each as a button with what it would tell."""
    steps = [step for step in next_steps(lens, result) if not _obstacle(step, spaces)]
    if not steps:
        return
    with st.container(gap="xxsmall"):  # below each other: in a row, long labels are cut
        st.caption("Try next")
        for step in steps:
            if st.button(
                f"**{step_title(step)}** · {step.why}",
                key=f"{place}.next.{step.key}",
                icon=":material/tune:" if isinstance(step, Apply) else ":material/search:",
                type="tertiary",
                on_click=_prepare,
                args=(step, spaces[0]),
            ):
                open_page(_page(step))


def _page(step: Step) -> str:
    return "data" if isinstance(step, Apply) else catalog()[step.lens].family


def _obstacle(step: Step, spaces: tuple[EmbeddingSpace, ...]) -> str | None:
    match step:
        case Apply(transform=key):
            return transforms()[key].obstacle(spaces[0])
        case LookAt(lens=key):
            lens = catalog()[key]
            return lens.obstacle(*spaces[: lens.arity[1]])
        case _:
            assert_never(step)


def _prepare(step: Step, space: EmbeddingSpace) -> None:
    """Choose the lens, or the transform and its knobs, on the page that is opened next."""
    state = st.session_state
    match step:
        case LookAt(lens=key):
            family, _, name = key.partition(".")
            state[f"{family}.lens"] = name
        case Apply(transform=key, knobs=knobs):
            state["data.tab"], state["transform.which"] = "Transform", key
            for knob in transforms()[key].knobs:
                if not isinstance(knob.kind, ValueOf):
                    value = knobs.get(knob.name, knob.default_for(space))
                    state[f"transform.{key}.{knob.name}"] = value
        case _:
            assert_never(step)
