"""What a model holds inside: every layer's vectors of tokens and patches, and ways to pool them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from inspect import signature
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.arrays import Mask, Vectors
from core.encoders.encoder import variant
from core.errors import BadParameter, NotApplicable
from core.origin import EncoderId

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

    from core.encoders.encoder import Encoder

Pooling = Literal["cls", "mean", "last", "eos", "cls + mean"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)
_LAYER, _POOLING = "layer", "pooling"  # names of options
_EXTRA = ("output_extra_tokens", "return_prefix_tokens")  # how open_clip and timm call them


@dataclass(frozen=True, eq=False)
class States:
    """Hidden states of some texts or images at every layer.

    Attributes
    ----------
    layers
        One for each layer, first to last: ``(n_items, n_tokens, width)``, before any final
        normalization. A convolutional tower has fewer and wider tokens at each stage.
    real
        For each layer ``(n_items, n_tokens)`` which tokens are no padding.
    special
        For each layer ``(n_items, n_tokens)`` which of those stand for no piece of the input:
        class, begin, end.
    grids
        For each layer rows and columns of the patches of an image, which follow the class token,
        where there is one, row by row; empty for texts. The places of a feature map are patches.
    """

    layers: tuple[Vectors, ...]
    real: tuple[Mask, ...]
    special: tuple[Mask, ...]
    grids: tuple[tuple[int, int], ...] = ()

    def pooled(self, layer: int, pooling: Pooling) -> Vectors:
        """``(n_items, width)`` one vector for each item; twice the width for ``"cls + mean"``.

        ``"cls"``: the first token; of an image the class token. ``"mean"``: of all real tokens of a
        text, of the patches of an image. ``"last"``: the last token that is not special. ``"eos"``:
        the last real token. An item with nothing but special tokens uses all its real ones.

        Raises
        ------
        BadParameter
            If there is no such layer or pooling, or an image has no class token.
        """
        if not -len(self.layers) <= layer < len(self.layers):
            msg = f"This model has layers 0 to {len(self.layers) - 1}; got {layer}."
            raise BadParameter(msg)
        states, real, special = self.layers[layer], self.real[layer], self.special[layer]
        rows = np.arange(len(real))
        inner = real & ~special
        inner = np.where(inner.any(axis=1, keepdims=True), inner, real)
        pooled: Vectors
        match pooling:
            case "cls":
                if self.grids and not special.any():
                    msg = "The image tower of this model has no class token: pool by mean."
                    raise BadParameter(msg)
                pooled = states[:, 0]
            case "mean":
                weights = (inner if self.grids else real).astype(np.float32)
                weights /= weights.sum(axis=1, keepdims=True)
                pooled = np.einsum("ntw,nt->nw", states, weights)
            case "last" | "eos":
                which = inner if pooling == "last" else real
                pooled = states[rows, which.shape[1] - 1 - which[:, ::-1].argmax(axis=1)]
            case "cls + mean":
                both = self.pooled(layer, "cls"), self.pooled(layer, "mean")
                pooled = np.concatenate(both, axis=1)
            case _:
                msg = f"There is no pooling {pooling!r}: use cls, mean, last, eos or cls + mean."
                raise BadParameter(msg)
        return pooled


def text_states(encoder: Encoder, texts: Sequence[str]) -> States:
    """Hidden states of texts, cut to the context of the model.

    Raises
    ------
    NotApplicable
        If the text tower does not give its hidden states.
    """
    import torch  # noqa: PLC0415 - heavy

    given = encoder.tokenize(texts)
    ids, real = given["input_ids"], given["attention_mask"]
    with torch.inference_mode():
        layers = _text_layers(encoder, given)
    mask = real.bool().cpu().numpy()
    width = min(layer.shape[1] for layer in layers)  # a class token may be appended
    n = len(layers)
    return States(
        tuple(_numbers(layer[:, :width]) for layer in layers),
        (mask,) * n,
        (_special(encoder, ids, mask),) * n,
    )


def image_states(encoder: Encoder, images: Sequence[Image]) -> States:
    """Hidden states of images: the class token, where there is one, then the patches.

    Of a convolutional tower: every place of the feature map after each stage; of a ModifiedResNet
    of open_clip, first of that after the stem.

    Raises
    ------
    NotApplicable
        If the model has no image tower, or one that does not give its hidden states.
    """
    return prepared_states(encoder, [encoder.prepared(image) for image in images])


def prepared_states(encoder: Encoder, images: Sequence[Tensor]) -> States:
    """Hidden states of prepared images, as :func:`image_states`."""
    import torch  # noqa: PLC0415 - heavy

    batch = torch.stack(list(images)).to(encoder.device)
    tower: Any = encoder.module.visual
    reader = getattr(getattr(tower, "trunk", tower), "forward_intermediates", None)
    if reader is None:
        raise NotApplicable(_closed(encoder, "image"))
    # Convolutional towers of timm refuse to be asked for class tokens.
    extra = not signature(reader).parameters.keys().isdisjoint(_EXTRA)
    with torch.inference_mode():
        found = tower.forward_intermediates(
            batch, intermediates_only=True, output_fmt="NCHW", output_extra_tokens=extra
        )
    prefixes = found.get("image_intermediates_prefix")
    layers, special, grids = [], [], []
    for at, patches in enumerate(found["image_intermediates"]):
        flat = patches.flatten(2).transpose(1, 2)
        whole = flat if prefixes is None else torch.cat([prefixes[at], flat], 1)
        layers.append(_numbers(whole))
        grids.append((patches.shape[2], patches.shape[3]))
        prefix = np.zeros(whole.shape[:2], bool)
        prefix[:, : whole.shape[1] - flat.shape[1]] = True
        special.append(prefix)
    real = tuple(np.ones_like(one) for one in special)
    return States(tuple(layers), real, tuple(special), tuple(grids))


def layered(plain: Encoder, layer: int, pooling: Pooling) -> Encoder:
    """An encoder that gives pooled hidden states of one layer instead of its output."""
    return variant(
        plain,
        at_layer(plain.id, layer, pooling),
        texts=lambda texts: text_states(plain, texts).pooled(layer, pooling),
        prepared=lambda images: prepared_states(plain, images).pooled(layer, pooling),
    )


def layer_of(encoder: EncoderId) -> tuple[int, Pooling] | None:
    """Layer and pooling that an identity asks for; None if it means the output of the model.

    Raises
    ------
    NotApplicable
        If they are no layer and no pooling.
    """
    options = dict(encoder.options)
    if _LAYER not in options:
        return None
    layer, pooling = options[_LAYER], options.get(_POOLING, "mean")
    if not layer.removeprefix("-").isdecimal() or pooling not in POOLINGS:
        msg = f"{encoder.model!r} has no layer {layer!r} pooled by {pooling!r}."
        raise NotApplicable(msg)
    return int(layer), pooling


def at_layer(encoder: EncoderId, layer: int, pooling: Pooling) -> EncoderId:
    """The same model read at a layer, counted from 0, with one pooling."""
    plain = at_output(encoder)
    return replace(plain, options=(*plain.options, (_LAYER, str(layer)), (_POOLING, pooling)))


def at_output(encoder: EncoderId) -> EncoderId:
    """The same model read at its output."""
    kept = tuple(each for each in encoder.options if each[0] not in {_LAYER, _POOLING})
    return replace(encoder, options=kept)


def _text_layers(encoder: Encoder, given: dict[str, Any]) -> list[Tensor]:
    tower: Any = encoder.text_module
    if hasattr(tower, "forward_intermediates"):
        # A text tower of its own refuses its default format; the whole model names it otherwise.
        form = "text_output_fmt" if tower is encoder.module else "output_fmt"
        found = tower.forward_intermediates(
            text=given["input_ids"], intermediates_only=True, **{form: "NLC"}
        )
        layers: list[Tensor] = found["text_intermediates"]
        return layers
    inner = getattr(tower, "transformer", tower)  # open_clip wraps models of Hugging Face
    if not hasattr(inner, "config"):
        raise NotApplicable(_closed(encoder, "text"))
    return list(inner(**given, output_hidden_states=True).hidden_states[1:])


def _special(encoder: Encoder, ids: Tensor, real: Mask) -> Mask:
    """Tokens that stand for no piece of the text: by the tokenizer's own list."""
    known = getattr(encoder.tokenizer, "all_special_ids", [])
    found: NDArray[np.bool_] = np.isin(ids.cpu().numpy(), known) & real
    return found


def _closed(encoder: Encoder, side: str) -> str:
    return (
        f"The {side} tower of {encoder.id.model!r} does not give its hidden states layer by layer. "
        "Choose a transformer (ViT, BERT) for that."
    )


def _numbers(states: Tensor) -> Vectors:
    numbers: Vectors = states.float().cpu().numpy()
    return numbers
