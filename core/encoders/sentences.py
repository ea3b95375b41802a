"""Encoders of texts through sentence-transformers, which is an optional extra."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from huggingface_hub import try_to_load_from_cache
from safetensors import SafetensorError

from core.arrays import Vectors
from core.encoders.hub import in_brief
from core.encoders.tokens import token_counts
from core.errors import NotApplicable
from core.extras import missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image
    from torch import Tensor, nn

    from core.encoders.encoder import Modality
    from core.origin import EncoderId


@dataclass(frozen=True, eq=False)
class Sentences:
    """A model of sentence-transformers."""

    id: EncoderId
    module: Any
    device: str
    modalities: tuple[Modality, ...] = ("text",)

    @classmethod
    def load(cls, encoder: EncoderId, device: str) -> Sentences:
        """The model of a hub id or of a local folder.

        Raises
        ------
        NotApplicable
            If the library is not installed, or the model cannot be had.
        """
        if needed := missing("sentence_transformers", "text"):
            msg = f"This is a sentence encoder. {needed}"
            raise NotApplicable(msg)
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - optional

        path = Path(encoder.model).expanduser()
        name = str(path) if path.is_dir() else encoder.model
        try:
            model = SentenceTransformer(name, device=device)
        # What the library, huggingface_hub and transformers raise for what is missing,
        # unreachable or no model.
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            msg = (
                f"The model {encoder.model!r} cannot be loaded: {in_brief(error)}. If this machine "
                "is offline, get the model on one that is not and give its folder here; else "
                "check the hub id."
            )
            raise NotApplicable(msg) from error
        if not (path.is_dir() or _known(encoder.model)):
            msg = (
                f"The model {encoder.model!r} is not whole on this machine: its modules.json, "
                "which says how tokens are pooled, was never looked for. Unset HF_HUB_OFFLINE "
                "where the hub can be reached, or give the folder of the model here."
            )
            raise NotApplicable(msg)
        return cls(encoder, model.eval(), device)

    @property
    def text_module(self) -> nn.Module:
        """The transformer without pooling, as Hugging Face's library gives it."""
        inner: nn.Module = self.module.transformers_model
        return inner

    @property
    def tokenizer(self) -> Any:
        """That of Hugging Face's library."""
        return self.module.tokenizer

    @property
    def context(self) -> int:
        """Most tokens of a text that are read."""
        return int(self.module.get_max_seq_length() or self.module.tokenizer.model_max_length)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """``(n_texts, n_dims)`` vectors as the model gives them, in one batch."""
        vectors: Vectors = self.module.encode(
            list(texts),
            batch_size=max(1, len(texts)),
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return vectors.astype("float32", copy=False)

    def encode_images(self, images: Sequence[Image]) -> Vectors:
        """Refused: there is no image side."""
        self._no_images(images)

    def prepared(self, image: Image) -> Any:
        """Refused: there is no image side."""
        self._no_images(image)

    def encode_prepared(self, images: Sequence[Any]) -> Vectors:
        """Refused: there is no image side."""
        self._no_images(images)

    def _no_images(self, _: object) -> NoReturn:
        msg = f"{self.id.model!r} encodes texts only. Choose a model of open_clip for images."
        raise NotApplicable(msg)

    def count_tokens(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """``(n_texts,)`` tokens of the whole texts, not cut, without special ones."""
        return token_counts(self.module.tokenizer, texts)

    def tokenize(self, texts: Sequence[str]) -> dict[str, Tensor]:
        """What `text_module` takes: ``input_ids``, ``attention_mask``, ..."""
        given = self.module.tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=self.context,
            return_tensors="pt",
        )
        return {name: value.to(self.device) for name, value in given.items()}


def _known(name: str) -> bool:
    """Whether the cache has modules.json of a model of the hub, or knows that there is none.

    Where it does not, the library would take any model for one that pools by mean.
    """
    home = os.getenv("SENTENCE_TRANSFORMERS_HOME")
    owner = "" if "/" in name else "sentence-transformers/"  # the library completes most short ones
    ids = name, f"{owner}{name}"
    return any(try_to_load_from_cache(each, "modules.json", home) is not None for each in ids)
