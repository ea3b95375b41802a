"""The app in a process of its own, which :func:`explorer.show` starts and no person does.

``python -m explorer.notebook.serve`` reads one line of JSON from its standard input, then the
lenses of the notebook, pickled by it. It ends when that stream does, and with it the notebook.
"""

import json
import os
import pickle  # of the process that started this one, over a pipe nobody else can write to
import shutil
import signal
import sys
from pathlib import Path
from threading import Thread
from typing import Any

from core.catalog import take_in
from explorer.keep.startup import Startup, set_startup
from explorer.shell.cli import read_settings, serve
from explorer.shell.places import SETTINGS


def main() -> None:
    """Serve the spaces of a folder to whoever has the token."""
    said: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    if size := int(said["size"]):
        take_in(pickle.loads(sys.stdin.buffer.read(size)))  # noqa: S301 - see the import
    folder = Path(said["folder"])
    settings = read_settings(SETTINGS) | {"server.port": 0}
    set_startup(
        Startup(demo=False, token=said["token"], handed=folder, framed_by=tuple(said["framed_by"]))
    )
    Thread(target=_end_with_it, args=(folder,), name="notebook", daemon=True).start()
    serve(settings)


def _end_with_it(folder: Path) -> None:
    """End this process when the notebook closes the stream, or is no more."""
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
