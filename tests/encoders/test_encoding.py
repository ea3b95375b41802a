"""From files to a space: complete, stoppable, and honest about what it left out."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from core.encoders import encoding, load
from core.encoders.cost import cost
from core.encoders.encoding import Plan, encode, encode_pictures, finished
from core.encoders.originals import original
from core.encoders.states import at_layer
from core.encoders.tokens import cut_of
from core.errors import Cancelled, InvalidFile, NotApplicable
from core.io.archives import StoredFile
from core.io.collection import read_text_files, read_texts
from core.io.images import decoded
from core.io.pictures import read_pictures
from core.progress import listening

pytestmark = pytest.mark.slow  # models are loaded and run


@pytest.fixture
def collection(archive):
    return read_pictures([archive])


@pytest.fixture
def plan(tmp_path):
    """Eight items at once, kept in a folder of this test."""
    return Plan(batch=8, folder=tmp_path / "encoded")


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


def test_of_pages_and_frames_the_first_is_read_and_that_is_said(clip, tmp_path, images, plan):
    first, *others = (Image.new("RGB", (9, 7), name) for name in ("red", "green", "blue"))
    first.save(tmp_path / "scan.tiff", save_all=True, append_images=others)
    images[3].save(tmp_path / "one.png")
    for _ in range(2):  # encoded, and known from before
        made = encode(clip, read_pictures([tmp_path / "scan.tiff", tmp_path / "one.png"]), plan)
        assert made.refused == (
            "Of 1 picture that has several pages or frames the first is read: 'scan.tiff'.",
        )
    np.testing.assert_allclose(made.space.vectors[0], clip.encode_images([first])[0], atol=1e-5)


def test_what_cannot_be_read_is_named_and_its_caption_left_out(clip, collection):
    refused = " ".join(encode(clip, collection).refused)
    for name in ("broken.jpg", "notes.doc", "elsewhere.png"):
        assert name in refused
    assert "a broken cat" not in encode(clip, collection).space.items["text"].tolist()


def stopped_after(share):
    def stop(stage: str, fraction: float) -> None:
        if fraction > share:
            raise Cancelled

    return stop


def counted(encoder, monkeypatch):
    """Sizes of the batches that a model is given from now on."""
    given = []
    plain = type(encoder).encode_prepared
    monkeypatch.setattr(
        type(encoder), "encode_prepared", lambda self, x: given.append(len(x)) or plain(self, x)
    )
    return given


@pytest.mark.parametrize("restarted", [False, True], ids=["in this process", "after a restart"])
def test_encoding_goes_on_where_it_was_stopped(clip, collection, plan, restarted, monkeypatch):
    given = counted(clip, monkeypatch)
    with pytest.raises(Cancelled), listening(stopped_after(0.3)):
        encode(clip, collection, plan)
    assert 0 < sum(given) < 40
    if restarted:
        encoding._opened.clear()
    said = []
    with listening(lambda stage, _: said.append(stage)):
        encode(clip, collection, plan)
    assert sum(given) == 40
    assert said[2] == "pictures, 8 of 41"  # encoded before: no rate is known yet
    assert any(re.fullmatch("pictures, 24 of 41, .* a second, .* left", one) for one in said)


def test_vectors_that_went_on_are_those_of_one_run(clip, collection, plan, tmp_path):
    with pytest.raises(Cancelled), listening(stopped_after(0.5)):
        encode(clip, collection, plan)
    whole = encode(clip, collection, Plan(batch=8, folder=tmp_path / "other")).space
    np.testing.assert_allclose(
        encode(clip, collection, plan).space.vectors, whole.vectors, atol=1e-6
    )


def test_another_model_has_vectors_of_its_own(clip, collection, plan):
    layer = load(at_layer(clip.id, 0, "mean"), "cpu")
    assert finished(clip, plan.folder).folder != finished(layer, plan.folder).folder


def test_the_estimate_counts_what_remains_and_keeps_what_it_encoded(clip, collection, plan):
    found = cost(clip, collection, plan)
    assert found.finished == 0
    assert len(finished(clip, plan.folder)) > 20
    assert 0 <= found.remaining < len(collection)
    assert found.output_bytes > 4 * 16 * len(collection)
    assert found.memory_bytes > found.output_bytes
    assert found.plan.batch in {8, 32, 128}
    assert "broken.jpg" in found.refused[0]
    again = cost(clip, collection, plan)
    assert again.finished > 20


def test_the_estimate_reads_no_picture_of_its_sample_twice(clip, collection, plan, monkeypatch):
    read, data = [], StoredFile.data
    monkeypatch.setattr(StoredFile, "data", lambda file: (read.append(file.name), data(file))[1])
    cost(clip, collection, plan)
    assert len(read) == len(set(read)) > 20


def test_after_a_stop_what_is_estimated_is_the_rest(clip, tmp_path, plan):
    """The pictures of the first estimate are kept: a second one must not look at them alone."""
    rng = np.random.default_rng(0)
    for at in range(400):
        Image.fromarray(rng.integers(0, 255, (16, 16, 3), np.uint8)).save(tmp_path / f"{at:03}.png")
    pictures = read_pictures([tmp_path])
    first = cost(clip, pictures, plan)
    kept = len(finished(clip, plan.folder))
    assert first.remaining == 400 - kept
    encode_pictures(clip, finished(clip, plan.folder), pictures.pictures[:100], plan=plan)
    kept = len(finished(clip, plan.folder))
    again = cost(clip, pictures, plan)
    error = 400 * np.sqrt(0.25 / 49)  # of a share in a sample of 49
    assert again.finished == pytest.approx(kept, abs=2 * error)
    timed = len(finished(clip, plan.folder)) - kept
    assert again.remaining == pytest.approx(400 - kept - timed, abs=2 * error)
    assert again.remaining > 0


def test_what_another_collection_left_is_not_counted_as_finished(clip, collection, plan, tmp_path):
    path = tmp_path / "others.txt"
    path.write_text("a line\nthat nothing\nelse holds\n")
    encode(clip, collection, plan)
    assert cost(clip, read_texts(path), plan).finished == 0
    assert cost(clip, collection, plan).finished == len(collection) - 1  # a damaged picture


def test_the_estimate_of_texts_is_that_of_each_length(clip, tmp_path, plan, monkeypatch):
    """A model whose seconds are its tokens: the estimate is their sum, whatever comes first."""
    clock = [0.0]
    watch = SimpleNamespace(perf_counter=lambda: clock[0])
    monkeypatch.setattr("core.encoders.cost.time", watch)

    def slow(self, texts):
        clock[0] += sum(len(text.split()) for text in texts)
        return np.zeros((len(texts), 4), np.float32)

    monkeypatch.setattr(type(clip), "encode_texts", slow)
    lengths = [1 + 15 * at // 600 for at in range(600)]
    path = tmp_path / "lines.txt"
    path.write_text(
        "\n".join(" ".join(["cat"] * (n - 1) + [f"n{at}"]) for at, n in enumerate(lengths))
    )
    said = cost(clip, read_texts(path), plan)
    took = -clock[0]
    encode(clip, read_texts(path), plan)
    took += clock[0]
    assert said.seconds == pytest.approx(took, rel=0.15)


def test_texts_beyond_the_context_are_counted_as_they_are_read_and_it_is_said(clip, tmp_path, plan):
    path = tmp_path / "lines.txt"
    path.write_text("a cat\n" + "cat " * 100 + "\n")
    texts = read_texts(path)
    before = cut_of(clip, texts.texts)
    assert (before.n_cut, before.longest, before.room) == (1, 100, clip.context - 2)
    assert before.unread == pytest.approx(1 - before.room / 100)
    encoded = encode(clip, texts, plan)
    assert encoded.space.lengths().tolist() == [2, clip.context - 2]
    assert encoded.space.items["tokens of the whole text"].tolist() == [2, 100]
    assert encoded.refused[0].startswith("1 text was cut to the 18 tokens")


def test_text_columns_of_a_table_that_bear_our_names_stay_as_they_are(clip, tmp_path, plan):
    path = tmp_path / "table.csv"
    path.write_text("name,text,tokens,picture,modality\nann,x,7,p,m\nbob,y,9,q,m\n")
    space = encode(clip, read_texts(path, "name"), plan).space
    assert space.items[["text", "tokens", "picture", "modality"]].values.tolist() == [
        ["x", 7, "p", "m"], ["y", 9, "q", "m"],
    ]  # fmt: skip
    assert space.column("text").tolist() == ["ann", "bob"]
    assert space.lengths().tolist() == [1, 1]


def test_the_original_of_a_thumbnail_is_found_as_long_as_it_is_there(clip, collection, plan):
    space = encode(clip, collection, plan).space
    small = space.column("image")[7]
    assert original(plan.folder, small) == ("7.png", collection.pictures[7].data())
    assert original(plan.folder, b"unknown") is None
    collection.pictures[7].path.unlink()
    assert original(plan.folder, small) is None


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
