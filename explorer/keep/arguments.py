"""What the commands are told about files, the same as the Data page asks, and how they refuse."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from explorer.keep.startup import Wanted

BAD = "bad-rows"
LIBRARIES = ("open_clip", "sentence-transformers")  # those of core.origin, as the roles below
DROPS = (BAD, "zero", "duplicate")
ROLES = (
    "label", "modality", "pair", "text", "image", "length", "group", "position", "level",
    "step", "domain", "side", "target", "tags",
)  # fmt: skip  # those of core.space, which is not imported to answer --help; a test compares them


def file_parser(command: str, description: str) -> argparse.ArgumentParser:
    """What a command that reads files is told: which, and what they mean."""
    parser = argparse.ArgumentParser(prog=command, description=description)
    parser.add_argument("files", nargs="+", type=Path, help="embeddings: data.npz, a.npy a.csv")
    add_file_arguments(parser)
    return parser


def refuse(command: str, why: object) -> int:
    """Say on standard error why a command cannot go on; the exit status of that."""
    sys.stderr.write(f"{command}: {why}\n")
    return 2


def add_file_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command be told what its files mean."""
    group = parser.add_argument_group("what the files mean")
    group.add_argument(
        "--roles",
        nargs="+",
        type=_role,
        metavar="ROLE=COLUMN",
        help="what columns mean, such as label=species; by default as guessed",
    )
    group.add_argument(
        "--vectors", metavar="NAME", help="the array or column of a file that holds the vectors"
    )
    group.add_argument(
        "--drop",
        nargs="+",
        choices=DROPS,
        default=[],
        help="items to leave out: bad-rows are those with a missing, ragged or unreadable vector",
    )
    group.add_argument(
        "--match",
        nargs="+",
        default=[],
        metavar="COLUMN",
        help="the column that says which item of one space is which of another (it becomes the "
        "pair); or TABLE=VECTORS, the names of files of which one describes the other",
    )
    group.add_argument(
        "--center",
        action="store_true",
        help="take off the mean of the vectors, in float64, before they become float32",
    )
    group.add_argument(
        "--space", nargs="+", default=[], metavar="NAME", help="what to call the spaces, in order"
    )
    group.add_argument(
        "--encoder",
        nargs="+",
        type=_encoder,
        default=[],
        metavar="LIBRARY=MODEL[,WEIGHTS]",
        help="the model that made the vectors, so that texts can be looked for by meaning: one for "
        "all, or one a space in order; open_clip=ViT-B-32,laion2b_s34b_b79k, "
        "sentence-transformers=all-MiniLM-L6-v2, or the folder of a model",
    )


def wanted(arguments: argparse.Namespace) -> Wanted:
    """What was told about the files."""
    pairs: Sequence[str] = arguments.match
    return Wanted(
        vectors=arguments.vectors,
        roles=None if arguments.roles is None else tuple(arguments.roles),
        drop=tuple(arguments.drop),
        column=next((text for text in pairs if "=" not in text), None),
        belongs=tuple((a, b) for a, _, b in (text.partition("=") for text in pairs) if b),
        names=tuple(arguments.space),
        center=arguments.center,
        encoders=tuple(arguments.encoder),
    )


def _encoder(text: str) -> tuple[str, str, str]:
    library, _, named = text.partition("=")
    if library not in LIBRARIES or not named:
        msg = f"{text!r} is not LIBRARY=MODEL, with one of the libraries {', '.join(LIBRARIES)}"
        raise argparse.ArgumentTypeError(msg)
    model, _, weights = named.partition(",")
    return library, _here(model), _here(weights)


def _here(name: str) -> str:
    """A file or folder by its whole path; any other name as it is."""
    return str(Path(name).resolve()) if name and Path(name).exists() else name


def _role(text: str) -> tuple[str, str]:
    role, _, column = text.partition("=")
    if role not in ROLES or not column:
        msg = f"{text!r} is not ROLE=COLUMN with one of the roles {', '.join(ROLES)}"
        raise argparse.ArgumentTypeError(msg)
    return role, column
