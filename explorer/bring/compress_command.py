"""The command ``explorer compress``: vectors in fewer bits, with what that costs."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from core import formatting
from core.compressed import Compressed, compress
from core.errors import ExplorerError, InvalidSpace
from core.io import read, space_of
from core.io.array_files import SUFFIXES, array_bytes
from core.recipes import Fewer, Stores, recipe_of
from core.space import EmbeddingSpace
from explorer.keep.arguments import refuse

COMMAND = "explorer compress"
FEWEST = 40  # items, half of which are to fit to


def main(argv: Sequence[str]) -> int:
    """Write the codes of a file's vectors, and say what they cost.

    Returns
    -------
    int
        Exit status: 0, or 2 if the file or the codec cannot be used.
    """
    arguments = _parser().parse_args(argv)
    own = {"loops": arguments.loops, "n_blocks": arguments.bytes}
    recipe = recipe_of(arguments.codec, arguments.dims, arguments.which, knobs=own)
    try:
        space = with_directions(space_of(read(arguments.file)))
        made = compress(space, recipe, arguments.k)
    except (ExplorerError, FileNotFoundError) as error:
        return refuse(COMMAND, error)
    arguments.output.write_bytes(array_bytes(made.arrays, made.about, arguments.output.suffix))
    print(f"{arguments.output}: {said(made)}")
    print(f"\nimport numpy as np\n{_opens(arguments.output)}\nk = {made.k}", end="")
    print("  # and queries, rows of length one")
    print(made.recipe.searches)
    return 0


def with_directions(space: EmbeddingSpace) -> EmbeddingSpace:
    """The space itself.

    Raises
    ------
    InvalidSpace
        If it has too few items, or vectors without a direction.
    """
    if len(space) < FEWEST:
        msg = f"Codes need {FEWEST} items, half to fit to; {space.name!r} has {len(space)}."
        raise InvalidSpace(msg)
    if space.n_zero:
        msg = (
            f"Codes stand for directions; {space.n_zero:,} vectors of {space.name!r} are zero. "
            "Leave these items out first."
        )
        raise InvalidSpace(msg)
    return space


def said(made: Compressed) -> str:
    """What was stored and what it costs, in one sentence."""
    recall, between = made.recall, formatting.interval(made.recall)
    ends = f" ({between})" if between else ""
    before = 4 * made.tried.space.n_dims
    return (
        f"{len(made.codes):,} items, {made.recipe.title}: {made.bytes_per_item:,.0f} bytes an item "
        f"instead of {before:,}; recall@{made.k} {formatting.estimate(recall)}{ends}, for "
        f"{len(made.tried.queries):,} queries among {len(made.tried.held_out):,} items that "
        "nothing was fitted to."
    )


def _opens(path: Path) -> str:
    if path.suffix == ".npz":
        return f"stored = np.load({path.name!r})"
    return f"from safetensors.numpy import load_file\nstored = load_file({path.name!r})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="Store the vectors of a file in fewer bits, and measure what that costs.",
    )
    parser.add_argument("file", type=Path, help="embeddings: data.npz, a.npy, b.parquet")
    parser.add_argument("--codec", choices=get_args(Stores), default="int8", help="default: int8")
    parser.add_argument("--dims", type=int, default=0, help="dimensions to keep; default: all")
    parser.add_argument(
        "--which", choices=get_args(Fewer), default="first", help="which dimensions are kept"
    )
    parser.add_argument("--loops", type=int, default=1, help="of recurrent_binary; default: 1")
    parser.add_argument(
        "--bytes", type=int, default=32, help="an item, of product_quantization; default: 32"
    )
    parser.add_argument("-k", type=int, default=10, help="nearest items of the recall; default: 10")
    parser.add_argument(
        "-o",
        "--output",
        type=_output,
        default=Path("small.npz"),
        help=f"where to write it, {' or '.join(SUFFIXES)}",
    )
    return parser


def _output(text: str) -> Path:
    path = Path(text)
    if path.suffix not in SUFFIXES:
        msg = f"{text!r} must end in {' or '.join(SUFFIXES)}"
        raise argparse.ArgumentTypeError(msg)
    return path
