"""Items are found by vectors and by meaning; what is no vector of the space is explained."""

from dataclasses import replace

import numpy as np
import pytest

from core import vector_search
from core.errors import BadParameter, NotApplicable


def test_an_item_is_nearest_to_its_own_vector(joint):
    similarity = vector_search.cosines(joint, joint.vectors[7:8])
    assert similarity[7] == pytest.approx(1, abs=1e-6)
    assert np.flatnonzero(vector_search.nearest(similarity, 1)).tolist() == [7]


def test_cosines_are_those_of_the_definition_and_do_not_depend_on_length(joint):
    query = joint.vectors[3:5].astype(float)
    direct = joint.unit.astype(float) @ (query / np.linalg.norm(query, axis=1, keepdims=True)).T
    assert vector_search.cosines(joint, query) == pytest.approx(direct.max(axis=1), abs=1e-6)
    assert vector_search.cosines(joint, 9 * query) == pytest.approx(direct.max(axis=1), abs=1e-6)


def test_the_nearest_are_those_of_exact_arithmetic_in_a_narrow_cone(joint):
    far = replace(joint, vectors=joint.vectors + 1e4)
    exact = far.vectors.astype(np.longdouble)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    expected = np.argsort(-(exact @ exact[7]))[:20]
    assert np.array_equal(np.argsort(-vector_search.cosines(far, far.vectors[7]))[:20], expected)


def test_more_neighbors_hold_fewer_and_a_higher_level_holds_less(joint):
    similarity = vector_search.cosines(joint, joint.vectors[:1])
    assert (vector_search.nearest(similarity, 5) <= vector_search.nearest(similarity, 9)).all()
    assert (vector_search.above(similarity, 0.5) <= vector_search.above(similarity, 0.2)).all()
    assert vector_search.nearest(similarity, 10_000).all()
    assert vector_search.above(similarity, -1).all()


def test_a_zero_item_is_like_nothing(joint):
    vectors = joint.vectors.copy()
    vectors[4] = 0
    similarity = vector_search.cosines(replace(joint, vectors=vectors), joint.vectors[:1])
    assert np.isnan(similarity[4])
    assert not vector_search.nearest(similarity, 10_000)[4]
    assert not vector_search.above(similarity, -1)[4]


@pytest.mark.parametrize(
    "text",
    ["1, 2, 3", "1 2 3", "[1, 2, 3]", "1\n2\n3", " 1,2 3 ", "[[1,2,3]]", "[1 2; 3]", "(1, 2, 3)"],
)
def test_a_vector_can_be_pasted_in_any_usual_form(text):
    assert vector_search.vector_of(text, 3).tolist() == [[1, 2, 3]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1, 2", "must have 3 dimensions"),
        ("1, two, 3", "3 numbers"),
        ("", "must have 3 dimensions"),
        ("[1, 2", "3 numbers"),
        ("[1, null, 3]", "3 numbers"),
        ("[[1], [2, 3]]", "3 numbers"),
        ("1, nan, 3", "finite"),
        ("0 0 0", "no direction"),
    ],
)
def test_what_is_no_vector_of_the_space_is_refused(text, says):
    with pytest.raises(BadParameter, match=says):
        vector_search.vector_of(text, 3)


def test_search_by_meaning_needs_a_known_encoder(joint):
    with pytest.raises(NotApplicable, match="is not known"):
        vector_search.semantic(joint, "a cat")


def test_a_vector_nested_beyond_reading_is_refused():
    with pytest.raises(BadParameter, match="A vector is 3 numbers"):
        vector_search.vector_of("[" * 100_000, 3)
