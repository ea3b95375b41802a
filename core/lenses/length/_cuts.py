"""Documents that were cut to several lengths: which items are cuts of one, shortest first."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Codes
from core.errors import NotApplicable
from core.space import EmbeddingSpace

FEWEST = 30  # documents: with fewer, means over pairs of them are mostly noise


@dataclass(frozen=True, eq=False)
class Cuts:
    """The documents that have equally many cuts.

    Attributes
    ----------
    rows
        ``(n_documents, n_cuts)`` positions in the space, from the shortest cut to the longest.
    lengths
        ``(n_cuts,)`` mean length of each cut.
    n_available
        Number of documents in the space, of which some may have fewer or more cuts.
    """

    rows: Codes
    lengths: NDArray[np.float64]
    n_available: int


def cuts(space: EmbeddingSpace) -> Cuts:
    """The cuts of the documents that the ``pair`` column names.

    Of two items of a document with the same length the first counts. Documents are kept if they
    have the largest number of cuts that :data:`FEWEST` documents have.

    Raises
    ------
    NotApplicable
        If no such number is above one.
    """
    lengths = space.lengths()
    documents = pd.factorize(space.column("pair"))[0].astype(np.int64)
    rows = np.flatnonzero((documents >= 0) & ~np.isnan(lengths))
    rows = rows[np.lexsort((lengths[rows], documents[rows]))]
    fresh = np.diff(documents[rows], prepend=-1) != 0
    rows = rows[fresh | (np.diff(lengths[rows], prepend=np.nan) != 0)]
    sizes = np.bincount(documents[rows])
    many = np.bincount(sizes)  # documents of each number of cuts
    usable = np.flatnonzero(many[2:] >= FEWEST) + 2
    if not len(usable):
        msg = (
            f"{FEWEST} documents must be cut to equally many lengths, two or more, and every cut "
            f"must name its document in the pair column {space.roles['pair']!r}; {space.name!r} "
            f"has {int(many[2:].max(initial=0)):,} such documents. Encode the same texts cut to "
            "several lengths."
        )
        raise NotApplicable(msg)
    complete = rows[sizes[documents[rows]] == usable[-1]].reshape(-1, usable[-1])
    return Cuts(complete, lengths[complete].mean(axis=0), int((sizes > 0).sum()))
