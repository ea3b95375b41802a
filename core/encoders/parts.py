"""Tokens of texts and patches of images as the items of a space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from core.arrays import Vectors
from core.encoders.encoding import Encoded
from core.encoders.states import prepared_states, text_states
from core.errors import InvalidFile, NotApplicable
from core.io.images import THUMBNAIL, decoded, thumbnail
from core.progress import stage, tick
from core.space import EmbeddingSpace, Role
from core.statistics.resampling import SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from core.encoders.encoder import Encoder
    from core.io.collection import Collection

BATCH = 16
MOST_MARKED = 20_000  # patches: a picture for each takes half a millisecond and 3 kB
ACCENT = (255, 0, 128)


def token_space(
    encoder: Encoder, texts: Sequence[str], layer: int = -1, *, known: pd.DataFrame | None = None
) -> EmbeddingSpace:
    """A space whose items are the tokens of texts, special ones left out.

    Columns: ``text_number`` (group), ``place`` (position), ``token`` as the tokenizer writes it
    (text), and those of `known`. Its vectors are before any final normalization.

    Parameters
    ----------
    encoder
        Reads the texts, cut to its context.
    texts
        One or more.
    layer
        Counted from 0, or from the last as -1.
    known
        ``(n_texts, ...)`` what is known of each text; a column ``label`` plays that role.
    """
    found, vectors, depth = [], [], 0
    stage("tokens")
    for start, batch in _batches(texts):
        states = text_states(encoder, batch)
        ids = encoder.tokenize(batch)["input_ids"].cpu().numpy()
        group, place = np.nonzero(states.real[layer] & ~states.special[layer])
        vectors.append(states.layers[layer][group, place])
        written = _written(encoder, ids[group, place])
        found.append(pd.DataFrame({"text_number": group + start, "place": place, "token": written}))
        depth = len(states.layers)
    items = pd.concat(found, ignore_index=True)
    roles: dict[Role, str] = {"group": "text_number", "position": "place", "text": "token"}
    return _space(f"Tokens, layer {layer % depth}", vectors, items, roles, known)


def patch_space(
    encoder: Encoder,
    images: Sequence[Tensor],
    layer: int = -1,
    *,
    known: pd.DataFrame | None = None,
) -> EmbeddingSpace:
    """A space whose items are the patches of images.

    Columns: ``image_number`` (group), ``place`` (position: row by row), ``row`` and ``column`` in
    the grid of patches, ``picture`` as the model sees it with a frame around the patch (up to
    `MOST_MARKED` patches), and those of `known`. Its vectors are before any final normalization.

    Parameters
    ----------
    encoder
        Has an image tower that works on patches, or on feature maps, whose places are patches then.
    images
        One or more, prepared as the model wants them.
    layer
        Counted from 0, or from the last as -1.
    known
        ``(n_images, ...)`` what is known of each image; columns ``label`` and ``picture`` play the
        roles of label and image.
    """
    vectors, grid, depth = [], (0, 0), 0
    stage("patches")
    for _, batch in _batches(images):
        states = prepared_states(encoder, batch)
        vectors.append(states.layers[layer][~states.special[layer]])
        grid, depth = states.grids[layer], len(states.layers)
    rows, columns = grid
    group, place = np.divmod(np.arange(len(images) * rows * columns), rows * columns)
    items = pd.DataFrame(
        {"image_number": group, "place": place, "row": place // columns, "column": place % columns}
    )
    roles: dict[Role, str] = {"group": "image_number", "position": "place"}
    if len(items) <= MOST_MARKED:
        seen = [_seen(encoder, image) for image in images]
        items["picture"] = [thumbnail(m) for one in seen for m in _marked(one, rows, columns)]
    return _space(f"Patches, layer {layer % depth}", vectors, items, roles, known)


def part_space(encoder: Encoder, collection: Collection, layer: int, *, n: int) -> Encoded:
    """Tokens of `n` texts of a collection, or patches of `n` pictures where it has pictures.

    Where there are more, a seeded sample, in the order of the collection.

    Raises
    ------
    NotApplicable
        If none of the pictures can be read, or the model does not show what is inside.
    Cancelled
        If it is stopped, while pictures are read or after that.
    """
    inputs = collection.pictures or collection.texts
    rows = np.sort(np.random.default_rng(SEED).permutation(len(inputs))[:n])
    refused: list[str] = []
    if collection.pictures:
        prepared, known, refused = _read(encoder, collection, rows)
        if not prepared:
            msg = f"Nothing of {collection.name!r} can be read: {refused[0]}"
            raise NotApplicable(msg)
        space = patch_space(encoder, prepared, layer, known=known)
    else:
        texts = [collection.texts[row] for row in rows]
        space = token_space(encoder, texts, layer, known=collection.items.iloc[rows])
    name = f"{collection.name}: {space.name[0].lower()}{space.name[1:]}"
    return Encoded(replace(space, name=name), tuple(refused))


def _read(
    encoder: Encoder, collection: Collection, rows: NDArray[np.int64]
) -> tuple[list[Tensor], pd.DataFrame, list[str]]:
    """Pictures as the model wants them, their items, and why others cannot be read.

    Of a picture at its full size nothing is kept but a thumbnail.
    """
    prepared, thumbnails, good, refused = [], [], [], []
    stage("pictures")
    for at, row in enumerate(rows):
        tick(at / len(rows))
        picture = collection.pictures[row]
        try:
            image = decoded(picture.data(), picture.name)
        except InvalidFile as error:
            refused.append(str(error))
            continue
        prepared.append(encoder.prepared(image))
        thumbnails.append(thumbnail(image))
        good.append(row)
    return prepared, collection.items.iloc[good].assign(picture=thumbnails), refused


def _seen(encoder: Encoder, prepared: Tensor) -> Image.Image:
    """A prepared picture as pixels again: what the model sees of it."""
    tower: Any = encoder.module.visual
    mean, std = (
        np.asarray(tower.preprocess_cfg[name], np.float32)[:, None, None]
        for name in ("mean", "std")
    )
    pixels = prepared.cpu().numpy() * std + mean
    picture = Image.fromarray((np.moveaxis(pixels, 0, -1).clip(0, 1) * 255).astype(np.uint8))
    side = THUMBNAIL / max(picture.size)
    return picture.resize((round(picture.width * side), round(picture.height * side)))


def _marked(picture: Image.Image, rows: int, columns: int) -> Iterator[Image.Image]:
    """The picture with a frame around each place of a grid, row by row."""
    for place in range(rows * columns):
        row, column = divmod(place, columns)
        one = picture.copy()
        left, right = (at * picture.width // columns for at in (column, column + 1))
        top, bottom = (at * picture.height // rows for at in (row, row + 1))
        box = (left - 1, top - 1, right, bottom)  # around it: a patch may be of few pixels
        ImageDraw.Draw(one).rectangle(box, outline=ACCENT, width=1)
        yield one


def _space(  # noqa: PLR0917 - parts of one thing
    name: str,
    vectors: list[Vectors],
    items: pd.DataFrame,
    roles: dict[Role, str],
    known: pd.DataFrame | None,
) -> EmbeddingSpace:
    if known is not None:
        more = known.drop(columns=[column for column in known if column in items])
        owners = more.iloc[items[roles["group"]]].reset_index(drop=True)
        items = pd.concat([items, owners], axis=1)
        usual: dict[Role, str] = {"label": "label", "image": "picture"}
        roles |= {role: column for role, column in usual.items() if column in items}
    return EmbeddingSpace(name, np.concatenate(vectors), items, roles)


def _batches(inputs: Sequence[Any]) -> Iterator[tuple[int, Sequence[Any]]]:
    for start in range(0, len(inputs), BATCH):
        tick(start / len(inputs))
        yield start, inputs[start : start + BATCH]


def _written(encoder: Encoder, ids: np.ndarray[Any, Any]) -> list[str]:
    """Tokens as their tokenizer writes them."""
    tokenizer = encoder.tokenizer
    if hasattr(tokenizer, "convert_ids_to_tokens"):
        return list(tokenizer.convert_ids_to_tokens(ids.tolist()))
    return [tokenizer.decoder[number] for number in ids.tolist()]  # open_clip's own
