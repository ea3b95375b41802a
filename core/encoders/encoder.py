"""What every encoder offers, and loading one by its identity, once per process."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from core.arrays import Vectors
from core.encoders.states import Layered, Pooling, at_output, layer_of
from core.encoders.temperature import Tempered, at_temperature, temperature
from core.errors import NotApplicable
from core.extras import missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image
    from torch import nn

    from core.space import EncoderId

Modality = Literal["image", "text"]

_MOST_LOADED = 3
_loading = threading.Lock()


class Encoder(Hashable, Protocol):
    """A loaded model; hashed as the object that it is.

    Attributes
    ----------
    id
        Its identity: what :func:`load` was given.
    modalities
        What it encodes: ``("text",)`` or ``("image", "text")``.
    module
        The whole torch model, in evaluation mode, on `device`.
    text_module
        The part of it that reads texts: where the attention between tokens is.
    device
        ``"cpu"``, ``"cuda"``, ...
    context
        Most tokens of a text that the model reads, special ones included; the rest is cut off.
    """

    @property
    def id(self) -> EncoderId: ...  # noqa: D102
    @property
    def modalities(self) -> tuple[Modality, ...]: ...  # noqa: D102
    @property
    def module(self) -> nn.Module: ...  # noqa: D102
    @property
    def text_module(self) -> nn.Module: ...  # noqa: D102
    @property
    def device(self) -> str: ...  # noqa: D102
    @property
    def context(self) -> int: ...  # noqa: D102

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """``(n_texts, n_dims)`` vectors as the model gives them, in one batch."""

    def encode_images(self, images: Sequence[Image]) -> Vectors:
        """``(n_images, n_dims)`` vectors as the model gives them, in one batch.

        Raises
        ------
        NotApplicable
            If the model has no image side.
        """

    def prepared(self, image: Image) -> Any:
        """An image as the model wants it; many can be prepared in threads.

        Raises
        ------
        NotApplicable
            If the model has no image side.
        """

    def encode_prepared(self, images: Sequence[Any]) -> Vectors:
        """``(n_images, n_dims)`` vectors of images from `prepared`, in one batch."""

    def count_tokens(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """``(n_texts,)`` tokens of the whole texts, not cut, without special ones."""

    def tokenize(self, texts: Sequence[str]) -> dict[str, Any]:
        """Keyword arguments for a forward pass over `texts`, on the device of the model.

        ``input_ids`` ``(n_texts, length)``, cut to the context and padded on the right, and
        ``attention_mask`` of the same shape, 1 where a token is not padding.
        """


def load(encoder: EncoderId, device: str | None = None) -> Encoder:
    """The model of an identity; of the last few the same one again.

    Parameters
    ----------
    encoder
        Options ``layer`` and ``pooling`` choose another reading of the same weights, see
        :mod:`core.encoders.states`; ``tau`` another temperature of attention, see
        :mod:`core.encoders.temperature`.
    device
        Where to run; default is a GPU if there is one.

    Raises
    ------
    NotApplicable
        If the model, its weights or the library cannot be had; says what to do.
    """
    if needed := missing("open_clip", "encoders"):
        msg = f"A model runs in PyTorch. {needed}"
        raise NotApplicable(msg)
    if (tau := temperature(encoder)) != 1:
        return cast("Encoder", Tempered(load(at_temperature(encoder, 1), device), tau))
    if (inside := layer_of(encoder)) is not None:
        return _layered(load(at_output(encoder), device), *inside)
    with _loading:
        return _loaded(encoder, device or best_device(), _stamps(encoder))


def best_device() -> str:
    """``"cuda"`` if there is such a GPU, else ``"cpu"``."""
    import torch  # noqa: PLC0415 - heavy

    return "cuda" if torch.cuda.is_available() else "cpu"


@lru_cache(_MOST_LOADED)
def _loaded(encoder: EncoderId, device: str, stamps: tuple[int, ...]) -> Encoder:  # noqa: ARG001
    from core.encoders.hub import asked_once  # noqa: PLC0415 - heavy

    with asked_once(encoder):
        if encoder.library == "open_clip":
            from core.encoders.clip import OpenClip  # noqa: PLC0415 - heavy

            return OpenClip.load(encoder, device)
        from core.encoders.sentences import Sentences  # noqa: PLC0415 - heavy

        return Sentences.load(encoder, device)


@lru_cache(_MOST_LOADED)
def _layered(plain: Encoder, layer: int, pooling: Pooling) -> Encoder:
    return cast("Encoder", Layered(plain, layer, pooling))


def _stamps(encoder: EncoderId) -> tuple[int, ...]:
    """When local files were last changed, so that a model trained further is loaded anew."""
    paths = [Path(given).expanduser() for given in (encoder.model, encoder.weights) if given]
    inside = [p for path in paths if path.is_dir() for p in sorted(path.iterdir())]
    return tuple(p.stat().st_mtime_ns for p in (*paths, *inside) if p.exists())
