"""Word vectors as text and binary."""

import numpy as np
import pytest

from core.errors import InvalidFile
from core.io import read

WORDS = [",", "the", "2008", ". . .", "\u00e9t\u00e9", *(f"word{i}" for i in range(19))]


def spelled(vectors, *, header: bool = False, end: str = "\n") -> str:
    lines = [
        " ".join([word, *(f"{value:.9g}" for value in row)])
        for word, row in zip(WORDS, vectors, strict=True)
    ]
    first = [f"{len(vectors)} {vectors.shape[1]}"] if header else []
    return end.join(first + lines) + end


def binary(vectors, *, newline: bytes = b"\n") -> bytes:
    content = f"{len(vectors)} {vectors.shape[1]}\n".encode()
    for word, row in zip(WORDS, vectors, strict=True):
        content += word.replace(" ", "_").encode() + b" " + row.tobytes() + newline
    return content


@pytest.mark.parametrize(
    ("suffix", "header"),
    [(".txt", False), (".txt", True), (".vec", False), (".vec", True), (".bin", True)],
)
def test_text_gives_vectors_and_words(path, vectors, suffix, header):
    path.with_suffix(suffix).write_text(spelled(vectors, header=header), encoding="utf-8")
    opened = read(path.with_suffix(suffix))
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.items["word"].tolist() == WORDS and opened.roles == {"text": "word"}


@pytest.mark.parametrize("newline", [b"\n", b""])
def test_binary_gives_vectors_and_words(path, vectors, newline):
    path.with_suffix(".bin").write_bytes(binary(vectors, newline=newline))
    opened = read(path.with_suffix(".bin"))
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.items["word"][4] == "\u00e9t\u00e9"


def test_bare_numbers_are_vectors_without_words(path, vectors):
    np.savetxt(path.with_suffix(".txt"), vectors)
    opened = read(path.with_suffix(".txt"))
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.items.columns.tolist() == []


def test_windows_line_ends_are_read(path, vectors):
    path.with_suffix(".vec").write_bytes(spelled(vectors, header=True, end="\r\n").encode())
    np.testing.assert_array_equal(read(path.with_suffix(".vec")).vectors, vectors)


def test_a_count_that_differs_is_told(path, vectors):
    text = spelled(vectors, header=True).replace("24 6", "99 6", 1)
    path.with_suffix(".vec").write_text(text, encoding="utf-8")
    (finding,) = read(path.with_suffix(".vec")).findings
    assert finding.sentence == "The first line claims 99 words; 24 follow."


def test_a_line_with_too_few_numbers_is_counted(path, vectors):
    lines = spelled(vectors, header=True).splitlines()
    lines[5] = lines[5].rsplit(" ", 2)[0]
    path.with_suffix(".vec").write_text("\n".join(lines), encoding="utf-8")
    (finding,) = read(path.with_suffix(".vec")).findings
    assert (finding.kind, finding.rows.tolist()) == ("ragged", [4])


def test_dimensions_that_differ_are_refused(path, vectors):
    text = spelled(vectors, header=True).replace("24 6", "24 7", 1)
    path.with_suffix(".vec").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile, match="claims 7 dimensions, and the next have 6"):
        read(path.with_suffix(".vec"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"1000000000 300\nthe \x00\x00",
            "claims 1,000,000,000 words of 300 dimensions|would take",
        ),
        (b"1000 300\nthe \x00\x00", "more than it can hold"),
        (b"0 0\n\x00", "more than it can hold"),
        (b"\xba\x16\x4f\x2f\x00\x00", "does not begin with the number of words"),
    ],
)
def test_a_forged_count_is_refused_before_anything_is_allocated(path, content, message):
    path.with_suffix(".bin").write_bytes(content)
    with pytest.raises(InvalidFile, match=message):
        read(path.with_suffix(".bin"))


def test_a_binary_file_that_was_cut_off_is_refused(path, vectors):
    content = binary(vectors)
    path.with_suffix(".bin").write_bytes(content[:-30])
    with pytest.raises(InvalidFile, match=r"more than it can hold|ends or breaks at word 24"):
        read(path.with_suffix(".bin"))


def test_sentences_are_refused_as_texts(path):
    path.with_suffix(".txt").write_text("A small red circle.\nIt was 5 o'clock, or 6.\n")
    with pytest.raises(InvalidFile, match=r"holds 2 texts, not vectors. Encode the texts first"):
        read(path.with_suffix(".txt"))
