"""What to try next after a verdict, one click away."""

from typing import Any, assert_never

import streamlit as st

from core.catalog import catalog, step_title, transforms
from core.knobs import ValueOf
from core.lens import Lens
from core.space import EmbeddingSpace
from core.steps import Apply, LookAt, Step
from core.verdict import next_steps
from explorer.session.navigation import go
from explorer.session.state import Visit


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
            ):
                visit = _visit(step, spaces[0])
                go(visit.page, controls=visit.controls)


def lens_visit(key: str) -> Visit:
    """The way to a lens on the page of its family."""
    family, _, name = key.partition(".")
    return Visit(family, controls={f"{family}.lens": name})


def _obstacle(step: Step, spaces: tuple[EmbeddingSpace, ...]) -> str | None:
    match step:
        case Apply(transform=key):
            return transforms()[key].obstacle(spaces[0])
        case LookAt(lens=key):
            lens = catalog()[key]
            return lens.obstacle(*spaces[: lens.arity[1]])
        case _:
            assert_never(step)


def _visit(step: Step, space: EmbeddingSpace) -> Visit:
    """The lens on its page, or the transform with its knobs."""
    match step:
        case LookAt(lens=key):
            return lens_visit(key)
        case Apply(transform=key, knobs=knobs):
            chosen = {
                f"transform.{key}.{knob.name}": knobs.get(knob.name, knob.default_for(space))
                for knob in transforms()[key].knobs
                if not isinstance(knob.kind, ValueOf)
            }
            return Visit(
                "data", controls={"data.tab": "Transform", "transform.which": key, **chosen}
            )
        case _:
            assert_never(step)
