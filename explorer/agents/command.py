"""The command ``explorer mcp``: files that an agent may look at, over standard input and output."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.errors import ExplorerError
from core.extras import missing
from explorer.keep.arguments import file_parser, refuse, wanted
from explorer.session.files import spaces_of, with_option

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

    from explorer.agents.tools import Tools

COMMAND = "explorer mcp"
SAYS = """Embedding spaces of files, to be measured and searched; nothing is written or fetched.
Begin with `spaces`, then `lenses`: each asks a question and says whether it can be asked here.
Every number comes with its interval and its chance level: say both, and the verdict."""


def main(argv: Sequence[str]) -> int:
    """Answer an agent until its end of the stream closes.

    Returns
    -------
    int
        Exit status: 0, or 2 if the command line cannot be followed.
    """
    asked = _parser().parse_args(argv)
    if why := missing("mcp", "mcp"):
        return refuse(COMMAND, why)
    from explorer.agents.tools import Tools  # noqa: PLC0415 - loads the lenses

    try:
        spaces, refused = spaces_of(asked.files, wanted(asked))
        tools = Tools(spaces)
    except ExplorerError as error:
        return refuse(COMMAND, with_option(error))
    for one in refused:
        refuse(COMMAND, with_option(one))
    if not spaces:
        return 2
    _server(tools).run("stdio")
    return 0


def _server(tools: Tools) -> FastMCP:
    from mcp.server.fastmcp import FastMCP  # noqa: PLC0415 - an extra
    from mcp.types import ToolAnnotations  # noqa: PLC0415 - the same

    server = FastMCP("Embedding Explorer", instructions=SAYS, log_level="WARNING")
    only_reads = ToolAnnotations(readOnlyHint=True, openWorldHint=False)
    for tool in tools.all:
        drawn = tool == tools.map_picture  # a picture is content, and fits no schema
        server.add_tool(tool, annotations=only_reads, structured_output=False if drawn else None)
    return server


def _parser() -> argparse.ArgumentParser:
    return file_parser(
        COMMAND,
        "Let an agent measure, search and look at the spaces of files, over standard input and "
        "output; it reads no other file.",
    )
