"""Layers, tokens and patches are spaces over the items that they come from."""

import weakref

import numpy as np
import pytest
from PIL import Image

from core.demo.assets import ASSETS
from core.encoders import encoding, load, parts
from core.encoders.encoding import Plan, encode
from core.encoders.inside import depths, layer_spaces, one_side, readings
from core.encoders.parts import ACCENT, part_space, patch_space, token_space
from core.encoders.states import at_layer, image_states, text_states
from core.errors import Cancelled, NotApplicable
from core.io.collection import Collection
from core.io.images import decoded
from core.io.pictures import read_pictures
from core.origin import EncoderId
from core.progress import listening

pytestmark = pytest.mark.slow  # models are loaded and run

TEXTS = ["a cat", "an owl that sleeps"]
WANTED = ((0, "mean"), (2, "cls"), (1, "cls + mean"))


@pytest.fixture
def collection(archive):
    encoding._opened.clear()
    return read_pictures([archive])


def test_layers_read_in_one_pass_are_those_read_one_by_one(clip, collection):
    pictures = one_side(collection, "image")
    joined = encode(readings(clip, WANTED), pictures).space
    spaces = layer_spaces(joined, clip.id, WANTED)
    assert [space.n_dims for space in spaces] == [32, 32, 64]
    for space, (layer, pooling) in zip(spaces, WANTED, strict=True):
        assert space.encoder == at_layer(clip.id, layer, pooling)
        alone = encode(load(space.encoder, "cpu"), pictures).space
        np.testing.assert_allclose(space.vectors, alone.vectors, atol=1e-6)
        assert space.items.equals(joined.items)
        assert {"label", "image", "pair"} <= set(space.roles)


def test_reading_layers_goes_on_where_it_was_stopped(clip, collection, tmp_path):
    pictures = one_side(collection, "image")

    def stop(stage: str, fraction: float) -> None:
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled), listening(stop):
        encode(readings(clip, WANTED), pictures, Plan(batch=8, folder=tmp_path))
    assert readings(clip, WANTED) is readings(clip, WANTED)
    assert 8 <= len(encoding.finished(readings(clip, WANTED), tmp_path)) < 40


def test_each_side_has_its_own_number_of_layers(either_clip):
    assert depths(either_clip) == {"image": 3, "text": 2}


def test_both_sides_of_the_demo_model_can_be_read_inside():
    encoder = load(EncoderId("open_clip", str(ASSETS / "shapes-model")), "cpu")
    assert depths(encoder) == {"image": 5, "text": 2}


def test_a_side_keeps_what_is_known_of_it(collection):
    texts = one_side(collection, "text")
    assert texts.texts == collection.texts
    assert texts.pictures == ()
    assert texts.items["text"].tolist() == list(collection.texts)
    assert "text" not in one_side(collection, "image").items


def test_a_space_of_patches_knows_where_each_lies(clip, images):
    space = patch_space(clip, [clip.prepared(one) for one in images[:20]], 0)
    assert space.items[["row", "column"]].iloc[:4].to_numpy().tolist() == [
        [0, 0], [0, 1], [1, 0], [1, 1],
    ]  # fmt: skip
    for image in (1, 17):  # in the first batch and in the second
        expected = image_states(clip, [images[image]]).layers[0][0, 2]
        np.testing.assert_allclose(space.vectors[4 * image + 1], expected, atol=1e-6)


def test_the_picture_of_a_patch_shows_which_it_is(clip, images):
    gray = Image.new("RGB", (20, 40), (120, 120, 120))
    space = patch_space(clip, [clip.prepared(gray)], 0)
    for place, inside in enumerate(((24, 24), (72, 24), (24, 72), (72, 72))):
        shown = decoded(space.items["picture"].iloc[place], "patch")
        assert shown.size == (96, 96)
        framed = np.argwhere((np.asarray(shown) == ACCENT).all(axis=-1))
        top, left = (framed.min(axis=0) + framed.max(axis=0)) / 2
        assert abs(left - inside[0]) <= 1 and abs(top - inside[1]) <= 1
        assert np.abs(np.asarray(shown.getpixel(inside), int) - 120).max() <= 1


