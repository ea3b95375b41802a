"""The attention filter and its texts, on a tiny encoder whose attention is uniform."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.encoders.temperature import at_temperature
from core.engines.attention.filtered_texts import choose, cut, encoder_of, filtered, n_tokens
from core.engines.attention.low_pass import uniform_gain
from core.engines.attention.uniform import CONTEXT, even_encoder, even_space
from core.errors import NotApplicable
from core.lenses.length.filter import filter_

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def space():
    return even_space(np.random.default_rng(0), 6)


@pytest.fixture(scope="module")
def encoder(space):
    return encoder_of(space)


@pytest.mark.parametrize("most", [3, 8, 20, 32])
def test_a_cut_is_the_longest_beginning_that_fits(space, encoder, most):
    text = space.column("text")[0]
    short = cut(encoder, text, most)
    assert text.startswith(short)
    assert n_tokens(encoder, [short])[0] == min(most, CONTEXT)


def test_a_text_without_spaces_is_cut_between_characters(encoder):
    text = "embedding" * 20
    short = cut(encoder, text, 8)
    assert text.startswith(short)
    assert 4 <= n_tokens(encoder, [short])[0] <= 8


def test_uniform_attention_has_its_gain_at_every_length_layer_and_head(space, encoder):
    for most in (4, 16):
        found = filtered(encoder, cut(encoder, space.column("text")[1], most))
        assert found.n_tokens == most
        assert found.causal
        assert found.gains == pytest.approx(uniform_gain(most, causal=True), abs=1e-5)
        assert found.spreads == pytest.approx(0, abs=1e-5)


def test_the_gain_of_all_texts_lies_at_the_level_of_uniform_attention(space):
    found = filter_(space)
    for name in ("gain_shortest", "gain_longest"):
        number = getattr(found, name)
        assert number.value == pytest.approx(number.chance.value, abs=1e-5)
    assert np.isfinite(found.gain_of_text.values).all()
    assert found.gain_by_length.x.tolist() == [4, 8, 16, 32]


def test_an_encoder_at_another_temperature_is_loaded_by_its_identity(space, encoder):
    texts = list(space.column("text"))
    warm = replace(space, encoder=at_temperature(even_encoder(), 0.5))
    loaded = encoder_of(warm)
    assert loaded.id == warm.encoder
    assert loaded.context == encoder.context
    assert loaded.encode_texts(texts) == pytest.approx(encoder.encode_texts(texts), abs=1e-5)


def test_texts_too_short_or_too_few_are_refused_with_what_was_found(space, encoder):
    words = replace(space, items=pd.DataFrame({"text": ["cat"] * 6}))
    with pytest.raises(NotApplicable, match=r"4 texts of 8 tokens or more are needed; .* has 0"):
        choose(words, encoder, 4, longest=128, seed=0)
    few = space.take(np.arange(3))
    with pytest.raises(NotApplicable, match="has 3 among the 3 that were counted"):
        choose(few, encoder, 4, longest=128, seed=0)


def test_the_sample_is_seeded_and_no_length_is_longer_than_asked(space, encoder):
    first = choose(space, encoder, 4, longest=16, seed=1)
    again = choose(space, encoder, 4, longest=16, seed=1)
    assert first[0].tolist() == again[0].tolist()
    assert first[1] == [4, 8, 16]
