"""The shape of one space: spectrum, dimension, hubs, outliers."""

from core.family import Family

FAMILY = Family(
    title="Geometry",
    intro=(
        "The shape of the space: how many directions it uses, how evenly, and which items stand "
        "out."
    ),
    icon="polyline",
    sign="spectrum",
    order=6,
    names={"in_degree": "In-degree", "isoscore": "IsoScore", "mle": "MLE", "two_nn": "TwoNN"},
)
