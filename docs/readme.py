"""The table of lenses in README.md: ``python -m docs.readme`` writes it again."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.catalog import catalog
from core.lens import Lens

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN = "<!-- lenses: written by `make readme` -->"
END = "<!-- end of lenses -->"


def lens_table(lenses: Iterable[Lens[Any]]) -> str:
    """The lenses as a Markdown table: key, question, what the data must have, sources."""
    rows = [("Lens", "What it asks", "Needs", "Sources"), ("---",) * 4]
    for lens in lenses:
        papers = "; ".join(f"[{paper.cite}]({paper.url})" for paper in lens.papers)
        rows.append((f"`{lens.key}`", lens.question, _needs(lens), papers))
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows
    )


def with_table(text: str, table: str) -> str:
    """The text with `table` between the two marks.

    Raises
    ------
    ValueError
        If the text does not have both marks once, in order.
    """
    parts = re.split(f"({re.escape(BEGIN)}|{re.escape(END)})", text)
    if parts[1::2] != [BEGIN, END]:
        msg = f"README.md must have {BEGIN!r} and then {END!r} once each."
        raise ValueError(msg)
    before, begin, _, end, after = parts
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"


def _needs(lens: Lens[Any]) -> str:
    few, many = lens.arity
    spaces = (
        [] if few == many == 1 else [f"{few} spaces" if few == many else f"{few} or more spaces"]
    )
    model = ["the encoder"] if lens.needs_encoder else []
    return ", ".join([*spaces, *lens.needs, *model]) or "vectors"


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    README.write_text(with_table(text, lens_table(catalog().values())), encoding="utf-8")
