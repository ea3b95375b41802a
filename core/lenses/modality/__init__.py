"""How two modalities share one space."""

from core.family import Family

FAMILY = Family(
    title="Modality gap",
    intro=(
        "Two kinds of items in one space, such as images and their captions. If each keeps to its "
        "own region, similarities across and within modalities cannot be compared."
    ),
    icon="compare_arrows",
    sign="gap",
    order=1,
    names={
        "along_gap": "Position along the gap",
        "c": "Inverse regularization strength",
        "cone_left": "Cone of the first modality",
        "cone_right": "Cone of the second modality",
        "mrr": "MRR",
        "places_gained": "Ranks gained",
    },
)
