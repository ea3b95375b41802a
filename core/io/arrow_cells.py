"""Arrow columns of anything but vectors as pandas columns, with empty cells kept apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.io.contents import check_bytes

_NULLABLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def item_series(path: Path, column: Any, limit: int) -> pd.Series:
    """A chunked column, which was validated, as a pandas column.

    Whole numbers and true/false stay such beside empty cells; decimals become floats; dictionaries
    and views become the values they stand for, if those fit into `limit` bytes: a long text
    stored once may stand for every cell.

    Raises
    ------
    InvalidFile
        If the values would take more than `limit` bytes.
    """
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        chunks = [chunk.storage for chunk in column.chunks]
        return item_series(path, pa.chunked_array(chunks, kind.storage_type), limit)
    if pa.types.is_dictionary(kind):
        check_bytes(path, sum(map(_dictionary_bytes, column.chunks)), limit, what="a column")
        return item_series(path, column.cast(kind.value_type), limit)
    if kind in _VIEWS:
        check_bytes(path, sum(map(_view_bytes, column.chunks)), limit, what="a column")
        column = column.cast(_VIEWS[kind])
    elif pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    elif pa.types.is_float16(kind):
        column = column.cast(pa.float32())
    elif pa.types.is_timestamp(kind) and kind.tz:
        column = column.cast(pa.timestamp(kind.unit))  # in UTC; the stated zone may not exist
    if column.null_count and kind in _NULLABLE:
        return column.to_pandas(types_mapper=_NULLABLE.get)  # type: ignore[no-any-return]  # untyped
    return pd.Series(column.to_pandas())


def is_plain(kind: Any) -> bool:
    """Whether a column cannot take much more memory as Python values than it does in Arrow.

    Lists of nothing, run ends and overlapping lists can stand for any number of values.
    """
    if isinstance(kind, pa.BaseExtensionType):
        return is_plain(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return not pa.types.is_nested(kind.value_type) and is_plain(kind.value_type)
    return not pa.types.is_run_end_encoded(kind) and _is_plain_nested(kind)


def _is_plain_nested(kind: Any) -> bool:
    if not pa.types.is_nested(kind):
        return True
    if not (pa.types.is_struct(kind) or pa.types.is_map(kind) or _is_list(kind)):
        return False
    inner = [kind.field(place).type for place in range(kind.num_fields)]
    bounding = [child for child in inner if not pa.types.is_null(child)]  # nothing has no size
    return bool(bounding) and all(
        child not in _VIEWS
        and not pa.types.is_dictionary(child)
        and not pa.types.is_run_end_encoded(child)
        and not isinstance(child, pa.BaseExtensionType)
        and _is_plain_nested(child)
        for child in bounding
    )


def _is_list(kind: Any) -> bool:
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


_VIEWS = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}


def _dictionary_bytes(chunk: Any) -> int:
    values = chunk.dictionary
    if pa.types.is_string(values.type) or pa.types.is_binary(values.type):
        lengths = pc.take(pc.binary_length(values), chunk.indices)
        return int(pc.sum(lengths.cast(pa.int64())).as_py() or 0)
    return len(chunk) * -(-int(values.nbytes) // max(1, len(values)))


def _view_bytes(chunk: Any) -> int:
    """The first four bytes of each view of sixteen are its length."""
    views = np.frombuffer(chunk.buffers()[1], np.int32)
    lengths = views[4 * chunk.offset : 4 * (chunk.offset + len(chunk)) : 4]
    return int(np.maximum(lengths, 0).sum(dtype=np.int64))
