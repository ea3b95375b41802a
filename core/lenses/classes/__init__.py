"""How well labeled classes separate."""

from core.family import Family

FAMILY = Family(
    title="Class separability",
    intro="How far labeled classes keep apart in the space itself, with and without a classifier.",
    icon="category",
    sign="separability",
    order=5,
    names={
        "calinski_harabasz": "Calinski-Harabasz",
        "davies_bouldin": "Davies-Bouldin",
        "e2": "Squared error",
        "icnn": "ICNN",
        "knn": "kNN",
    },
)
