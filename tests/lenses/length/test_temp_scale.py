"""Laws and known answers of tempered attention, on tiny encoders and on a real one."""

from dataclasses import replace

import numpy as np
import pytest

from core.encoders.temperature import at_temperature, temperature
from core.errors import NotApplicable
from core.lenses.length._tempering import Task, held_out_gain
from core.origin import EncoderId

PLAIN = EncoderId("open_clip", "some/model", options=(("layer", "3"),))


def judged(hits):
    return Task("hits", {tau: np.array(row, float) for tau, row in hits.items()}, np.ones(40, bool))


def test_a_temperature_is_part_of_the_identity_and_one_leaves_no_trace():
    warm = at_temperature(PLAIN, 0.7)
    assert warm.options == (("layer", "3"), ("tau", "0.7"))
    assert temperature(warm) == 0.7
    assert at_temperature(warm, 0.5).options == (("layer", "3"), ("tau", "0.5"))
    assert at_temperature(warm, 1.0) == PLAIN
    assert temperature(PLAIN) == 1


@pytest.mark.parametrize("given", ["cold", "0", "-1", "nan"])
def test_a_temperature_that_is_no_positive_number_is_refused(given):
    with pytest.raises(NotApplicable, match="must be a number above 0; found"):
        temperature(replace(PLAIN, options=(("tau", given),)))


def test_a_temperature_that_helps_everywhere_is_found_on_other_texts():
    task = judged({0.5: [1] * 40, 0.8: [0] * 40, 1.0: [1, 0] * 20})
    gain = held_out_gain(task, np.arange(40))
    assert gain.value == pytest.approx(0.5)
    assert gain.differs_from_chance


def test_temperatures_that_are_alike_gain_nothing(rng):
    task = judged({tau: [1, 0] * 20 for tau in (0.5, 0.8, 1.0, 1.2)})
    assert held_out_gain(task, np.arange(40)).value == 0
    noise = [
        held_out_gain(judged({t: rng.random(40) < 0.5 for t in (0.5, 0.8, 1.0)}), np.arange(40))
        for _ in range(200)
    ]
    assert np.mean([it.value for it in noise]) == pytest.approx(0, abs=0.02)
