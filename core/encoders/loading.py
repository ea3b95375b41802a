"""Loading an encoder by its identity, once per process."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.encoders.states import Pooling, at_output, layer_of, layered
from core.encoders.temperature import at_temperature, temperature, with_temperature
from core.errors import NotApplicable
from core.extras import missing

if TYPE_CHECKING:
    from core.encoders.encoder import Encoder
    from core.space import EncoderId

_MOST_LOADED = 3
_loading = threading.Lock()


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
        return with_temperature(load(at_temperature(encoder, 1), device), tau)
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
    return layered(plain, layer, pooling)


def _stamps(encoder: EncoderId) -> tuple[int, ...]:
    """When local files were last changed, so that a model trained further is loaded anew."""
    paths = [Path(given).expanduser() for given in (encoder.model, encoder.weights) if given]
    inside = [p for path in paths if path.is_dir() for p in sorted(path.iterdir())]
    return tuple(p.stat().st_mtime_ns for p in (*paths, *inside) if p.exists())
