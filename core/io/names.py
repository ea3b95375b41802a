"""What the name of a column, an array or a file says about it."""

import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NUMBERED = re.compile(r"^(?P<prefix>.*?)(?P<number>\d{1,6})$")
_PART = re.compile(
    r"(?P<prefix>.*?)[-_.](?P<number>\d{1,9})[-_.]of[-_.]\d{1,9}.*"
    r"|(?P<word>[a-z_]*)[-_.](?P<counted>\d{4,9})[-_.].*",  # Spark: part-00000-f00-c000.snappy
    re.ASCII,
)
_SPLITS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing"),
}
_MODALITIES = {
    "image": ("image", "images", "img", "imgs", "picture", "pictures", "visual", "vision"),
    "text": ("text", "texts", "txt", "caption", "captions", "sentence", "sentences", "language"),
    "audio": ("audio", "audios", "sound", "sounds", "speech"),
    "video": ("video", "videos"),
}
_DIMENSION = frozenset({
    "d", "dim", "dims", "dimension", "e", "emb", "embed", "embedding", "embeddings", "f",
    "feat", "feature", "features", "v", "vec", "vector", "vectors", "x", "c", "comp",
    "component", "components", "pc", "pca", "umap", "tsne", "t", "sne", "latent", "z", "column",
})  # fmt: skip


def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: ``"imageID_2"`` gives ``("image", "id", "2")``."""
    return tuple(word.lower() for word in _WORD.findall(name))


def modality_of(name: str) -> tuple[str, str] | None:
    """The modality a name speaks of and the rest of the name; None if it names none.

    ``"image_features"`` gives ``("image", "features")``.
    """
    spoken = words(name)
    for place, word in enumerate(spoken):
        for modality, synonyms in _MODALITIES.items():
            if word in synonyms:
                return modality, "_".join(spoken[:place] + spoken[place + 1 :])
    return None


def split_of(name: str) -> tuple[str, str] | None:
    """The split of the data a name speaks of and the rest of the name; None if it names none.

    ``"X_train"`` gives ``("train", "x")``.
    """
    spoken = words(name)
    for place, word in enumerate(spoken):
        for split, synonyms in _SPLITS.items():
            if word in synonyms:
                return split, "_".join(spoken[:place] + spoken[place + 1 :])
    return None


def shard_of(name: str) -> tuple[int, str] | None:
    """The number of a part that a name ends with, and the rest; None if it ends with none.

    ``"img_emb_0"`` gives ``(0, "img_emb")``, and so does ``"img_emb-00000-of-00004"``.
    """
    if match := _PART.fullmatch(name):
        prefix, number = match["prefix"] or match["word"] or "", match["number"] or match["counted"]
    elif match := _NUMBERED.match(name):
        prefix, number = match["prefix"], match["number"]
    else:
        return None
    return (int(number), "_".join(words(prefix))) if prefix.strip("_ .-") else None


def dimension_groups(columns: Sequence[str]) -> dict[str, list[str]]:
    """Runs of numeric columns that are the dimensions of vectors, by what to call these.

    Columns belong together if they share a prefix and are numbered from 0 or 1 without a gap
    (``dim_0, dim_1, ...`` or just ``0, 1, ...``): two or three of them only with a prefix that is
    usual for dimensions, any prefix from four on. Columns named x and y (and z) are a group too.
    """
    groups: dict[str, dict[int, str]] = {}
    for column in columns:
        if match := _NUMBERED.match(column):
            groups.setdefault(match["prefix"], {})[int(match["number"])] = column
    runs = [
        (prefix.rstrip("_ .-[(") or "vectors", [numbered[number] for number in sorted(numbered)])
        for prefix, numbered in groups.items()
        if _complete(prefix, numbered)
    ]
    axes = {column.lower(): column for column in columns}
    if "x" in axes and "y" in axes:
        runs.append(("position", [axes[axis] for axis in "xyz" if axis in axes]))
    found: dict[str, list[str]] = {}
    for name, run in runs:
        found[free_name(f"{name} ({len(run)} columns)", found)] = run
    return found


def speaks_of_dimensions(prefix: str) -> bool:
    """Whether numbers after this are usually the dimensions of vectors: ``"dim_"``, ``""``."""
    return not prefix or not _DIMENSION.isdisjoint(words(prefix))


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, with a number if it is taken already: ``"label (2)"``."""
    used, free, copy = set(taken), name, 1
    while free in used:
        copy += 1
        free = f"{name} ({copy})"
    return free


def _complete(prefix: str, numbered: dict[int, str]) -> bool:
    n, start = len(numbered), min(numbered)
    if start > 1 or max(numbered) != start + n - 1:
        return False
    return n >= (2 if speaks_of_dimensions(prefix) else 4)
