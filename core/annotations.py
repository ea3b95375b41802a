"""Common readings and knobs, each named once: what they are, their range and their good end.

``recall: Annotated[Share, "Items whose partner comes first."]`` adds the help; a knob may be taken
as it is, ``k: Neighbors = 10``, or with a help of its own.
"""

from typing import Annotated, Literal

from core.estimates import Number, Score
from core.knobs import Between, ValueOf

# Readings
Share = Annotated[Number, Score(low=0, high=1, best="high")]  # also an accuracy
ShareOfFaults = Annotated[Number, Score(low=0, high=1, best="low")]
NeutralShare = Annotated[Number, Score(low=0, high=1)]
Similarity = Annotated[Number, Score(low=-1, high=1, best="high")]  # also a silhouette
Gain = Annotated[Number, Score(low=-1, high=1, best="high")]  # a share less another
Correlation = Annotated[Number, Score(low=-1, high=1)]
Dependence = Annotated[Number, Score(low=-1, high=1, best="zero")]  # a correlation that should be 0
Ratio = Annotated[Number, Score(low=0, best="high")]
Distance = Annotated[Number, Score(low=0, best="low")]
SquaredDistance = Annotated[Number, Score(low=0, high=4, best="low")]  # of unit vectors
LowerIsBetter = Annotated[Number, Score(best="low")]
Uniformity = Annotated[Number, Score(high=0, best="low")]
Amount = Annotated[Number, Score(low=0)]
Bytes = Annotated[Number, Score(unit="bytes", low=0)]
Dimensions = Annotated[Number, Score(unit="dimensions", low=1)]
Rank = Annotated[Number, Score(low=1, best="low")]

# Knobs
Neighbors = Annotated[int, Between(1, 100), "Neighbors per item."]
Metric = Annotated[Literal["cosine", "euclidean"], "How distance between items is measured."]
LeftModality = Annotated[str, ValueOf("modality", title="First modality"), "The first modality."]
RightModality = Annotated[
    str, ValueOf("modality", nth=1, title="Second modality"), "The second modality."
]
QuerySide = Annotated[
    str, ValueOf("side", nth=1), "The side that asks, where a column tells sides."
]
