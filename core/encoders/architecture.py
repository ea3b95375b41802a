"""What a model is made of, in words, from its configuration alone: nothing is loaded."""

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.origin import EncoderId

CONFIG = "open_clip_config.json"


def architecture(encoder: EncoderId) -> str:
    """Towers, layers, widths, and size of the input; empty where no configuration says so.

    Returns
    -------
    str
        Such as ``"ViT, 12 layers of width 768, patches of 32 px in 224 px; text: 12 layers of width
        512, 77 tokens; 512 dimensions"``.
    """
    if encoder.library == "open_clip":
        return _of_towers(_open_clip(encoder.model))
    return _of_transformer(_read(_cached(encoder.model, "config.json")))


def _open_clip(model: str) -> Mapping[str, Any]:
    """The configuration of a folder, a file, the hub, or an architecture of open_clip by name."""
    if model.startswith("hf-hub:"):
        config = _read(_cached(model.removeprefix("hf-hub:"), CONFIG))
    elif (path := Path(model)).exists():
        config = _read(path / CONFIG if path.is_dir() else path)
    else:
        package = find_spec("open_clip")
        places = package.submodule_search_locations if package else None
        config = _read(Path(places[0], "model_configs", f"{model}.json") if places else None)
    return _part(config, "model_cfg") or config


def _of_towers(said: Mapping[str, Any]) -> str:
    parts = []
    if sees := _part(said, "vision_cfg"):
        side = f"{sees['image_size']} px" if "image_size" in sees else "pictures"
        if "timm_model_name" in sees:
            parts.append(f"{sees['timm_model_name']} (timm), {side}")
        elif isinstance(layers := sees.get("layers"), list):
            stages = "-".join(map(str, layers))
            parts.append(f"ResNet, stages of {stages} blocks, width {sees.get('width')}, {side}")
        else:
            patch = f"patches of {sees['patch_size']} px in " if "patch_size" in sees else ""
            parts.append(f"ViT, {_layers(layers, sees.get('width'))}, {patch}{side}")
    if reads := _part(said, "text_cfg"):
        tower = reads.get("hf_model_name") or _layers(reads.get("layers"), reads.get("width"))
        tokens = f", {reads['context_length']} tokens" if "context_length" in reads else ""
        parts.append(f"text: {tower}{tokens}")
    if "embed_dim" in said:
        parts.append(f"{said['embed_dim']} dimensions")
    return "; ".join(parts)


def _of_transformer(said: Mapping[str, Any]) -> str:
    if "model_type" not in said:
        return ""
    size = _layers(said.get("num_hidden_layers"), said.get("hidden_size"))
    return f"{said['model_type']}, {size}"


def _part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What is said of a part; nothing where that is no table of its own."""
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def _layers(count: Any, width: Any) -> str:
    return f"{count} layers of width {width}" if width else f"{count} layers"


def _cached(model: str, name: str) -> Path | None:
    """A file of a folder, or of a model of the hub that was downloaded before."""
    if (folder := Path(model)).is_dir():
        return folder / name
    if find_spec("huggingface_hub") is None:
        return None
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - slow import
    from huggingface_hub.errors import HFValidationError  # noqa: PLC0415 - the same

    try:
        path = try_to_load_from_cache(model, name)
    except HFValidationError:  # no name that the hub could have
        return None
    return Path(path) if isinstance(path, str) else None


def _read(path: Path | None) -> Mapping[str, Any]:
    if path is None or not path.is_file():
        return {}
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # loading the model says what is wrong with it
        return {}
    return said if isinstance(said, dict) else {}
