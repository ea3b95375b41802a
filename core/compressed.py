"""Vectors stored in fewer bits: how, at what cost, and everything needed to use them again."""

import json
from dataclasses import dataclass

import numpy as np

from core.codec import Fitted, Stored, Tables, coded, n_bytes
from core.estimates import Estimate
from core.progress import stage
from core.recipes import Recipe
from core.space import EmbeddingSpace
from core.trial import Trial, trial


@dataclass(frozen=True, eq=False)
class Compressed:
    """The codes of all items of a space, what they cost, and how they are used.

    Attributes
    ----------
    codes
        ``(n_items, ...)`` of the directions of the items, in their order.
    recall
        Of the `k` nearest by cosine, for queries and items that the codec was not fitted to.
    tried
        On which items that was measured.
    """

    recipe: Recipe
    fitted: Fitted
    codes: Stored
    recall: Estimate
    k: int
    tried: Trial

    @property
    def bytes_per_item(self) -> float:
        """What an item takes."""
        return self.fitted.bits / 8

    @property
    def n_bytes(self) -> int:
        """What all items take, with the tables that they share."""
        return self.codes.nbytes + n_bytes(self.fitted.tables)

    @property
    def arrays(self) -> Tables:
        """The codes and all that is needed to use them, by name.

        ``training`` are the items that the codec was fitted to and ``queries`` those that asked;
        among the items not in training, the promised recall can be measured again.
        """
        return {
            "codes": self.codes,
            **self.fitted.tables,
            "training": self.tried.training.astype(np.int32),
            "queries": self.tried.queries.astype(np.int32),
        }

    @property
    def about(self) -> str:
        """What the arrays are, as JSON: how they were made, what they cost, how they are used."""
        interval = self.recall.interval
        told = {
            "codec": self.recipe.codec.key,
            "title": self.recipe.title,
            "knobs": dict(self.recipe.knobs),
            "dims": self.recipe.dims or None,
            "items": len(self.codes),
            "n_dims": self.tried.space.n_dims,
            "similarity": "cosine",
            "bytes_per_item": self.bytes_per_item,
            f"recall_at_{self.k}": self.recall.value,
            "interval": [interval.low, interval.high] if interval else None,
            "search_with_numpy": self.recipe.searches.splitlines(),
            "search_with_faiss": self.recipe.searches_with_faiss.splitlines(),
        }
        return json.dumps(told, indent=1)


def compress(space: EmbeddingSpace, recipe: Recipe, k: int = 10) -> Compressed:
    """Fit to half of the items, 10,000 at most; measure on others; code all.

    Parameters
    ----------
    space
        Vectors that are not zero; of each, the direction is stored.
    recipe
        How.
    k
        Nearest items that the recall is about.
    """
    stage("items that are truly near")
    tried = trial(space, k)
    stage("fitting")
    fitted = recipe.fit(tried.seen)
    stage("recall")
    found = tried.estimate(tried.recall(fitted))
    stage("codes")
    return Compressed(recipe, fitted, coded(fitted, space.unit), found, k, tried)
