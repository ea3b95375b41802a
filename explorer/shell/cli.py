"""The command ``explorer``: start the app, with files."""

import argparse
import io
import os
import secrets
import socket
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

from explorer.keep import uploads
from explorer.keep.arguments import add_file_arguments, refuse, wanted
from explorer.keep.startup import Limits, Startup, set_startup, startup
from explorer.shell.places import SETTINGS
from explorer.shell.version_6 import also_version_6

APP = Path(__file__).with_name("app.py")
TOKEN = "EXPLORER_TOKEN"  # noqa: S105 - the variable that may hold one, else a new one is made
LOCAL = ("127.0.0.1", "localhost", "::1")
MOST_GUESTS = 100
COMMANDS = {  # instead of the app, by the first word
    "report": "explorer.reports.command",
    "compress": "explorer.bring.compress_command",
    "map": "explorer.maps.alone.command",
    "mcp": "explorer.agents.command",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Start the app and serve it until it is stopped.

    Returns
    -------
    int
        Exit status: 0, or 2 if the command line cannot be followed.
    """
    argv = sys.argv[1:] if argv is None else argv
    if argv and argv[0] in COMMANDS:  # imported here: each loads what the others do not need
        done: int = import_module(COMMANDS[argv[0]]).main(argv[1:])
        return done
    arguments = _parser().parse_args(argv)
    settings = read_settings(SETTINGS)
    if arguments.port is not None:
        settings["server.port"] = arguments.port
    if arguments.host is not None:
        settings["server.address"] = arguments.host
        settings["server.allowedHosts"] = [
            *settings["server.allowedHosts"],
            _name_of(arguments.host),
        ]
    wrong = (
        _wrong_file(arguments.files)
        or _wrong_port(settings["server.address"], settings["server.port"])
        or _unguarded(arguments, settings["server.address"])
    )
    if wrong:
        return refuse("explorer", wrong)
    files, pictures = _sorted_out([path.resolve() for path in arguments.files])
    n_guests = arguments.guests or int(settings["server.address"] not in LOCAL)
    token, *guests = (secrets.token_urlsafe(24) for _ in range(1 + n_guests))
    # An empty one guards nothing.
    token = (os.environ.get(TOKEN) or token) if arguments.token else ""
    meanings = wanted(arguments)
    set_startup(
        Startup(
            files,
            arguments.demo,
            _workspace(arguments),
            token,
            tuple(guests),
            meanings,
            read_only=arguments.read_only,
            limits=Limits(**dict(arguments.limit)),
            pictures=pictures,
        )
    )
    sys.argv = sys.argv[:1]  # Streamlit would hand the rest to the app as its own arguments
    serve(settings)
    return 0


def read_settings(path: Path) -> dict[str, Any]:
    """Streamlit's settings in a TOML file by dotted name: ``{"server.port": 8501, ...}``."""
    return dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs = []
    for name, value in table.items():
        if isinstance(value, Mapping):
            pairs += _flat(value, f"{prefix}{name}.")
        else:
            pairs.append((prefix + name, value))
    return pairs


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="explorer",
        description="See, measure and compare embedding spaces in the browser.",
        epilog="Without the app: explorer report FILE ... writes a report; explorer map FILE "
        "writes the map as one file; explorer compress FILE --codec int8 -o small.npz stores "
        "vectors in fewer bits; explorer mcp FILE ... lets an agent look at files.",
    )
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        help="files or data set folders to open: a.npz b.parquet; pictures, folders and archives "
        "of them are ready to be encoded",
    )
    parser.add_argument("--port", type=_port, help="default: 8501; 0 takes a free one")
    parser.add_argument(
        "--no-demo", dest="demo", action="store_false", help="do not open the demo spaces"
    )
    parser.add_argument(
        "--host",
        help="address to listen at, for other machines too: 0.0.0.0; default: this one only",
    )
    parser.add_argument(
        "--guests",
        type=_count,
        default=0,
        metavar="N",
        help="print addresses for N guests, who see neither your spaces nor your files; with "
        "--host one for all of them, as a QR code too",
    )
    parser.add_argument(
        "--read-only",
        action="store_true",
        help="no uploads, and no files of this machine but those given here: a space to look at",
    )
    parser.add_argument(
        "--limit",
        nargs="+",
        type=_limit,
        default=[],
        metavar="NAME=NUMBER",
        help="what each guest may have: spaces of their own (12), megabytes of these and of an "
        "upload (2000), jobs under way (60)",
    )
    parser.add_argument(
        "--no-token",
        dest="token",
        action="store_false",
        help="let in everybody on this machine, not only who has the address that is printed",
    )
    add_file_arguments(parser)
    keeping = parser.add_mutually_exclusive_group()
    keeping.add_argument(
        "--workspace",
        type=Path,
        metavar="DIR",
        help="folder in which spaces, maps and selections are kept; default: one among your data",
    )
    keeping.add_argument(
        "--no-workspace", dest="keep", action="store_false", help="keep nothing after the end"
    )
    return parser


