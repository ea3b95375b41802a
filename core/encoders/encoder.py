"""What every encoder offers, and another way of reading with a loaded one. Imports no other."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from core.arrays import Vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image
    from torch import nn

    from core.origin import EncoderId

Modality = Literal["image", "text"]


class Encoder(Hashable, Protocol):
    """A loaded model; hashed as the object that it is.

    Attributes
    ----------
    id
        Its identity: what :func:`core.encoders.load` was given.
    modalities
        What it encodes: ``("text",)`` or ``("image", "text")``.
    module
        The whole torch model, in evaluation mode, on `device`.
    text_module
        The part of it that reads texts: where the attention between tokens is.
    tokenizer
        That of Hugging Face's library where the model has one, else open_clip's own.
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
    def tokenizer(self) -> Any: ...  # noqa: D102
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


def variant(
    plain: Encoder,
    identity: EncoderId,
    *,
    texts: Callable[[Sequence[str]], Vectors] | None = None,
    prepared: Callable[[Sequence[Any]], Vectors] | None = None,
) -> Encoder:
    """A loaded model that reads in another way: at a layer, at a temperature, in windows.

    Parameters
    ----------
    plain
        The model; its module, which is shared, and all that is not given here stay as they are.
    identity
        What loads the same variant again.
    texts, prepared
        In place of ``encode_texts`` and of ``encode_prepared``.
    """
    reads_texts = texts or plain.encode_texts
    return cast(
        "Encoder", _Variant(plain, identity, reads_texts, prepared or plain.encode_prepared)
    )


@dataclass(frozen=True, eq=False)
class _Variant:
    plain: Encoder
    id: EncoderId
    encode_texts: Callable[[Sequence[str]], Vectors]
    encode_prepared: Callable[[Sequence[Any]], Vectors]

    def encode_images(self, images: Sequence[Image]) -> Vectors:
        return self.encode_prepared([self.plain.prepared(image) for image in images])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)
