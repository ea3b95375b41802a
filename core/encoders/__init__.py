"""Encoders: models that turn texts and images into the vectors of a space.

``load(space.encoder)`` gives the model that made a space, loaded once per process.
"""

from core.encoders.encoder import Encoder
from core.encoders.loading import best_device, load

__all__ = ["Encoder", "best_device", "load"]
