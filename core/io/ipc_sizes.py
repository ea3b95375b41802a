"""How much memory Arrow IPC data unpacks to, added up before any of it is unpacked.

Compressed buffers begin with the size they unpack to, and the reader allocates what is written
there. The sizes are in the bodies of the messages; where the buffers lie is in a FlatBuffers table
at the head of each (https://arrow.apache.org/docs/format/Columnar.html#compression).
"""

import struct
from collections.abc import Iterator
from typing import Any

_DICTIONARY, _RECORDS = 2, 3


def unpacked_bytes(message: Any) -> int:
    """Bytes that a ``pyarrow.ipc.Message`` takes once its buffers are unpacked.

    Raises
    ------
    ValueError
        If the message contradicts itself.
    """
    head, body = memoryview(message.metadata), message.body
    n_bytes = 0 if body is None else body.size
    if not n_bytes:
        return 0
    content = memoryview(body)
    try:
        for offset, length in _compressed_buffers(head):
            if length >= 8:
                (stated,) = struct.unpack_from("<q", content, offset)
                n_bytes += max(0, stated)
    except struct.error as error:
        msg = f"a message contradicts itself: {error}"
        raise ValueError(msg) from None
    return n_bytes


def _compressed_buffers(head: memoryview) -> Iterator[tuple[int, int]]:
    """Where the buffers of a compressed batch lie in the body: offset and length."""
    (root,) = struct.unpack_from("<I", head, 0)
    kind_at, header_at = _field(head, root, 1), _field(head, root, 2)
    if not kind_at or not header_at:
        return
    kind, batch = head[kind_at], _followed(head, header_at)
    if kind == _DICTIONARY:
        batch_at = _field(head, batch, 1)
        if not batch_at:
            return
        batch = _followed(head, batch_at)
    elif kind != _RECORDS:
        return
    buffers_at, compression = _field(head, batch, 2), _field(head, batch, 3)
    if not buffers_at or not compression:
        return
    buffers = _followed(head, buffers_at)
    (count,) = struct.unpack_from("<I", head, buffers)
    for place in range(count):
        yield struct.unpack_from("<qq", head, buffers + 4 + 16 * place)


def _field(head: memoryview, table: int, number: int) -> int:
    """Where a field of a table lies; 0 if it is not there."""
    (back,) = struct.unpack_from("<i", head, table)
    (length,) = struct.unpack_from("<H", head, table - back)
    slot = 4 + 2 * number
    if slot + 2 > length:
        return 0
    (offset,) = struct.unpack_from("<H", head, table - back + slot)
    return table + offset if offset else 0


def _followed(head: memoryview, place: int) -> int:
    (distance,) = struct.unpack_from("<I", head, place)
    return int(place + distance)