def _workspace(arguments: argparse.Namespace) -> Path | None:
    if not arguments.keep:
        return None
    if arguments.workspace is not None:
        return Path(arguments.workspace).resolve()
    from platformdirs import user_data_path  # noqa: PLC0415 - not needed for --help

    return user_data_path("embedding-explorer", appauthor=False) / "workspace"


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        msg = f"{text!r} is not a port: give a number from 0 to 65535"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_GUESTS:
        msg = f"{text!r} is not a number from 0 to {MOST_GUESTS}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _limit(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    names = [each.name for each in fields(Limits)]
    if name not in names or not number.isdecimal() or not int(number):
        msg = f"{text!r} is not NAME=NUMBER, with a name of {', '.join(names)}"
        raise argparse.ArgumentTypeError(msg)
    return name, int(number)


def _name_of(host: str) -> str:
    """What a browser calls an address; anything, where it stands for all of them."""
    return "*" if host in {"0.0.0.0", "::"} else host.lower()  # noqa: S104 - asked for


def _unguarded(arguments: argparse.Namespace, host: str) -> str | None:
    if not arguments.token and (arguments.guests or host not in LOCAL):
        return "--no-token is for this machine alone: leave it out with --host and --guests."
    return None


def _sorted_out(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """What is opened, and pictures that are to be encoded.

    Tables with pictures inside are of these where nothing else is given that they may describe.
    """
    if not paths:
        return (), ()
    from core.io.picture_paths import (  # noqa: PLC0415 - what reads files is slow
        brings_pictures,
        is_table_of_pictures,
    )

    others = tuple(path for path in paths if not brings_pictures(path))
    if all(map(is_table_of_pictures, others)):
        return (), tuple(paths)
    return others, tuple(path for path in paths if path not in others)


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


def serve(settings: Mapping[str, Any]) -> None:
    """Serve the app, as :func:`set_startup` was told, with Streamlit's settings until a signal."""
    # Imported here so that --help and every refusal above answer at once.
    import streamlit as st  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415

    from explorer.maps.draw.blobs import routes  # noqa: PLC0415
    from explorer.shell.ahead import begin  # noqa: PLC0415
    from explorer.shell.security import Gate, SecurityHeaders  # noqa: PLC0415

    address: str = settings["server.address"]

    @asynccontextmanager
    async def running(_: st.App) -> AsyncIterator[None]:
        port: int = st.get_option("server.port")  # the one taken, where 0 was asked for
        print("\n".join(addresses(_reached(address), port)), flush=True)
        if address not in LOCAL and len(startup().guests) == 1:
            _print_code(_with_token(_place(_reached(address), port), startup().guests[0]))
        begin()
        uploads.sweep()
        try:
            async with also_version_6(port) if address == LOCAL[0] else nullcontext():
                yield
        finally:
            uploads.clear()  # here: a signal that ends the process skips what comes later

    gate = Middleware(Gate, hosts=frozenset(settings["server.allowedHosts"]))
    headers = Middleware(SecurityHeaders, framed_by=startup().framed_by)
    app = st.App(APP, routes=routes(), middleware=[headers, gate], lifespan=running)
    with suppress(KeyboardInterrupt):  # Ctrl+C is how it is stopped
        app.run(config=dict(settings))


def _reached(host: str) -> str:
    """The name under which others reach what listens at an address."""
    if host in LOCAL:
        return "localhost"
    return _number_here() if _name_of(host) == "*" else host


def _number_here() -> str:
    """The address of this machine in its network, which a phone finds; else its name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        try:
            way.connect(("192.0.2.1", 9))  # a way there is looked up; nothing is sent
            return str(way.getsockname()[0])
        except OSError:  # in no network
            return socket.gethostname()


def _print_code(address: str) -> None:
    """Print an address as a QR code, where the terminal can."""
    import segno  # noqa: PLC0415 - needed only where others are let in

    drawn = io.StringIO()
    segno.make(address, error="l").terminal(drawn, border=2, compact=True)
    with suppress(UnicodeEncodeError):  # no blocks in the alphabet of this terminal
        print(drawn.getvalue(), flush=True)


def addresses(name: str, port: int) -> Iterator[str]:
    """What is printed: where the owner finds the app, and where each guest does."""
    settings, place = startup(), _place(name, port)
    yield f"Embedding Explorer: {_with_token(place, settings.token)}  (Ctrl+C stops it)"
    for number, token in enumerate(settings.guests, 1):
        who = f"Guest {number}" if len(settings.guests) > 1 else "For visitors"
        yield f"{who}: {_with_token(place, token)}"


def _place(name: str, port: int) -> str:
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def _with_token(place: str, token: str) -> str:
    return f"{place}/?token={token}" if token else place
