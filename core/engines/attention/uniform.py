"""A tiny text encoder whose attention is uniform: what examples with a known answer look at."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from core.origin import EncoderId
from core.space import EmbeddingSpace

CONTEXT = 32
_WIDTH = 8
_TOWER: dict[str, int] = {"width": _WIDTH, "layers": 2}
_MODEL: dict[str, Any] = {
    "embed_dim": _WIDTH,
    "vision_cfg": {"image_size": 8, "patch_size": 8, "head_width": 4, **_TOWER},
    "text_cfg": {"context_length": CONTEXT, "vocab_size": 49_408, "heads": 2, **_TOWER},
}


def even_space(rng: np.random.Generator, n_texts: int) -> EmbeddingSpace:
    """Texts of 30 random words, encoded by :func:`even_encoder`."""
    from core.encoders import load  # noqa: PLC0415 - imports torch

    words = np.array(["red", "green", "blue", "cat", "dog", "owl", "sun", "rain"])
    chosen = words[rng.integers(len(words), size=(n_texts, CONTEXT - 2))]
    items = pd.DataFrame({"text": [" ".join(row) for row in chosen]})
    encoder = even_encoder()
    vectors = load(encoder).encode_texts(list(items["text"]))
    return EmbeddingSpace("uniform attention", vectors, items, {"text": "text"}, encoder)


@cache
def even_encoder() -> EncoderId:
    """Two random layers of open_clip with queries of zero, in a folder that ends with the process.

    With no query a token attends equally to all tokens up to itself, at any temperature.
    """
    import open_clip  # noqa: PLC0415 - seconds to import
    import torch  # noqa: PLC0415 - as above
    from safetensors.torch import save_file  # noqa: PLC0415 - as above

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = open_clip.CLIP(**_MODEL)
    for block in model.transformer.resblocks:
        block.attn.in_proj_weight.data[:_WIDTH] = 0
        block.attn.in_proj_bias.data[:_WIDTH] = 0
    folder = Path(_folder().name)
    settings = {"model_cfg": _MODEL, "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3}}
    (folder / "open_clip_config.json").write_text(json.dumps(settings))
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    return EncoderId("open_clip", str(folder))


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="embedding-explorer-")
