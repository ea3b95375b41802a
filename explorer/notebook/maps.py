"""The map of a space for a notebook: as one file to send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from core.space import EmbeddingSpace
    from explorer.notebook.measures import Measure


def save_map(  # noqa: PLR0913 - each is a choice of its own
    space: EmbeddingSpace,
    path: str | Path,
    *,
    color: str = "",
    projection: EmbeddingSpace | str = "auto",
    columns: Sequence[str] | None = None,
    measures: Iterable[Measure] = (),
    selections: Mapping[str, pd.DataFrame | pd.Index[Any]] | None = None,
    neighbors: int = 12,
    pictures: bool = True,
    most_bytes: int = 60_000_000,
) -> Path:
    """Write the map as one HTML file that opens in any browser, without a server or a network.

    It holds what the map of the app does, but for the vectors: cards, search, legend, lasso,
    filters of columns, the nearest neighbors of every item.

    Parameters
    ----------
    color
        The column that colors it first, or the key of one of the measures.
    projection
        The key of a projection, ``"auto"`` for what shows most, or a space of two dimensions.
    columns
        Those to take along; by default all that are no bytes.
    measures
        What stands beside the map: a number each, and a color where there are values by item.
    selections
        Rows of ``space.items``, or their index, by a name for them.
    neighbors
        To list of every item.
    pictures
        Whether pictures go along.
    most_bytes
        Of the file: texts are cut and pictures made smaller until it fits.

    Raises
    ------
    ExplorerError
        If there is no such column, or it does not fit.

    Examples
    --------
    >>> import explorer, numpy as np, tempfile
    >>> space = explorer.space(np.random.default_rng(0).normal(size=(40, 4)), name="noise")
    >>> explorer.save_map(space, f"{tempfile.mkdtemp()}/map.html").name
    'map.html'
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    from explorer.maps.alone.file import Beside, map_html  # noqa: PLC0415 - imports Plotly
    from explorer.maps.alone.placing import placed  # noqa: PLC0415 - the same
    from explorer.maps.alone.planning import Extent, planned  # noqa: PLC0415 - the same

    records = [each.record for each in measures]
    chosen = None if columns is None else tuple(columns)
    plan = planned(space, Extent(chosen, neighbors, pictures, most_bytes), n_measures=len(records))
    named = {
        name: rows.index if isinstance(rows, pd.DataFrame) else rows
        for name, rows in (selections or {}).items()
    }
    beside = Beside(color, records, named)
    page = map_html(space, placed(space, projection), plan, beside=beside)
    Path(path).write_text(page, encoding="utf-8")
    return Path(path)
