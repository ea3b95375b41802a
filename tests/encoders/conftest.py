"""A tiny two-encoder model with random weights, saved as a user's files would be."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants
from PIL import Image

from core.encoders import load
from core.origin import EncoderId

CONFIG = {
    "embed_dim": 16,
    "vision_cfg": {
        "image_size": 16,
        "patch_size": 8,
        "width": 32,
        "head_width": 16,
        "layers": 3,
    },
    "text_cfg": {
        "context_length": 20,
        "vocab_size": 49408,
        "width": 24,
        "heads": 2,
        "layers": 2,
    },
}


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    """No test asks the hub."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


def saved(kind, config, folder):
    """A model of random weights, of a class of open_clip, written as that writes it."""
    import open_clip  # noqa: PLC0415 - with torch it takes seconds, which only these tests need
    import torch  # noqa: PLC0415
    from safetensors.torch import save_file  # noqa: PLC0415

    torch.manual_seed(0)
    model = getattr(open_clip, kind)(**{k: v for k, v in config.items() if k != "custom_text"})
    (folder / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": config, "preprocess_cfg": {}})
    )
    save_file(model.state_dict(), str(folder / "open_clip_model.safetensors"))
    return model


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """A folder as open_clip writes it, and beside that a checkpoint of training and a config."""
    import torch  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("model")
    model = saved("CLIP", CONFIG, folder)
    apart = folder.parent / "apart"
    apart.mkdir(exist_ok=True)
    (apart / "small.json").write_text(json.dumps(CONFIG))
    torch.save({"epoch": 3, "state_dict": model.state_dict()}, apart / "epoch_3.pt")
    return folder


@pytest.fixture(scope="session")
def clip(model_folder):
    return load(EncoderId("open_clip", str(model_folder)), "cpu")


@pytest.fixture(scope="session", params=["CLIP", "CustomTextCLIP"])
def either_clip(request, model_folder, tmp_path_factory):
    """The model in the class of open_clip without a text tower of its own, and in that with one."""
    folder = model_folder
    if request.param == "CustomTextCLIP":
        folder = tmp_path_factory.mktemp("own_text_tower")
        saved("CustomTextCLIP", CONFIG | {"custom_text": True}, folder)
    encoder = load(EncoderId("open_clip", str(folder)), "cpu")
    assert type(encoder.module).__name__ == request.param
    return encoder


@pytest.fixture(scope="session")
def resnet(tmp_path_factory):
    """A model whose image tower is a residual network."""
    vision = {"image_size": 64, "width": 8, "head_width": 32, "layers": [1, 2, 1, 1]}
    return loaded_with(vision, tmp_path_factory.mktemp("resnet"))


@pytest.fixture(scope="session")
def convnext(tmp_path_factory):
    """A model whose image tower is a convolutional one of timm."""
    vision = {"timm_model_name": "convnext_atto", "timm_pool": "", "timm_proj": "linear"}
    return loaded_with(vision | {"image_size": 64}, tmp_path_factory.mktemp("convnext"))


@pytest.fixture(scope="session")
def timm_vit(tmp_path_factory):
    """A model whose image tower is a transformer of timm."""
    vision = {"timm_model_name": "test_vit", "timm_pool": "avg", "timm_proj": "linear"}
    return loaded_with(vision | {"image_size": 160}, tmp_path_factory.mktemp("timm_vit"))


def loaded_with(vision, folder):
    """A small model with another image tower."""
    config = CONFIG | {"vision_cfg": vision}
    saved("CLIP", config, folder)
    return load(EncoderId("open_clip", str(folder)), "cpu")


@pytest.fixture(scope="session")
def images():
    rng = np.random.default_rng(0)
    return [Image.fromarray(rng.integers(0, 256, (20, 24, 3), dtype=np.uint8)) for _ in range(40)]


@pytest.fixture
def archive(tmp_path, images) -> Path:
    """Forty pictures in folders of two classes, one that is none, and captions of four."""
    path = tmp_path / "pets.zip"
    with zipfile.ZipFile(path, "w") as made:
        for at, image in enumerate(images):
            with made.open(f"pets/{'cat' if at < 20 else 'dog'}/{at}.png", "w") as file:
                image.save(file, "PNG")
        made.writestr("pets/cat/broken.jpg", b"this is no picture")
        made.writestr("pets/notes.doc", "nothing")
        made.writestr(
            "pets/captions.csv",
            "file,caption 1,caption 2\npets/cat/1.png,a cat,a tabby\n2.png,a kitten,\n"
            "broken.jpg,a broken cat,\nelsewhere.png,a bird,\n",
        )
    return path
