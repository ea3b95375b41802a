"""The command ``explorer map``: the map of a file as one page that opens by itself."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ExplorerError
from explorer.keep.arguments import file_parser, refuse, wanted
from explorer.session.files import spaces_of, with_option

if TYPE_CHECKING:
    from core.space import EmbeddingSpace

COMMAND = "explorer map"


def main(argv: Sequence[str]) -> int:
    """Write the map of a space; how large it becomes is said before.

    Returns
    -------
    int
        Exit status: 0, or 2 if the command line cannot be followed.
    """
    asked = _parser().parse_args(argv)
    try:
        spaces, refused = spaces_of(asked.files, wanted(asked))
        if refused or len(spaces) != 1:
            names = ", ".join(space.name for space in spaces)
            why = f"One space is drawn; these files hold {len(spaces)}: {names}."
            return refuse(COMMAND, with_option(refused[0]) if refused else why)
        _write(asked, spaces[0])
    except ExplorerError as error:
        return refuse(COMMAND, with_option(error))
    return 0


def _write(asked: argparse.Namespace, space: EmbeddingSpace) -> None:
    from core.catalog import lens_named  # noqa: PLC0415 - not needed to refuse a file
    from core.record import Record  # noqa: PLC0415 - the same
    from explorer.maps.alone.file import Beside, map_html  # noqa: PLC0415 - loads Plotly
    from explorer.maps.alone.placing import placed  # noqa: PLC0415 - the same
    from explorer.maps.alone.planning import Extent, planned  # noqa: PLC0415 - the same

    lenses = [lens_named(key) for key in asked.measure]
    columns = None if asked.columns is None else tuple(asked.columns)
    extent = Extent(columns, asked.neighbors, asked.pictures, round(asked.most * 1e6))
    plan = planned(space, extent, n_measures=len(lenses))
    print(f"{asked.output}: {plan}", flush=True)
    beside = Beside(asked.color, [Record.of(lens, space) for lens in lenses])
    page = map_html(space, placed(space, asked.projection), plan, beside=beside)
    asked.output.write_text(page, encoding="utf-8")
    print(f"{asked.output}: {asked.output.stat().st_size / 1e6:.1f} MB")


def _parser() -> argparse.ArgumentParser:
    parser = file_parser(
        COMMAND,
        "Write the map of a space as one HTML file, which opens in any browser without a server or "
        "a network.",
    )
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("map.html"), help="default: map.html"
    )
    parser.add_argument(
        "--projection", default="auto", help="pca, umap, tsne, ...; default: what shows most"
    )
    parser.add_argument("--color", default="", metavar="NAME", help="a column, or a lens by key")
    parser.add_argument(
        "--columns", nargs="+", metavar="NAME", help="to take along; default: all but bytes"
    )
    parser.add_argument(
        "--measure", nargs="+", default=[], metavar="LENS", help="such as geometry.hubness"
    )
    parser.add_argument("--neighbors", type=int, default=12, help="of every item; default: 12")
    parser.add_argument(
        "--no-pictures", dest="pictures", action="store_false", help="leave the pictures out"
    )
    parser.add_argument(
        "--most", type=float, default=60.0, metavar="MB", help="of the file; default: 60"
    )
    return parser
