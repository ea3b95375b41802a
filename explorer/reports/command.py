"""The command ``explorer report``: the same numbers as in the app, without a browser."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from core.errors import ExplorerError
from explorer.keep.arguments import add_file_arguments, wanted
from explorer.session.files import spaces_of, with_option


def main(argv: Sequence[str]) -> int:
    """Write a report on files.

    Returns
    -------
    int
        Exit status: 0, or 2 if none of the files can be used, or the roles cannot. A file that
        cannot be opened does not keep the others from being measured; it is said.
    """
    asked = _parser().parse_args(argv)
    try:
        spaces, refused = spaces_of(asked.files, wanted(asked))
    except ExplorerError as error:
        spaces, refused = [], [error]
    for why in refused:
        print(f"explorer report: {with_option(why)}", file=sys.stderr)
    if not spaces:
        return 2
    from explorer.reports.standalone import (  # noqa: PLC0415 - loads Plotly, not needed to refuse
        looks,
        records,
        report_html,
        report_json,
        told_apart,
    )

    found, started, n_looks = [], time.perf_counter(), len(looks(spaces))
    for one in records(spaces):
        found.append(one)
        seconds = time.perf_counter() - started
        said = f"{len(found):>3} of {n_looks}  {one.lens.title}"
        print(f"{said:<50} {seconds:6.1f} s", file=sys.stderr, flush=True)
    text = report_json(found) if asked.output.suffix == ".json" else report_html(found, spaces)
    asked.output.write_text(text, encoding="utf-8")
    n_found, names = len(told_apart(found)[0]), ", ".join(space.name for space in spaces)
    print(f"{asked.output}: {n_found} lenses on {names}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="explorer report", description="Measure embeddings and write a report."
    )
    parser.add_argument("files", nargs="+", type=Path, help="embeddings: data.npz, a.npy a.csv")
    add_file_arguments(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("report.html"),
        help="where to write it; .json for the numbers alone",
    )
    return parser
