"""Codecs against the libraries people use, where they do the same thing."""

import faiss
import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import TruncatedSVD

from core.catalog import codecs
from core.space import EmbeddingSpace

CODECS = codecs()
D = 32


@pytest.fixture(scope="module")
def vectors():
    rng = np.random.default_rng(1)
    drawn = rng.normal(size=(3000, D)) * np.linspace(0.2, 3, D) + rng.normal(size=D)
    return drawn.astype(np.float32)


@pytest.fixture(scope="module")
def space(vectors):
    return EmbeddingSpace("drawn", vectors, pd.DataFrame({"item": range(len(vectors))}))


def scalar(kind, vectors):
    quantizer = faiss.ScalarQuantizer(D, kind)
    quantizer.train(vectors)
    codes = quantizer.compute_codes(vectors)
    return codes, quantizer.decode(codes)


def test_float16_is_that_of_faiss_but_for_halves(space, vectors):
    """Of a number halfway between two, faiss may take either, depending on the processor."""
    ours = CODECS["float16"](space).decode(CODECS["float16"](space).codes(vectors))
    _, theirs = scalar(faiss.ScalarQuantizer.QT_fp16, vectors)
    halves = ours != theirs
    assert halves.mean() < 1e-3
    assert np.array_equal((ours + theirs)[halves] / 2, vectors[halves])


@pytest.mark.slow  # imports torch
def test_bfloat16_is_that_of_torch(space, vectors):
    import torch  # noqa: PLC0415

    fitted = CODECS["bfloat16"](space)
    theirs = torch.from_numpy(vectors).bfloat16()
    assert np.array_equal(fitted.codes(vectors), theirs.view(torch.uint16).numpy())
    assert np.array_equal(fitted.decode(fitted.codes(vectors)), theirs.float().numpy())


def test_int8_is_that_of_faiss(space, vectors):
    fitted = CODECS["int8"](space)
    codes, decoded = scalar(faiss.ScalarQuantizer.QT_8bit, vectors)
    assert np.array_equal(fitted.codes(vectors).view(np.uint8) ^ 128, codes)
    assert np.allclose(fitted.decode(fitted.codes(vectors)), decoded, atol=1e-5)


def test_int4_is_that_of_faiss(space, vectors):
    fitted = CODECS["int4"](space, clip=0.0)
    codes, decoded = scalar(faiss.ScalarQuantizer.QT_4bit, vectors)
    assert np.array_equal(fitted.codes(vectors), codes)
    assert np.allclose(fitted.decode(fitted.codes(vectors)), decoded, atol=1e-5)


@pytest.mark.slow  # imports sentence-transformers
def test_int8_is_that_of_sentence_transformers_but_for_rounding(space, vectors):
    """The largest value of a dimension may fall a rounding error short of its step there."""
    from sentence_transformers.util.quantization import quantize_embeddings  # noqa: PLC0415

    ours = CODECS["int8"](space).codes(vectors).astype(int)
    theirs = quantize_embeddings(vectors, "int8", calibration_embeddings=vectors).astype(int)
    assert (ours == theirs).mean() > 0.999
    assert np.abs(ours - theirs).max() <= 1


@pytest.mark.parametrize(("key", "levels"), [("int8", 256), ("int4", 16)])
def test_an_entry_is_off_by_half_a_step_at_most(key, levels, space, vectors):
    fitted = CODECS[key](space, clip=0.0)
    step = np.ptp(vectors, axis=0) / (levels - 1)
    off = np.abs(fitted.decode(fitted.codes(vectors)) - vectors)
    assert (off <= step / 2 + 1e-5).all()


@pytest.mark.slow  # imports sentence-transformers
def test_binary_codes_are_those_of_sentence_transformers(space, vectors):
    from sentence_transformers.util.quantization import quantize_embeddings  # noqa: PLC0415

    codes = CODECS["binary"](space, center=False).codes(vectors)
    assert np.array_equal(codes, quantize_embeddings(vectors, "ubinary"))


def test_binary_scores_are_the_distances_of_faiss(space, vectors):
    fitted = CODECS["binary"](space, center=False)
    codes = fitted.codes(vectors)
    index = faiss.IndexBinaryFlat(D)
    index.add(codes)
    apart, found = index.search(codes[:50], 20)
    scores = np.take_along_axis(fitted.score(vectors[:50], codes), found, axis=1)
    assert np.allclose(scores, 1 - 2 * apart / D, atol=1e-6)
    best = np.sort(fitted.score(vectors[:50], codes), axis=1)[:, ::-1][:, :20]
    assert np.allclose(best, 1 - 2 * np.sort(apart, axis=1) / D, atol=1e-6)


def test_product_codes_are_those_of_faiss_with_the_same_centers(space, vectors):
    fitted = CODECS["product_quantization"](space, n_blocks=8)
    quantizer = faiss.ProductQuantizer(D, 8, 8)
    faiss.copy_array_to_vector(fitted.centers.ravel(), quantizer.centroids)
    codes = quantizer.compute_codes(vectors)
    assert (fitted.codes(vectors) == codes).mean() > 0.9999
    assert np.allclose(fitted.decode(codes), quantizer.decode(codes))


def test_product_centers_leave_no_more_than_those_of_faiss(space, vectors):
    fitted = CODECS["product_quantization"](space, n_blocks=8)
    quantizer = faiss.ProductQuantizer(D, 8, 8)
    quantizer.train(vectors)
    theirs = quantizer.decode(quantizer.compute_codes(vectors))
    ours = fitted.decode(fitted.codes(vectors))
    assert np.square(ours - vectors).sum() < 1.03 * np.square(theirs - vectors).sum()


def test_principal_dimensions_are_those_of_scikit_learn(space, vectors):
    fitted = CODECS["principal"](space, dims=5)
    model = TruncatedSVD(5, algorithm="arpack").fit(vectors)
    theirs = model.inverse_transform(model.transform(vectors))
    assert np.allclose(fitted.decode(fitted.codes(vectors)), theirs, atol=1e-3)
