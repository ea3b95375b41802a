"""A program of its own: rows of a table where a condition in SQL holds, within limits.

It reads a table in Arrow's stream format, whose metadata hold the condition, the column that
numbers the rows and the bytes that may be used; it writes the numbers of the rows, or a sentence
after ``!``. Only a process can be held to its limits: one call of a function in SQL may take all
memory, and cannot be interrupted.
"""

import sys

import duckdb
import pyarrow as pa

SETTINGS = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}


def main() -> None:
    """Answer on standard output."""
    table = pa.ipc.open_stream(sys.stdin.buffer).read_all()
    said = {name.decode(): value.decode() for name, value in table.schema.metadata.items()}
    limit, row = int(said["bytes"]), said["row"]
    settings: dict[str, str | bool | int | float | list[str]] = {
        **SETTINGS,
        "memory_limit": f"{limit >> 20}MB",
        "threads": "2",
    }
    with duckdb.connect(":memory:", config=settings) as connection:
        rows = connection.from_arrow(table)
        _hold(limit)
        try:
            kept = rows.filter(said["condition"]).project(f'"{row}"').fetchnumpy()[row]
        except duckdb.Error as error:
            answer = b"!" + str(error).encode("utf-8", "replace")
        except MemoryError:
            answer = b"!Out of Memory Error: the limit was reached"
        else:
            answer = b"=" + kept.astype("<i8").tobytes()
    sys.stdout.buffer.write(answer)


def _hold(limit: int) -> None:
    """Let this process take no more than `limit` bytes beyond what it has, where systems can."""
    try:
        import resource  # noqa: PLC0415 - not on every system
        from pathlib import Path  # noqa: PLC0415

        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    resource.setrlimit(resource.RLIMIT_AS, (taken + limit, taken + limit))


if __name__ == "__main__":
    main()
