"""The spaces the app opens with, each by the name it has."""

from collections.abc import Callable, Mapping
from functools import cache, partial

from core.demo.clips import clips
from core.demo.digits import digits_network, digits_pixels
from core.demo.docstrings import docstrings, docstrings_cut, docstrings_layer
from core.demo.documents import docstring_sections, docstring_tokens
from core.demo.drawings import crops, records
from core.demo.shapes import COURSES, course, nested, shapes, untrained
from core.demo.tasks import queries
from core.space import EmbeddingSpace

__all__ = ["COURSES", "DEMOS"]

_LOADERS: Mapping[str, Callable[[], EmbeddingSpace]] = {
    "Shapes and captions": shapes,
    "Digits, raw pixels": digits_pixels,
    "Digits, network features": digits_network,
    "Shapes and captions, untrained": untrained,
    "Shapes and captions, Matryoshka": nested,
    **{name: partial(course, run) for run, name in enumerate(COURSES)},
    "Docstrings": docstrings,
    "Docstrings cut to lengths": docstrings_cut,
    **{f"Docstrings, layer {layer}": partial(docstrings_layer, layer) for layer in (2, 4, 6)},
    "Clips of shapes": clips,
    "Docstring sections": docstring_sections,
    "Docstring tokens": docstring_tokens,
    "Records of drawings": records,
    "Crops and tags": crops,
    "Queries and targets": queries,
}
# A process makes each once: their pictures are drawn while they are loaded.
DEMOS: Mapping[str, Callable[[], EmbeddingSpace]] = {
    name: cache(load) for name, load in _LOADERS.items()
}
