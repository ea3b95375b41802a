"""Whether several spaces arrange the same items alike."""

from core.family import Family

FAMILY = Family(
    title="Subspace alignment",
    intro=(
        "Do two encoders arrange the same items alike? Everything here is measured in the "
        "original spaces, never on a projection."
    ),
    icon="join_inner",
    sign="cka",
    order=4,
    names={
        "floors": "Chance levels",
        "held_out_correlation": "Held-out correlation",
        "held_out_disparity": "Held-out disparity",
        "cca": "CCA",
        "cka": "CKA",
        "cknna": "CKNNA",
        "pwcca": "PWCCA",
        "svcca": "SVCCA",
        "rbf": "RBF",
        "mrr": "MRR",
        "knn": "kNN",
    },
)
