"""Docstrings as documents: what asks has an answer, and texts are those of the packages."""

import numpy as np
import pytest

from core.demo.documents import docstring_sections, docstring_tokens, sections, see_also


@pytest.fixture(scope="module")
def space():
    return docstring_sections()


def test_every_document_is_asked_for_twice_and_has_parts(space):
    asks = space.names("side") == "question"
    documents, counts = np.unique(space.names("group")[asks], return_counts=True)
    assert len(documents) == 150
    assert (counts == 2).all()
    assert set(documents) == set(space.names("group")[~asks])


def test_a_sentence_is_one_of_the_part_that_it_shares_its_name_with(space):
    items = space.items
    parts = items[items["side"] == "section"].set_index("part")["text"]
    sentences = items[items["kind"] == "a sentence"]
    inside = [
        row.text in " ".join(parts[row.part].split()) for row in sentences.itertuples() if row.text
    ]
    assert np.mean(inside) > 0.9


def test_queries_of_tokens_are_named_for_the_documents_they_ask_for():
    space = docstring_tokens()
    sets = set(space.names("group"))
    about = {name.removeprefix("about ") for name in sets if name.startswith("about ")}
    assert len(about) == 50
    assert about < sets


def test_sections_are_told_by_their_headings_and_mentions_are_no_section():
    text = "What it is.\n\nNotes\n-----\nMore.\n\nSee Also\n--------\nother : Another."
    assert sections(text) == {"Summary": "What it is.", "Notes": "More."}


def test_mentions_come_with_the_name_of_their_module():
    assert see_also("numpy.linalg.det")["numpy.linalg.slogdet"].startswith("Another way")
