"""Texts for the regions of a map, at two levels of detail."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    each modality; at both levels, or with words of the texts at the finer one. Otherwise the text
    column is asked: regions are k-means clusters of the places, and their words are those of
    highest class-based TF-IDF (Grootendorst 2022), nine regions at level 0 and 45 at level 1. A
    space with neither has no labels.
    """
    if "label" in space.roles and len(space.values("label")) <= MOST_CLASSES:
        classes = _classes(space, positions)
        coarse, fine = (
            tuple(Label(place, name, level) for place, name in classes) for level in (0, 1)
        )
        if "text" in space.roles and len(space) >= _FEWEST:  # a closer look reads what is there
            fine = _by_words(space, positions, {1: FINE}) or fine
        return coarse + fine
    if "text" not in space.roles or len(space) < _FEWEST:
        return ()
    return _by_words(space, positions, {0: COARSE, 1: FINE})


def _by_words(
    space: EmbeddingSpace, positions: NDArray[np.floating], counts: Mapping[int, int]
) -> tuple[Label, ...]:
    """The words of so many regions at each level."""
    texts = np.array([str(text) if not pd.isna(text) else "" for text in space.column("text")])
    return tuple(
        label
        for level, count in counts.items()
        for label in _regions(positions, texts, count=min(count, len(texts) // 12), level=level)
    )


def _classes(
    space: EmbeddingSpace, positions: NDArray[np.floating]
) -> list[tuple[tuple[float, ...], str]]:
    """Each class at its median place in each modality: between two clouds it would name nothing."""
    keys = [space.names(role) for role in ("label", "modality") if role in space.roles]
    places = pd.DataFrame(positions).groupby([*map(pd.Series, keys)]).median()
    return [
        (tuple(map(float, place)), key[0] if isinstance(key, tuple) else str(key))
        for key, place in zip(places.index, places.to_numpy(), strict=True)
    ]


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
