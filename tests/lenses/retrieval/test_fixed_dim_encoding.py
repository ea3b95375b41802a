"""Encodings of sets: identities, Chamfer by hand, width, the control, refusals."""

import numpy as np
import pandas as pd
import pytest

from core.engines.retrieval import sets as engine
from core.engines.retrieval.fixed_dim import Encoding, encoded, sketched
from core.engines.retrieval.sets import Sets, chamfer
from core.errors import NotApplicable
from core.estimates import Undefined
from core.lenses.retrieval.fixed_dim_encoding import fixed_dim_encoding
from core.numerics.unit import unit_rows
from core.space import EmbeddingSpace


def space_of(rng, n=300, each=18, d=64):
    """Sets of vectors about six topics each; one in ten asks."""
    topics = rng.normal(size=(60, d))
    own = np.stack([rng.choice(60, 6, replace=False) for _ in range(n)])
    which = np.take_along_axis(own, rng.integers(6, size=(n, each)), 1).ravel()
    vectors = topics[which] + rng.normal(size=(n * each, d))
    names = np.repeat(np.arange(n), each)
    items = pd.DataFrame({"set": names, "side": np.where(names % 10, "gallery", "query")})
    return EmbeddingSpace("sets", vectors, items, {"group": "set", "side": "side"})


def sets_of(rng, n, each):
    space = space_of(rng, n, each)
    return Sets.of(space.vectors, space.codes("group")[0], np.arange(len(space)))


def test_without_hyperplanes_single_vectors_keep_their_products(rng):
    left, right = sets_of(rng, 7, 1), sets_of(rng, 30, 1)
    asking, searched = encoded(left, right, Encoding(0, 3))
    assert asking @ searched.T == pytest.approx(left.unit @ right.unit.T, abs=1e-6)


def test_single_documents_keep_the_chamfer_similarity_at_any_number_of_cells(rng):
    left, right = sets_of(rng, 7, 5), sets_of(rng, 30, 1)
    asking, searched = encoded(left, right, Encoding(5, 2))
    assert asking @ searched.T == pytest.approx(chamfer(left, right), abs=1e-6)


def test_chamfer_is_the_mean_of_the_best_products(rng):
    left, right = sets_of(rng, 3, 4), sets_of(rng, 5, 6)
    by_hand = [
        [(left.take([i]).unit @ right.take([j]).unit.T).max(axis=1).mean() for j in range(5)]
        for i in range(3)
    ]
    assert chamfer(left, right) == pytest.approx(np.array(by_hand), abs=1e-6)


def test_sets_of_any_sizes_are_compared_whole_in_tiles_of_any_size(rng, monkeypatch):
    sizes = np.array([1, 9, 2, 3, 1, 7])
    codes = np.repeat(np.arange(6), sizes)
    vectors = unit_rows(rng.normal(size=(len(codes), 64)).astype(np.float32))
    right = Sets.of(vectors, codes, np.arange(len(codes)))
    left = sets_of(rng, 3, 4)
    whole = chamfer(left, right)
    monkeypatch.setattr(engine, "_VECTORS", 4)
    monkeypatch.setattr(engine, "_QUERY_ROWS", 5)
    assert chamfer(left, right) == pytest.approx(whole, abs=1e-6)


def test_more_repetitions_come_closer(rng):
    space = space_of(rng)
    rows = fixed_dim_encoding(space, repetitions=16).widths.rows.set_index("repetitions")
    for reading in ("recall", "correlation"):
        assert rows.loc[[1, 4, 16], reading].is_monotonic_increasing
    assert rows.loc[16, "width"] == 16 * 16 * 64
    assert 0.65 < rows.loc[4, "correlation"] < 0.85


def test_a_narrow_encoding_loses_to_the_mean_vector_and_an_exact_look_mends_it(rng):
    found = fixed_dim_encoding(space_of(rng), hyperplanes=3, repetitions=1, projection=8)
    assert found.width.value == 64
    assert found.gain.interval.high < 0
    assert found.recall_reranked.value > found.recall.value


def test_the_encodings_open_as_a_space_of_a_vector_for_each_set(rng):
    space = space_of(rng)
    made = fixed_dim_encoding(space, repetitions=2, projection=4).encodings
    assert made.vectors.shape == (300, 2 * 16 * 4)
    assert sorted(made.names("group")) == sorted(set(space.names("group")))


def test_too_little_and_too_much_are_refused(rng):
    few = fixed_dim_encoding(space_of(rng, n=15)).recall
    assert few == Undefined("needs 20 sets, found 13")
    with pytest.raises(NotApplicable, match="each names one"):
        fixed_dim_encoding(space_of(rng, each=1))
    wide = space_of(rng, n=100, each=2, d=4096)
    with pytest.raises(NotApplicable, match=r"take 3.4 GB.*project the vectors"):
        fixed_dim_encoding(wide, hyperplanes=8)


def test_a_final_sketch_is_narrower_and_loses_some(rng):
    space = space_of(rng)
    whole, narrow, wide = (fixed_dim_encoding(space, final=final) for final in (0, 256, 4096))
    assert narrow.width.value == 256
    assert narrow.encodings.n_dims == 256
    assert narrow.recall.value < wide.recall.value <= whole.recall.value + 0.02
    assert narrow.widths.rows.equals(whole.widths.rows)


def test_products_of_sketches_are_right_on_average(rng):
    x, y = rng.normal(size=(2, 200, 512)).astype(np.float32)
    left, right = sketched(x, y, 128)
    error = (left * right).sum(axis=1) - (x * y).sum(axis=1)
    assert abs(error.mean()) < 3 * error.std() / np.sqrt(200)
