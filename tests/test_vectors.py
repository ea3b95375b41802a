"""What is known of an array of vectors: which rows are finite, what they hash to, their norms."""

import numpy as np

from core.vectors import content_hash, finite_rows, frozen, n_not_finite, row_hashes, row_norms


def test_rows_with_overflow_or_nan_are_not_finite():
    vectors = np.array([[1, 2], [np.inf, 0], [np.nan, 1], [3e38, 3e38]], np.float32)
    assert finite_rows(vectors).tolist() == [True, False, False, True]
    assert n_not_finite(frozen(vectors)) == 2


def test_what_is_frozen_already_is_shared_and_all_else_is_copied(rng):
    ready = frozen(rng.normal(size=(5, 3)))
    assert frozen(ready) is ready
    for other in (ready[::2], ready.astype(np.float64), ready.copy()):
        assert not np.shares_memory(frozen(other), other)


def test_whoever_adds_to_a_hash_leaves_that_of_the_array_alone(rng):
    vectors = frozen(rng.normal(size=(5, 3)))
    content_hash(vectors).update(b"more")
    assert content_hash(vectors).digest() == content_hash(frozen(vectors.copy())).digest()
    assert content_hash(vectors).digest() != content_hash(frozen(vectors.reshape(3, 5))).digest()


def test_equal_rows_have_equal_hashes_wherever_they_stand_and_in_whatever_block(rng, monkeypatch):
    vectors = frozen(rng.normal(size=(40, 3)))
    whole, norms = row_hashes(vectors), row_norms(vectors)
    monkeypatch.setattr("core.vectors._BLOCK", 7 * 3 * 4)
    order = rng.permutation(40)
    assert np.array_equal(row_hashes(frozen(vectors[order])), whole[order])
    assert np.array_equal(row_norms(vectors), norms) and len(np.unique(whole)) == 40
    assert row_hashes(frozen([[0.0, 1.0]])) == row_hashes(frozen([[-0.0, 1.0]]))
    np.testing.assert_allclose(norms, np.linalg.norm(vectors.astype(np.float64), axis=1), 1e-6)
