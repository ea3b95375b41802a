"""The command ``explorer report``: the same numbers as in the app, without a browser."""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.errors import ExplorerError, InvalidSpace
from core.io import read_many, space_of
from core.space import ROLES, EmbeddingSpace, Role


def main(argv: Sequence[str]) -> int:
    """Write a report on files.

    Returns
    -------
    int
        Exit status: 0, or 2 if the files or roles cannot be used.
    """
    asked = _parser().parse_args(argv)
    try:
        spaces = [
            _with_roles(space_of(opened), asked.roles)
            for opened in read_many(asked.files, center=asked.center)
        ]
    except (ExplorerError, FileNotFoundError) as error:
        print(f"explorer report: {error}", file=sys.stderr)
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


def _with_roles(space: EmbeddingSpace, stated: Sequence[tuple[Role, str]] | None) -> EmbeddingSpace:
    """The space with the stated roles in place of the guessed ones."""
    if stated is None:
        return space
    for _, column in stated:
        if column not in space.items:
            there = ", ".join(map(repr, space.items.columns)) or "none"
            msg = f"{space.name!r} has no column {column!r}; there are: {there}."
            raise InvalidSpace(msg)
    return replace(space, roles=dict(stated))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="explorer report", description="Measure embeddings and write a report."
    )
    parser.add_argument("files", nargs="+", type=Path, help="embeddings: data.npz, a.npy a.csv")
    parser.add_argument(
        "--roles",
        nargs="+",
        type=_role,
        metavar="ROLE=COLUMN",
        help="what columns mean, such as label=species; by default as guessed",
    )
    parser.add_argument(
        "--center",
        action="store_true",
        help="take off the mean of the vectors, in float64, before they become float32",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("report.html"),
        help="where to write it; .json for the numbers alone",
    )
    return parser


def _role(text: str) -> tuple[Role, str]:
    role, _, column = text.partition("=")
    if role not in ROLES or not column:
        msg = f"{text!r} is not ROLE=COLUMN with one of the roles {', '.join(ROLES)}"
        raise argparse.ArgumentTypeError(msg)
    return role, column
