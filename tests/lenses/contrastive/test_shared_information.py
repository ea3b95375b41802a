"""Shared information of two codes: the paper's k-JEM, independence, redundancy, coverage."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from core.lenses.contrastive._shared_information import shared_information


def shared(first, second):
    return shared_information(first, second, np.arange(len(first)))


def test_k_jem_is_the_expression_of_the_papers_code(rng):
    common, salient = rng.normal(size=(40, 3)), rng.normal(size=(40, 2))
    # SepCLR's loss: the logarithm of the mean of both potentials, the item itself included
    potential = np.exp(-(cdist(salient, salient) ** 2)) * np.exp(-(cdist(common, common) ** 2))
    _, k_jem = shared(common, salient)
    assert k_jem.value == pytest.approx(np.log(potential.mean(axis=1)).mean(), abs=1e-12)
    assert k_jem.interval.low < k_jem.value < k_jem.interval.high


def test_independent_codes_share_what_chance_gives(rng):
    found, _ = shared(rng.normal(size=(300, 2)), rng.normal(size=(300, 2)))
    assert found.chance.low < found.value < found.chance.high


def test_a_code_and_itself_share_more_than_chance(rng):
    code = rng.normal(size=(200, 2))
    found, _ = shared(code, code + 0.1 * rng.normal(size=(200, 2)))
    assert found.interval.low > found.chance.high


def test_a_constant_code_shares_nothing(rng):
    found, _ = shared(rng.normal(size=(50, 2)), np.ones((50, 1)))
    assert found.value == pytest.approx(0, abs=1e-12)


def test_it_is_symmetric_and_blind_to_rotation_and_shift(rng):
    first, second = rng.normal(size=(60, 3)), rng.normal(size=(60, 3))
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    plain, _ = shared(first, second)
    assert shared(second, first)[0].value == pytest.approx(plain.value, abs=1e-12)
    assert shared(first @ rotation + 5, second)[0].value == pytest.approx(plain.value, abs=1e-9)
