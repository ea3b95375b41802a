"""A program of its own: rows of a table where a condition in SQL holds, or a query of it.

It reads a table in Arrow's stream format, whose metadata hold the condition with the column that
numbers the rows, or the query with the most rows of its answer; and the bytes that may be used. It
writes the numbers of the rows, or the answer as a stream of Arrow, or a sentence after ``!``. Only
a process can be held to its limits: one call of a function in SQL may take all memory, and cannot
be interrupted.
"""

import io
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
    limit = int(said["bytes"])
    settings: dict[str, str | bool | int | float | list[str]] = {
        **SETTINGS,
        "memory_limit": f"{limit >> 20}MB",
        "threads": "2",
    }
    with duckdb.connect(":memory:", config=settings) as connection:
        rows = connection.from_arrow(table)
        _hold(limit)
        try:
            found = _selected(connection, rows, said) if "query" in said else _kept(rows, said)
        except duckdb.Error as error:
            answer = b"!" + str(error).encode("utf-8", "replace")
        except MemoryError:
            answer = b"!Out of Memory Error: the limit was reached"
        else:
            answer = b"=" + found
    sys.stdout.buffer.write(answer)


def _kept(rows: duckdb.DuckDBPyRelation, said: dict[str, str]) -> bytes:
    row = said["row"]
    kept = rows.filter(said["condition"]).project(f'"{row}"').fetchnumpy()[row]
    return bytes(kept.astype("<i8").tobytes())


def _selected(
    connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, said: dict[str, str]
) -> bytes:
    rows.create_view("items")
    statements = connection.extract_statements(said["query"])
    if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
        message = "Error: one statement that selects is expected"
        raise duckdb.InvalidInputException(message)
    answer = connection.sql(statements[0].query).limit(int(said["most"])).to_arrow_table()
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, answer.schema) as writer:
        writer.write_table(answer)
    return stream.getvalue()


def _hold(limit: int) -> None:
    """Let this process take no more than `limit` bytes beyond what it has, where systems can."""
    try:
        import resource  # noqa: PLC0415 - not on every system
        from pathlib import Path  # noqa: PLC0415 - the same

        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    resource.setrlimit(resource.RLIMIT_AS, (taken + limit, taken + limit))


if __name__ == "__main__":
    main()
