"""Which arrays become the vectors, and joint spaces of several modalities."""

import numpy as np
import pytest

from core.io import read, space_of


@pytest.fixture
def joint_file(path, rng):
    def write(n_images=12, n_texts=12, **columns):
        file = path.with_suffix(".npz")
        images, texts = rng.normal(size=(n_images, 5)), rng.normal(size=(n_texts, 5))
        np.savez(file, image_features=images, text_features=texts, **columns)
        return file, np.vstack([images, texts]).astype(np.float32)

    return write


def test_two_modalities_of_equal_dimensions_become_a_joint_space(joint_file):
    file, stacked = joint_file()
    opened = read(file)
    assert opened.chosen == "image_features + text_features"
    np.testing.assert_array_equal(opened.vectors, stacked)
    assert opened.items["modality"].tolist() == ["image"] * 12 + ["text"] * 12
    assert opened.items["pair"].tolist() == [*range(12), *range(12)]
    assert opened.roles == {"modality": "modality", "pair": "pair"}
    assert [choice.name for choice in opened.choices][1:] == ["image_features", "text_features"]
    assert space_of(opened).values("modality") == ("image", "text")


def test_unequal_modalities_have_no_pairs_unless_the_file_states_them(joint_file):
    file, _ = joint_file(4, 8)
    assert "pair" not in read(file).items
    pairs = [*range(4), *np.repeat(range(4), 2)]
    file, _ = joint_file(4, 8, pair=pairs)
    opened = read(file)
    assert opened.items["pair"].tolist() == pairs
    assert opened.roles["pair"] == "pair"


def test_a_column_goes_to_the_modality_it_is_named_for(joint_file):
    captions = [f"a caption with number {i}" for i in range(12)]
    labels = ["cat", "dog"] * 6
    lengths = np.arange(12) + 3
    file, _ = joint_file(captions=captions, label=labels, lengths=lengths, image_id=np.arange(12))
    items = read(file).items
    assert items["captions"].isna().tolist() == [True] * 12 + [False] * 12
    assert items["captions"].tolist()[12:] == captions
    assert items["lengths"].dropna().tolist() == lengths.tolist()
    assert items["label"].tolist() == labels * 2
    assert items["image_id"].tolist() == [*range(12)] * 2


def test_a_column_goes_to_the_modality_of_its_length(joint_file):
    file, _ = joint_file(4, 8, genre=["a", "b"] * 4)
    items = read(file).items
    assert items["genre"].tolist()[4:] == ["a", "b"] * 4
    assert items["genre"].isna().sum() == 4


def test_one_modality_can_be_chosen_alone(joint_file):
    file, stacked = joint_file(captions=[f"caption {i}" for i in range(12)])
    opened = read(file, choose="text_features")
    np.testing.assert_array_equal(opened.vectors, stacked[12:])
    assert opened.items.columns.tolist() == ["captions"]


def test_unequal_dimensions_do_not_join(path, rng):
    np.savez(path.with_suffix(".npz"), image=rng.normal(size=(9, 4)), text=rng.normal(size=(9, 5)))
    opened = read(path.with_suffix(".npz"))
    assert opened.chosen == "text" and len(opened.choices) == 2


def test_embeddings_are_preferred_to_coordinates_and_logits(path, rng):
    file = path.with_suffix(".npz")
    np.savez(
        file,
        umap=rng.normal(size=(9, 2)),
        logits=rng.normal(size=(9, 100)),
        clip_embeddings=rng.normal(size=(9, 8)),
        hidden=rng.normal(size=(9, 64)),
    )
    assert [choice.name for choice in read(file).choices] == [
        "clip_embeddings",
        "hidden",
        "logits",
        "umap",
    ]


def test_one_of_several_vectors_of_a_file_gives_the_space_its_name(rng, tmp_path):
    path = tmp_path / "models.npz"
    np.savez(path, clip=rng.normal(size=(9, 4)), minilm=rng.normal(size=(9, 3)))
    assert [read(path, choose=name).name for name in ("clip", "minilm")] == [
        "models · clip",
        "models · minilm",
    ]
