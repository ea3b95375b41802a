"""Finding items by a condition on their columns in SQL, and asking their table.

It is done in a process of its own, which can be held to its limits (`core/_sql.py`).
"""

import io
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from core.arrays import Mask
from core.errors import BadParameter
from core.io.cells import encodable
from core.search import as_text, holds_bytes

TIME_LIMIT = 20.0  # seconds that a condition may take
MEMORY_LIMIT = 1 << 30  # bytes that a condition may use


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
    program = Path(__file__).with_name("_sql.py")
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


def _columns(items: pd.DataFrame) -> dict[str, pa.Array]:
    """Columns as SQL sees them: numbers, dates and truth values as they are, the rest as text."""
    columns: dict[str, pa.Array] = {}
    for place, name in enumerate(items):
        column = items.iloc[:, place]
        if holds_bytes(column):
            continue
        if column.dtype.kind in "biufM":
            cells = pa.array(column, from_pandas=True)
        else:
            cells = as_text(column, None)
        columns[_free(str(name), columns)] = cells
    return columns


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
