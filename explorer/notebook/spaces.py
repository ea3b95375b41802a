"""Spaces from what a notebook holds: files, arrays, and the tables of any library."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from core.demo import DEMOS
from core.errors import BadParameter, InvalidSpace
from core.io import BAD_ROWS, LIMIT_BYTES, Opened, guess_roles, read_many, space_of
from core.io.arrow_files import table_contents
from core.io.narrowing import narrowed
from core.io.reading import open_contents
from core.origin import FileNumbers
from core.space import ROLES, EmbeddingSpace, Role


def open_files(
    *paths: str | Path, drop_bad_rows: bool = False, **roles: str
) -> EmbeddingSpace | tuple[EmbeddingSpace, ...]:
    """The space that files hold together, read and understood as the app does it.

    Parameters
    ----------
    *paths
        Files or data set folders. Those that belong together are joined.
    drop_bad_rows
        Whether rows with NaN, infinite or unreadable vectors are left out.
    **roles
        What columns mean, in place of what is guessed: ``label="species"``.

    Returns
    -------
    EmbeddingSpace or tuple of EmbeddingSpace
        A tuple where the files hold several.

    Raises
    ------
    ExplorerError
        If a file cannot be read, or its vectors cannot be used as they are.

    Examples
    --------
    >>> import explorer, numpy as np, tempfile
    >>> path = f"{tempfile.mkdtemp()}/features.npy"
    >>> np.save(path, np.arange(24.0).reshape(8, 3))
    >>> len(explorer.open(path))
    8
    """
    opened = read_many([Path(path) for path in paths])
    spaces = tuple(_space(one, roles, drop_bad_rows=drop_bad_rows) for one in opened)
    return spaces[0] if len(spaces) == 1 else spaces


def demo(name: str = "Shapes and captions") -> EmbeddingSpace:
    """One of the spaces that the app opens with, to try things on.

    Raises
    ------
    BadParameter
        If there is none of this name; the message lists them.

    Examples
    --------
    >>> import explorer
    >>> explorer.demo("Digits, raw pixels").n_dims
    64
    """
    if name not in DEMOS:
        msg = f"There is no demo {name!r}; there are {', '.join(DEMOS)}."
        raise BadParameter(msg)
    return DEMOS[name]()


def space(
    data: Any,
    vectors: str | None = None,
    *,
    name: str = "space",
    drop_bad_rows: bool = False,
    **roles: str,
) -> EmbeddingSpace:
    """A space from an array, a table, or both.

    Parameters
    ----------
    data
        A table with a column of vectors or with numeric columns (pandas, polars, Arrow, DuckDB, a
        Hugging Face dataset), an array ``(n_items, n_dims)`` (NumPy, PyTorch, anything that NumPy
        takes), an array and its table of items, ``(X, items)``, or an AnnData.
    vectors
        Which column holds the vectors; of an AnnData a key of ``obsm``, else ``X`` is taken.
    name
        What to call it.
    drop_bad_rows
        Whether rows with NaN or infinite vectors are left out.
    **roles
        What columns mean, in place of what is guessed: ``label="species"``.

    Raises
    ------
    ExplorerError
        If there are no vectors, or they cannot be used as they are.

    Examples
    --------
    >>> import explorer, pandas as pd
    >>> table = pd.DataFrame({"embedding": [[0.0, 1.0], [1.0, 0.5]], "kind": ["a", "b"]})
    >>> explorer.space(table, vectors="embedding", label="kind").roles["label"]
    'kind'
    """
    if hasattr(data, "obsm") and hasattr(data, "obs"):
        data = (data.obsm[vectors] if vectors else data.X, data.obs)
        vectors = None
    items: Any = None
    if isinstance(data, tuple):
        data, items = data
    if (table := _table(data)) is None:
        return _from_array(data, items, name=name, roles=roles, drop_bad_rows=drop_bad_rows)
    contents = table_contents(Path(name), table, LIMIT_BYTES)
    opened = open_contents(contents, name=name, choose=vectors, limit_bytes=LIMIT_BYTES)
    index = getattr(data, "index", None)
    if isinstance(index, pd.Index) and index.is_unique:
        opened = replace(opened, items=opened.items.set_axis(index))
    return _space(opened, roles, drop_bad_rows=drop_bad_rows)


def _from_array(
    data: Any, items: Any, *, name: str, roles: Mapping[str, str], drop_bad_rows: bool
) -> EmbeddingSpace:
    if hasattr(data, "detach"):  # a tensor, perhaps on a GPU, in a precision NumPy does not have
        data = data.detach().cpu()
        data = (data if data.element_size() >= 4 else data.float()).numpy()
    if hasattr(data, "toarray"):  # a sparse matrix, as in an AnnData
        data = data.toarray()
    array = np.asarray(data)
    if array.ndim != 2 or array.dtype.kind not in "fiub":
        msg = (
            f"Vectors are a 2-D array of numbers, a row for each item; found {array.ndim}-D of "
            f"type {array.dtype}."
        )
        raise InvalidSpace(msg)
    kept = narrowed(array)
    floats, said = kept.vectors, [one for one in kept.findings if one.kind != "narrowed"]
    for finding in said:
        warnings.warn(f"{name}: {finding.sentence}", stacklevel=3)
    stored = FileNumbers(kept.exponent, tuple(finding.sentence for finding in said))
    table = pd.DataFrame(index=range(len(floats))) if items is None else _frame(items)
    if drop_bad_rows:
        good = np.flatnonzero(np.isfinite(floats).all(axis=1))
        floats, table = floats[good], table.iloc[good]
    stated = {**guess_roles(table), **_stated(roles)}
    return EmbeddingSpace(name, floats, table, stated, stored=stored)


def _space(opened: Opened, roles: Mapping[str, str], *, drop_bad_rows: bool) -> EmbeddingSpace:
    """The space of what was opened; what is remarkable about it is a warning."""
    for finding in opened.findings:
        warnings.warn(f"{opened.name}: {finding.sentence}", stacklevel=3)
    drop = BAD_ROWS if drop_bad_rows else ()
    return space_of(opened, {**opened.roles, **_stated(roles)}, drop=drop)


def _stated(roles: Mapping[str, str]) -> Mapping[Role, str]:
    if wrong := set(roles) - set(ROLES):
        msg = f"There is no role {min(wrong)!r}; there are {', '.join(ROLES)}."
        raise BadParameter(msg)
    return cast("Mapping[Role, str]", roles)


def _table(data: Any) -> Any | None:
    """An Arrow table of any table; None of what is none."""
    if isinstance(data, pd.DataFrame):
        return pa.Table.from_pandas(data, preserve_index=False)
    if hasattr(data, "with_format"):  # a Hugging Face dataset
        return data.with_format("arrow")[:]
    if hasattr(data, "__arrow_c_stream__"):
        return pa.table(data)
    return None


def _frame(items: Any) -> pd.DataFrame:
    if isinstance(items, pd.DataFrame):
        return items
    table = _table(items)
    return pd.DataFrame(items) if table is None else table.to_pandas()
