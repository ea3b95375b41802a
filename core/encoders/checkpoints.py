"""Files of weights alone."""

from pathlib import Path

SUFFIXES = frozenset({".pt", ".pth", ".bin", ".ckpt", ".safetensors"})


def is_checkpoint(model: str) -> bool:
    """Whether what was given as a model is a file of weights, which does not say of what."""
    path = Path(model).expanduser()
    return path.suffix.lower() in SUFFIXES and path.is_file()
