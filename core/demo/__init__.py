"""The spaces the app opens with, each by the name it has."""

from collections.abc import Callable, Mapping

from core.demo.digits import digits_network, digits_pixels
from core.demo.made import shapes_and_captions
from core.space import EmbeddingSpace

DEMOS: Mapping[str, Callable[[], EmbeddingSpace]] = {
    "Shapes and captions (made)": shapes_and_captions,
    "Digits, raw pixels": digits_pixels,
    "Digits, network features": digits_network,
}