def test_patches_of_a_feature_map_know_where_each_lies(resnet, images):
    assert depths(resnet) == {"image": 5, "text": 2}
    prepared = [resnet.prepared(one) for one in images[:17]]
    for layer, side in ((0, 16), (3, 4), (-1, 2)):
        space = patch_space(resnet, prepared, layer)
        assert len(space) == 17 * side * side
        row, column = side - 1, side // 2
        there = (space.items["row"] == row) & (space.items["column"] == column)
        vectors = space.vectors[there & (space.items["image_number"] == 16)]
        expected = image_states(resnet, images[16:17]).layers[layer][:, row * side + column]
        np.testing.assert_allclose(vectors, expected, atol=1e-6)
    assert space.name == "Patches, layer 4"


def test_layers_of_a_residual_network_have_their_own_widths(resnet, collection):
    wanted = tuple((layer, "mean") for layer in range(5))
    pictures = one_side(collection, "image")
    joined = encode(readings(resnet, wanted), pictures).space
    spaces = layer_spaces(joined, resnet.id, wanted)
    assert [space.n_dims for space in spaces] == [8, 32, 64, 128, 256]
    for space in spaces:
        alone = encode(load(space.encoder, "cpu"), pictures).space
        np.testing.assert_allclose(space.vectors, alone.vectors, atol=1e-6)


def test_a_space_of_tokens_leaves_special_ones_out_and_spells_the_others(either_clip):
    space = token_space(either_clip, TEXTS)
    assert space.items["text_number"].tolist() == [0, 0, 1, 1, 1, 1]
    assert space.items["place"].tolist() == [1, 2, 1, 2, 3, 4]
    assert space.items["token"].tolist()[:2] == ["a</w>", "cat</w>"]
    expected = text_states(either_clip, TEXTS).layers[-1][1, 4]
    np.testing.assert_allclose(space.vectors[5], expected, atol=1e-6)


def test_tokens_and_patches_keep_what_is_known_of_their_items(clip, collection):
    tokens = part_space(clip, one_side(collection, "text"), 1, n=4).space
    assert tokens.items.loc[tokens.items["text_number"] == 2, "text"].unique() == ["a kitten"]
    assert tokens.name == "pets, texts: tokens, layer 1"
    patches = part_space(clip, one_side(collection, "image"), 0, n=41)
    assert "broken.jpg" in patches.refused[0]
    assert len(patches.space) == 40 * 4
    assert patches.space.roles["label"] == "label"
    assert patches.space.items["picture"].iloc[0][1:4] == b"PNG"


def test_of_a_collection_of_both_the_patches_of_pictures_are_read(clip, collection):
    assert len(collection.texts) < len(collection.pictures)
    mixed = part_space(clip, collection, 0, n=41).space
    alone = part_space(clip, one_side(collection, "image"), 0, n=41).space
    np.testing.assert_array_equal(mixed.vectors, alone.vectors)
    assert mixed.items["file"].tolist() == alone.items["file"].tolist()


def test_a_sample_is_the_same_every_time_and_keeps_the_order(clip, collection):
    pictures = one_side(collection, "image")
    first, again = (part_space(clip, pictures, 0, n=5).space for _ in range(2))
    assert first.items["file"].tolist() == again.items["file"].tolist()
    at = [pictures.items["file"].tolist().index(name) for name in first.items["file"].unique()]
    assert at == sorted(at)


def test_no_picture_is_kept_at_its_full_size(clip, collection, monkeypatch):
    read, most = [], []

    def watched(data, name):
        image = decoded(data, name)
        read.append(weakref.ref(image))
        most.append(sum(one() is not None for one in read))
        return image

    monkeypatch.setattr(parts, "decoded", watched)
    part_space(clip, one_side(collection, "image"), 0, n=41)
    assert len(most) == 40
    assert max(most) <= 2  # the one before goes when the next is there


def test_reading_pictures_for_their_patches_can_be_stopped(clip, collection):
    seen = []

    def stop(stage: str, fraction: float) -> None:
        seen.append(stage)
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled), listening(stop):
        part_space(clip, one_side(collection, "image"), 0, n=41)
    assert set(seen) == {"pictures"}  # it never came to the model


def test_pictures_none_of_which_can_be_read_are_refused(clip, collection):
    pictures = one_side(collection, "image")
    bad = next(one for one in pictures.pictures if "broken" in one.name)
    alone = Collection("bad", (bad,), (), pictures.items.iloc[:1])
    with pytest.raises(NotApplicable, match="Nothing of 'bad'"):
        part_space(clip, alone, 0, n=1)
