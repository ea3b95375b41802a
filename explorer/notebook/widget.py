"""The map as a widget: what a file would hold goes to the page, what is selected comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import pandas as pd
import traitlets

import explorer.maps.draw
from core.errors import BadParameter
from core.space import EmbeddingSpace

_BUNDLE = Path(str(explorer.maps.draw.__file__)).with_name("widget.js")


class MapWidget(anywidget.AnyWidget):
    """The map of a space, drawn by Jupyter and whatever else draws widgets.

    Attributes
    ----------
    rows
        Positions of the selected items; ``observe`` tells of each change.
    """

    _esm = _BUNDLE
    _held = traitlets.Bytes().tag(sync=True)
    _pictures = traitlets.Unicode().tag(sync=True)
    rows = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(self, space: EmbeddingSpace, held: bytes, pictures: str) -> None:
        super().__init__(_held=held, _pictures=pictures)
        self._space = space

    @property
    def selection(self) -> pd.DataFrame:
        """The selected items, a row each; none where nothing is selected.

        Set it to rows of ``space.items``, or to their index, to select them on the map.
        """
        return self._space.items.iloc[self.rows]

    @selection.setter
    def selection(self, items: pd.DataFrame | pd.Index[Any]) -> None:
        index = items.index if isinstance(items, pd.DataFrame) else pd.Index(items)
        if not index.isin(self._space.items.index).all():
            msg = f"Rows of the items of {self._space.name!r} are selected; some are none of them."
            raise BadParameter(msg)
        self.rows = np.flatnonzero(self._space.items.index.isin(index)).tolist()
