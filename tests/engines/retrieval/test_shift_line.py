"""A batch along the gap: products known before the shift are those after it."""

import numpy as np
import pytest

from core.engines.losses.batch_loss import contrast
from core.engines.pairs.gaps import Shift, gap_vector, shifted, unit_rows
from core.engines.retrieval.shift_line import Batch


@pytest.mark.parametrize("renormalize", [True, False])
@pytest.mark.parametrize("moves", ["both", "left", "right"])
def test_a_shifted_batch_has_the_loss_and_the_places_of_its_rows(rng, moves, renormalize):
    x, y = (unit_rows(rng.normal(size=(90, 7)) + offset) for offset in (0, 1))
    delta, how = gap_vector(x, y), Shift(moves, renormalize)
    line = Batch(x, y, delta, np.full((90, 2), -1), 0.1)
    for amount in (-0.3, 0.0, 0.5):
        expected = contrast(*shifted(x, y, amount * delta, how=how), 0.1)
        found = line.at(how, amount).found
        assert found.loss == pytest.approx(expected.loss, rel=1e-12)
        assert found.forth == pytest.approx(expected.forth, rel=1e-12)
        assert np.array_equal(found.places.above, expected.places.above)
        assert np.array_equal(found.places_back.above, expected.places_back.above)
