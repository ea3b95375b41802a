"""Classes by prompts, searches and sums: known answers, limits, refusals."""

import numpy as np
import pandas as pd
import pytest

from core.engines.asking import (
    class_vectors,
    closest,
    combined,
    prompts,
    scaled_as,
    zero_shot,
)
from core.errors import BadParameter, NotApplicable
from core.estimates import Undefined
from core.space import EmbeddingSpace

NAMES = ("cat", "dog", "owl")


class WordAxes:
    """An encoder of texts whose words are axes: "cat" the first, and so on."""

    def encode_texts(self, texts):  # noqa: D102
        return np.float32([[3.0 * (name in text) for name in NAMES] for text in texts])


@pytest.fixture
def animals(rng):
    labels = np.repeat(NAMES, 20)
    vectors = np.eye(3)[np.repeat(range(3), 20)] + rng.normal(scale=0.05, size=(60, 3))
    items = pd.DataFrame({"label": labels, "pair": range(60)})
    return EmbeddingSpace("animals", vectors, items, {"label": "label", "pair": "pair"})


def test_prompts_that_mean_the_labels_are_always_right(animals):
    classes = class_vectors(WordAxes(), NAMES, ["a {}", "one {}"])
    found = zero_shot(animals, classes, NAMES, rows=np.arange(60))
    assert found.accuracy.value == 1
    assert found.accuracy.chance.value == pytest.approx(1 / 3)
    assert found.accuracy.interval.low > 0.9


def test_swapped_names_are_always_wrong(animals):
    classes = class_vectors(WordAxes(), NAMES, ["{}"])[[1, 2, 0]]
    assert zero_shot(animals, classes, NAMES, rows=np.arange(60)).accuracy.value == 0


def test_only_the_rows_asked_for_have_a_margin(animals):
    classes = class_vectors(WordAxes(), NAMES, ["{}"])
    found = zero_shot(animals, classes, NAMES, rows=np.arange(20))
    assert np.isnan(found.margin.values[20:]).all()
    assert (found.margin.values[:20] > 0.5).all()


def test_labels_of_other_names_leave_the_accuracy_undefined(animals):
    classes = class_vectors(WordAxes(), ("cat", "dog"), ["{}"])
    found = zero_shot(animals, classes, ("tiger", "wolf"), rows=np.arange(60))
    assert isinstance(found.accuracy, Undefined)


def test_an_accuracy_of_some_of_the_labels_says_of_how_many_items(animals):
    some = class_vectors(WordAxes(), NAMES[:2], ["{}"])
    assert zero_shot(animals, some, NAMES[:2], rows=np.arange(60)).accuracy.sample == (40, 60)
    every = class_vectors(WordAxes(), NAMES, ["{}"])
    assert zero_shot(animals, every, NAMES, rows=np.arange(60)).accuracy.sample is None


def test_an_ensemble_of_one_template_is_that_template():
    once = class_vectors(WordAxes(), NAMES, ["a {}"])
    np.testing.assert_allclose(class_vectors(WordAxes(), NAMES, ["a {}", "a {}"]), once)


@pytest.mark.parametrize(
    ("names", "templates", "said"),
    [(["cat"], ["{}"], "two"), (["a", "b"], ["photo"], "{}"), (["a", "b"], [], "template")],
)
def test_prompts_that_cannot_be_written_are_refused(names, templates, said):
    with pytest.raises(BadParameter, match=said):
        prompts(names, templates)


def test_a_sum_leads_from_one_class_to_another(animals):
    cat, dog = WordAxes().encode_texts(["cat", "dog"])
    query = combined([(1.0, animals.vectors[0]), (-1.0, cat), (1.0, dog)])
    rows, cosines = closest(animals, query, np.arange(60), k=10)
    assert set(animals.items["label"].iloc[rows]) == {"dog"}
    assert (np.diff(cosines) <= 0).all()


def test_the_scale_of_a_term_does_not_count(animals):
    a, b = animals.vectors[0], animals.vectors[30]
    np.testing.assert_allclose(
        combined([(1, a), (1, b)]), combined([(1, 9 * a), (1, b)]), atol=1e-6
    )


def test_terms_that_cancel_are_refused(animals):
    with pytest.raises(BadParameter, match="cancel"):
        combined([(1, animals.vectors[0]), (-1, animals.vectors[0])])


def test_a_vector_of_other_width_or_of_zeros_is_refused(animals):
    for vector, said in ((np.ones(4), "3 dimensions"), (np.zeros(3), "no direction")):
        with pytest.raises(NotApplicable, match=said):
            closest(animals, vector, np.arange(60), k=3)


def test_vectors_are_scaled_only_for_a_space_of_unit_vectors(animals):
    given = np.float32([[3, 4, 0]])
    np.testing.assert_array_equal(scaled_as(animals, given), given)
    unit = EmbeddingSpace("unit", animals.unit, animals.items)
    np.testing.assert_allclose(scaled_as(unit, given), [[0.6, 0.8, 0]])
