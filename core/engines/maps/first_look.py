"""Which projections may show what there is to see in a space."""

from core.space import EmbeddingSpace

MOST_UNASKED = 10_000  # items of which a better map is made without being asked


def candidates(space: EmbeddingSpace) -> tuple[str, ...]:
    """Keys of the projections of which the best is looked at first.

    Between two modalities the axis of the gap; where labels may be kept, PCA and t-SNE, of which
    :func:`core.engines.maps.kept_labels.kept_labels` tells the better; else PCA.
    """
    if "modality" in space.roles and len(space.known_values("modality")) == 2:
        return ("gap_axis",)
    labeled = "label" in space.roles and 1 < len(space.known_values("label")) <= len(space) / 4
    return ("pca", "tsne") if labeled and len(space) <= MOST_UNASKED else ("pca",)
