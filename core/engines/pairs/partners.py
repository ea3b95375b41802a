"""The item that shows the same thing as another."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.space import EmbeddingSpace


def partners(space: EmbeddingSpace) -> NDArray[np.int32]:
    """``(n_items,)`` position of the first other item of the same pair, -1 where there is none.

    Of another modality where the pair has several.

    Raises
    ------
    NotApplicable
        If no column plays the role ``pair``.
    """
    codes, _ = pd.factorize(space.column("pair"))
    rows = np.flatnonzero(codes >= 0)
    pair = codes[rows]
    head = _first(pair, rows, rows >= 0)[pair]  # the first item of the pair of each
    found = np.where(rows == head, _first(pair, rows, rows != head)[pair], head)
    if "modality" in space.roles:
        kinds = space.known_codes("modality")[0]
        told = kinds[rows] >= 0
        of, among = pair[told], rows[told]
        head = _first(of, among, among >= 0)[of]
        apart = kinds[among] != kinds[head]
        other = _first(of, among, apart)[of]
        found[told] = np.where(apart, head, np.where(other >= 0, other, found[told]))
    everyone = np.full(len(space), -1, np.int32)
    everyone[rows] = found
    return everyone


def _first(
    pair: NDArray[np.intp], rows: NDArray[np.intp], of: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """``(n_pairs,)`` the first of some rows in each pair, -1 where it has none of them."""
    first = np.full(int(pair.max(initial=-1)) + 1, -1, np.int64)
    first[pair[of][::-1]] = rows[of][::-1]
    return first
