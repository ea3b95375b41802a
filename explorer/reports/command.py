"""The command ``explorer report``: the same numbers as in the app, without a browser."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from core.errors import ExplorerError
from explorer.keep.arguments import file_parser, refuse, wanted
from explorer.session.files import spaces_of, with_option

COMMAND = "explorer report"


def main(argv: Sequence[str]) -> int:
    """Write a report on files.

    Returns
    -------
    int
        Exit status: 0, or 2 if none of the files can be used, or the roles cannot. A file that
        cannot be opened does not keep the others from being measured; it is said.
    """
    arguments = _parser().parse_args(argv)
    try:
        spaces, refused = spaces_of(arguments.files, wanted(arguments))
    except ExplorerError as error:
        spaces, refused = [], [error]
    for why in refused:
        refuse(COMMAND, with_option(why))
    if not spaces:
        return 2
    from explorer.reports.records import (  # noqa: PLC0415 - loads the lenses
        computed_and_refused,
        looks,
        records,
        report_json,
    )
    from explorer.reports.standalone import report_html  # noqa: PLC0415 - loads Plotly

    looked_at, started, n_looks = [], time.perf_counter(), len(looks(spaces))
    for one in records(spaces):
        looked_at.append(one)
        seconds = time.perf_counter() - started
        said = f"{len(looked_at):>3} of {n_looks}  {one.lens.title}"
        print(f"{said:<50} {seconds:6.1f} s", file=sys.stderr, flush=True)
    as_json = arguments.output.suffix == ".json"
    text = report_json(looked_at) if as_json else report_html(looked_at, spaces)
    arguments.output.write_text(text, encoding="utf-8")
    computed, _ = computed_and_refused(looked_at)
    names = ", ".join(space.name for space in spaces)
    print(f"{arguments.output}: {len(computed)} lenses on {names}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = file_parser(COMMAND, "Measure embeddings and write a report.")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("report.html"),
        help="where to write it; .json for the numbers alone",
    )
    return parser
