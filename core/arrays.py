"""The types of arrays, one name each."""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # a row per item, as a space holds them
Floats = NDArray[np.float64]  # numbers as they are computed
AnyFloats = NDArray[np.float32] | NDArray[np.float64]  # numbers as they are read
Codes = NDArray[np.int64]  # a whole number per item, such as its class or its cluster
Positions = NDArray[np.int64]  # of items
AnyPositions = NDArray[np.int32] | NDArray[np.int64]  # of items, as kernels give them
Counts = NDArray[np.int32]
Mask = NDArray[np.bool_]  # whether, for each item
