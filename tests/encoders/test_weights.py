"""Checkpoints as trainers save them: unpacked where that is certain, else compared in words."""

import json
import shutil

import numpy as np
import open_clip
import pytest
import torch
from safetensors.torch import load_file

from core.encoders import load
from core.encoders.weights import plain
from core.errors import NotApplicable
from core.origin import EncoderId


@pytest.fixture
def weights(model_folder):
    return load_file(model_folder / "open_clip_model.safetensors")


def before(prefix, weights):
    return {f"{prefix}{key}": value for key, value in weights.items()}


def loaded(model_folder, path):
    return load(
        EncoderId("open_clip", str(model_folder.parent / "apart" / "small.json"), str(path))
    )


@pytest.mark.parametrize(
    "saved",
    [
        lambda weights: weights,
        lambda weights: before("module.", weights),
        lambda weights: before("_orig_mod.", weights),
        lambda weights: {"state_dict": before("module._orig_mod.", weights), "epoch": 3},
        lambda weights: {"state_dict": before("model.", weights), "global_step": 5},
        lambda weights: {"state_dict": {**before("clip.", weights), "loss.scale": torch.ones(1)}},
        lambda weights: {"model": weights, "optimizer": {"state": {}}},
        lambda weights: {"model_state_dict": before("module.", weights)},
        lambda weights: {**weights, "context_length": torch.tensor(20)},
    ],
    ids=["plain", "DDP", "compiled", "both", "Lightning", "a loss", "model", "states", "OpenAI"],
)
def test_what_a_trainer_puts_around_the_weights_is_taken_off(
    model_folder, weights, clip, tmp_path, saved
):
    path = tmp_path / "last.ckpt"
    torch.save(saved(weights), path)
    texts = ["a cat", "two dogs"]
    np.testing.assert_array_equal(
        loaded(model_folder, path).encode_texts(texts), clip.encode_texts(texts)
    )


def test_a_folder_may_hold_such_a_checkpoint(model_folder, weights, clip, tmp_path):
    shutil.copy(model_folder / "open_clip_config.json", tmp_path)
    torch.save({"state_dict": before("model.", weights)}, tmp_path / "last.ckpt")
    made = load(EncoderId("open_clip", str(tmp_path))).encode_texts(["a cat"])
    np.testing.assert_array_equal(made, clip.encode_texts(["a cat"]))


def test_a_checkpoint_that_needs_nothing_is_not_copied(model_folder, tmp_path):
    apart = model_folder.parent / "apart" / "epoch_3.pt"
    for path in (model_folder / "open_clip_model.safetensors", apart):
        assert plain(path, tmp_path) == path


def test_of_two_models_in_one_checkpoint_none_is_chosen(model_folder, weights, tmp_path):
    path = tmp_path / "two.pt"
    torch.save({**before("student.", weights), **before("teacher.", weights)}, path)
    assert plain(path, tmp_path) == path
    with pytest.raises(NotApplicable, match=r"of its \d+ weights 0 fit"):
        loaded(model_folder, path)


def test_keys_that_are_missing_foreign_or_of_another_shape_are_named_and_counted(
    model_folder, weights, tmp_path
):
    changed = {key: value for key, value in weights.items() if key != "visual.proj"}
    changed |= {"head.weight": torch.ones(3, 3), "text_projection": torch.ones(24, 8)}
    path = tmp_path / "changed.pt"
    torch.save(changed, path)
    with pytest.raises(NotApplicable) as caught:
        loaded(model_folder, path)
    said = str(caught.value)
    assert f"of its {len(weights)} weights {len(weights) - 2} fit" in said
    assert "1 that the model needs is missing ('visual.proj')" in said
    assert "1 is foreign to it ('head.weight')" in said
    assert "1 has another shape (text_projection (24, 8) for (24, 16))" in said


def test_a_checkpoint_of_another_architecture_of_open_clip_is_compared_with_it(
    model_folder, weights
):
    checkpoint = model_folder / "open_clip_model.safetensors"
    with pytest.raises(NotApplicable, match=r"of its \d+ weights \d+ fit; .* missing"):
        load(EncoderId("open_clip", "RN50", str(checkpoint)))


def test_weights_of_towers_of_their_own_fit_as_before(tmp_path):
    """Keys that open_clip renames by itself are no misfit."""
    config = open_clip.get_model_config("ViT-B-32")
    small = {"width": 32, "layers": 1}
    config["vision_cfg"] |= {**small, "image_size": 16, "patch_size": 8, "head_width": 16}
    config["text_cfg"] |= {**small, "heads": 2}
    torch.manual_seed(0)
    model = open_clip.CLIP(**config)
    torch.save(model.state_dict(), tmp_path / "old.pt")
    (tmp_path / "own.json").write_text(json.dumps(config | {"custom_text": True}))
    encoder = load(EncoderId("open_clip", str(tmp_path / "own.json"), str(tmp_path / "old.pt")))
    assert type(encoder.module).__name__ == "CustomTextCLIP"
