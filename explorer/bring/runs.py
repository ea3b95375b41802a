"""Encodings under way: they go on while other pages are looked at, and open when they are done."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from core.counts import counted
from core.encoders.encoding import Encoded
from core.encoders.states import at_output
from core.errors import ExplorerError
from core.space import EmbeddingSpace
from explorer.keep.models import keep_models
from explorer.look.theme import literal, plain
from explorer.session.navigation import choose
from explorer.session.state import Visit
from explorer.session.workspace import open_made, session
from explorer.work.jobs import LONG, Job, jobs_of

Spaces = Callable[[EmbeddingSpace], Sequence[EmbeddingSpace]]

MOST_NAMED = 20  # refused files listed
PACE = 1.0  # seconds between two looks
OPENED = "encode.opened"  # the space that an encoding opened last, and which that was


@dataclass(frozen=True, eq=False)
class Run:
    """An encoding that somebody asked for.

    Attributes
    ----------
    name
        What its space will be called; empty where it names itself.
    job
        The work.
    spaces
        What becomes of the space that encoding gives.
    """

    name: str
    job: Job
    spaces: Spaces


def start(recipe: Hashable, name: str, work: Callable[[], Encoded], *, spaces: Spaces) -> None:
    """Begin an encoding, or go on with it, under a name; a page need not wait for it."""
    state = session()
    state.told = []  # of an encoding before, or that this one was stopped
    job = jobs_of(state.id)[0].ask(
        recipe, f"Encoding {name}".strip(), work, slot=_slot(recipe), seconds=LONG
    )
    state.encoding[recipe] = Run(name, job, spaces)


def running(recipe: Hashable) -> bool:
    """Whether an encoding is under way for this session."""
    return recipe in session().encoding


def arrivals() -> None:
    """Open what has become ready, and say how the others ended. Called before every page."""
    state = session()
    for recipe, run in list(state.encoding.items()):
        if not run.job.done:
            continue
        del state.encoding[recipe]
        jobs_of(state.id)[0].withdraw(_slot(recipe))
        if run.job.cancelled:
            said = (
                f"{run.job.label} was stopped. What is finished is kept: it can go on from there."
            )
            state.notices.append((True, plain(said)))
            continue
        error = run.job.future.exception()
        if isinstance(error, ExplorerError):
            state.notices.append((False, literal(error)))
        elif error is not None:
            jobs_of(state.id)[0].forget(recipe)  # asking again tries again
            raise error
        else:
            made: Encoded = run.job.future.result()
            _open(recipe, run, made)


def progress() -> None:
    """How far what is under way is, above every page, with the button that stops it."""
    if session().encoding:
        st.fragment(run_every=PACE)(_progress)()


def _progress() -> None:
    for at, (recipe, run) in enumerate(list(session().encoding.items())):
        if run.job.done:
            st.rerun()
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.progress(run.job.fraction, text=f"{plain(run.job.label)}: {run.job.stage}")
            if st.button("Stop", key=f"encoding.stop.{at}", icon=":material/stop:"):
                jobs_of(session().id)[0].withdraw(_slot(recipe))
                st.rerun()


def _open(recipe: Hashable, run: Run, made: Encoded) -> None:
    """Open the spaces of an encoding; the one that is looked at stays the current one elsewhere."""
    state = session()
    spaces = run.spaces(replace(made.space, name=run.name or made.space.name))
    names = [open_made(space.name, f"{recipe!r}:{at}", space) for at, space in enumerate(spaces)]
    choose(Visit(space=names[0]))
    st.session_state[OPENED] = names[0], recipe
    first = spaces[0]
    if first.encoder is not None:
        state.models = list(dict.fromkeys([at_output(first.encoder), *state.models]))
        keep_models(state.models)
    by = f", by {plain(first.encoder)}" if first.encoder else ""
    size = f"{counted(len(first), 'item')} in {counted(first.n_dims, 'dimension')}{by}"
    if len(names) == 1:
        said = f"{names[0]!r} is open: {size}."
    else:
        listing = "\n".join(f"- {name}" for name in names)
        said = f"{len(names)} spaces are open, the first of them with {size}:\n\n{listing}"
    state.notices.append((True, said))
    if made.refused:
        n = counted(len(made.refused), "note")
        refusals = listed([literal(one) for one in made.refused])
        state.notices.append((False, f"{n} on what was encoded:\n\n{refusals}"))


def listed(sentences: Sequence[str], most: int = MOST_NAMED) -> str:
    """What is not used, by name, as a list."""
    more = [f"and {len(sentences) - most:,} more"] if len(sentences) > most else []
    return "\n".join(f"- {sentence}" for sentence in (*sentences[:most], *more))


def _slot(recipe: Hashable) -> tuple[str, str]:
    return session().id, f"encoding.{hash(recipe)}"
