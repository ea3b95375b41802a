"""Checkpoints as trainers save them: the weights inside, and how they fit an architecture."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open

from core.counts import counted

if TYPE_CHECKING:
    from torch import Tensor, nn

UNREADABLE = (
    RuntimeError, OSError, ValueError, TypeError, KeyError, EOFError, pickle.UnpicklingError,
    SafetensorError,
)  # fmt: skip
_INSIDE = ("state_dict", "model_state_dict", "model", "module", "weights", "net")
_ANCHOR, _TOWER = "logit_scale", "visual."  # keys that every model of open_clip has
_SIZES = frozenset({"input_resolution", "context_length", "vocab_size"})  # of OpenAI, no weights
_TRANSFORMERS = ("text_model.", "vision_model.")
_READ_AS_THEY_ARE = ("", "module.")  # by open_clip itself
_SHOWN = 2  # keys in a sentence


def plain(checkpoint: Path, folder: Path) -> Path:
    """The checkpoint, or a copy in a folder without what a trainer put around its weights.

    Lightning, DDP and compilation put words before every key (``model.``, ``module.``,
    ``_orig_mod.``), and scripts put the weights under a name beside the state of the optimizer.
    Only where one model is in it, and no doubt is left, is it unpacked.
    """
    try:
        saved = _saved(checkpoint)
    except UNREADABLE:  # loading it says what is wrong
        return checkpoint
    place, found = _weights(saved)
    prefixes = {key.removesuffix(_ANCHOR) for key in found if key.endswith(_ANCHOR)}
    whole = [p for p in prefixes if any(key.startswith(f"{p}{_TOWER}") for key in found)]
    if len(whole) != 1:
        return checkpoint
    (prefix,) = whole
    own = {key[len(prefix) :]: found[key] for key in found if key.startswith(prefix)}
    weights = {key: value for key, value in own.items() if key not in _SIZES}
    first = next(iter(found), "")
    as_it_is = place in {"", "state_dict"} and prefix in _READ_AS_THEY_ARE
    if as_it_is and first.startswith(prefix) and len(weights) == len(found):
        return checkpoint
    copy = folder / "weights.pt"
    torch.save(weights, copy)
    return copy


def misfit(model: nn.Module, checkpoint: Path) -> str:
    """How the keys of a checkpoint differ from those of a model; empty where they do not.

    Returns
    -------
    str
        Such as ``"of its 302 weights 210 fit; 92 that the model needs are missing ('visual.proj',
        ...); 4 are foreign to it ('loss.weight', ...)"``.
    """
    try:
        _, found = _weights(_saved(checkpoint))
    except UNREADABLE:
        return ""
    prefix = "module." if next(iter(found), "").startswith("module.") else ""
    given = {key.removeprefix(prefix): tuple(value.shape) for key, value in found.items()}
    wanted = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    shared = wanted.keys() & given.keys()
    other = [key for key in wanted if key in shared and wanted[key] != given[key]]
    missing = [key for key in wanted if key not in given]
    foreign = [key for key in given if key not in wanted]
    if not (missing or foreign or other):
        return ""
    told = [f"of its {counted(len(given), 'weight')} {len(shared) - len(other):,} fit"]
    if missing:
        told.append(f"{_are(missing, 'missing', of='that the model needs')}")
    if foreign:
        hub = any(key.startswith(_TRANSFORMERS) for key in foreign)
        named = ", named as transformers does, which open_clip does not read" if hub else ""
        told.append(f"{_are(foreign, 'foreign to it')}{named}")
    if other:
        shapes = [f"{key} {given[key]} for {wanted[key]}" for key in other[:_SHOWN]]
        verb = "has another shape" if len(other) == 1 else "have other shapes"
        told.append(f"{len(other):,} {verb} ({', '.join(shapes)}{_more(other)})")
    return "; ".join(told)


def _are(keys: list[str], what: str, *, of: str = "") -> str:
    verb = "is" if len(keys) == 1 else "are"
    counts = " ".join(filter(None, (f"{len(keys):,}", of, verb, what)))
    return f"{counts} ({', '.join(map(repr, keys[:_SHOWN]))}{_more(keys)})"


def _more(keys: list[str]) -> str:
    return ", ..." if len(keys) > _SHOWN else ""


def _saved(checkpoint: Path) -> Any:
    """What is in a file; nothing but tensors and plain containers is unpickled."""
    if checkpoint.suffix == ".safetensors":
        with safe_open(str(checkpoint), "pt") as file:
            return {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - no mapping
    try:
        return torch.load(checkpoint, "cpu", weights_only=True, mmap=True)
    except RuntimeError:  # one of before PyTorch 1.6 cannot be mapped
        return torch.load(checkpoint, "cpu", weights_only=True)


def _weights(saved: Any) -> tuple[str, Mapping[str, Tensor]]:
    """Where in a checkpoint the weights are, and these; at the top where nothing else is found."""
    if not isinstance(saved, Mapping):
        return "", {}
    for place in _INSIDE:
        if isinstance(inner := saved.get(place), Mapping) and (found := _tensors(inner)):
            return place, found
    return "", _tensors(saved)


def _tensors(saved: Mapping[Any, Any]) -> dict[str, Tensor]:
    return {
        key: value
        for key, value in saved.items()
        if isinstance(key, str) and isinstance(value, torch.Tensor)
    }
