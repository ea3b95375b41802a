"""README.md says what the code does."""

import re
import shlex
from pathlib import Path

import pytest

from core.catalog import catalog
from core.io.formats import FORMATS
from core.io.packed_files import PACKED
from docs.readme import BEGIN, END, README, lens_table, with_table
from explorer.bring import compress_command
from explorer.reports import command
from explorer.shell import cli

ROOT = Path(__file__).parents[1]
TEXT = README.read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line, comments=True)
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    if not language
    for line in block.replace("\\", "/").splitlines()
]


def test_the_table_of_lenses_is_current():
    assert with_table(TEXT, lens_table(catalog().values())) == TEXT, "run: make readme"


def test_the_table_has_a_row_for_each_lens_with_its_sources():
    rows = lens_table(catalog().values()).splitlines()[2:]
    for row, lens in zip(rows, catalog().values(), strict=True):
        assert row.startswith(f"| `{lens.key}` | {lens.question} | ")
        assert all(paper.url in row for paper in lens.papers)
        assert len(re.findall(r"(?<!\\)\|", row)) == 5


def test_writing_the_table_twice_changes_nothing():
    once = with_table(f"before\n{BEGIN}\nold\n{END}\nafter\n", "| new |")
    assert once == f"before\n{BEGIN}\n\n| new |\n\n{END}\nafter\n"
    assert with_table(once, "| new |") == once


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}\n{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_text_without_both_marks_is_refused(text):
    with pytest.raises(ValueError, match="once each"):
        with_table(text, "")


def test_every_suffix_that_is_read_is_in_it():
    suffixes = {s for s in re.findall(r"`(\.\w+)`", TEXT) if s not in {".venv"}}
    assert {*FORMATS, *PACKED} == suffixes


def test_every_target_of_make_in_it_exists():
    targets = re.findall(
        r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    asked = [words[1] for words in COMMANDS if words[0] == "make"]
    assert {"run", "check", "test"} <= set(asked)
    assert set(asked) <= set(targets)


def test_every_explorer_command_in_it_is_understood():
    asked = [words[1:] for words in COMMANDS if words[0].endswith("explorer")]
    assert len(asked) >= 2
    parsers = {"report": command._parser(), "compress": compress_command._parser()}
    for arguments in asked:
        parser = parsers.get(arguments[0] if arguments else "")
        if parser is None:
            cli._parser().parse_args(arguments)
        else:
            parser.parse_args(arguments[1:])


def test_every_local_link_in_it_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert target.startswith(("https://", "http://")) or (ROOT / target).exists(), target
