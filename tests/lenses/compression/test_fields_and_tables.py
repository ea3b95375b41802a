"""Laws of field sizes, of tables that columns share, and of yes/no questions."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from core.engines.labels import Labels
from core.estimates import Undefined
from core.lenses.compression._auc import auc, auc_estimate
from core.lenses.compression._bernoulli import entropies, fitted_questions, relative_error
from core.lenses.compression._fields import Fields, enumerated, evolved
from core.lenses.compression._multiplexing import collisions, placed
from core.lenses.compression._superposition import decoded_share
from core.lenses.compression.feature_multiplexing import feature_multiplexing
from core.lenses.compression.field_dims import field_dims
from core.space import EmbeddingSpace


def fields_of(most):
    spaces = field_dims.example(np.random.default_rng(0)).spaces
    codes = spaces[0].codes("label")[0]
    rows = np.arange(len(codes))
    parts = rows[::2], rows[1::4], rows[3::4]
    return Fields.of(tuple(s.vectors for s in spaces), codes, parts=parts, most=most)


def test_evolution_finds_what_enumeration_finds():
    fields = fields_of(6)
    best = enumerated(fields, 0.002)
    assert evolved(fields, 0.002, np.random.default_rng(1)) == best
    assert best[2] == 0  # the field that says nothing


def test_the_auc_is_that_of_scikit_learn(rng):
    codes, scores = rng.integers(2, size=200), rng.normal(size=(200, 2)).round(1)
    expected = np.mean([roc_auc_score(codes == at, scores[:, at]) for at in range(2)])
    assert auc(scores, codes) == pytest.approx(expected)


def test_fewer_dimensions_do_as_well_as_all():
    example = field_dims.example(np.random.default_rng(0))
    found = field_dims(*example.spaces, **example.knobs)
    assert found.auc.value > found.full_auc.value - 0.03
    assert found.kept.value <= 0.3


def test_an_interval_counts_that_other_items_give_another_classifier():
    spaces = field_dims.example(np.random.default_rng(0)).spaces
    method = field_dims(*spaces, most=4).auc.interval.method
    assert method == "20 random halves of 200 items; fit: 20 random halves of 400 items"


def test_one_class_alone_cannot_be_told(joint):
    items = joint.items.assign(species=["cat"] * 118 + ["dog"] * 2)
    one = EmbeddingSpace("one", joint.vectors, items, {"label": "species"})
    assert isinstance(field_dims(one, one).auc, Undefined)


def test_a_row_for_every_value_has_no_collisions(rng):
    columns = np.stack([rng.integers(9, size=50), rng.integers(4, size=50)], axis=1)
    table = placed(columns, "without collisions", n_rows=2, rng=rng)
    assert (table.within, table.between) == (0, 0)
    assert table.n_rows == (columns.max(axis=0) + 1).sum()


def test_collisions_are_counted_within_and_between_columns():
    assert collisions([np.array([0, 0, 1]), np.array([0, 2])]) == (1, 2)


def test_columns_are_told_apart_by_their_rotation_alone(rng):
    with_, without = (decoded_share(4, 128, rng, rotated=rotated) for rotated in (True, False))
    assert with_ > 0.95
    assert without == pytest.approx(0.27, abs=0.05)


def test_columns_that_name_items_are_no_categories(joint):
    items = joint.items[["kind", "species", "pair"]].assign(caption=["a", "b", "c"] * 40)
    roles = {"modality": "kind", "label": "species", "pair": "pair", "text": "caption"}
    space = EmbeddingSpace("named", joint.vectors, items, roles)
    lone = feature_multiplexing(space).auc
    assert lone == Undefined("needs two columns of categories, found 1")  # the kind


def test_one_column_is_no_reason_to_share(rng):
    items = pd.DataFrame({"a": ["x", "y"] * 40, "item": range(80)})
    space = EmbeddingSpace("one", rng.normal(size=(80, 3)), items)
    expected = Undefined("needs two columns of categories, found 1")
    assert feature_multiplexing(space).auc == expected


@pytest.mark.slow
def test_questions_beyond_the_planted_ones_rebuild_the_vectors(rng):
    bits = rng.integers(2, size=(900, 8))
    vectors = (bits @ rng.normal(size=(8, 20)) + 0.02 * rng.normal(size=(900, 20))).astype("f4")
    fit = np.arange(900) < 600
    enough, few = fitted_questions(vectors, fit, 12, 600), fitted_questions(vectors, fit, 5, 600)
    errors = [
        relative_error(vectors[~fit], one.decode(one.bits[~fit])).mean() for one in (enough, few)
    ]
    assert errors[0] < 0.02
    assert errors[1] > 0.1
    assert entropies(enough.bits).sum() > 7.5


def test_a_bit_that_never_changes_has_no_entropy():
    bits = np.array([[True, False], [True, True]])
    assert entropies(bits) == pytest.approx([0, 1], abs=1e-9)


def test_noise_is_not_predicted_from_the_other_item_of_its_pair(rng):
    """Both items of a pair look alike and have one label, that their vectors do not tell.

    With pairs on both sides the mean was .73; its standard error here is .05.
    """
    n, found = 60, []
    for _ in range(12):
        vectors = np.repeat(rng.normal(size=(n, 32)), 2, axis=0)
        vectors += 0.01 * rng.normal(size=vectors.shape)
        labels = np.repeat(rng.integers(0, 2, n), 2).astype(str)
        items = pd.DataFrame({"label": labels, "pair": np.arange(2 * n) // 2})
        space = EmbeddingSpace("pairs", vectors, items, {"label": "label", "pair": "pair"})
        found.append(field_dims(space, space, most=32).auc.value)
    assert np.mean(found) < 0.63


def test_intervals_of_tables_count_that_other_items_give_other_tables():
    (space,) = feature_multiplexing.example(np.random.default_rng(0)).spaces
    found = feature_multiplexing(space.take(np.arange(400)))
    for number in (found.auc, found.equal_auc, found.proportional_auc, found.full_auc):
        assert number.interval.method == (
            "20 random halves of 200 items; fit: 5 random halves of 200 items"
        )
    row = found.tables.rows.set_index("layout").loc["one shared table"]
    assert row["AUC"] == pytest.approx(found.auc.value, abs=1e-3)


@pytest.mark.slow
def test_areas_of_scores_that_say_nothing_differ_from_chance_once_in_twenty_times(rng):
    alarms = []
    for _ in range(400):
        scores, codes = rng.normal(size=(40, 3)), rng.integers(3, size=20)
        labels = Labels(np.repeat(codes, 2), (), np.repeat(np.arange(20), 2))  # by pairs
        alarms.append(auc_estimate(np.repeat(scores[::2], 2, axis=0), labels).differs_from_chance)
    assert 0.02 <= np.mean(alarms) <= 0.08
