"""What a lens is: a pure function, plus what the shell must know to offer it.

A lens function takes spaces, positional-only, then keyword-only knobs, and returns a frozen
dataclass. Its annotations are its specification: the form is drawn from the knobs, the report
from the fields of the result.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar, get_type_hints

import numpy as np

from core.arrays import Mask
from core.cost import Cost, Size
from core.errors import Degenerate, NotApplicable
from core.estimates import Number, Score, Undefined
from core.knobs import Knob, Switch, ValueOf, annotation, bind, knobs_of
from core.looking import (
    all_labeled,
    along,
    in_own_order,
    in_range,
    laid_out_along,
    taking_part,
    threads_for,
)
from core.matching import matched
from core.readouts import nothing
from core.sources import SOURCES, Paper
from core.space import EmbeddingSpace, Role
from core.steps import Outcome, Step

UNLABELED = Knob(
    "unlabeled",
    Switch(),
    "Count items without a label as a class of their own; else they take no part.",
    default=False,
)
SIDES: tuple[Role, ...] = ("modality", "domain", "side")
OWN = "own"  # the family of lenses that are no file of `core.lenses`, such as those of a notebook
Result = TypeVar("Result")
_FILES = "core.lenses."
Fidelity = Literal["the paper's method", "the paper's measurement", "inspired by the paper"]
Invariance = Literal[
    "rotation",  # of each space by itself, reflections too
    "scale",  # of each space by a factor of its own
    "translation",  # of each space by a vector of its own
    "lengths",  # of every vector by a positive factor of its own
    "permuted dimensions",  # of each space by itself
    "relabeling",  # other names for the classes
    "copies",  # every item twice
]  # that the order of the items does not count holds for every lens


@dataclass(frozen=True)
class Example:
    """Spaces built so that the right answer is known.

    Attributes
    ----------
    spaces
        What to look at.
    expected
        For some readings, the interval ``(low, high)`` the value must fall in.
    says
        The answer in one sentence: ``"Two opposite caps: the distance is 2."``
    knobs
        Values other than the defaults.
    """

    spaces: tuple[EmbeddingSpace, ...]
    expected: Mapping[str, tuple[float, float]]
    says: str
    knobs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdicts:
    """What to say of a headline above its chance level, below it, or not told from it.

    Attributes
    ----------
    above, below, unclear
        One sentence each.
    steps
        What to try next after each of them.
    """

    above: str
    below: str
    unclear: str
    steps: Mapping[Outcome, tuple[Step, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """One field of a result: a number with its score, or something to draw or open.

    `kind` is its annotated type: ``Number``, one of the readouts, or ``EmbeddingSpace``.
    """

    name: str
    kind: Any
    score: Score | None
    help: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Lens(Generic[Result]):
    """One analysis, described. Call it as the function it wraps, with checks.

    Attributes
    ----------
    run
        The pure function. Its number of positional-only parameters is the number of spaces;
        ``*spaces`` means two or more. Several spaces arrive with their items matched.
    title, question
        A noun, and what it asks, in one sentence with a question mark.
    reading_guide, caution
        How to read the numbers; what not to conclude from them.
    headline
        The name of the reading that stands for the lens.
    sources, fidelity
        Keys of :data:`core.sources.SOURCES`, and how closely the lens follows them.
    example
        Spaces with a known answer, from a seeded generator.
    cost
        Seconds it takes, from the size of what it looks at.
    invariances
        What changes no number.
    partly
        What changes none of some readings, by their names.
    needs
        Roles every space must have. Items without a modality or domain, where these are needed, or
        without a side, where sides are, take no part; their scores are undefined.
    directions
        Whether only directions count. Zero vectors are then left out; their scores are undefined.
    by_label
        Whether it judges the labels. Items without one then take no part, unless the knob that such
        a lens has beside its own makes them a class; their scores are undefined.
    reads_label
        Whether it judges labels where there are any, beside what it is about. Items without one
        take part in all but that, unless the same knob makes them a class.
    min_items
        Fewest items it makes sense for.
    needs_encoder
        Whether it runs the model that made the vectors.
    verdicts
        What the headline says in plain words; None for words made from the title.
    apart
        Roles by which a part of it tells items apart, in a space that has them: an item without a
        value takes part in the rest.
    """

    run: Callable[..., Result]
    title: str
    question: str
    reading_guide: str
    caution: str
    headline: str
    sources: tuple[str, ...]
    fidelity: Fidelity
    example: Callable[[np.random.Generator], Example]
    cost: Cost
    invariances: tuple[Invariance, ...] = ()
    partly: Mapping[Invariance, tuple[str, ...]] = field(default_factory=dict)
    needs: tuple[Role, ...] = ()
    directions: bool = False
    by_label: bool = False
    reads_label: bool = False
    min_items: int = 4
    needs_encoder: bool = False
    verdicts: Verdicts | None = None
    apart: tuple[Role, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", self.run.__doc__)  # what a notebook shows

    def __repr__(self) -> str:
        return f"<lens {self.key}>"

    @property
    def __signature__(self) -> inspect.Signature:
        """Spaces and knobs, for a notebook."""
        signature = inspect.signature(self.run)
        if not (self.by_label or self.reads_label):
            return signature
        one = inspect.Parameter(
            UNLABELED.name, inspect.Parameter.KEYWORD_ONLY, default=UNLABELED.default
        )
        return signature.replace(parameters=[*signature.parameters.values(), one])

    def __call__(self, *spaces: EmbeddingSpace, **knobs: Any) -> Result:
        """Check, then run.

        Raises
        ------
        NotApplicable
            If the lens cannot look at these spaces.
        BadParameter
            If a knob is out of range.
        """
        if obstacle := self.obstacle(*spaces):
            raise NotApplicable(obstacle)
        given = in_own_order(matched(*spaces))
        if len(given[0]) < self.min_items:
            msg = (
                f"{self.title!r} needs {self.min_items} items that all spaces hold; their 'pair' "
                f"columns have {len(given[0])} in common."
            )
            raise NotApplicable(msg)
        seen = self._taking_part(given, knobs)
        beside = {
            name: along(knob, spaces[0], seen[0])
            for name, knob in knobs.items()
            if isinstance(knob, EmbeddingSpace)
        }
        bound = bind(self.knobs, {**knobs, **beside}, seen[0])
        a_class = bound.pop(UNLABELED.name, False) and self.reads_label
        shown = tuple(map(all_labeled, seen)) if a_class else seen
        try:
            with threads_for(seen):
                result = self.run(*shown, **bound)
        except Degenerate as found:
            result = self._nothing(found, seen[0])
        result = in_range(result, self._scores)
        return result if seen[0] is spaces[0] else laid_out_along(result, seen[0], spaces[0])

    def obstacle(self, *spaces: EmbeddingSpace) -> str | None:
        """Why this lens cannot look at these spaces, in one sentence; None if it can."""
        few, many = self.arity
        if not few <= len(spaces) <= many:
            more = "" if few == many else " or more"
            wanted = "1 space" if many == 1 else f"{few}{more} spaces"
            return f"{self.title!r} looks at {wanted} at once; {len(spaces)} chosen."
        for space in spaces:
            if missing := [role for role in self.needs if role not in space.roles]:
                return (
                    f"{self.title!r} needs a {missing[0]!r} column; {space.name!r} has none. "
                    f"{space.way_to_a_role()}"
                )
            if self.needs_encoder and space.encoder is None:
                return (
                    f"{self.title!r} needs a space whose encoder is known; that of {space.name!r} "
                    "is not. Name that model, or encode its texts again."
                )
            for role in ("label", "modality", "domain"):
                if role in self.needs and len(space.values(role)) < 2:
                    return (
                        f"{self.title!r} compares {role} values; {space.name!r} has only "
                        f"{', '.join(space.values(role)) or 'none'}."
                    )
            if len(space) < self.min_items:
                return (
                    f"{self.title!r} needs {self.min_items} items; {space.name!r} has {len(space)}."
                )
        return None

    def _nothing(self, found: Degenerate, space: EmbeddingSpace) -> Result:
        """Every field by its annotation: no number, nothing to draw, no item to open."""
        values = dict(found.known)
        for reading in self.readings:
            if reading.name in values:
                continue
            if reading.kind is Number:
                values[reading.name] = Undefined(found.reason)
            elif reading.kind is EmbeddingSpace:
                values[reading.name] = space.take(np.zeros(0, np.int64))
            else:
                name = reading.name.replace("_", " ")
                values[reading.name] = nothing(reading.kind, name, len(space))
        result: Result = self.result(**values)
        return result

    def left_out(self, *spaces: EmbeddingSpace, **knobs: Any) -> str | None:
        """How many items take no part, or none in some of it, and why; None if all do."""
        given = matched(*spaces)
        told = {
            "they take no part": self._masks(given, knobs),
            "they count only where none is asked for": taking_part(
                given, self.apart, directions=False
            ),
        }
        said = []
        for what, masks in told.items():
            parts = [
                f"{count:,} of {len(mask):,} items {why}"
                for why, mask in masks.items()
                if (count := int((~mask).sum()))
            ]
            said += [f"{' and '.join(parts)}: {what}."] if parts else []
        return " ".join(said) or None

    def _masks(
        self, spaces: tuple[EmbeddingSpace, ...], knobs: Mapping[str, Any]
    ) -> dict[str, Mask]:
        """Which items take part, by what is wrong with the others."""
        judged = self.by_label and not knobs.get(UNLABELED.name, UNLABELED.default)
        roles = ("label", *self._told) if judged else self._told
        return taking_part(spaces, roles, directions=self.directions)

    def _taking_part(
        self, spaces: tuple[EmbeddingSpace, ...], knobs: Mapping[str, Any]
    ) -> tuple[EmbeddingSpace, ...]:
        masks = self._masks(spaces, knobs).values()
        keep = np.logical_and.reduce([np.ones(len(spaces[0]), bool), *masks])
        if keep.all():
            return spaces
        if keep.sum() < self.min_items:
            msg = (
                f"{self.title!r} needs {self.min_items} items that take part; {keep.sum():,} do. "
                f"{self.left_out(*spaces, **knobs)}"
            )
            raise NotApplicable(msg)
        seen = tuple(space.where(keep) for space in spaces)
        if obstacle := self.obstacle(*seen):
            msg = f"{obstacle} {self.left_out(*spaces, **knobs)}"
            raise NotApplicable(msg)
        return seen

    @property
    def key(self) -> str:
        """``family.name``, from where the file sits; of a lens from elsewhere, by its function."""
        module = self.run.__module__
        if module.startswith(_FILES):
            return module.removeprefix(_FILES)
        return f"{OWN}.{self.run.__name__.strip('_')}"

    @property
    def family(self) -> str:
        """The folder the file sits in; :data:`OWN` where that is none of ours."""
        return self.key.partition(".")[0]

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The sources."""
        return tuple(SOURCES[key] for key in self.sources)

    def seconds(self, *spaces: EmbeddingSpace) -> float:
        """How long it takes, roughly, on two cores."""
        return self.cost(Size.of(*spaces))

    @property
    def headline_score(self) -> Score:
        """How to read the headline."""
        return self._scores[self.headline]

    @cached_property
    def _scores(self) -> dict[str, Score]:
        return {reading.name: reading.score for reading in self.readings if reading.score}

    @cached_property
    def arity(self) -> tuple[int, int]:
        """Fewest and most spaces the lens looks at."""
        parameters = inspect.signature(self.run).parameters.values()
        if any(p.kind is p.VAR_POSITIONAL for p in parameters):
            return 2, 64
        count = sum(p.kind is p.POSITIONAL_ONLY for p in parameters)
        return count, count

    @cached_property
    def knobs(self) -> tuple[Knob, ...]:
        """The keyword parameters, as the form needs them."""
        own = knobs_of(self.run)
        return (*own, UNLABELED) if self.by_label or self.reads_label else own

    @cached_property
    def _told(self) -> tuple[Role, ...]:
        """Roles by whose values items are put on sides: one without is on none of them."""
        chosen = {knob.kind.role for knob in self.knobs if isinstance(knob.kind, ValueOf)}
        return tuple(
            role for role in SIDES if role in self.needs or (role == "side" and role in chosen)
        )

    @cached_property
    def result(self) -> type[Any]:
        """The class of what it finds."""
        kind: type[Any] = get_type_hints(self.run)["return"]
        return kind

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The fields of the result, as the report needs them."""
        hints = get_type_hints(self.result, include_extras=True)
        return tuple(Reading(name, *annotation(hint)) for name, hint in hints.items())
