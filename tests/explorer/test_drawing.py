"""Charts that would be axes alone are told from those that show something."""

import numpy as np
import pytest

from core.readouts import Bars, Curve, Distribution, Heatmap, Plane, nothing
from explorer.measures.drawing import _is_empty


@pytest.mark.parametrize("kind", [Distribution, Curve, Bars, Heatmap, Plane])
def test_a_readout_that_shows_nothing_is_not_drawn(kind):
    assert _is_empty(nothing(kind, "axis", 3))


def test_reference_points_alone_are_drawn():
    assert not _is_empty(Plane((), np.zeros(0), np.zeros(0), "x", "y", {"corner": (0.0, 0.0)}))
    assert not _is_empty(Curve(np.arange(2), {"line": np.zeros(2)}, "x", "y"))
