"""Texts for the regions of a map, at two levels of detail."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Mask
from core.space import EmbeddingSpace

COARSE, FINE = 9, 45  # regions at the two levels
MOST_CLASSES = 40  # class names that can be read on one map
MOST_FITTED = 20_000  # points that regions are found from
WORDS = 2
_FEWEST = 40  # points from which a map has regions


class Label(NamedTuple):
    """A text at a place of the map; level 0 for the whole map, 1 for a closer look."""

    place: tuple[float, ...]
    text: str
    level: int


def map_labels(space: EmbeddingSpace, positions: NDArray[np.floating]) -> tuple[Label, ...]:
    """Names of the classes where they lie, or the words that set regions of the map apart.

    With a label column of few values, each value stands at the median place of its items, once in
    each modality; at both levels, or with words of the texts at the finer one, where items have
    texts. Otherwise the text column is asked: regions are k-means clusters of the places, and their
    words are those of highest class-based TF-IDF (Grootendorst 2022), nine regions at level 0 and
    45 at level 1. A space with neither has no labels.
    """
    if "label" in space.roles and 0 < len(space.known_values("label")) <= MOST_CLASSES:
        every = np.ones(len(space), bool)
        words = _by_words(space, positions, {1: FINE})  # a closer look reads what is there
        unread = ~_has_text(space) if words else every
        return (
            *_classes(space, positions, every, level=0),
            *words,
            *_classes(space, positions, unread, level=1),
        )
    return _by_words(space, positions, {0: COARSE, 1: FINE})


def _has_text(space: EmbeddingSpace) -> Mask:
    """``(n_items,)`` which items have a text."""
    if "text" not in space.roles:
        return np.zeros(len(space), bool)
    return np.array([not pd.isna(text) and bool(str(text)) for text in space.column("text")], bool)


def _by_words(
    space: EmbeddingSpace, positions: NDArray[np.floating], counts: Mapping[int, int]
) -> tuple[Label, ...]:
    """The words of so many regions of the items that have a text, at each level."""
    rows = np.flatnonzero(_has_text(space))
    if len(rows) < _FEWEST:
        return ()
    texts = np.array([str(text) for text in space.column("text")[rows]])
    return tuple(
        label
        for level, count in counts.items()
        for label in _regions(
            positions[rows], texts, count=min(count, len(texts) // 12), level=level
        )
    )


def _classes(
    space: EmbeddingSpace, positions: NDArray[np.floating], among: Mask, *, level: int
) -> tuple[Label, ...]:
    """Each class at its median place in each modality: between two clouds it would name nothing.

    Items without a label name nothing, nor where a class lies if others of it have a modality.
    """
    keys = [space.names("label")]
    among = among & pd.notna(space.column("label"))
    if "modality" in space.roles and space.known_values("modality"):
        keys.append(space.names("modality"))
        among = among & pd.notna(space.column("modality"))
    by = [pd.Series(key[among]) for key in keys]
    places = pd.DataFrame(positions[among]).groupby(by).median()
    return tuple(
        Label(tuple(map(float, place)), key[0] if isinstance(key, tuple) else str(key), level)
        for key, place in zip(places.index, places.to_numpy(), strict=True)
    )


def words_of(texts: NDArray[np.str_], codes: NDArray[np.integer], count: int) -> list[list[str]]:
    """The two words of highest class-based TF-IDF of each group of texts, fewer if there are none.

    Parameters
    ----------
    codes
        ``(n_texts,)`` group of each text, in ``[0, count)``; others are of no group.
    """
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415 - slow import

    joined = [" ".join(texts[codes == each]) for each in range(count)]
    word = r"(?u)\b[^\W\d_][\w-]+\b"
    counter = CountVectorizer(stop_words="english", token_pattern=word)
    try:
        counts = counter.fit_transform(joined).toarray().astype(np.float64)
    except ValueError:  # scikit-learn's word for texts that hold no word
        return [[] for _ in range(count)]
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    weight = share * np.log1p(counts.sum() / len(counts) / counts.sum(axis=0))
    words = counter.get_feature_names_out()
    best = np.argsort(-weight, axis=1, kind="stable")[:, :WORDS]
    return [[str(words[i]) for i in best[each] if weight[each, i] > 0] for each in range(count)]


def _regions(
    positions: NDArray[np.floating], texts: NDArray[np.str_], *, count: int, level: int
) -> list[Label]:
    from sklearn.cluster import KMeans  # noqa: PLC0415 - slow import, only when used

    rows = np.random.default_rng(0).permutation(len(positions))[:MOST_FITTED]
    places = np.ascontiguousarray(positions[rows], np.float64)
    regions = KMeans(max(count, 1), n_init=1, random_state=0).fit(places)
    words_of_regions = words_of(texts[rows], regions.labels_, max(count, 1))
    return [
        Label(tuple(map(float, place)), " ".join(words), level)
        for place, words in zip(regions.cluster_centers_, words_of_regions, strict=True)
        if words
    ]
