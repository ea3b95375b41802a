"""What a transform and a projection are: functions from a space to a space, described."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.cost import Cost, Size
from core.errors import NotApplicable
from core.knobs import Knob, bind, knobs_of
from core.sources import SOURCES, Paper
from core.space import EmbeddingSpace, Role


@dataclass(frozen=True, kw_only=True)
class Transform:
    """A function from a space to a space over the same items.

    A projection is a transform whose file sits in ``core/projections`` and whose result has as
    many dimensions as its knob ``n_components`` says, two or three.

    Attributes
    ----------
    min_items
        Fewest items that it can lay out; the PCA takes fewer.
    draws
        Whether it draws at random, or starts from a place: it then sees the items in an order of
        their own, so that the order of the rows changes nothing.
    cost
        Seconds it may take, for the size of a space.
    sources
        Keys of :data:`core.sources.SOURCES`.
    """

    run: Callable[..., EmbeddingSpace]
    title: str
    help: str
    needs: tuple[Role, ...] = ()
    min_items: int = 0
    draws: bool = False
    cost: Cost = lambda _: 0.0
    sources: tuple[str, ...] = ()

    def __call__(self, space: EmbeddingSpace, **knobs: Any) -> EmbeddingSpace:
        """Check, then run.

        Raises
        ------
        NotApplicable
            If the space lacks a role or has too few items.
        BadParameter
            If a knob is out of range.
        """
        if obstacle := self.obstacle(space):
            raise NotApplicable(obstacle)
        seen = space.canonical if self.draws else space
        made = self.run(seen, **bind(self.knobs, knobs, space))
        return made if seen is space else made.take(np.argsort(space.standing))

    def obstacle(self, space: EmbeddingSpace) -> str | None:
        """Why it cannot be applied, in one sentence; None if it can."""
        if missing := [role for role in self.needs if role not in space.roles]:
            return f"{self.title!r} needs a {missing[0]!r} column; {space.name!r} has none."
        if len(space) < self.min_items:
            return (
                f"{self.title!r} needs {self.min_items} items; {space.name!r} has {len(space)}. "
                "Use PCA."
            )
        return None

    def seconds(self, space: EmbeddingSpace) -> float:
        """About how long it takes."""
        return self.cost(Size.of(space))

    @property
    def key(self) -> str:
        """The name of the file."""
        return self.run.__module__.rpartition(".")[2]

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The sources."""
        return tuple(SOURCES[key] for key in self.sources)

    @cached_property
    def knobs(self) -> tuple[Knob, ...]:
        """The keyword parameters, as the form needs them."""
        return knobs_of(self.run)
