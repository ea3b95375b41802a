"""Models side by side: the numbers of the lenses, differences from the first, two ways out."""

from dataclasses import replace

import numpy as np
import pytest

from core.catalog import catalog
from core.errors import ExplorerError
from core.estimates import Undefined
from core.model_table import ITSELF, column, fits, latex, looks, records, rows
from core.side_by_side import difference

APART, KEPT = catalog()["classes.separability"], catalog()["agreement.mutual_knn"]


def here(lens, spaces, knobs):
    return lens(*spaces, **knobs)


@pytest.fixture
def models(joint, rng):
    """The same items told apart by class, and lost in noise."""
    noise = rng.normal(size=joint.vectors.shape)
    centers = 3 * np.eye(8)[joint.codes("label")[0]]
    apart, lost = centers + noise, centers + 20 * noise
    return replace(joint, vectors=apart), replace(joint, name="50%_noise", vectors=lost)


def test_a_column_holds_the_numbers_of_the_lens_and_their_paired_differences(models):
    found = column(APART, models, here)
    alone = [getattr(APART(model), APART.headline) for model in models]
    assert [number.value for number in found.numbers] == [number.value for number in alone]
    first, second = found.told
    assert first is None and second.better is False
    assert second.difference == difference(*records(APART, models, here)).difference
    assert second.difference.value == pytest.approx(alone[1].value - alone[0].value)


def test_a_lens_of_two_spaces_compares_each_model_with_the_first(models):
    found = column(KEPT, [*models, models[0]], here)
    assert found.numbers[0] == ITSELF
    assert found.numbers[2].value == pytest.approx(1)
    assert found.numbers[1].value < 0.5
    assert found.told == (None, None, None)


def test_a_lens_makes_a_column_where_it_can_look_at_every_model(models):
    bare = replace(models[1], roles={})
    assert fits(APART, models) and not fits(APART, [models[0], bare])
    assert fits(KEPT, models) and not fits(KEPT, models[:1])
    assert not fits(catalog()["agreement.matrix"], models)
    assert looks(KEPT, models) == [models]


def test_what_a_model_refuses_is_undefined_with_its_reason(models):
    def refusing(lens, spaces, knobs):
        msg = "no such thing"
        raise ExplorerError(msg)

    assert column(APART, models, refusing).numbers == (Undefined("no such thing"),) * 2


def test_rows_and_latex_hold_values_intervals_and_differences(models):
    columns = [column(lens, models, here) for lens in (APART, KEPT)]
    names = [model.name for model in models]
    table = rows(columns, names)
    assert table["model"].tolist() == names * 2
    told = columns[0].told[1].difference
    assert table["difference"][1] == told.value
    assert table["difference_low"][1] == told.interval.low
    assert table["better"][1] is False
    text = latex(columns, names)
    assert r"50\%\_noise & \makecell{" in text
    assert text.count(r"\\") == 3 + 2 + 1 and "joint & $" in text
    assert text.startswith("% 95 % intervals") and text.rstrip().endswith(r"\end{tabular}")
