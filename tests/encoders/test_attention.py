"""Capture of attention, and attention at another temperature, on both kinds of text tower."""

import threading
from copy import deepcopy
from itertools import pairwise

import pytest
import torch

from core.encoders import attention
from core.encoders.attention import captured, tempered
from core.errors import BadParameter, NotApplicable

pytestmark = pytest.mark.slow  # models are loaded and run

LENGTH, WIDTH, HEADS, LAYERS = 12, 16, 2, 3


def open_clip_tower(**options):
    from open_clip.transformer import TextTransformer  # noqa: PLC0415 - seconds, only when run

    torch.manual_seed(0)
    tower = TextTransformer(
        context_length=LENGTH,
        vocab_size=100,
        width=WIDTH,
        heads=HEADS,
        layers=LAYERS,
        output_dim=8,
        pool_type="last",
        **options,
    ).eval()
    for parameter in tower.parameters():  # as large as trained ones, so that a temperature counts
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.4)
    return tower


def bert(attention="sdpa"):
    from transformers import BertConfig, BertModel  # noqa: PLC0415 - seconds, only when run

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=100,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=32,
        max_position_embeddings=LENGTH,
        initializer_range=0.4,
        attn_implementation=attention,
    )
    return BertModel(config, add_pooling_layer=False).eval()


TOWERS = {
    "nn.MultiheadAttention": open_clip_tower,
    "open_clip attention": lambda: open_clip_tower(block_type="custom"),
    "open_clip, both ways": lambda: open_clip_tower(no_causal_mask=True, use_pad_mask=True),
    "Hugging Face": bert,
}


@pytest.fixture(params=TOWERS)
def tower(request):
    return TOWERS[request.param]()


def tokens(rows=1, length=LENGTH):
    drawn = torch.randint(3, 100, (rows, length), generator=torch.Generator().manual_seed(1))
    drawn[:, length - 3 :] = 0  # padding
    return drawn


def states(tower, ids):
    """All token states of a Hugging Face model; the pooled one of a tower of open_clip."""
    with torch.no_grad():
        if hasattr(tower, "config"):
            return tower(input_ids=ids, attention_mask=(ids > 0).long()).last_hidden_state
        return tower(ids)


def sharper(tower, tau):
    """The same tower with the temperature written into its weights: an independent reference."""
    tower = deepcopy(tower)
    for module in tower.modules():
        if hasattr(module, "in_proj_weight"):
            module.in_proj_weight.data[:WIDTH] /= tau
            module.in_proj_bias.data[:WIDTH] /= tau
        if hasattr(module, "scaling"):
            module.scaling /= tau
    return tower


@pytest.mark.parametrize("tau", [0.3, 0.7, 1.5])
def test_a_temperature_is_that_of_queries_divided_by_it(tower, tau):
    ids = tokens(4)
    with tempered(tau):
        found = states(tower, ids)
    assert torch.allclose(found, states(sharper(tower, tau), ids), atol=1e-5)
    assert not torch.allclose(found, states(tower, ids), atol=1e-3)


def test_temperature_one_is_the_untouched_model_to_the_last_bit(tower):
    ids = tokens(4)
    with tempered(1.0):
        assert torch.equal(states(tower, ids), states(tower, ids))


def test_a_temperature_of_one_that_goes_through_the_rewritten_call_changes_nothing(tower):
    ids = tokens(4)
    with attention._Calls(lambda function, call: attention._divided(function, call, 1.0)) as calls:
        found = states(tower, ids)
    assert calls.count == LAYERS
    assert torch.allclose(found, states(tower, ids), atol=1e-5)


def test_a_model_is_itself_again_after_the_temperature(tower):
    ids = tokens(2)
    before = states(tower, ids)
    with tempered(0.5):
        states(tower, ids)
    assert torch.equal(states(tower, ids), before)


def test_other_threads_keep_their_temperature():
    tower, ids, found = bert(), tokens(2), []
    before = states(tower, ids)
    with tempered(0.5):
        thread = threading.Thread(target=lambda: found.append(states(tower, ids)))
        thread.start()
        thread.join()
        states(tower, ids)
    assert torch.equal(found[0], before)


def test_a_high_temperature_makes_attention_uniform_over_what_a_token_may_see(tower):
    ids = tokens()
    with captured(tower) as layers, tempered(1e6):
        states(tower, ids)
    for layer in layers:
        seen = layer.attention > 0
        uniform = seen / seen.sum(-1, keepdim=True)
        assert torch.allclose(layer.attention, uniform, atol=1e-4)


def test_every_layer_is_captured_with_rows_that_sum_to_one(tower):
    with captured(tower) as layers:
        states(tower, tokens())
    assert len(layers) == LAYERS
    for layer in layers:
        assert layer.attention.shape == (HEADS, LENGTH, LENGTH)
        assert torch.allclose(layer.attention.sum(-1), torch.ones(HEADS, LENGTH), atol=1e-5)
        assert layer.before.shape == layer.after.shape == (LENGTH, WIDTH)
    for first, second in pairwise(layers):
        assert torch.equal(first.after, second.before)


def test_capture_does_not_change_what_comes_out(tower):
    ids = tokens()
    with captured(tower):
        found = states(tower, ids)
    assert torch.allclose(found, states(tower, ids), atol=1e-5)


def test_tokens_of_a_causal_tower_see_what_comes_before_them_and_no_padding_is_seen_elsewhere():
    causal, both = open_clip_tower(), TOWERS["open_clip, both ways"]()
    for tower in (causal, both):
        with captured(tower) as layers:
            states(tower, tokens())
        weights = layers[0].attention
        if tower is causal:
            assert not weights.triu(1).any()
        else:
            assert weights.triu(1).any()
            assert not weights[..., -3:].any()


def test_captured_attention_is_that_of_the_eager_implementation():
    model, ids = bert(), tokens()
    with torch.no_grad():
        known = bert("eager")(
            input_ids=ids, attention_mask=(ids > 0).long(), output_attentions=True
        ).attentions
    with captured(model) as layers:
        states(model, ids)
    for layer, weights in zip(layers, known, strict=True):
        assert torch.allclose(layer.attention, weights[0], atol=1e-5)


def test_no_hook_is_left_behind(tower):
    with captured(tower) as layers:
        states(tower, tokens())
    states(tower, tokens())
    assert len(layers) == LAYERS
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in tower.modules())


def test_several_texts_at_once_are_not_captured(tower):
    with pytest.raises(ValueError, match="one text at a time; 2 were"), captured(tower):
        states(tower, tokens(2))


def test_attention_that_cannot_be_reached_is_refused_with_what_to_do():
    eager = bert("eager")
    with pytest.raises(NotApplicable, match="no call of either was seen"), tempered(0.5):
        states(eager, tokens())
    with pytest.raises(NotApplicable, match="attn_implementation"), captured(eager):
        states(eager, tokens())


@pytest.mark.parametrize("tau", [0.0, -1.0, float("nan")])
def test_a_temperature_that_is_not_positive_is_refused(tau):
    with pytest.raises(BadParameter, match="must be above 0"), tempered(tau):
        pass
