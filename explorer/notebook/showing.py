"""The app on spaces of a notebook, in a process of its own.

Not in a thread of the kernel: Streamlit runs pages as the module ``__main__`` of its process, in
which the classes of the notebook would no longer be found; and what the app computes would hold up
the cells.
"""

from __future__ import annotations

import html
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import weakref
import webbrowser
from collections import deque
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from threading import Thread
from typing import IO, Any, Self, cast

from core.catalog import by_key
from core.errors import BadParameter, ExplorerError
from core.extras import missing
from core.lens import Lens
from core.space import EmbeddingSpace
from explorer.keep.keeping import hand_over

LOCAL_PAGES = ("http://localhost:*", "http://127.0.0.1:*")
LINES = 40  # of what the app printed, shown where it does not start
PATIENCE = 10.0  # seconds in which it ends by itself
_ADDRESS = re.compile(r"http://localhost:(\d+)/")
# A page of 127.0.0.1 is another site than one of localhost, and its frame would get no cookie.
_FRAME = """<iframe id="{id}" src="{url}" title="Embedding Explorer" width="100%" height="{height}"
 style="border: 1px solid #8886; border-radius: 6px" allow="clipboard-write; fullscreen"></iframe>
<script>
if (location.hostname === "127.0.0.1")
    document.getElementById("{id}").src = "{url}".replace("//localhost:", "//127.0.0.1:");
</script>"""


class NotShown(ExplorerError):
    """The app did not start."""


class Shown:
    """The app that :func:`show` started. In a notebook it draws itself, as a frame.

    It ends with `close`, with the ``with`` block that it is used in, or with the notebook.

    Attributes
    ----------
    url
        Where a browser finds it; for whoever has this address, and on this machine only.
    printed
        The last lines that it printed.
    """

    def __init__(
        self, end: Callable[[], None], url: str, height: int, *, printed: Collection[str] = ()
    ) -> None:
        self.url, self.height, self.printed = url, height, printed
        self._end = weakref.finalize(self, end)

    def close(self) -> None:
        """End the app and remove what was handed to it."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<the app at {self.url}>" if self._end.alive else "<the app, closed>"

    def _repr_html_(self) -> str:
        if not self._end.alive:
            return "<p>The app was closed.</p>"
        known = html.escape(self.url)
        frame = _FRAME.format(id=f"app-{secrets.token_hex(6)}", url=known, height=self.height)
        return f'{frame}<p><a href="{known}" target="_blank">In a tab of its own</a></p>'


def show(
    *spaces: EmbeddingSpace,
    lenses: Collection[Lens[Any]] = (),
    browser: bool | None = None,
    height: int = 800,
    framed_by: Collection[str] = LOCAL_PAGES,
) -> Shown:
    """Start the app on spaces, in a tab of the browser; in a notebook, in a frame below the cell.

    The spaces are copied to a folder that only you can read and that goes when the app is closed;
    vectors are mapped from there. What is opened or encoded in the app stays in it.

    Parameters
    ----------
    *spaces
        One or more.
    lenses
        Lenses of your own, which the app then offers beside the others. They need the extra
        ``notebook``.
    browser
        Whether to open a tab of the browser; by default where this is no notebook.
    height
        Of the frame, in pixels.
    framed_by
        Addresses of pages that may show the app in a frame.

    Returns
    -------
    Shown
        With ``url`` and ``close()``; also for ``with explorer.show(space):``.

    Raises
    ------
    ExplorerError
        If there is no space, two lenses have one name, or the app does not start.

    Examples
    --------
    In a notebook, as ``docs/teachers_demo.ipynb`` does it, which a test runs::

        app = explorer.show(space, lenses=[my_lens])
        app
    """
    if not spaces:
        msg = "There is nothing to show: give at least one space."
        raise BadParameter(msg)
    pickled, token = _pickled(lenses), secrets.token_urlsafe(24)
    folder = Path(tempfile.mkdtemp(prefix="explorer-show-"))
    try:
        hand_over(spaces, folder)
        said = {"folder": str(folder), "token": token, "framed_by": list(framed_by)}
        process = _started(said, pickled)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    try:
        port = _port(process, printed := deque[str](maxlen=LINES))
    except BaseException:
        _end(process, folder)
        raise
    url = f"http://localhost:{port}/?token={token}"
    shown = Shown(partial(_end, process, folder), url, height, printed=printed)
    if not _in_notebook() if browser is None else browser:
        webbrowser.open(shown.url)
    return shown


def _pickled(lenses: Collection[Lens[Any]]) -> bytes:
    """The lenses with all that is theirs in the notebook."""
    if not lenses:
        return b""
    if why := missing("cloudpickle", "notebook"):
        msg = f"A lens of a notebook cannot travel to the app. {why}"
        raise BadParameter(msg)
    import cloudpickle  # noqa: PLC0415 - an extra

    for lens in lenses:  # what annotations mean is known here, and travels with the lens
        _ = lens.readings, lens.knobs, lens.result, lens.headline_score
    done: bytes = cloudpickle.dumps(list(by_key(lenses).values()))
    return done


def _started(said: Mapping[str, Any], pickled: bytes) -> subprocess.Popen[bytes]:
    """The process, told what to show; it takes modules from where this one does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "explorer.notebook.serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,  # interrupting a cell does not end it
    )
    stream = cast("IO[bytes]", process.stdin)
    stream.write(json.dumps({**said, "size": len(pickled)}).encode() + b"\n" + pickled)
    stream.flush()
    return process


def _port(process: subprocess.Popen[bytes], printed: deque[str]) -> int:
    """Where it listens, once it does; what it prints goes on into `printed`."""
    output = cast("IO[bytes]", process.stdout)
    for line in output:
        printed.append(line.decode(errors="replace"))
        if found := _ADDRESS.search(printed[-1]):
            Thread(target=_read_on, args=(output, printed), name="output", daemon=True).start()
            return int(found[1])
    msg = f"The app did not start:\n{''.join(printed)}"
    raise NotShown(msg)


def _read_on(output: IO[bytes], printed: deque[str]) -> None:
    with output:
        for line in output:
            printed.append(line.decode(errors="replace"))


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    cast("IO[bytes]", process.stdin).close()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def _in_notebook() -> bool:
    """Whether a kernel runs this, whose page draws what a cell returns."""
    interactive = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive is not None else None
    return shell is not None and hasattr(shell, "kernel")
