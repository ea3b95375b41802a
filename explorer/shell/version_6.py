"""The app answers where ``localhost`` is looked up as ``::1``, too."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK = 1 << 16  # bytes


@asynccontextmanager
async def also_version_6(port: int) -> AsyncIterator[None]:
    """Hand what comes to ``[::1]`` on to ``127.0.0.1``, at which the server listens alone."""

    async def pass_on(reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(OSError):
            back, forth = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_copy(reader, forth), _copy(back, writer))

    try:
        server = await asyncio.start_server(pass_on, "::1", port)
    except OSError:  # no such addresses on this machine, or somebody else's server
        yield
        return
    try:
        yield
    finally:
        server.close()


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
