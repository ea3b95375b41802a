"""HDF5 files, and AnnData in them (.h5ad): every array of plain values by its path.

Needs the optional library h5py. Links to other files are not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.extras import missing
from core.io.contents import Array, Contents, Loaded, check_bytes, refusal, size
from core.io.families import related
from core.io.findings import Finding

if TYPE_CHECKING:
    import h5py

_MOST = 10_000
_DEEPEST = 20
_RATIO = 200  # numbers shrink to a quarter at best, labels to a hundredth
_HARMLESS = 64 << 20
_MEND = "Copy the file again, or save the vectors as .npy, .npz or .parquet."
_PLOTTED = ("umap", "tsne", "spatial", "draw_graph", "diffmap")


def read_hdf5(path: Path, limit: int) -> Contents:
    """The arrays of an HDF5 file; of AnnData, its embeddings (``obsm``), ``X`` and ``obs``.

    Raises
    ------
    InvalidFile
        If h5py is not installed, or the file is damaged or unpacks to more than allowed.
    """
    with _opened(path) as root:
        if "obsm" in root or (path.suffix.lower() == ".h5ad" and "X" in root):
            return _anndata(path, root, limit)
        arrays = {name: _array(path, one, limit) for name, one in _datasets(path, root)}
    if not arrays:
        raise refusal(path, "it holds no arrays", _MEND)
    return related(Contents(path, arrays))


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    if needed := missing("h5py", "hdf5"):
        raise refusal(path, "it is an HDF5 file", needed)
    import h5py  # noqa: PLC0415 - optional

    try:
        with h5py.File(path, "r") as root:
            yield root
    # What HDF5 reports of damaged files, through h5py.
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, UnicodeDecodeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise refusal(path, f"it is damaged ({reason:.200})", _MEND) from None


def _datasets(path: Path, group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The arrays below a group; links, which may lead to other files, are passed over."""
    import h5py  # noqa: PLC0415 - optional

    waiting, seen = [(prefix, group)], 0
    while waiting:
        name, one = waiting.pop(0)
        seen += 1
        if seen > _MOST:
            raise refusal(path, f"it holds more than {_MOST:,} arrays", "Save fewer.")
        if isinstance(one, h5py.Dataset):
            if _is_plain(one):
                yield name, one
            continue
        here = [key for key in one if isinstance(one.get(key, getlink=True), h5py.HardLink)]
        if name.count("/") < _DEEPEST:  # a group may be linked into itself
            waiting += [(f"{name}/{key}" if name else key, one[key]) for key in here]


def _is_plain(one: Any) -> bool:
    """Whether values are numbers or text that lie in this file."""
    import h5py  # noqa: PLC0415 - optional

    text = h5py.check_string_dtype(one.dtype) is not None
    here = not one.is_virtual and one.external is None and one.shape is not None
    return here and (text or one.dtype.kind in "biufSU")


def _array(path: Path, one: Any, limit: int) -> Array:
    stored, n_bytes = one.id.get_storage_size(), int(one.nbytes)
    if n_bytes > max(_HARMLESS, _RATIO * stored):
        found = f"{one.name!r} unpacks from {size(stored)} to {size(n_bytes)}, as a bomb does"
        raise refusal(path, found, "Save it without compression.")
    check_bytes(path, n_bytes, limit, what=f"the array {one.name!r}")
    numeric = one.dtype.kind in "biuf"
    load = partial(_values, path, one.name)
    return Array(one.shape, numeric, load, one.dtype if numeric else None)


def _values(path: Path, name: str) -> Loaded:
    with _opened(path) as root:
        return Loaded(_plain(root[name]))


def _plain(one: Any) -> Any:
    values = one[()]
    if one.dtype.kind == "O":
        cells = [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values.flat]
        return pd.Series(cells, dtype=object)
    return values


def _anndata(path: Path, root: Any, limit: int) -> Contents:
    """Embeddings, measurements and observations, as AnnData lays them out."""
    import h5py  # noqa: PLC0415 - optional

    arrays: dict[str, Array] = {}
    findings: list[Finding] = []
    for name, one in _datasets(path, root["obsm"]) if "obsm" in root else ():
        if "/" not in name:
            arrays[name] = _array(path, one, limit)
    if isinstance(root.get("X"), h5py.Dataset):
        arrays["X"] = _array(path, root["X"], limit)
    elif "X" in root:
        sentence = "'X' is sparse and is left out; the embeddings in 'obsm' are read."
        findings.append(Finding("ignored", 1, sentence))
    obs = root.get("obs")
    if isinstance(obs, h5py.Group):
        for name in obs:
            if isinstance(obs.get(name, getlink=True), h5py.HardLink):
                arrays |= _observation(path, name, obs[name], limit=limit)
    embeddings = [name for name in arrays if name.startswith("X_")]
    known = [name for name in embeddings if not name.lower().endswith(_PLOTTED)]
    stated = next(iter(sorted(known, key=lambda name: name == "X_pca")), None)
    return Contents(path, arrays, vectors=stated, findings=tuple(findings))


def _observation(path: Path, name: str, one: Any, *, limit: int) -> dict[str, Array]:
    """A column of the observations: values, or categories and the codes of these."""
    import h5py  # noqa: PLC0415 - optional

    if isinstance(one, h5py.Dataset):
        plain = one.ndim == 1 and _is_plain(one)
        return {name: _array(path, one, limit)} if plain else {}
    if "categories" in one and "codes" in one and _is_plain(one["categories"]):
        codes = _array(path, one["codes"], limit)
        _array(path, one["categories"], limit)
        return {name: Array(codes.shape, numeric=False, load=partial(_named, path, one.name))}
    return {}


def _named(path: Path, name: str) -> Loaded:
    with _opened(path) as root:
        categories = pd.Series(_plain(root[name]["categories"]))
        codes = pd.Series(root[name]["codes"][()])
        return Loaded(codes.map(categories.to_dict()))
