"""What the first visitor would wait for, begun when the server starts."""

import gc
from importlib import import_module
from threading import Lock, Thread
from types import ModuleType

from explorer.keep.startup import startup

_one = Lock()


def the_page() -> ModuleType:
    """`explorer.shell.page`, imported with all that it leads to, by one thread at a time."""
    with _one:
        return import_module("explorer.shell.page")


def begin() -> None:
    """Import and read ahead, in threads: seconds in which a browser finds its way here."""
    Thread(target=import_all, name="imports", daemon=True).start()
    if startup().files:
        Thread(target=read_files, name="files", daemon=True).start()


def read_files() -> None:
    """Read the files of the command for the first who comes."""
    import_module("explorer.session.files").read_ahead(startup().files, startup().wanted)


def import_all() -> None:
    """Import what pages and their work need.

    It lives as long as the app: garbage collection, which stops every thread, need not go through
    it again. While Numba compiles, it would each time a few thousand objects are made.
    """
    the_page()
    import_module("core.catalog").catalog()
    import_module("explorer.work.jobs").import_for_work()
    gc.freeze()
