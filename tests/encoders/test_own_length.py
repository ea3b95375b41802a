"""A text read at its own length has the vector that the whole context gives it."""

import numpy as np
import open_clip
import pytest
import torch
from open_clip.tokenizer import SimpleTokenizer

from core.demo.assets import ASSETS
from core.encoders import load
from core.encoders.own_length import text_vectors
from core.origin import EncoderId

pytestmark = pytest.mark.slow  # models are loaded and run

TEXTS = ["a cat", "an owl that sleeps in the old tree", "", "a dog"]
VISION = {"image_size": 16, "patch_size": 8, "width": 32, "head_width": 16, "layers": 1}
TEXT = {"context_length": 77, "vocab_size": 49408, "width": 48, "heads": 3, "layers": 3}


def model_of(kind=open_clip.model.CustomTextCLIP, **text):
    torch.manual_seed(0)
    return kind(embed_dim=24, vision_cfg=VISION, text_cfg=TEXT | text).eval()


def both(model, ids):
    """Vectors at the length of the texts and of the whole context, and positions read."""
    read = []
    last = getattr(model, "text", model).transformer.resblocks[-1]
    hook = last.register_forward_hook(lambda _, __, output: read.append(output.shape[1]))
    with torch.inference_mode():
        own, whole = text_vectors(model, ids), model.encode_text(ids)
    hook.remove()
    scale = whole.norm(dim=1, keepdim=True)
    return (own / scale).numpy(), (whole / scale).numpy(), read


@pytest.mark.parametrize("kind", [open_clip.CLIP, open_clip.CustomTextCLIP])
@pytest.mark.parametrize("pooling", ["argmax", "eos"])
def test_what_follows_the_pooled_token_is_not_read(kind, pooling):
    model = model_of(kind, pool_type=pooling, eos_id=49407)
    own, whole, read = both(model, SimpleTokenizer()(TEXTS))
    np.testing.assert_allclose(own, whole, atol=1e-6)
    assert read == [10, 77]  # begin, eight tokens, end


def test_the_demo_model_reads_captions_at_their_length():
    encoder = load(EncoderId("open_clip", str(ASSETS / "shapes-model")), "cpu")
    texts = ["a red circle", "a large blue ring at the top left of a white background"]
    own, whole, read = both(encoder.module, encoder.tokenize(texts)["input_ids"])
    np.testing.assert_allclose(own, whole, atol=1e-6)
    assert read[0] < read[1] == encoder.context


def test_a_text_that_fills_the_context_is_read_whole():
    own, whole, read = both(model_of(), SimpleTokenizer()(["cat " * 100, "a cat"]))
    np.testing.assert_array_equal(own, whole)
    assert read == [77, 77]


@pytest.mark.parametrize(
    "text",
    [
        {"no_causal_mask": True},
        {"pool_type": "last"},
        {"pool_type": "none"},
        {"embed_cls": True},
    ],
)
def test_a_tower_that_looks_behind_the_text_reads_the_whole_context(text):
    own, whole, read = both(model_of(**text), SimpleTokenizer()(TEXTS))
    np.testing.assert_array_equal(own, whole)
    assert read[0] == read[1] >= 77


def test_a_model_of_another_class_is_left_alone():
    class Other(open_clip.CLIP):
        pass

    _, _, read = both(model_of(Other), SimpleTokenizer()(TEXTS))
    assert read == [77, 77]


def test_the_model_stays_as_it_is():
    model, ids = model_of(), SimpleTokenizer()(TEXTS)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    both(model, ids)
    after = model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in after)
    assert model.text.attn_mask.shape == (77, 77)
