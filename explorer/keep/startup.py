"""What the command line asked for, read by the app when its process starts.

One value per process: ``explorer.shell.cli.main`` writes it before the server starts, the
workspace reads it when it is made. Without a command line (``streamlit run``, tests) it is the
default.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Wanted:
    """What was said about the files, beside their names.

    Attributes
    ----------
    vectors
        The array or column that holds the vectors.
    roles
        Pairs of a role and a column, in place of the guessed ones.
    drop
        Kinds of items that are left out.
    column
        That says which item of one space is which of another.
    belongs
        Pairs of names of files: a table, and the vectors that it describes.
    names
        Of the spaces, in order.
    center
        Whether the mean of the vectors is taken off before they become float32.
    encoders
        The models that made the vectors, each its library, its name and its weights: one for all
        spaces, or one a space in order.
    """

    vectors: str | None = None
    roles: tuple[tuple[str, str], ...] | None = None
    drop: tuple[str, ...] = ()
    column: str | None = None
    belongs: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    center: bool = False
    encoders: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Limits:
    """What one visitor may have at a time, where others than the owner are let in.

    Attributes
    ----------
    spaces
        Of their own, beside those that are shared.
    megabytes
        Of these in memory, and of the files of one upload.
    jobs
        Pieces of work that wait or run.
    """

    spaces: int = 12
    megabytes: int = 2_000
    jobs: int = 60


@dataclass(frozen=True)
class Startup:
    """What to open first.

    Attributes
    ----------
    files
        Absolute paths of files, or folders of data sets, to open in the order they were given.
    demo
        Whether the demo spaces are opened.
    workspace
        Folder in which spaces, maps and selections are kept; None to keep nothing.
    token
        What the browser of the owner has to know; nothing where none is asked for.
    guests
        The same for each guest, who sees neither what the owner keeps nor the disk.
    wanted
        What was said about the files.
    handed
        Folder with the spaces of the notebook that started the app; None where it was none.
    framed_by
        Addresses of pages that may show the app in a frame.
    read_only
        Whether nobody uploads anything or opens a file of this machine.
    limits
        Of each guest.
    pictures
        Absolute paths of pictures, of archives and folders of them, that are to be encoded.
    """

    files: tuple[Path, ...] = ()
    demo: bool = True
    workspace: Path | None = None
    token: str = ""
    guests: tuple[str, ...] = ()
    wanted: Wanted = Wanted()
    handed: Path | None = None
    framed_by: tuple[str, ...] = ()
    read_only: bool = False
    limits: Limits = Limits()
    pictures: tuple[Path, ...] = ()


_asked = Startup()


def startup() -> Startup:
    """What the command line of this process asked for."""
    return _asked


def set_startup(wanted: Startup) -> None:
    """Hand over what the command line asked for, before the server starts."""
    global _asked  # noqa: PLW0603 - one value per process is what this module is for
    _asked = wanted
