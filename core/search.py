"""Finding items: by words, a pattern, a condition on the columns, or nearness to a vector.

Text and conditions give a mask over the items; vectors give the cosine of every item, from which
the nearest, or all that are near enough, are taken.
"""

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.arrays import AnyFloats, Mask, Positions
from core.errors import BadParameter, NotApplicable
from core.io.cells import encodable
from core.numerics.cosines import Cosines
from core.numerics.directions import directions
from core.numerics.lots import highest
from core.space import EmbeddingSpace
from core.statistics.ties import CLOSE

TIME_LIMIT = 20.0  # seconds that a condition may take
MEMORY_LIMIT = 1 << 30  # bytes that a condition may use


def with_words(items: pd.DataFrame, query: str) -> Mask:
    """``(n_items,)`` where every word of the query occurs in some column, whatever the case.

    Words are separated by blanks; a query of none finds every item.
    """
    texts = _texts(items)
    hit = np.ones(len(items), bool)
    for word in encodable(query).split():
        hits = [pc.match_substring(text, word, ignore_case=True) for text in texts]
        hit &= _any(hits, len(items))
    return hit


def relevance(items: pd.DataFrame, query: str) -> NDArray[np.float64]:
    """``(n_items,)`` how much of an item is about the words of a query; 0 where one is missing.

    The sum over words of ``f / (f + 1.2 (0.25 + 0.75 l / l_mean))``, for a word that occurs ``f``
    times in ``l`` characters of text, of all columns: Okapi BM25 of words that weigh the same, as
    all of them occur in what is found, which is what :func:`with_words` finds. In
    ``[0, n_words)``.
    """
    texts = _texts(items)
    lengths = sum((_counts(pc.utf8_length(text)) for text in texts), np.zeros(len(items)))
    mean = lengths.mean() if lengths.any() else 1.0
    usual = 1.2 * (0.25 + 0.75 * lengths / mean)
    about, whole = np.zeros(len(items)), np.ones(len(items), bool)
    for word in encodable(query).split():
        found = [_counts(pc.count_substring(text, word, ignore_case=True)) for text in texts]
        times = sum(found, np.zeros(len(items)))
        about += times / (times + usual)
        whole &= times > 0
    return np.where(whole, about, 0.0)


def matching(items: pd.DataFrame, pattern: str) -> Mask:
    """``(n_items,)`` where a regular expression matches within some column, whatever the case.

    The syntax is that of RE2, which looks at every character once: no pattern can hang. It has
    neither look-around nor back-references. ``(?-i)`` at the start minds the case.

    Raises
    ------
    BadParameter
        If the pattern cannot be read.
    """
    try:
        sought = encodable(pattern)
        hits = [pc.match_substring_regex(text, sought, ignore_case=True) for text in _texts(items)]
    except pa.ArrowInvalid as error:
        why = str(error).removeprefix("Invalid regular expression: ")
        msg = (
            f"A regular expression was expected; {pattern!r} cannot be read: {why}. A backslash "
            r"before a sign such as ( or [ takes it literally; look-around is not available."
        )
        raise BadParameter(msg) from error
    return _any(hits, len(items))


def where(items: pd.DataFrame, condition: str) -> Mask:
    r"""``(n_items,)`` where a condition in SQL holds: what stands after ``WHERE``.

    Columns are those of the items, numbers and dates as they are, everything else as text; a name
    with blanks goes between double quotes. An undefined condition does not hold. It is evaluated
    by DuckDB in a process of its own, without access to files or to the network, which is ended
    after 20 seconds or at a gigabyte of memory.

    Raises
    ------
    BadParameter
        If the condition cannot be read or evaluated, names the columns there are; or if it takes
        too long or too much memory.
    """
    columns = _columns(items)
    row = _free("row", columns)
    table = pa.table({**columns, row: np.arange(len(items))})
    said = {"condition": encodable(condition), "row": row}
    kept = np.frombuffer(_answered(table, said, _condition_refused), "<i8")
    mask = np.zeros(len(items), bool)
    mask[kept.astype(np.int64)] = True
    return mask


