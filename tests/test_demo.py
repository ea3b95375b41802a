"""The demo spaces show something on every page."""

from collections import Counter

import numpy as np
import pytest

from core.catalog import catalog
from core.demo import DEMOS


@pytest.fixture(scope="module")
def demos():
    return {name: make() for name, make in DEMOS.items()}


def test_names_of_the_demos_are_the_names_of_their_spaces(demos):
    assert [space.name for space in demos.values()] == list(demos)


def test_every_lens_of_one_space_finds_a_demo_it_can_look_at(demos):
    single = {key: lens for key, lens in catalog().items() if lens.arity == (1, 1)}
    lost = [k for k, lens in single.items() if all(lens.obstacle(s) for s in demos.values())]
    assert lost == []


def test_captions_have_lengths_and_images_have_pictures(demos):
    shapes = demos["Shapes and captions (made)"]
    is_text = shapes.names("modality") == "text"
    assert np.array_equal(np.isnan(shapes.lengths()), ~is_text)
    assert all(isinstance(cell, bytes) for cell in shapes.column("image")[~is_text])
    assert set(Counter(shapes.column("pair")).values()) == {2}


def test_the_network_separates_digits_better_than_pixels_on_held_out_ones(demos):
    def accuracy(space):
        held = space.where(space.names("group") == "held out")
        codes, _ = held.codes("label")
        return (codes[held.neighbors(1).indices[:, 0]] == codes).mean()

    pixels, network = (
        accuracy(demos[f"Digits, {kind}"]) for kind in ("raw pixels", "network features")
    )
    assert pixels > 0.9
    assert network > 0.9
