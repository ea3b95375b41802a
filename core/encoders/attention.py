"""What attention does inside a loaded text encoder, and attention at another temperature.

Both work on the calls that every current attention layer ends in: torch's
``scaled_dot_product_attention`` (Hugging Face models, open_clip's own attention, timm) and
``multi_head_attention_forward`` (``nn.MultiheadAttention`` of open_clip's text towers). No model is
changed, and only the thread that entered the context is affected.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name that all of torch's world uses
from torch.overrides import TorchFunctionMode

from core.errors import BadParameter, NotApplicable

Attend = Callable[[Callable[..., Any], inspect.BoundArguments], Any]

_UNREACHED = (
    "This needs a model whose attention runs through torch's scaled_dot_product_attention or "
    "multi_head_attention_forward; no call of either was seen. For a Hugging Face model choose "
    'attn_implementation "sdpa".'
)


@dataclass
class Layer:
    """What one transformer layer did to the tokens of one text.

    Attributes
    ----------
    before, after
        ``(n_tokens, width)`` hidden states that entered and left the layer.
    attention
        ``(n_heads, n_tokens, n_tokens)``; each row holds the weights of one token, which sum to 1.
    """

    before: Tensor
    after: Tensor = field(default_factory=lambda: torch.empty(0, 1))
    attention: Tensor = field(default_factory=lambda: torch.empty(0))


@contextmanager
def tempered(tau: float) -> Iterator[None]:
    """Divide the logits of all attention by `tau`: ``softmax(Q K^T / (tau sqrt(d)))``.

    TempScale (Zhou et al. 2025) for everything that the enclosed code runs. As in the code of the
    paper the masked logits are divided, so a finite bias added to them is divided too. Below 1
    attention is sharper, above 1 flatter; at 1 nothing is touched.

    Raises
    ------
    BadParameter
        If `tau` is not positive.
    NotApplicable
        On leaving, if no attention was reached.
    """
    if not tau > 0:
        msg = f"The temperature of attention must be above 0; got {tau:g}."
        raise BadParameter(msg)
    if tau == 1:
        yield
        return
    with _Calls(lambda function, call: _divided(function, call, tau)) as calls:
        yield
    if not calls.count:
        raise NotApplicable(_UNREACHED)


@contextmanager
def captured(module: nn.Module) -> Iterator[list[Layer]]:
    """List what every layer of a model does to one text while the enclosed code encodes it.

    Layers are the blocks of the module's lists that attend; they come in the order in which they
    ran. To see attention at another temperature, enter :func:`tempered` inside.

    Raises
    ------
    NotApplicable
        On leaving, if no attention was reached.
    """
    recorder = _Recorder()
    lists = [part for part in module.modules() if isinstance(part, nn.ModuleList)]
    with ExitStack() as stack:
        for block in (block for blocks in lists for block in blocks):
            before = block.register_forward_pre_hook(recorder.enter, with_kwargs=True)
            stack.callback(before.remove)
            stack.callback(block.register_forward_hook(recorder.leave).remove)
        stack.enter_context(_Calls(recorder.attend))
        yield recorder.layers
    if not recorder.layers:
        raise NotApplicable(_UNREACHED)


class _Recorder:
    """Fills one layer after the other, from hooks around its block and the calls inside it."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self._running: list[Layer] = []

    def enter(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = (each for each in (*args, *kwargs.values()) if isinstance(each, Tensor))
        self._running.append(Layer(_rows(next(given, torch.empty(0, 1)))))

    def attend(self, function: Callable[..., Any], call: inspect.BoundArguments) -> Any:
        if function is F.multi_head_attention_forward:
            call.arguments |= {"need_weights": True, "average_attn_weights": False}
            output = function(*call.args, **call.kwargs)
            weights = output[1]
        else:
            output = function(*call.args, **call.kwargs)
            weights = _weights(*call.args, **call.kwargs)
        if len(weights) != 1:
            msg = f"Attention is captured one text at a time; {len(weights)} were encoded at once."
            raise ValueError(msg)
        if self._running and not len(self._running[-1].attention):
            self._running[-1].attention = weights[0].detach()
        return output

    def leave(self, _: nn.Module, __: tuple[Any, ...], output: Any) -> None:
        layer = self._running.pop()
        if len(layer.attention):
            layer.after = _rows(output[0] if isinstance(output, tuple) else output)
            self.layers.append(layer)


class _Calls(TorchFunctionMode):
    """Hands every call of attention to a function that makes it in its own way."""

    def __init__(self, attend: Attend) -> None:
        super().__init__()
        self.attend, self.count = attend, 0

    def __torch_function__(  # noqa: PLR0917 - torch's protocol
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func not in _SIGNATURES:
            return func(*args, **(kwargs or {}))
        self.count += 1
        call = _SIGNATURES[func].bind(*args, **(kwargs or {}))
        call.apply_defaults()
        return self.attend(func, call)


def _divided(function: Callable[..., Any], call: inspect.BoundArguments, tau: float) -> Any:
    """The same call with its logits divided by `tau`."""
    given = call.arguments
    if function is F.multi_head_attention_forward:
        _divide_queries(given, tau)
    else:
        given["scale"] = (given["scale"] or given["query"].shape[-1] ** -0.5) / tau
    mask = given["attn_mask"]
    if mask is not None and mask.dtype != torch.bool:
        lowest = torch.finfo(mask.dtype).min  # what is masked stays so, and no row becomes NaN
        given["attn_mask"] = torch.where(mask <= lowest, mask, (mask / tau).clamp(min=lowest))
    return function(*call.args, **call.kwargs)


def _divide_queries(given: dict[str, Any], tau: float) -> None:
    """Divide the projection to queries: a matrix of its own, or the first third of a packed one."""
    width = given["query"].shape[-1]
    factor = given["query"].new_ones(3 * width)
    factor[:width] = 1 / tau
    if given["use_separate_proj_weight"]:
        given["q_proj_weight"] = given["q_proj_weight"] / tau
    else:
        given["in_proj_weight"] = given["in_proj_weight"] * factor[:, None]
    if given["in_proj_bias"] is not None:
        given["in_proj_bias"] = given["in_proj_bias"] * factor


def _weights(  # noqa: PLR0913, PLR0917 - the signature of scaled_dot_product_attention
    query: Tensor,
    key: Tensor,
    value: Tensor,  # noqa: ARG001
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,  # noqa: ARG001 - zero where nothing is trained
    is_causal: bool = False,  # noqa: FBT001, FBT002
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """The weights that scaled_dot_product_attention uses but does not return."""
    if enable_gqa:
        key = key.repeat_interleave(query.shape[-3] // key.shape[-3], -3)
    logits = query @ key.mT * (scale or query.shape[-1] ** -0.5)
    if is_causal:
        attn_mask = torch.ones(logits.shape[-2:], dtype=torch.bool, device=logits.device).tril()
    if attn_mask is not None and attn_mask.dtype == torch.bool:
        logits = logits.masked_fill(~attn_mask, -torch.inf)
    elif attn_mask is not None:
        logits = logits + attn_mask
    return logits.softmax(-1)


def _rows(states: Tensor) -> Tensor:
    """Hidden states of the only text of a batch, whichever axis is the batch."""
    return states.detach().reshape(-1, states.shape[-1])


_SIGNATURES: dict[Callable[..., Any], inspect.Signature] = {
    F.scaled_dot_product_attention: inspect.signature(_weights),
    F.multi_head_attention_forward: inspect.signature(F.multi_head_attention_forward),
}
