"""What the name of a column says about its role."""

import math
from collections.abc import Mapping

from core.io.names import words
from core.space import Role

# In the order of preference.
NAMES: Mapping[Role, tuple[str, ...]] = {
    "modality": ("modality", "modalities", "kind", "type", "media"),
    "pair": (
        "pair", "pairs", "pair id", "pair ids", "image id", "img id", "item id", "example id",
        "sample id", "match", "id", "ids", "uid", "key", "number",
    ),
    "image": (
        "image", "images", "img", "picture", "pictures", "photo", "thumbnail", "image path",
        "filepath", "filename", "file name", "image file", "path", "file", "url", "uri",
    ),
    "text": (
        "text", "texts", "caption", "captions", "sentence", "sentences", "document", "content",
        "question", "prompt", "description", "title", "body", "review", "comment", "word", "words",
        "name",
    ),
    "length": (
        "length", "lengths", "len", "text length", "caption length", "sentence length", "n tokens",
        "num tokens", "token count", "tokens", "n words", "num words", "word count", "words",
        "n chars", "num chars", "n characters", "characters", "chars", "duration", "seconds",
        "size",
    ),
    "label": (
        "label", "labels", "class", "classes", "class name", "category", "categories", "species",
        "ground truth", "outcome", "outcomes", "churn", "churned", "diagnosis", "variety",
        "digit", "topic", "intent", "emotion", "sentiment", "genre",
        "language", "lang", "tag", "cluster", "section", "target", "y",
    ),
    "group": (
        "group", "groups", "group id", "document id", "doc id", "document", "set", "set id",
        "video id", "video", "clip id", "clip", "scene", "scene id", "query id", "subject",
        "patient", "speaker", "author", "user", "user id", "session", "batch",
    ),
    "position": (
        "position", "positions", "index", "row", "order", "rank", "step", "global step",
        "epoch", "iteration", "checkpoint", "frame", "layer", "chunk", "page", "time", "timestamp",
    ),
    "level": ("level", "levels", "prompt level", "granularity"),
    "domain": ("domain", "domains", "site", "corpus", "dataset", "source", "style", "origin"),
    "side": ("side", "split", "splits", "subset", "partition", "set", "fold"),
    "target": (
        "target", "targets", "score", "scores", "rating", "ratings", "value", "price", "age",
        "similarity", "stars", "y",
    ),
    "tags": ("tags", "tag list", "objects", "keywords", "labels", "attributes", "topics"),
}  # fmt: skip
# Columns of few values that say where or of whom an item is: labels only where no other is there.
_PLACES = frozenset({
    "city", "town", "country", "state", "region", "county", "province", "street", "address", "zip",
    "postcode", "location", "place", "nationality", "company", "firstname", "lastname", "surname",
    "name", "phone", "email",
})  # fmt: skip
# Words that say something as a whole name but not as a part: "sepal length", "user id".
_ONLY_WHOLE = frozenset({
    "kind", "type", "media", "id", "ids", "uid", "key", "number", "match", "path", "file",
    "url", "uri", "content", "title", "body", "name", "word", "words", "length", "lengths",
    "len", "tokens", "size", "y", "index", "row", "order", "time", "value", "set", "fold",
    "page", "step", "layer", "level", "levels",
})  # fmt: skip


def names_role(name: str) -> Role | None:
    """The role that a name alone speaks of; None if it speaks of none."""
    ranked = [(fit, role) for role in NAMES if (fit := rank(role, name)) < math.inf]
    return min(ranked)[1] if ranked else None


def names_place(name: str) -> bool:
    """Whether a name says where an item is from, or whose it is, which is seldom its class."""
    return not _PLACES.isdisjoint(words(name))


def rank(role: Role, name: str) -> float:
    """How well a name fits a role: whole names first, then their parts; infinite if not at all."""
    spoken = " ".join(words(name))
    for place, usual in enumerate(NAMES[role]):
        if spoken == usual:
            return place
    for place, usual in enumerate(NAMES[role]):
        if usual not in _ONLY_WHOLE and f" {usual} " in f" {spoken} ":
            return 100 + place
    return math.inf
