"""Spaces of vectors that a test has made, with the columns it needs."""

import numpy as np
import pandas as pd

from core.space import EmbeddingSpace


def space_of(vectors, label=None, *, name="made", **columns):
    """The vectors as float32 over numbered items; columns play the roles they are named for."""
    columns = columns if label is None else {"label": label, **columns}
    items = pd.DataFrame({**columns, "item": range(len(vectors))})
    return EmbeddingSpace(name, np.asarray(vectors, np.float32), items, {c: c for c in columns})
