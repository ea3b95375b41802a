"""Several spaces: every cell is the number of the lens of its measure."""

import numpy as np
import pytest

from core.errors import NotApplicable
from core.estimates import Undefined
from core.lenses.agreement.cca import cca
from core.lenses.agreement.cka import cka
from core.lenses.agreement.matrix import matrix
from core.lenses.agreement.mutual_knn import mutual_knn
from core.lenses.agreement.procrustes import procrustes
from tests.spaces import space_of

MEASURES = ["cka_debiased", "cka", "mutual_knn", "cca", "procrustes"]


def three(rng, n=100):
    x = rng.normal(size=(n, 5))
    y = x + 0.5 * rng.normal(size=(n, 5))
    return (
        space_of(x, name="x"),
        space_of(np.hstack([y, x[:, :1]]), name="y"),
        space_of(rng.normal(size=(n, 4)), name="z"),
    )


def single(measure, x, y):
    match measure:
        case "cka" | "cka_debiased":
            return getattr(cka(x, y), measure)
        case "mutual_knn":
            return mutual_knn(x, y).mutual_knn
        case "cca":
            return cca(x, y).held_out_correlation
    return procrustes(x, y).disparity


@pytest.mark.parametrize("measure", MEASURES)
def test_cells_and_floors_are_the_numbers_of_the_lens_of_the_measure(rng, measure):
    spaces = three(rng)
    found = matrix(*spaces, measure=measure)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        one = single(measure, spaces[i], spaces[j])
        value, floor = one.value, one.chance.value
        if measure == "procrustes":
            value, floor = 1 - value, 1 - floor
        assert found.values.values[i, j] == pytest.approx(value, abs=1e-9)
        assert found.floors.values[i, j] == pytest.approx(floor, abs=1e-9)


@pytest.mark.parametrize("measure", MEASURES)
def test_matrix_is_symmetric_with_ones_on_the_diagonal(rng, measure):
    values = matrix(*three(rng), measure=measure).values
    assert values.rows == values.columns == ("x", "y", "z")
    assert np.array_equal(values.values, values.values.T)
    assert (np.diagonal(values.values) == 1).all()


def test_mean_is_that_of_the_cells_and_its_interval_that_of_the_items(rng):
    spaces = three(rng)
    found = matrix(*spaces)
    cells = found.values.values[np.triu_indices(3, 1)]
    assert found.mean_agreement.value == pytest.approx(cells.mean())
    left_out = []
    for i in range(100):
        keep = np.arange(100) != i
        left_out.append(matrix(*(s.where(keep) for s in spaces)).mean_agreement.value)
    error = np.sqrt(99 / 100 * ((left_out - np.mean(left_out)) ** 2).sum())
    half = (found.mean_agreement.interval.high - found.mean_agreement.interval.low) / 2
    assert half == pytest.approx(1.984217 * error, rel=1e-4)  # t with 99 degrees of freedom


def test_two_spaces_give_the_number_of_the_pair(rng):
    x, y, _ = three(rng)
    assert matrix(x, y).mean_agreement.value == pytest.approx(cka(x, y).cka_debiased.value)


def test_item_scores_are_the_mean_overlap_over_all_pairs(rng):
    spaces = three(rng)
    expected = np.mean(
        [mutual_knn(spaces[i], spaces[j], k=7).by_item.values for i, j in ((0, 1), (0, 2), (1, 2))],
        axis=0,
    )
    assert matrix(*spaces, k=7).by_item.values == pytest.approx(expected)


def test_table_lists_every_pair_most_alike_first(rng):
    rows = matrix(*three(rng)).pairs.rows
    assert rows[["first", "second"]].iloc[0].tolist() == ["x", "y"]
    assert rows["agreement"].is_monotonic_decreasing
    assert len(rows) == 3
    assert rows["agreement"].between(rows["agreement from"], rows["agreement to"]).all()


def test_the_order_of_the_spaces_only_reorders_the_matrix(rng):
    x, y, z = three(rng)
    there, back = matrix(x, y, z), matrix(z, y, x)
    assert there.values.values == pytest.approx(back.values.values[::-1, ::-1], abs=1e-12)
    assert there.mean_agreement.value == pytest.approx(back.mean_agreement.value)


def test_spaces_are_matched_by_pair(rng):
    x, y, z = three(rng)
    ids = np.arange(100)
    order = rng.permutation(100)[:80]
    named = space_of(x.vectors, name="x", pair=ids), space_of(z.vectors, name="z", pair=ids)
    shuffled = space_of(y.vectors[order], name="y", pair=ids[order])
    found = matrix(*named, shuffled)
    kept = np.sort(order)
    assert found.values.values[0, 2] == pytest.approx(
        cka(x.take(kept), y.take(kept)).cka_debiased.value
    )
    assert np.isnan(found.by_item.values).sum() == 20


def test_beyond_the_limit_a_stated_sample_stands_in(rng, monkeypatch):
    monkeypatch.setattr("core.lenses.agreement.matrix.MOST_ITEMS", 60)
    found = matrix(*three(rng))
    assert found.mean_agreement.sample == (60, 100)
    assert np.isfinite(found.by_item.values).sum() == 60


def test_a_space_without_variation_has_empty_cells(rng):
    x, y, _ = three(rng)
    found = matrix(x, y, space_of(np.ones((100, 3)), name="flat"))
    assert np.isnan(found.values.values[:2, 2]).all()
    assert found.mean_agreement.value == pytest.approx(cka(x, y).cka_debiased.value)
    flat = space_of(np.ones((100, 3)))
    assert isinstance(matrix(flat, flat).mean_agreement, Undefined)


@pytest.mark.parametrize("measure", ["cca", "procrustes"])
def test_a_space_without_variation_leaves_the_maps_between_the_others(rng, measure):
    x, y, _ = three(rng)
    found = matrix(x, space_of(np.ones((100, 3)), name="flat"), y, measure=measure)
    cells = found.values.values
    assert np.isnan(cells[1, [0, 2]]).all()
    assert cells[0, 2] == pytest.approx(matrix(x, y, measure=measure).values.values[0, 1])
    assert found.pairs.rows[["first", "second"]].to_numpy().tolist() == [["x", "y"]]


def test_one_space_is_refused(rng):
    with pytest.raises(NotApplicable, match="looks at 2 or more space"):
        matrix(three(rng)[0])


def test_a_space_beside_itself_has_no_chance_level(rng):
    result = matrix(*three(rng))
    assert (np.diag(result.values.values) == 1).all()
    assert np.isnan(np.diag(result.floors.values)).all()