def select(items: pd.DataFrame, query: str, *, most: int = 1_000) -> pd.DataFrame:
    """What a statement in SQL selects from the table ``items``, up to so many rows.

    Columns and limits are those of :func:`where`.

    Raises
    ------
    BadParameter
        If it is not one statement that selects, cannot be evaluated, names the columns there are;
        or if it takes too long or too much memory.
    """
    columns = _columns(items)
    said = {"query": encodable(query), "most": str(most)}
    answer = _answered(pa.table(columns), said, _query_refused)
    table: pd.DataFrame = pa.ipc.open_stream(answer).read_all().to_pandas()
    return table


def _answered(
    table: pa.Table, said: Mapping[str, str], refused: Callable[[str, list[str]], str]
) -> bytes:
    """What a process of its own answers, which is ended at its limits."""
    question = table.replace_schema_metadata({**said, "bytes": str(MEMORY_LIMIT)})
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, question.schema) as writer:
        writer.write_table(question)
    program = Path(__file__).with_name("_condition.py")
    what = next(iter(said))
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter and our own program
            [sys.executable, "-I", str(program)],
            input=stream.getbuffer(),
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        msg = f"The {what} took more than {TIME_LIMIT:g} seconds and was stopped."
        raise BadParameter(msg) from None
    if not done.stdout or done.stdout.startswith(b"!Out of Memory"):
        msg = f"The {what} needs more than {MEMORY_LIMIT >> 20:,} MB of memory and was stopped."
        raise BadParameter(msg)
    if done.stdout.startswith(b"!"):
        raise BadParameter(refused(done.stdout[1:].decode(), table.column_names))
    return done.stdout[1:]


def vector_of(text: str, n_dims: int) -> AnyFloats:
    """``(1, n_dims)`` a vector as a person pastes it: JSON, or numbers between blanks or commas.

    Raises
    ------
    BadParameter
        If it does not hold that many finite numbers.
    """
    try:
        vector = np.asarray(_numbers(text.strip()), np.float64)
    except (ValueError, TypeError, RecursionError) as error:
        msg = f"A vector is {n_dims:,} numbers between commas or blanks; found {text[:60]!r}."
        raise BadParameter(msg) from error
    return checked(vector.reshape(1, -1) if vector.ndim == 1 else vector, n_dims)


def _numbers(text: str) -> Any:
    """JSON, else numbers between blanks, commas or semicolons, in brackets or without."""
    if text.startswith("[["):
        return json.loads(text)
    if (text[:1], text[-1:]) in {("[", "]"), ("(", ")")}:
        text = text[1:-1]
    return [float(part) for part in re.split(r"[\s,;]+", text.strip()) if part]


def checked(vectors: NDArray[np.generic], n_dims: int) -> AnyFloats:
    """``(m, n_dims)`` vectors to look for, as given.

    Raises
    ------
    BadParameter
        If they are not numbers, not finite, of another dimension, or have no direction.
    """
    if vectors.dtype.kind not in "fiu" or vectors.ndim not in {1, 2}:
        msg = f"A vector is {n_dims:,} numbers; found {vectors.dtype} of shape {vectors.shape}."
        raise BadParameter(msg)
    rows: AnyFloats = np.atleast_2d(np.asarray(vectors, np.float64))
    if rows.shape[1] != n_dims or not len(rows):
        width = rows.shape[1]
        msg = f"The vector must have {n_dims:,} dimensions, as the space has; it has {width:,}."
        raise BadParameter(msg)
    if not np.isfinite(rows).all():
        msg = "The vector must hold finite numbers; it holds NaN or infinity."
        raise BadParameter(msg)
    if not rows.any(axis=1).all():
        msg = "A vector of zeros has no direction to look along; give one that is not zero."
        raise BadParameter(msg)
    return rows


def cosines(space: EmbeddingSpace, vectors: AnyFloats) -> NDArray[np.float64]:
    """``(n_items,)`` cosine of every item with the nearest of ``(m, n_dims)`` vectors.

    In ``[-1, 1]``; NaN for an item whose vector is zero.

    Raises
    ------
    BadParameter
        As `checked`.
    """
    rows, items = checked(np.asarray(vectors), space.n_dims), space.directions
    with_each = Cosines(items, directions(rows, about=items.center))[:]
    nearest_of_them: NDArray[np.float64] = with_each.max(axis=1)
    nearest_of_them[space.norms == 0] = np.nan
    return np.clip(nearest_of_them, -1, 1)


