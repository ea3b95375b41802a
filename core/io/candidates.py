"""Which arrays of a file can be the vectors of a space, and the items that belong to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Vectors
from core.counts import counted
from core.io.cells import safe_column, unfolded
from core.io.contents import Array, Contents, Loaded, Values, check_size
from core.io.families import BY_COLUMN
from core.io.findings import Finding, moved
from core.io.meanings import is_code, says_packed
from core.io.names import free_name, modality_of, speaks_of_dimensions, split_of, words
from core.io.role_names import names_role
from core.space import Role

_USUAL = (
    "vectors", "vector", "embeddings", "embedding", "embeds", "emb", "features", "feature",
    "feats", "x",
)  # fmt: skip
_DERIVED = frozenset({
    "position", "positions", "coordinates", "coords", "xy", "umap", "tsne", "pca", "box",
    "bbox", "boxes", "bounding", "logits", "logit", "probabilities", "probs", "scores", "mask",
    "attention", "input", "ids", "distances", "distance", "codes", "sizes", "statistics",
})  # fmt: skip
_SIDES: Mapping[Literal["modality", "split"], Callable[[str], tuple[str, str] | None]] = {
    "modality": modality_of,
    "split": split_of,
}
_MOST_FACTS = 50  # columns
_EXACT = 1 << 24  # whole numbers up to which float32 has each
_OWNERS: Mapping[Role, str] = {"text": "text", "length": "text", "image": "image"}


@dataclass(frozen=True)
class Candidate:
    """Arrays that can be the vectors of one space, one below the other.

    Attributes
    ----------
    name
        How the choice is offered, e.g. ``"image_features + text_features"``.
    shape
        ``(n_items, n_dims)`` of all parts together.
    parts
        The names of the arrays; more than one for a joint space.
    sides
        What each part of a joint space is one of: a modality, or a split of the data.
    by
        The column that tells the parts apart.
    certain
        Whether it can be taken without asking: not what would have to be made of other arrays,
        nor masks and token ids.
    """

    name: str
    shape: tuple[int, int]
    parts: tuple[str, ...]
    sides: tuple[str, ...] = ()
    by: Literal["modality", "split"] = "modality"
    certain: bool = True


def candidates(contents: Contents) -> list[Candidate]:
    """What can be the vectors, the best guess first.

    What the file itself says comes first, then arrays of several modalities, or of training and
    test, with as many dimensions (a joint space), then usual names, then the most dimensions and
    items. If no array has two dimensions, the columns of decimal numbers together are offered.
    What can be made of other arrays comes last, except bits where a name says that they are packed.
    """
    single = [
        Candidate(
            name,
            (array.shape[0], array.shape[1]),
            (name,),
            certain=not is_code(name, array) and name not in contents.doubted,
        )
        for name, array in contents.arrays.items()
        if array.is_vectors
    ]
    offers = [
        Candidate(name, (array.shape[0], array.shape[1]), (name,), certain=says_packed(name))
        for name, array in contents.offers.items()
    ]
    found = [*_joint(contents.arrays), *single] or list(_decimals(contents))
    return sorted([*found, *offers], key=lambda one: _order(one, contents))


def vectors_of(contents: Contents, candidate: Candidate, limit: int) -> Loaded:
    """The values of a candidate, decoded; of a joint space, one part below the other.

    Raises
    ------
    InvalidFile
        If they would take more than `limit` bytes, or cannot be decoded.
    """
    check_size(contents.path, candidate.shape, limit, what=f"the array {candidate.name!r}")
    arrays = {**contents.offers, **contents.arrays}
    if len(candidate.parts) == 1:
        return arrays[candidate.parts[0]].load()
    if not candidate.sides:
        columns = [pd.Series(arrays[part].load().values) for part in candidate.parts]
        return Loaded(
            np.column_stack([column.to_numpy(np.float32, na_value=np.nan) for column in columns])
        )
    vectors: Vectors = np.empty(candidate.shape, np.float32)
    findings: list[tuple[int, tuple[Finding, ...]]] = []
    for part, rows in _rows(contents, candidate):
        loaded = arrays[part].load()
        with np.errstate(over="ignore"):
            vectors[rows] = loaded.values
        findings.append((rows.start, loaded.findings))
    return Loaded(vectors, tuple(moved(findings)))


def items_of(contents: Contents, candidate: Candidate) -> tuple[pd.DataFrame, list[Finding]]:
    """The table of items that belongs to a candidate, and what had to be left out of it.

    Columns are the one-dimensional arrays with a value per vector. In a joint space, a column
    that belongs to one modality, by its name or its length, is empty for the others; a column
    with a value per pair holds for all its items. The columns ``modality`` and ``pair`` are made
    where the file has none: pairs are the rows with equal numbers, if all parts are as long.
    """
    n_items = candidate.shape[0]
    columns: dict[str, Any] = {}
    findings: list[Finding] = []
    arrays = contents.arrays
    split = split_of(candidate.name) if candidate.by == "modality" else None
    if candidate.by == "split":
        columns, arrays = _by_split(contents, candidate)
    elif split:
        arrays = {
            name: array
            for name, array in arrays.items()
            if (own := split_of(name)) is None or own[0] == split[0]
        }
    for name, array in arrays.items():
        if not _is_column(array) or (array.is_vectors and name in candidate.parts):
            continue
        rows = _laid_out(contents, candidate, name)
        if rows is None:
            there = f"{counted(array.n_items, 'value')} for {counted(n_items, 'vector')}"
            sentence = f"{name!r} holds {there} and is left out."
            findings.append(Finding("ignored", array.n_items, sentence))
            continue
        loaded = array.load()
        findings += loaded.findings
        spoken = split_of(name) if split else None
        shown = spoken[1] if spoken else name
        column, replaced = safe_column(_flat(loaded.values), shown or name)
        findings += replaced
        for key, one in _shown(taken(column, rows), shown or name, {*arrays, *columns} - {name}):
            columns[free_name(key, columns)] = one
    for name, one in _facts_beside(arrays, candidate):
        columns[free_name(name, columns)] = one
    columns = dict(_made_columns(contents, candidate)) | columns
    return pd.DataFrame(columns, index=pd.RangeIndex(n_items)), findings


def _facts_beside(
    arrays: Mapping[str, Array], candidate: Candidate
) -> Iterator[tuple[str, pd.Series]]:
    """The columns of the arrays that were put together of columns and are not the vectors."""
    for name, array in arrays.items():
        mine = array.n_items == candidate.shape[0] and name not in candidate.parts
        if mine and _are_facts(array):
            yield from _apart(array)


def _are_facts(array: Array) -> bool:
    """Whether numbered columns beside the vectors may be more than their dimensions.

    Answers to questions are, ``q1`` to ``q9``; so are places on a map, ``x`` and ``y``.
    """
    usual = any(speaks_of_dimensions(name.rstrip("0123456789")) for name in array.columns)
    most = 3 if usual else _MOST_FACTS
    return 0 < len(array.columns) <= most


def _apart(array: Array) -> Iterator[tuple[str, pd.Series]]:
    """The columns that an array was put together of; whole numbers stay such."""
    values = np.asarray(array.load().values, np.float32)
    for name, column in zip(array.columns, values.T, strict=True):
        known = column[np.isfinite(column)]
        exact = bool((np.abs(known) < _EXACT).all())
        whole = exact and len(known) > 0 and bool((known == np.rint(known)).all())
        yield name, pd.Series(column).astype("Int64" if whole else np.float64)


def _shown(column: pd.Series, name: str, taken: Collection[str]) -> Iterator[tuple[str, pd.Series]]:
    """A column, or those that are folded in it, under names that say which is which."""
    inside = unfolded(column, name)
    for key, one in inside.items():
        yield f"{name}.{key}" if key in taken else key, one
    if not inside:
        yield name, column


def _by_split(
    contents: Contents, candidate: Candidate
) -> tuple[dict[str, pd.Series], dict[str, Array]]:
    """The columns that each split has under its name, one below the other; the other arrays.

    ``train_labels`` and ``test_labels`` become ``labels``, empty for a split without them.
    """
    counts = dict(zip(candidate.sides, _counts(contents, candidate), strict=True))
    families: dict[str, dict[str, Array]] = {}
    others: dict[str, Array] = {}
    for name, array in contents.arrays.items():
        spoken = split_of(name)
        if spoken and _is_column(array) and counts.get(spoken[0]) == array.n_items:
            families.setdefault(spoken[1] or name, {})[spoken[0]] = array
        elif not spoken:
            others[name] = array
    columns: dict[str, pd.Series] = {}
    for name, members in families.items():
        parts = [
            safe_column(_flat(members[side].load().values), name)[0].astype(object)
            if side in members else pd.Series([None] * count, dtype=object)
            for side, count in counts.items()
        ]  # fmt: skip
        columns[name] = pd.concat(parts, ignore_index=True).infer_objects()
    return columns, others


def _joint(arrays: Mapping[str, Array]) -> Iterator[Candidate]:
    for by, side_of in _SIDES.items():
        families: dict[tuple[str, int], dict[str, str]] = {}
        for name, array in arrays.items():
            if array.is_vectors and not is_code(name, array) and (spoken := side_of(name)):
                families.setdefault((spoken[1], array.shape[1]), {}).setdefault(spoken[0], name)
        for (_, n_dims), parts in families.items():
            if len(parts) > 1:
                n_items = sum(arrays[part].n_items for part in parts.values())
                names = tuple(parts.values())
                yield Candidate(" + ".join(names), (n_items, n_dims), names, tuple(parts), by)


def _decimals(contents: Contents) -> Iterator[Candidate]:
    """All columns of numbers together, less those that are named for something else.

    A column of whole numbers beside two and more of decimals is a column.
    """
    arrays = contents.arrays
    names = tuple(
        name
        for name, array in arrays.items()
        if array.numeric and len(array.shape) == 1 and not names_role(name)
    )
    decimals = tuple(name for name in names if not arrays[name].is_whole)
    names = decimals if len(decimals) > 1 else names
    lengths = {arrays[name].n_items for name in names}
    if len(names) > 1 and len(lengths) == 1 and min(lengths) > 0:
        yield Candidate(BY_COLUMN, (lengths.pop(), len(names)), names)


def _order(one: Candidate, contents: Contents) -> tuple[Any, ...]:
    spoken = words(one.name)
    usual = min((_USUAL.index(word) for word in spoken if word in _USUAL), default=len(_USUAL))
    return (
        one.name != contents.vectors,
        not one.certain,
        one.name in contents.doubted,
        not one.sides,
        bool(_DERIVED & set(spoken)),
        one.shape[1] < 4,
        usual,
        -one.shape[1],
        -one.shape[0],
    )


def _rows(contents: Contents, candidate: Candidate) -> Iterator[tuple[str, slice]]:
    start = 0
    for part in candidate.parts:
        stop = start + contents.arrays[part].n_items
        yield part, slice(start, stop)
        start = stop


def _counts(contents: Contents, candidate: Candidate) -> list[int]:
    return [contents.arrays[part].n_items for part in candidate.parts]


def _made_columns(contents: Contents, candidate: Candidate) -> Iterator[tuple[str, NDArray[Any]]]:
    if candidate.sides:
        counts = _counts(contents, candidate)
        yield candidate.by, np.repeat(np.array(candidate.sides, object), counts)
        if candidate.by == "modality" and len(set(counts)) == 1:
            yield "pair", np.tile(np.arange(counts[0]), len(counts))


def _laid_out(contents: Contents, candidate: Candidate, name: str) -> NDArray[np.int64] | None:
    """Which value of a column each item gets, -1 for none; None if the column does not fit."""
    length = contents.arrays[name].n_items
    if length == candidate.shape[0]:
        return np.arange(length)
    counts = _counts(contents, candidate) if candidate.sides else []
    fitting = [place for place, count in enumerate(counts) if count == length]
    if (owner := _owner(name)) in candidate.sides:
        fitting = [place for place in fitting if candidate.sides[place] == owner]
    elif len(fitting) < len(counts):
        fitting = fitting[:1]  # the first of several that are as long
    if not fitting:
        return None
    rows = [
        np.arange(count) if place in fitting else np.full(count, -1)
        for place, count in enumerate(counts)
    ]
    return np.concatenate(rows)


def _owner(name: str) -> str | None:
    """The modality that a column can only belong to, by its name."""
    role = names_role(name)
    if role == "pair":
        return None
    if spoken := modality_of(name):
        return spoken[0]
    return _OWNERS.get(role) if role else None


def _is_column(array: Array) -> bool:
    """One value per item, as ``(n_items,)`` or ``(n_items, 1)``."""
    return array.n_items > 0 and array.shape[1:] in {(), (1,)}


def _flat(values: Values) -> Values:
    return values.reshape(-1) if isinstance(values, np.ndarray) else values


def taken(column: pd.Series, rows: NDArray[np.int64]) -> pd.Series:
    """Values by row; whole numbers and true/false stay such beside the empty cells of row -1."""
    nullable = {"i": "Int64", "u": "UInt64", "b": "boolean"}
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in nullable and (rows < 0).any():
        column = column.astype(nullable[column.dtype.kind])  # type: ignore[call-overload]  # a name of a type
    return column.reindex(rows).reset_index(drop=True)
