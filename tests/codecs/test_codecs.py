"""What every codec promises, whoever wrote it."""

import numpy as np
import pandas as pd
import pytest

from core.catalog import codecs
from core.codec import Chain, cosines, n_bytes, reconstructed
from core.errors import BadParameter
from core.space import EmbeddingSpace

D = 20


@pytest.fixture(scope="module")
def clustered():
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(12, D))
    vectors = centers[rng.integers(12, size=700)] + 0.4 * rng.normal(size=(700, D))
    return EmbeddingSpace("clustered", vectors, pd.DataFrame({"item": range(700)}))


@pytest.fixture(params=[pytest.param(codec, id=key) for key, codec in codecs().items()])
def codec(request):
    return request.param


def test_codes_take_the_bits_they_say(codec, clustered):
    fitted = codec(clustered)
    codes = fitted.codes(clustered.vectors)
    assert len(codes) == len(clustered)
    assert codes.nbytes * 8 == fitted.bits * len(clustered)


def test_decoded_vectors_are_vectors_of_the_same_shape(codec, clustered):
    fitted = codec(clustered)
    decoded = fitted.decode(fitted.codes(clustered.vectors))
    assert decoded.dtype == np.float32
    assert decoded.shape == clustered.vectors.shape
    assert np.array_equal(reconstructed(fitted, clustered.vectors), decoded)


def test_codes_of_some_rows_are_those_rows_of_the_codes(codec, clustered):
    fitted = codec(clustered)
    codes = fitted.codes(clustered.vectors)
    assert np.allclose(fitted.codes(clustered.vectors[100:110]), codes[100:110], atol=1e-6)


def test_an_item_is_more_like_its_own_code_than_like_most_others(codec, clustered):
    fitted = codec(clustered)
    codes = fitted.codes(clustered.vectors)
    scores = fitted.score(clustered.vectors, codes)
    assert scores.shape == (700, 700)
    assert scores.dtype == np.float32
    own = np.diag(scores)[:, None]
    assert (scores <= own + 1e-6).mean() > (0.5 if codec.key == "row_hashing" else 0.93)


def test_the_order_of_training_rows_does_not_matter(codec, clustered, rng):
    order = rng.permutation(len(clustered))
    for name, table in codec(clustered).tables.items():
        assert np.allclose(codec(clustered.take(order)).tables[name], table, atol=1e-4)


def test_a_knob_out_of_range_is_refused_by_name(codec, clustered):
    for knob in codec.knobs:
        if hasattr(knob.kind, "high"):
            with pytest.raises(BadParameter, match=f"'{knob.name}' must be between"):
                codec(clustered, **{knob.name: knob.kind.high + 1})


def test_a_codec_describes_itself(codec):
    assert codec.help.endswith(".")
    assert all(knob.help.endswith(".") for knob in codec.knobs)
    compile(codec.reads, "reads", "exec")
    compile(codec.asks, "asks", "exec")
    compile(codec.faiss, "faiss", "exec")


def test_first_dimensions_then_int8_is_int8_of_the_first_dimensions(clustered):
    first = codecs()["first"](clustered, dims=8)
    short = EmbeddingSpace("short", clustered.vectors[:, :8], clustered.items)
    second = codecs()["int8"](short)
    both = Chain(first, second)
    codes = both.codes(clustered.vectors)
    assert np.array_equal(codes, second.codes(short.vectors))
    assert both.bits == 64
    assert np.allclose(both.decode(codes)[:, :8], second.decode(codes))
    assert not both.decode(codes)[:, 8:].any()
    assert np.allclose(
        both.score(clustered.vectors[:5], codes), second.score(short.vectors[:5], codes)
    )
    assert n_bytes(both.tables) == n_bytes(first.tables) + n_bytes(second.tables)


@pytest.mark.parametrize(
    ("key", "knobs"),
    [("first", {"dims": D}), ("principal", {"dims": D}), ("random_dimensions", {"dims": D})],
)
def test_all_dimensions_are_exact(key, knobs, clustered):
    fitted = codecs()[key](clustered, **knobs)
    scores = fitted.score(clustered.vectors[:9], fitted.codes(clustered.vectors))
    assert np.allclose(scores, cosines(clustered.vectors[:9], clustered.vectors), atol=1e-5)


def test_a_zero_vector_is_like_nothing():
    assert not cosines(np.zeros((1, 3), np.float32), np.eye(3, dtype=np.float32)).any()
