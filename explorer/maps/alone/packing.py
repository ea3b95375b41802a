"""A header and arrays compressed together, which frontend/src/held.js reads."""

import gzip
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEVEL = 6
_PLACE = 8  # every array begins at a multiple of so many bytes


class Pack:
    """Arrays one after another; what stands for each in the header says where it is."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def keep(self, array: NDArray[Any] | bytes) -> dict[str, list[int]]:
        """Take an array; what the header says instead of it."""
        content = array if isinstance(array, bytes) else np.ascontiguousarray(array).tobytes()
        found = {"array": [self._size, len(content)]}
        filled = content + bytes(-len(content) % _PLACE)
        self._parts.append(filled)
        self._size += len(filled)
        return found

    def sealed(self, header: Any) -> bytes:
        """The length of the header in 4 bytes, the header, the arrays; as gzip."""
        said = json.dumps(header, ensure_ascii=False, allow_nan=False).encode()
        head = len(said).to_bytes(4, "little") + said
        whole = b"".join([head, bytes(-len(head) % _PLACE), *self._parts])
        return gzip.compress(whole, _LEVEL, mtime=0)


def compressed_size(content: bytes) -> int:
    """How many characters of a file some bytes take."""
    return len(gzip.compress(content, _LEVEL)) * 4 // 3
