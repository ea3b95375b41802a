"""What a file that this program wrote says about itself: the space's name and its roles."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from core.space import ROLES, EmbeddingSpace, Role

KEY = "embedding_explorer"


@dataclass(frozen=True)
class Stated:
    """The name, the roles and the name of the vectors, as far as a file states them."""

    name: str | None
    vectors: str | None
    roles: dict[Role, str] | None
    columns: Any = None


def statement(space: EmbeddingSpace, vectors: str, columns: Any = None) -> str:
    """The text to store beside the data of a space."""
    return json.dumps(
        {
            "name": space.name,
            "vectors": vectors,
            "roles": dict(space.roles),
            "columns": columns,
        }
    )


def understood(text: str | bytes, names: Collection[str] | None = None) -> Stated:
    """What a stored text states; whatever cannot be true is taken as not stated.

    A stranger may have written it, so that roles count only if they exist and, if the `names` of
    the columns are given, point to one of them.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        found = {}
    name, vectors, roles = found.get("name"), found.get("vectors"), found.get("roles")
    return Stated(
        name if isinstance(name, str) else None,
        vectors if isinstance(vectors, str) else None,
        _possible(roles, names) if isinstance(roles, dict) else None,
        found.get("columns"),
    )


def _possible(roles: dict[str, Any], names: Collection[str] | None) -> dict[Role, str]:
    return {
        role: roles[role]
        for role in ROLES
        if isinstance(column := roles.get(role), str) and (names is None or column in names)
    }
