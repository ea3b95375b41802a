"""Every layer of all-MiniLM-L6-v2 on some docstrings: ``python -m assets.docstring_layers``.

Makes ``docstring-layers.npz``: mean-pooled unit vectors of the token embeddings and of each of the
six layers, for 300 of the docstrings of ``docstrings.npz``, of which the first 128 tokens are read.
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assets.docstrings import BATCH, PACKAGES, SEED, Encoder
from core.demo.docstrings import docstring

HERE = Path(__file__).parent
N_EACH = 60
MOST = 128  # tokens


def chosen() -> NDArray[np.int64]:
    """Which of the stored names, equally many of each package, in order."""
    with np.load(HERE / "docstrings.npz", allow_pickle=False) as stored:
        names = stored["names"]
    rng = np.random.default_rng(SEED)
    known = np.array([docstring(str(name)) is not None for name in names])
    packages = np.array([str(name).partition(".")[0] for name in names])
    rows = [
        rng.permutation(np.flatnonzero(known & (packages == package)))[:N_EACH]
        for package in PACKAGES
    ]
    return np.sort(np.concatenate(rows))


def layers(encoder: Encoder, texts: list[str]) -> NDArray[np.float16]:
    """``(n_layers + 1, n_texts, n_dims)`` mean-pooled unit vectors, the embeddings first."""
    tokens, _ = encoder.tokens(texts)
    tokens = [one[:MOST] for one in tokens]
    order = sorted(range(len(tokens)), key=lambda at: len(tokens[at]))
    found: list[NDArray[np.float32]] = []
    transformer = encoder.model[0].auto_model
    for start in range(0, len(order), BATCH):
        marked = [
            [encoder.tokenizer.cls_token_id, *tokens[at], encoder.tokenizer.sep_token_id]
            for at in order[start : start + BATCH]
        ]
        batch = encoder.tokenizer.pad({"input_ids": marked}, return_tensors="pt")
        with torch.inference_mode():
            states = transformer(**batch, output_hidden_states=True).hidden_states
        mask = batch["attention_mask"][None, :, :, None]
        pooled = (torch.stack(states) * mask).sum(2) / mask.sum(2)
        found.append(torch.nn.functional.normalize(pooled, dim=2).numpy())
    joined = np.concatenate(found, axis=1)
    out = np.empty(joined.shape, np.float16)
    out[:, order] = joined
    return out


def docstring_layers() -> None:
    """Choose, encode and save."""
    rows = chosen()
    with np.load(HERE / "docstrings.npz", allow_pickle=False) as stored:
        names = [str(name) for name in stored["names"][rows]]
    texts = [docstring(name) or "" for name in names]
    vectors = layers(Encoder(), texts)
    np.savez_compressed(HERE / "docstring-layers.npz", rows=rows.astype(np.int16), vectors=vectors)


if __name__ == "__main__":
    docstring_layers()
