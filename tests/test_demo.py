"""The demo spaces show something on every page."""

from collections import Counter

import numpy as np
import pytest

from core.catalog import catalog
from core.demo import DEMOS
from core.demo.docstrings import docstring
from core.demo.shapes import COURSES
from core.engines.maps.frames import frame_columns
from core.lenses.contrastive.alignment import alignment
from core.lenses.contrastive.uniformity import uniformity
from core.lenses.length.truncation import truncation
from core.lenses.modality.gap import modality_gap
from core.lenses.modality.retrieval import retrieval


@pytest.fixture(scope="module")
def demos():
    return {name: make() for name, make in DEMOS.items()}


SIDES = {"left": "image", "right": "text"}


def at(space, step):
    return space.where(space.items["step"].to_numpy() == step)


def gap(space):
    return modality_gap(space, **SIDES).centroid_distance.value


def spread(space):
    return uniformity(space, **SIDES).uniformity.value


def closeness(space):
    return alignment(space, **SIDES).alignment.value


def test_names_of_the_demos_are_the_names_of_their_spaces(demos):
    assert [space.name for space in demos.values()] == list(demos)


def test_every_lens_of_one_space_finds_a_demo_it_can_look_at(demos):
    single = {key: lens for key, lens in catalog().items() if lens.arity == (1, 1)}
    lost = [k for k, lens in single.items() if all(lens.obstacle(s) for s in demos.values())]
    assert lost == []


def test_captions_have_lengths_and_images_have_pictures(demos):
    shapes = demos["Shapes and captions"]
    is_text = shapes.names("modality") == "text"
    assert np.array_equal(np.isnan(shapes.lengths()), ~is_text)
    assert all(isinstance(cell, bytes) for cell in shapes.column("image")[~is_text])
    assert set(Counter(shapes.column("pair")).values()) == {2}


def test_the_trained_model_finds_captions_and_the_untrained_one_does_not(demos):
    trained, untrained = (
        retrieval(demos[name], left="image", right="text").recall_at_5
        for name in ("Shapes and captions", "Shapes and captions, untrained")
    )
    assert trained.value > 0.5
    assert trained.differs_from_chance
    assert not untrained.differs_from_chance


def test_the_course_of_the_first_run_leads_from_the_untrained_to_the_trained_model(demos):
    course = demos[COURSES[0]]
    steps = course.items["step"].unique()
    first, last = at(course, steps[0]), at(course, steps[-1])
    assert np.array_equal(first.vectors, demos["Shapes and captions, untrained"].vectors)
    assert np.abs(last.vectors - demos["Shapes and captions"].vectors[: len(last)]).max() < 0.02


def test_the_map_can_follow_the_pairs_of_a_course_over_its_steps(demos):
    for name in COURSES:
        assert "step" in frame_columns(demos[name])


def test_all_runs_start_alike_and_training_spreads_and_aligns(demos):
    for name in COURSES:
        course = demos[name]
        steps = course.items["step"].unique()
        first, last = at(course, steps[0]), at(course, steps[-1])
        assert np.array_equal(first.vectors, at(demos[COURSES[0]], steps[0]).vectors)
        for measure in (spread, closeness):
            assert measure(last) < measure(first)


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


def test_a_low_temperature_keeps_the_gap_that_a_high_one_closes(demos):
    low, high, with_terms = (
        gap(at(demos[name], demos[name].items["step"].max())) for name in COURSES
    )
    assert high < 0.1 < with_terms < 0.25 < low


def test_a_docstring_is_that_of_the_installed_package():
    assert docstring("numpy.linalg.norm").startswith("Matrix or vector norm.")


def test_what_a_package_draws_anew_at_each_import_is_no_part_of_its_docstring():
    said = docstring("scipy.stats.Binomial")
    assert "may vary" not in said
    assert said.startswith("Binomial distribution")


@pytest.mark.parametrize("name", ["no_such_package.f", "numpy.no_such_name", "numpy"])
def test_a_name_that_is_not_installed_has_no_docstring(name):
    assert docstring(name) is None


def test_the_texts_of_the_docstrings_are_there(demos):
    texts = demos["Docstrings"].column("text")
    assert np.mean([isinstance(text, str) and len(text) > 0 for text in texts]) > 0.95


def test_a_document_is_cut_to_rising_lengths(demos):
    cut = demos["Docstrings cut to lengths"]
    assert truncation.obstacle(cut) is None
    by_name = cut.items.groupby("name")
    assert by_name["tokens"].apply(lambda n: n.is_monotonic_increasing).all()
    whole = [text for text in cut.column("text") if text is not None]
    assert len(whole) > 0.9 * len(cut)
    assert by_name["docstring"].apply(lambda t: t.str.len().is_monotonic_increasing).mean() > 0.9


def test_the_layers_hold_the_same_docstrings_and_end_in_the_vectors_of_the_model(demos):
    layers = [demos[f"Docstrings, layer {layer}"] for layer in (2, 4, 6)]
    names = layers[0].names("pair")
    assert all(np.array_equal(layer.names("pair"), names) for layer in layers)
    whole = demos["Docstrings"]
    row = {name: at for at, name in enumerate(whole.items["name"])}
    short = [at for at, name in enumerate(names) if whole.lengths()[row[name]] <= 128]
    assert len(short) > 20
    own = whole.unit[[row[names[at]] for at in short]]
    assert np.einsum("ij,ij->i", own, layers[-1].unit[short]).min() > 0.999


def test_only_the_model_trained_for_it_keeps_its_pairs_in_its_first_dimensions():
    ladder = catalog()["compression.ladder"]
    plain, nested = (
        ladder(DEMOS[name]()).truncation_index
        for name in ("Shapes and captions", "Shapes and captions, Matryoshka")
    )
    assert plain.chance.low < plain.value < plain.chance.high
    assert nested.interval.low > nested.chance.high
