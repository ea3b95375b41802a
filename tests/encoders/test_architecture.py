"""What a model is made of is read from its configuration, without loading it."""

import json

import pytest

from core.encoders.architecture import architecture
from core.origin import EncoderId


def test_a_folder_says_its_towers(tmp_path):
    sees = {"image_size": 48, "layers": [1, 2], "width": 12}
    reads = {"context_length": 64, "width": 32, "layers": 2}
    config = {"model_cfg": {"embed_dim": 16, "vision_cfg": sees, "text_cfg": reads}}
    (tmp_path / "open_clip_config.json").write_text(json.dumps(config))
    assert architecture(EncoderId("open_clip", str(tmp_path))) == (
        "ResNet, stages of 1-2 blocks, width 12, 48 px; text: 2 layers of width 32, 64 tokens; "
        "16 dimensions"
    )


@pytest.mark.parametrize(
    ("name", "towers"),
    [
        ("ViT-B-32", "ViT, 12 layers of width 768, patches of 32 px in 224 px; text: 12 layers"),
        ("ViT-B-16-SigLIP", "vit_base_patch16_siglip_224 (timm), 224 px; text: 12 layers"),
        ("roberta-ViT-B-32", "ViT, 12 layers of width 768, patches of 32 px in 224 px; text: rob"),
    ],
)
def test_an_architecture_of_open_clip_is_known_by_name(name, towers):
    assert architecture(EncoderId("open_clip", name)).startswith(towers)


def test_a_sentence_encoder_says_its_layers(tmp_path):
    said = {"model_type": "bert", "num_hidden_layers": 6, "hidden_size": 384}
    (tmp_path / "config.json").write_text(json.dumps(said))
    encoder = EncoderId("sentence-transformers", str(tmp_path))
    assert architecture(encoder) == "bert, 6 layers of width 384"


@pytest.mark.parametrize("name", ["nobody/nothing", "no such name", "hf-hub:nobody/nothing", "///"])
@pytest.mark.parametrize("library", ["open_clip", "sentence-transformers"])
def test_nothing_is_said_of_what_nothing_is_known_of(library, name, tmp_path):
    assert architecture(EncoderId(library, name)) == ""


@pytest.mark.parametrize(
    "text",
    [
        *("", "[1]", "{", "null", '{"model_cfg": {}}', '{"model_cfg": 3}'),
        *('{"vision_cfg": "ViT", "text_cfg": 7}', '{"vision_cfg": [1]}', "[" * 100_000),
    ],
)
def test_a_damaged_configuration_says_nothing(text, tmp_path):
    (tmp_path / "open_clip_config.json").write_text(text)
    assert architecture(EncoderId("open_clip", str(tmp_path))) == ""
