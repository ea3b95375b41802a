"""Points in the colors of a role of their items."""

import numpy as np

from core.arrays import AnyPositions
from core.space import EmbeddingSpace, Role
from explorer.maps.draw.view import Colors, category_colors


def role_colors(
    space: EmbeddingSpace, role: Role | None, rows: AnyPositions | None = None
) -> Colors:
    """Numbers by a scale, anything else by category; without a role all in one color."""
    if role is None:
        n = len(space) if rows is None else len(rows)
        return Colors("items", codes=np.zeros(n, np.int64), names=("items",))
    column = space.items[space.roles[role]]
    if rows is not None:
        column = column.iloc[rows]
    if role in {"length", "position"}:
        return Colors(str(column.name), values=column.to_numpy(np.float64, na_value=np.nan))
    return category_colors(str(column.name), column)
