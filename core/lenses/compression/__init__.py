"""How few numbers and bits the vectors can do with."""

from core.family import Family

FAMILY = Family(
    title="Compression",
    intro=(
        "How few dimensions and bits the vectors can do with, what that costs on your own "
        "neighbors, pairs and labels, and what to store."
    ),
    icon="compress",
    sign="benchmark",
    order=8,
    names={"auc": "AUC", "n_bits": "Bits"},
)
