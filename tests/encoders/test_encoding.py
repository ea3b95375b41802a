"""From files to a space: complete, stoppable, and honest about what it left out."""

import re

import numpy as np
import pytest

from core.encoders import encoding, load
from core.encoders.encoding import cost, encode
from core.encoders.states import at_layer
from core.errors import Cancelled, InvalidFile, NotApplicable
from core.io.collection import read_text_files, read_texts
from core.io.images import decoded
from core.io.pictures import read_pictures
from core.progress import listening

pytestmark = pytest.mark.slow  # models are loaded and run


@pytest.fixture
def collection(archive):
    encoding._finished.clear()
    return read_pictures([archive])


def test_an_archive_becomes_a_space_with_every_role(clip, collection):
    space = encode(clip, collection).space
    assert set(space.roles) == {"modality", "pair", "label", "text", "image", "length"}
    assert space.encoder == clip.id
    assert len(space) == 43
    assert space.values("label") == ("cat", "dog")
    captions = space.items[space.items["modality"] == "text"]
    assert captions["text"].tolist() == ["a cat", "a tabby", "a kitten"]
    assert captions["tokens"].tolist() == [2, 2, 2]
    owners = space.items[space.items["pair"].isin(captions["pair"])]
    assert owners.groupby("pair").size().tolist() == [3, 2]


def test_a_vector_is_that_of_its_own_picture(clip, collection):
    space = encode(clip, collection).space
    image = decoded(collection.pictures[7].data(), "7")
    np.testing.assert_allclose(space.vectors[7], clip.encode_images([image])[0], atol=1e-5)


def test_what_cannot_be_read_is_named_and_its_caption_left_out(clip, collection):
    refused = " ".join(encode(clip, collection).refused)
    for name in ("broken.jpg", "notes.doc", "elsewhere.png"):
        assert name in refused
    assert "a broken cat" not in encode(clip, collection).space.items["text"].tolist()


def test_encoding_goes_on_where_it_was_stopped(clip, collection, monkeypatch):
    monkeypatch.setattr(encoding, "BATCH", 8)
    given = []
    plain = type(clip).encode_prepared
    monkeypatch.setattr(
        type(clip), "encode_prepared", lambda self, x: given.append(len(x)) or plain(self, x)
    )

    def stop(stage: str, fraction: float) -> None:
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled), listening(stop):
        encode(clip, collection)
    before = sum(given)
    assert 0 < before < 40
    said = []
    with listening(lambda stage, _: said.append(stage)):
        encode(clip, collection)
    assert sum(given) == 40
    assert said[2] == "pictures, 8 of 41"  # encoded before: no rate is known yet
    assert re.fullmatch("pictures, 41 of 41, .* a second", said[-4])


def test_the_estimate_counts_what_remains_and_keeps_what_it_encoded(clip, collection):
    found = cost(clip, collection)
    assert found.remaining == 41 - 17
    assert found.seconds > 0
    assert found.output_bytes > 4 * 16 * len(collection)
    assert len(encoding._finished[clip].vectors) >= 17


def test_lines_of_a_text_file_become_a_space(clip, tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("a cat\n\na dog that runs\n")
    encoded = encode(clip, read_texts(path))
    assert encoded.space.items["text"].tolist() == ["a cat", "a dog that runs"]
    assert encoded.space.lengths().tolist() == [2, 4]
    assert "1 empty line" in encoded.refused[0]


def test_text_files_are_read_one_after_the_other(tmp_path):
    lines = {"b.txt": "a cat\n\n\na dog\n", "a.txt": "a cat\nan owl\n", "empty.txt": "\n"}
    paths = [tmp_path / name for name in lines]
    for path in paths:
        path.write_text(lines[path.name])
    both = read_text_files(paths)
    assert both.name == "b"
    assert both.texts == ("a cat", "a dog", "a cat", "an owl")
    assert both.items["text"].tolist() == list(both.texts)
    assert both.items["file"].tolist() == ["b.txt"] * 2 + ["a.txt"] * 2
    assert both.refused[0] == "'b.txt': 2 empty lines were left out."
    assert "empty.txt" in both.refused[1]
    assert "file" not in read_text_files(paths[:1]).items
    with pytest.raises(InvalidFile, match=r"empty\.txt"):
        read_text_files(paths[2:])
    with pytest.raises(InvalidFile, match="no text"):
        read_text_files([paths[2], paths[2]])


def test_a_column_of_a_table_keeps_the_other_columns(clip, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("body,topic\na cat,pets\na law,tax\n")
    space = encode(clip, read_texts(path, "body")).space
    assert space.items["topic"].tolist() == ["pets", "tax"]


def test_a_layer_is_read_of_texts_and_refused_where_pictures_are_wider(clip, collection, tmp_path):
    encoder = load(at_layer(clip.id, 0, "mean"), "cpu")
    assert load(at_layer(clip.id, 0, "mean"), "cpu") is encoder
    path = tmp_path / "lines.txt"
    path.write_text("a cat\na dog\n")
    space = encode(encoder, read_texts(path)).space
    assert space.vectors.shape == (2, 24)
    assert space.encoder == at_layer(clip.id, 0, "mean")
    with pytest.raises(NotApplicable, match="apart"):
        encode(encoder, collection)


def test_a_text_model_refuses_pictures(clip, collection):
    class TextOnly:
        id, modalities = clip.id, ("text",)

    with pytest.raises(NotApplicable, match="texts only"):
        encode(TextOnly(), collection)
