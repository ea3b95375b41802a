"""Encoders of images and texts through open_clip."""

from __future__ import annotations

import json
import pickle
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import open_clip
import torch

from core.arrays import Vectors
from core.encoders.architecture import CONFIG
from core.encoders.checkpoints import is_checkpoint
from core.encoders.hub import in_brief, named
from core.encoders.own_length import text_vectors
from core.encoders.tokens import token_counts
from core.encoders.weights import UNREADABLE, misfit, plain
from core.errors import NotApplicable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from PIL.Image import Image
    from torch import Tensor, nn

    from core.encoders.encoder import Modality
    from core.origin import EncoderId

HUB = "hf-hub:"
_LOCAL = "local-dir:"
_SUFFIXES = {".safetensors": ".safetensors", ".pth": ".pth"}


@dataclass(frozen=True, eq=False)
class OpenClip:
    """A model of open_clip with its tokenizer and its preparation of images."""

    id: EncoderId
    module: nn.Module
    device: str
    _tokenizer: Any
    _prepare: Callable[[Image], Tensor]
    modalities: tuple[Modality, ...] = ("image", "text")

    @classmethod
    def load(cls, encoder: EncoderId, device: str) -> OpenClip:
        """The model of an architecture with a tag, of the hub, or of local files.

        Raises
        ------
        NotApplicable
            If it cannot be had.
        """
        if is_checkpoint(encoder.model):
            msg = (
                f"{Path(encoder.model).name!r} is a checkpoint, and does not say of which "
                "architecture. Choose its architecture of open_clip with it, or give the folder or "
                f"the .json that describes it ({CONFIG}) and the checkpoint beside it."
            )
            raise NotApplicable(msg)
        try:
            with _source(encoder) as (name, checkpoint, pretrained):
                model, tokenizer = _created(name, checkpoint, pretrained, device=device)
        # What open_clip, huggingface_hub, transformers, torch and safetensors raise for what is
        # missing, unreachable, of another shape, or no checkpoint.
        except (*UNREADABLE, AssertionError) as error:
            raise NotApplicable(_advice(encoder, error)) from error
        settings = open_clip.transform.PreprocessCfg(**model.visual.preprocess_cfg)
        prepare = open_clip.transform.image_transform_v2(settings, is_train=False)
        return cls(encoder, model.eval(), device, tokenizer, prepare)

    @property
    def text_module(self) -> nn.Module:
        """The text tower; the whole model where open_clip does not separate it."""
        tower: nn.Module = getattr(self.module, "text", self.module)
        return tower

    @property
    def tokenizer(self) -> Any:
        """That of Hugging Face's library if open_clip wraps one, else open_clip's own."""
        return getattr(self._tokenizer, "tokenizer", self._tokenizer)

    @property
    def context(self) -> int:
        """Most tokens of a text that are read."""
        return int(self._tokenizer.context_length)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """``(n_texts, n_dims)`` vectors as the model gives them, in one batch."""
        ids = self._tokenizer(list(texts)).to(self.device)
        with torch.inference_mode():
            return _numbers(text_vectors(self.module, ids))

    def encode_images(self, images: Sequence[Image]) -> Vectors:
        """``(n_images, n_dims)`` vectors as the model gives them, in one batch."""
        return self.encode_prepared([self.prepared(image) for image in images])

    def prepared(self, image: Image) -> Tensor:
        """``(3, height, width)`` as the model wants an image."""
        return self._prepare(image)

    def encode_prepared(self, images: Sequence[Tensor]) -> Vectors:
        """``(n_images, n_dims)`` vectors of prepared images, in one batch."""
        with torch.inference_mode():
            batch = torch.stack(list(images)).to(self.device)
            return _numbers(self.module.encode_image(batch))  # type: ignore[operator]

    def count_tokens(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """``(n_texts,)`` tokens of the whole texts, not cut, without special ones."""
        if self.tokenizer is self._tokenizer:
            return np.array([len(self.tokenizer.encode(text)) for text in texts], np.int64)
        return token_counts(self.tokenizer, [self._tokenizer.clean_fn(text) for text in texts])

    def tokenize(self, texts: Sequence[str]) -> dict[str, Tensor]:
        """``input_ids`` and ``attention_mask``, ``(n_texts, context)``."""
        ids = self._tokenizer(list(texts)).to(self.device)
        padding = getattr(self.tokenizer, "pad_token_id", None) or 0
        # The last token of a text is never padding, but "!" is token 0 of open_clip's own
        # tokenizer, as padding is: so by place, not by value.
        places = torch.arange(ids.shape[1], device=ids.device)
        last = torch.where(ids != padding, places, -1).amax(1, keepdim=True)
        return {"input_ids": ids, "attention_mask": (places <= last).long()}


def architectures() -> tuple[str, ...]:
    """Every architecture of open_clip."""
    return tuple(open_clip.list_models())


def tags() -> dict[str, tuple[str, ...]]:
    """Every architecture of open_clip that has pretrained weights, with their tags."""
    found: dict[str, list[str]] = {}
    for name, tag in open_clip.list_pretrained():
        found.setdefault(name, []).append(tag)
    return {name: tuple(ones) for name, ones in found.items()}


def _numbers(vectors: Tensor) -> Vectors:
    return vectors.float().cpu().numpy()


class _Misfit(ValueError):
    """A checkpoint of another model; says how its keys differ."""


def _created(
    name: str, checkpoint: Path | None, pretrained: str | None, *, device: str
) -> tuple[Any, Any]:
    """A model with its weights, and its tokenizer."""
    try:
        model = open_clip.create_model(
            name,
            pretrained,
            device=device,
            require_pretrained=True,
            pretrained_text=False,
            weights_only=True,
        )
    except (RuntimeError, AssertionError, KeyError) as error:
        if checkpoint is None:
            raise
        model = open_clip.create_model(name, load_weights=False, pretrained_text=False)
        if differs := misfit(model, checkpoint):
            raise _Misfit(differs) from error
        raise
    return model, open_clip.get_tokenizer(name)


@contextmanager
def _source(encoder: EncoderId) -> Iterator[tuple[str, Path | None, str | None]]:
    """Name, checkpoint, and weights as open_clip wants them; local files are gathered for it."""
    path = Path(encoder.model).expanduser()
    with tempfile.TemporaryDirectory() as made:
        checkpoint = _checkpoint(encoder, path)
        weights = None if checkpoint is None else plain(checkpoint, Path(made))
        if encoder.model.startswith(HUB) or not path.exists():
            yield encoder.model, weights, str(weights) if weights else encoder.weights or None
            return
        home, config = (path, path / CONFIG) if path.is_dir() else (path.parent, path)
        if not encoder.weights and config.name == CONFIG and weights == checkpoint:
            yield f"{_LOCAL}{home}", weights, None
            return
        yield f"{_LOCAL}{_gathered(home, config, weights, folder=Path(made))}", weights, None


def _checkpoint(encoder: EncoderId, path: Path) -> Path | None:
    """The local file of the weights: the one that was named, or the only one in the folder."""
    if encoder.weights and (is_checkpoint(encoder.weights) or path.exists()):
        return Path(encoder.weights).expanduser().resolve(strict=True)
    inside = [file for file in path.iterdir() if is_checkpoint(str(file))] if path.is_dir() else []
    return inside[0] if len(inside) == 1 else None


def _gathered(home: Path, config: Path, weights: Path | None, *, folder: Path) -> Path:
    """A folder as open_clip wants it: configuration, weights, and what the tokenizer needs."""
    settings = json.loads(config.read_text("utf-8"))
    if "model_cfg" not in settings:
        settings = {"model_cfg": settings}
    place = folder / "model"
    place.mkdir()
    for file in home.iterdir():
        if file.suffix in {".json", ".txt", ".model"} and file.name != CONFIG:
            (place / file.name).symlink_to(file.resolve())
    (place / CONFIG).write_text(json.dumps(settings), "utf-8")
    if weights is not None:
        suffix = _SUFFIXES.get(weights.suffix, ".bin")  # all else is read as a .pt is
        (place / f"open_clip_pytorch_model{suffix}").symlink_to(weights.resolve())
    return place


def _what_is_wrong(error: Exception) -> str:
    if isinstance(error, _Misfit):
        return f"its checkpoint is of another model: {error}"
    if isinstance(error, AssertionError) or "state_dict" in str(error):
        return "the weights in the checkpoint have other shapes than the architecture"
    if isinstance(error, pickle.UnpicklingError | KeyError):
        return "it is no checkpoint of weights alone"
    if "zip archive" in str(error):  # which a checkpoint of PyTorch is
        return "its checkpoint is damaged; copy or save it again"
    if isinstance(error, UnicodeDecodeError | json.JSONDecodeError):
        return "what was given as its configuration is no JSON"
    return in_brief(error)


def _advice(encoder: EncoderId, error: Exception) -> str:
    """What to do about a model that cannot be loaded."""
    found = _what_is_wrong(error)
    if isinstance(error, _Misfit):
        remedy = "Choose the architecture it was trained as, or save its weights with open_clip."
    elif Path(encoder.model).expanduser().exists():
        remedy = (
            f"A folder needs {CONFIG} and a checkpoint that fits it (.safetensors, .pt), as "
            "open_clip writes them; a checkpoint that holds more than tensors is not read."
        )
    elif Path(encoder.weights).expanduser().is_file():
        remedy = f"Choose the architecture of this checkpoint; {encoder.model} is another one."
    elif encoder.model.startswith(HUB) or encoder.model in open_clip.list_models():
        remedy = (
            "If this machine is offline, get the model on one that is not and give its folder "
            "here; else check the name and the tag."
        )
    elif "/" in encoder.model or "\\" in encoder.model:
        found = "there is no such file or folder on this machine"
        remedy = f"Check the path; the id of a model of the hub begins with {HUB}."
    else:
        remedy = (
            "Give an architecture of open_clip with a pretrained tag, a hub id that begins with "
            f"{HUB}, or a folder on this machine."
        )
    return f"The model {named(encoder)!r} cannot be loaded: {found}. {remedy}"
