"""What is left of vectors that were stored in fewer bits."""

from typing import Annotated, Any

from core.codec import reconstructed
from core.engines.derived import derived
from core.knobs import Between
from core.recipes import Fewer, Stores, recipe_of
from core.space import EmbeddingSpace
from core.transform import Transform
from core.trial import MOST_TRAINING, by_content


def compress(  # noqa: PLR0913 - a recipe
    space: EmbeddingSpace,
    /,
    *,
    codec: Annotated[Stores, "How each number that is kept is stored."] = "int8",
    dims: Annotated[int, Between(0, 4096), "Dimensions to keep first; 0 keeps all."] = 0,
    which: Annotated[Fewer, "Which dimensions are kept."] = "first",
    loops: Annotated[int, Between(0, 7), "Bits after the first, of recurrent binary."] = 1,
    n_blocks: Annotated[
        int, Between(1, 512, log=True), "Bytes an item, of product quantization."
    ] = 32,
    share: Annotated[
        float, Between(1, 100, log=True), "Rows that stay of deduplication and hashing, in percent."
    ] = 10.0,
) -> EmbeddingSpace:
    """Vectors as they come back from storage, in the dimensions they had.

    Scales, rotations and centers are fitted to half of the items, 10,000 at most, drawn by what
    they are; dimensions that are not kept are zero, or what the axes kept say of them.
    """
    size = max(1, min(len(space) // 2, MOST_TRAINING))
    training = space.take(by_content(space)[:size])
    own: dict[str, Any] = {"loops": loops, "n_blocks": n_blocks, "share": share}
    recipe = recipe_of(codec, min(dims, space.n_dims), which, knobs=own)
    fitted = recipe.fit(training)
    return derived(space, reconstructed(fitted, space.vectors), recipe.title)


TRANSFORM = Transform(
    run=compress,
    title="Store in fewer bits",
    help="Stores the vectors by a codec and reads them back, to see what it does to any measure.",
)
