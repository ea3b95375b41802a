"""The map of a space for a notebook: as one file to send, and as a widget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import NotApplicable
from core.extras import missing

if TYPE_CHECKING:
    import pandas as pd

    from core.space import EmbeddingSpace
    from explorer.maps.alone.file import Beside
    from explorer.notebook.measures import Measure
    from explorer.notebook.widget import MapWidget

_WIDGET_BYTES = 30_000_000  # through the connection of a notebook


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
    from explorer.maps.alone.file import map_html  # noqa: PLC0415 - imports Plotly
    from explorer.maps.alone.placing import placed  # noqa: PLC0415 - the same
    from explorer.maps.alone.planning import Extent, planned  # noqa: PLC0415 - the same

    beside = _beside(color, measures, selections)
    chosen = None if columns is None else tuple(columns)
    extent = Extent(chosen, neighbors, pictures, most_bytes)
    plan = planned(space, extent, n_measures=len(beside.records))
    page = map_html(space, placed(space, projection), plan, beside=beside)
    Path(path).write_text(page, encoding="utf-8")
    return Path(path)


def map_widget(  # noqa: PLR0913 - each is a choice of its own
    space: EmbeddingSpace,
    *,
    color: str = "",
    projection: EmbeddingSpace | str = "auto",
    columns: Sequence[str] | None = None,
    measures: Iterable[Measure] = (),
    selections: Mapping[str, pd.DataFrame | pd.Index[Any]] | None = None,
    neighbors: int = 12,
    pictures: bool = True,
    height: int = 560,
) -> MapWidget:
    """Draw the map below the cell: cards, search, legend, lasso, filters, neighbors of every item.

    What is selected there is the ``selection`` of the widget, and the other way around. It needs
    the extra ``notebook``, and no network.

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
        Whether pictures go along, made smaller until all of it has 30 MB.
    height
        Of the map, in pixels.

    Raises
    ------
    ExplorerError
        If there is no such column, it does not fit, or the extra is not installed.

    Examples
    --------
    >>> import explorer, numpy as np
    >>> space = explorer.space(np.random.default_rng(0).normal(size=(40, 4)), name="noise")
    >>> widget = explorer.map(space)
    >>> widget.selection = space.items.iloc[3:5]  # as a lasso on the map would
    >>> len(widget.selection)
    2
    """
    if why := missing("anywidget", "notebook"):
        msg = f"The map cannot be drawn in a notebook. {why}"
        raise NotApplicable(msg)
    from explorer.maps.alone.file import packed  # noqa: PLC0415 - imports Plotly
    from explorer.maps.alone.placing import placed  # noqa: PLC0415 - the same
    from explorer.maps.alone.planning import Extent, planned  # noqa: PLC0415 - the same
    from explorer.notebook.widget import MapWidget  # noqa: PLC0415 - an extra

    beside = _beside(color, measures, selections)
    chosen = None if columns is None else tuple(columns)
    extent = Extent(chosen, neighbors, pictures, _WIDGET_BYTES)
    plan = planned(space, extent, n_measures=len(beside.records))
    held, drawn = packed(space, placed(space, projection), plan, beside=beside, height=height)
    return MapWidget(space, held, drawn)


def _beside(
    color: str,
    measures: Iterable[Measure],
    selections: Mapping[str, pd.DataFrame | pd.Index[Any]] | None,
) -> Beside:
    import pandas as pd  # noqa: PLC0415 - heavy

    from explorer.maps.alone.file import Beside  # noqa: PLC0415 - imports Plotly

    named = {
        name: rows.index if isinstance(rows, pd.DataFrame) else rows
        for name, rows in (selections or {}).items()
    }
    return Beside(color, [each.record for each in measures], named)
