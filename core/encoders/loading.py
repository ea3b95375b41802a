"""Loading an encoder by its identity, once per process."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.encoders.prompts import prompt_of, prompted, with_prompts
from core.encoders.states import Pooling, at_output, layer_of, layered
from core.encoders.temperature import at_temperature, temperature, with_temperature
from core.encoders.windows import Pooled, in_windows, windowed, windows_of
from core.errors import NotApplicable
from core.extras import missing
from core.progress import stage

if TYPE_CHECKING:
    from core.encoders.encoder import Encoder
    from core.origin import EncoderId

_MOST_LOADED = 3
_loading = threading.Lock()


def load(encoder: EncoderId, device: str | None = None) -> Encoder:
    """The model of an identity; of the last few the same one again.

    Parameters
    ----------
    encoder
        Options ``layer`` and ``pooling`` choose another reading of the same weights, see
        :mod:`core.encoders.states`; ``tau`` another temperature of attention, see
        :mod:`core.encoders.temperature`; ``windows`` reads long texts whole, see
        :mod:`core.encoders.windows`; ``prompt`` puts words before each, see
        :mod:`core.encoders.prompts`.
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
    if (pooled := windows_of(encoder)) is not None:
        return _windowed(load(in_windows(encoder, None), device), pooled)
    if (prompt := prompt_of(encoder)) is not None:
        return _prompted(load(with_prompts(encoder, None, None), device), prompt, encoder)
    if (tau := temperature(encoder)) != 1:
        return with_temperature(load(at_temperature(encoder, 1), device), tau)
    if (inside := layer_of(encoder)) is not None:
        return _layered(load(at_output(encoder), device), *inside)
    stage("loading the model (the first one takes longest)")
    with _loading:
        return _loaded(encoder, device or best_device(), stamps(encoder))


def devices() -> tuple[str, ...]:
    """Where a model can run on this machine, the best first."""
    import torch  # noqa: PLC0415 - heavy

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return (*(name for name, usable in there.items() if usable), "cpu")


def best_device() -> str:
    """``"cuda"`` if there is such a GPU, else ``"cpu"``."""
    return "cuda" if "cuda" in devices() else "cpu"


@lru_cache(_MOST_LOADED)
def _loaded(encoder: EncoderId, device: str, stamps: tuple[int, ...]) -> Encoder:  # noqa: ARG001
    from core.encoders.hub import asked_once  # noqa: PLC0415 - heavy

    with asked_once(encoder):
        if encoder.library == "open_clip":
            from core.encoders.clip import OpenClip  # noqa: PLC0415 - heavy

            return OpenClip.load(encoder, device)
        from core.encoders.sentences import Sentences  # noqa: PLC0415 - heavy

        return Sentences.load(encoder, device)


def stamps(encoder: EncoderId) -> tuple[int, ...]:
    """When local files were last changed, so that a model trained further is loaded anew."""
    paths = [Path(given).expanduser() for given in (encoder.model, encoder.weights) if given]
    inside = [p for path in paths if path.is_dir() for p in sorted(path.iterdir())]
    return tuple(p.stat().st_mtime_ns for p in (*paths, *inside) if p.exists())


@lru_cache(_MOST_LOADED)
def _windowed(plain: Encoder, pooled: Pooled) -> Encoder:
    return windowed(plain, pooled)


@lru_cache(_MOST_LOADED)
def _prompted(plain: Encoder, prompt: str, identity: EncoderId) -> Encoder:
    return prompted(plain, prompt, identity)


@lru_cache(_MOST_LOADED)
def _layered(plain: Encoder, layer: int, pooling: Pooling) -> Encoder:
    return layered(plain, layer, pooling)
