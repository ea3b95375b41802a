"""Labels by the company they keep: how much more often two occur together than by chance.

Positive pointwise mutual information, ``max(0, log(p(a, b) / (p(a) p(b))))``, of counts whose
diagonal is left out, in as many dimensions as are wanted (Levy & Goldberg 2014).
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from core.arrays import Floats
from core.numerics.unit import unit_rows


def together(occurs: csr_array, others: csr_array | None = None) -> Floats:
    """``(n_labels, n_others)`` scenes in which both occur; of labels with themselves none.

    Parameters
    ----------
    occurs
        ``(n_scenes, n_labels)`` 1 where a label occurs.
    others
        ``(n_scenes, n_others)`` what else does, such as words; by default the labels again.
    """
    counts: Floats = (occurs.T @ (occurs if others is None else others)).toarray().astype(float)
    if others is None:
        np.fill_diagonal(counts, 0)
    return counts


def ppmi(counts: Floats) -> Floats:
    """``(n, m)`` positive pointwise mutual information of counts, in nats; 0 where none are."""
    total = counts.sum()
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / max(total, 1)
    ratio = np.divide(counts, expected, out=np.ones_like(counts), where=counts > 0)
    found: Floats = np.maximum(np.log(ratio), 0)
    return found


def embedded(information: Floats, n_dims: int) -> Floats:
    """``(n_labels, n_dims)`` unit rows ``U sqrt(S)`` of the truncated singular values."""
    left, values, _ = np.linalg.svd(information, full_matrices=False)
    kept = min(n_dims, int((values > 1e-9 * max(values[0], 1e-300)).sum()) or 1)
    signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(left.shape[1])])
    rows: Floats = unit_rows((left * signs)[:, :kept] * np.sqrt(values[:kept]))
    return rows


def occurrences(lists: Sequence[tuple[str, ...]], names: tuple[str, ...]) -> csr_array:
    """``(n, n_names)`` 1 where a name is listed."""
    place = {name: at for at, name in enumerate(names)}
    cells = [
        (row, place[name])
        for row, listed in enumerate(lists)
        for name in set(listed) & place.keys()
    ]
    rows, columns = np.array(cells, np.int64).reshape(-1, 2).T
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(lists), len(names)))
