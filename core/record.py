"""A result with everything that is needed to say it, keep it and get it again."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Self

from core.extras import DISTRIBUTION
from core.knobs import bind
from core.lens import Lens
from core.readouts import ItemScores, Table
from core.space import EmbeddingSpace
from core.tables import number_row, plain_rows

PACKAGES = (DISTRIBUTION, "numpy", "scipy", "scikit-learn")


def versions() -> dict[str, str]:
    """Of Python, of the app and of what computes its numbers."""
    python = {"python": platform.python_version()}
    return python | {package: version(package) for package in PACKAGES}


@dataclass(frozen=True, eq=False)
class Record:
    """What a lens found on some spaces with some knobs."""

    lens: Lens[Any]
    result: Any
    spaces: tuple[EmbeddingSpace, ...]
    knobs: Mapping[str, Any]

    @classmethod
    def of(cls, lens: Lens[Any], *spaces: EmbeddingSpace, **knobs: Any) -> Self:
        """Look through a lens, with its default knobs but for those given.

        Raises
        ------
        ExplorerError
            If the lens cannot look at these spaces, or a knob is out of range.
        """
        return cls(lens, lens(*spaces, **knobs), spaces, bind(lens.knobs, knobs, spaces[0]))

    @property
    def space(self) -> EmbeddingSpace:
        """The space that scores per item are aligned with."""
        return self.spaces[0]

    def as_json(self) -> dict[str, Any]:
        """The numbers with lens, settings, data fingerprints and versions, ready for JSON."""
        return {
            "lens": self.lens.key,
            "title": self.lens.title,
            "fidelity": self.lens.fidelity,
            "knobs": {
                name: value.name if isinstance(value, EmbeddingSpace) else value
                for name, value in self.knobs.items()
            },
            "spaces": [
                {
                    "name": space.name,
                    "items": len(space),
                    "dimensions": space.n_dims,
                    "fingerprint": space.fingerprint,
                    "roles": dict(space.roles),
                }
                for space in self.spaces
            ],
            "left_out": self.lens.left_out(*self.spaces, **self.knobs),
            "numbers": {
                reading.name: number_row(getattr(self.result, reading.name))
                for reading in self.lens.readings
                if reading.score
            },
            "tables": self._listed(Table),
            "items": self._listed(ItemScores),
            "papers": [paper.url for paper in self.lens.papers],
            "versions": versions(),
        }

    def _listed(self, kind: type[Table | ItemScores]) -> dict[str, list[dict[str, Any]]]:
        return {
            reading.name: plain_rows(getattr(self.result, reading.name), self.space)
            for reading in self.lens.readings
            if reading.kind is kind
        }


@dataclass(frozen=True, eq=False)
class Refusal:
    """A lens that could not look at some spaces, and why."""

    lens: Lens[Any]
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Lens and reason, ready for JSON."""
        return {"lens": self.lens.key, "title": self.lens.title, "reason": self.reason}
