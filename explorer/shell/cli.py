"""The command ``explorer``: start the app, with files."""

import argparse
import socket
import sys
import tomllib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from explorer.keep.startup import Startup, set_startup
from explorer.shell.places import SETTINGS

APP = Path(__file__).with_name("app.py")


def main(argv: Sequence[str] | None = None) -> int:
    """Start the app and serve it until it is stopped.

    Returns
    -------
    int
        Exit status: 0, or 2 if the command line cannot be followed.
    """
    argv = sys.argv[1:] if argv is None else argv
    if list(argv[:1]) == ["report"]:
        return report(argv[1:])
    asked = _parser().parse_args(argv)
    settings = read_settings(SETTINGS)
    port = settings["server.port"] if asked.port is None else asked.port
    if wrong := _wrong_file(asked.files) or _wrong_port(settings["server.address"], port):
        return _refuse(wrong)
    files = tuple(path.resolve() for path in asked.files)
    set_startup(Startup(files, asked.demo, _workspace(asked)))
    sys.argv = sys.argv[:1]  # Streamlit would hand the rest to the app as its own arguments
    _serve({**settings, "server.port": port})
    return 0


def report(argv: Sequence[str]) -> int:
    """Write a report instead of starting the app."""
    from explorer.reports.command import main as write  # noqa: PLC0415 - loads pandas

    return write(argv)


def read_settings(path: Path) -> dict[str, Any]:
    """Streamlit's settings in a TOML file by dotted name: ``{"server.port": 8501, ...}``."""
    return dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, value in table.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{prefix}{name}.")
        else:
            found.append((prefix + name, value))
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="explorer",
        description="See, measure and compare embedding spaces in the browser.",
        epilog="explorer report FILE ... writes a report without a browser.",
    )
    parser.add_argument(
        "files", nargs="*", type=Path, help="files or data set folders to open: a.npz b.parquet"
    )
    parser.add_argument("--port", type=_port, help="default: 8501; 0 takes a free one")
    parser.add_argument(
        "--no-demo", dest="demo", action="store_false", help="do not open the demo spaces"
    )
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument(
        "--workspace",
        type=Path,
        metavar="DIR",
        help="folder in which spaces, maps and selections are kept; default: one among your data",
    )
    kept.add_argument(
        "--no-workspace", dest="keep", action="store_false", help="keep nothing after the end"
    )
    return parser


def _workspace(asked: argparse.Namespace) -> Path | None:
    if not asked.keep:
        return None
    if asked.workspace is not None:
        return Path(asked.workspace).resolve()
    from platformdirs import user_data_path  # noqa: PLC0415 - not needed for --help

    return user_data_path("embedding-explorer", appauthor=False) / "workspace"


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        msg = f"{text!r} is not a port: give a number from 0 to 65535"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _wrong_file(files: Sequence[Path]) -> str | None:
    for path in files:
        if not path.exists():
            return f"There is no file {path}. Check the name, or start without it and upload."
    return None


def _wrong_port(address: str, port: int) -> str | None:
    try:
        socket.create_server((address, port)).close()
    except OSError:
        return (
            f"Port {port} cannot be used; perhaps the app runs already. "
            f"Open http://localhost:{port} or choose another: explorer --port {port + 1}"
        )
    return None


def _refuse(sentence: str) -> int:
    print(f"explorer: {sentence}", file=sys.stderr)
    return 2


def _serve(settings: Mapping[str, Any]) -> None:
    # Imported here so that --help and every refusal above answer at once.
    import streamlit as st  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415
    from starlette.middleware.trustedhost import TrustedHostMiddleware  # noqa: PLC0415

    from explorer.maps.draw.blobs import routes  # noqa: PLC0415
    from explorer.shell.security import SecurityHeaders  # noqa: PLC0415

    @asynccontextmanager
    async def tell_the_address(_: st.App) -> AsyncIterator[None]:
        port = st.get_option("server.port")  # the one taken, where 0 was asked for
        print(f"Embedding Explorer: http://localhost:{port}  (Ctrl+C stops it)", flush=True)
        yield

    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=settings["server.allowedHosts"])
    headers = Middleware(SecurityHeaders)
    app = st.App(APP, routes=routes(), middleware=[headers, hosts], lifespan=tell_the_address)
    with suppress(KeyboardInterrupt):  # Ctrl+C is how it is stopped
        app.run(config=settings)