def semantic(space: EmbeddingSpace, text: str) -> NDArray[np.float64]:
    """``(n_items,)`` cosine of every item with a text, encoded by the model of the space.

    Raises
    ------
    NotApplicable
        If the encoder of the space is not known, the model cannot be had, or its vectors have
        another number of dimensions.
    BadParameter
        If the text is empty.
    """
    if space.encoder is None:
        msg = f"Search by meaning needs to know the encoder; that of {space.name!r} is not known."
        raise NotApplicable(msg)
    if not text.strip():
        msg = "Search by meaning needs some words; the text is empty."
        raise BadParameter(msg)
    from core.encoders import load  # noqa: PLC0415 - heavy
    from core.encoders.checking import its_own  # noqa: PLC0415 - heavy
    from core.encoders.prompts import asking  # noqa: PLC0415 - heavy

    return cosines(space, its_own(space, load(asking(space.encoder)).encode_texts([text])))


def nearest(similarity: NDArray[np.float64], k: int, standing: Positions | None = None) -> Mask:
    """``(n_items,)`` the `k` items most similar; of those that are level, some drawn by lot.

    `standing` is the items in an order of their own, without which they are in that order.
    """
    known = np.where(np.isfinite(similarity), similarity, np.nan)
    rank = np.arange(len(known)) if standing is None else np.argsort(standing)
    digest = blake2b(np.sort(known).tobytes(), digest_size=8).digest()
    close = CLOSE * float(np.nanmax(known) - np.nanmin(known)) if np.isfinite(known).any() else 0.0
    order = highest(known, close, owner=np.frombuffer(digest, np.uint64), rank=rank)
    order = order[: min(k, int(np.isfinite(known).sum()))]
    mask = np.zeros(len(similarity), bool)
    mask[order] = True
    return mask


def above(similarity: NDArray[np.float64], least: float) -> Mask:
    """``(n_items,)`` the items at least so similar."""
    return np.nan_to_num(similarity, nan=-np.inf) >= least


def _counts(column: pa.Array) -> NDArray[np.float64]:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)


def _any(hits: Sequence[pa.Array], n: int) -> Mask:
    any_hit = np.zeros(n, bool)
    for hit in hits:
        any_hit |= hit.to_numpy(zero_copy_only=False)
    return any_hit


def _texts(items: pd.DataFrame) -> list[pa.Array]:
    """Every column that can be read, as text; an empty cell is an empty text."""
    columns = [items.iloc[:, place] for place in range(items.shape[1])]
    return [_as_text(column, "") for column in columns if not _holds_bytes(column)]


def _columns(items: pd.DataFrame) -> dict[str, pa.Array]:
    """Columns as SQL sees them: numbers, dates and truth values as they are, the rest as text."""
    columns: dict[str, pa.Array] = {}
    for place, name in enumerate(items):
        column = items.iloc[:, place]
        if _holds_bytes(column):
            continue
        if column.dtype.kind in "biufM":
            cells = pa.array(column, from_pandas=True)
        else:
            cells = _as_text(column, None)
        columns[_free(str(name), columns)] = cells
    return columns


def _as_text(column: "pd.Series[Any]", empty: str | None) -> pa.Array:
    cells = zip(column.to_numpy(object), column.isna().to_numpy(bool), strict=True)
    return pa.array([empty if gone else encodable(str(cell)) for cell, gone in cells], pa.string())


def _holds_bytes(column: "pd.Series[Any]") -> bool:
    return column.dtype == object and any(isinstance(c, bytes) for c in column.dropna().head(20))


def _free(name: str, taken: dict[str, pa.Array]) -> str:
    """A name that no column has: SQL does not mind the case."""
    lower = {each.lower() for each in taken}
    while name.lower() in lower:
        name += "_"
    return name


def _condition_refused(error: str, columns: list[str]) -> str:
    return (
        f"The condition cannot be evaluated: {_why(error)}. Write what stands after WHERE in SQL, "
        f"such as: size > 10 AND color = 'red'. Columns: {_named(columns)}."
    )


def _query_refused(error: str, columns: list[str]) -> str:
    return (
        f"The query cannot be evaluated: {_why(error)}. One statement that selects from the table "
        f"items is expected, such as: FROM items LIMIT 5. Columns: {_named(columns)}."
    )


def _why(error: str) -> str:
    kind, _, why = error.partition("\n")[0].partition("Error: ")
    return (why or kind).strip().rstrip(".!")


def _named(columns: list[str]) -> str:
    return ", ".join(columns[:12]) + (", …" if len(columns) > 12 else "") or "none"
