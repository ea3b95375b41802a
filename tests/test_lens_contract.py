"""What every lens promises, whoever wrote it."""

import contextlib
import dataclasses
import inspect
import json
import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

import numpy as np
import pandas as pd
import pytest

from core.catalog import catalog, families, projections, sign, transforms
from core.errors import BadParameter, ExplorerError, NotApplicable
from core.estimates import Estimate, Undefined
from core.io.results import put_together, taken_apart
from core.knobs import Between, Knob, bind
from core.origin import EncoderId
from core.progress import listening
from core.readouts import Heatmap, ItemPairs, ItemScores, Readout
from core.sources import SOURCES
from core.space import EmbeddingSpace
from core.steps import Apply, LookAt
from tests.changes import CHANGES

LENSES = catalog()


def marks(lens):
    return [pytest.mark.slow] if lens.needs_encoder else []


@pytest.fixture(
    params=[pytest.param(lens, id=key, marks=marks(lens)) for key, lens in LENSES.items()]
)
def lens(request):
    return request.param


@pytest.fixture
def spaces(lens, joint, rng):
    """Spaces with every role filled; those of the example where a model must have made them."""
    if lens.needs_encoder:
        return lens.example(rng).spaces
    noise = rng.normal(size=joint.vectors.shape) * 0.3
    other = replace(joint, name="other", vectors=joint.vectors + noise)
    return (joint, other)[: lens.arity[0]]


@pytest.fixture(scope="module")
def found():
    return {}


@pytest.fixture
def result(lens, spaces, found):
    """What the lens finds, once for all tests that only look at it."""
    if (lens.key, "random") not in found:
        found[lens.key, "random"] = lens(*spaces)
    return found[lens.key, "random"]


def numbers(lens, result):
    return {r.name: getattr(result, r.name) for r in lens.readings if r.score}


def test_lens_describes_itself(lens):
    assert lens.family in families()
    assert lens.question.endswith("?")
    assert lens.reading_guide.endswith(".")
    assert lens.caution.endswith(".")
    assert lens.papers
    assert inspect.getdoc(lens.run).splitlines()[0].endswith(".")
    assert all(knob.help.endswith(".") for knob in lens.knobs)
    assert all(reading.help.endswith(".") for reading in lens.readings)
    assert lens.headline in [reading.name for reading in lens.readings if reading.score]


def test_steps_after_a_verdict_name_lenses_and_transforms_that_exist(lens, joint):
    steps = lens.verdicts.steps.values() if lens.verdicts else ()
    for step in chain.from_iterable(steps):
        assert step.why[-1] in "?."
        match step:
            case LookAt(key):
                assert key in LENSES
                assert key != lens.key
            case Apply(key, _, knobs):
                assert knobs.items() <= bind(transforms()[key].knobs, knobs, joint).items()


@pytest.mark.parametrize("family", families())
def test_a_vital_sign_leads_somewhere_whatever_it_says(family):
    steps = sign(family).verdicts.steps
    assert all(steps.get(where) for where in ("above", "below", "unclear"))


def test_lens_points_to_the_items_behind_its_numbers(lens, spaces, result):
    values = [getattr(result, reading.name) for reading in lens.readings]
    assert any(isinstance(value, ItemScores) for value in values)
    for value in values:
        if isinstance(value, ItemScores):
            assert value.values.shape == (len(spaces[0]),)
            assert not np.isinf(value.values).any()
        if isinstance(value, ItemPairs):
            assert len(value.first) == len(value.second) == len(value.values)


def test_a_cell_that_opens_leads_to_a_lens_of_two_spaces(lens, spaces, result):
    for value in (getattr(result, reading.name) for reading in lens.readings):
        if isinstance(value, Heatmap) and value.opens:
            assert value.rows == value.columns == tuple(space.name for space in spaces)
            assert LENSES[value.opens].arity == (2, 2)


def test_lens_gives_the_known_answer_on_its_example(lens):
    example = lens.example(np.random.default_rng(0))
    assert example.says.endswith(".")
    assert example.expected
    found = numbers(lens, lens(*example.spaces, **example.knobs))
    for name, (low, high) in example.expected.items():
        assert isinstance(found[name], Estimate), f"{name}: {found[name]}"
        assert low <= found[name].value <= high, f"{name}: {found[name].value}"


def test_example_is_the_same_each_time(lens):
    first, second = (lens.example(np.random.default_rng(0)) for _ in range(2))
    assert [s.fingerprint for s in first.spaces] == [s.fingerprint for s in second.spaces]


def test_numbers_are_estimates_inside_their_range(lens, result):
    assert dataclasses.is_dataclass(result)
    assert result.__dataclass_params__.frozen
    for reading in lens.readings:
        value = getattr(result, reading.name)
        if reading.score is None:
            assert isinstance(value, Readout | EmbeddingSpace)
        elif isinstance(value, Undefined):
            assert value.reason
        else:
            assert isinstance(value, Estimate)
            assert type(value.value) is float
            assert math.isfinite(value.value)
            low = -np.inf if reading.score.low is None else reading.score.low
            high = np.inf if reading.score.high is None else reading.score.high
            chance = value.chance and (value.chance.value, value.chance.low, value.chance.high)
            slack = 1e-6
            for number in (value.value, *value.ends, *(chance or ())):
                assert number is None or low - slack <= number <= high + slack, reading.name


def test_headline_says_how_sure_it_is_and_what_chance_gives(lens, result):
    headline = getattr(result, lens.headline)
    if isinstance(headline, Undefined):
        example = lens.example(np.random.default_rng(0))
        headline = getattr(lens(*example.spaces, **example.knobs), lens.headline)
    assert headline.interval or headline.chance
    if headline.interval:
        assert headline.interval.method
        assert headline.interval.low <= headline.interval.high
    if headline.chance:
        assert headline.chance.method


def test_lens_is_deterministic_and_its_headline_is_that_told_before(lens, spaces, result):
    told = []
    with listening(lambda *_: None, told.append):
        again = lens(*spaces)
    assert not told or told == [getattr(again, lens.headline).value]
    assert numbers(lens, again) == numbers(lens, result)


def test_a_result_without_spaces_comes_back_as_it_was_kept(lens, result):
    if any(reading.kind is EmbeddingSpace for reading in lens.readings):
        with pytest.raises(TypeError, match="EmbeddingSpace"):
            taken_apart(result)
        return
    tree, arrays = taken_apart(result)
    back = put_together(lens.result, json.loads(json.dumps(tree)), arrays)
    again, same = taken_apart(back)
    assert type(back) is type(result)
    assert json.dumps(again) == json.dumps(tree)
    for name, array in arrays.items():
        assert array.dtype == same[name].dtype
        assert np.array_equal(array, same[name], equal_nan=array.dtype.kind == "f")


DECLARED = [
    pytest.param(lens, change, marks=marks(lens), id=f"{key}: {change}")
    for key, lens in LENSES.items()
    for change in dict.fromkeys([*lens.invariances, *lens.partly])
]


@pytest.mark.parametrize("on", ["random", "example"])
@pytest.mark.parametrize(("lens", "change"), DECLARED, indirect=["lens"])
def test_what_a_lens_declares_to_make_no_difference_makes_none(lens, change, on, spaces, found):
    knobs = {}
    if on == "example":
        example = lens.example(np.random.default_rng(0))
        spaces, knobs = tuple(map(told_apart, example.spaces)), example.knobs
    before = found.get((lens.key, on)) or lens(*spaces, **knobs)
    found[lens.key, on] = before
    rng = np.random.default_rng(5 if on == "random" else 6)  # scales down, and up
    after = lens(*(CHANGES[change](space, rng) for space in spaces), **knobs)
    names = numbers(lens, before) if change in lens.invariances else lens.partly[change]
    for name in names:
        assert value_of(getattr(after, name)) == pytest.approx(
            value_of(getattr(before, name)), rel=1e-4, abs=1e-4
        ), name


def told_apart(space):
    """With a column that names each item, by which folds and samples are drawn, not by vectors."""
    return replace(space, items=space.items.assign(**{"which item": range(len(space))}))


def test_the_order_of_the_items_changes_nothing(lens, spaces, result):
    order = np.random.default_rng(9).permutation(len(spaces[0]))
    after = lens(*(in_other_order(space, order) for space in spaces))
    assert numbers(lens, after) == numbers(lens, result)
    for reading in lens.readings:
        if reading.kind is ItemScores:
            before, moved = (getattr(found, reading.name).values for found in (result, after))
            assert np.array_equal(before[order], moved, equal_nan=True), reading.name


def words(found):
    """All that is written in a reading."""
    match found:
        case str():
            yield found
        case pd.DataFrame():
            yield from words([*found.columns, *found.to_numpy(object).ravel()])
        case Mapping():
            yield from words([*found.keys(), *found.values()])
        case list() | tuple():
            for each in found:
                yield from words(each)
        case np.ndarray() if found.dtype == object:
            yield from words(found.ravel().tolist())
        case _ if dataclasses.is_dataclass(found) and not isinstance(found, EmbeddingSpace):
            yield from words([getattr(found, field.name) for field in dataclasses.fields(found)])


HOLED = ("label", "modality", "domain", "tags")


def test_items_without_a_value_are_no_group_of_their_own(lens, spaces):
    """Neither a bar nor a line nor a row is theirs, and the lens says how many there are."""
    roles = [role for role in HOLED if role in spaces[0].roles]
    gone = np.random.default_rng(3).random((len(spaces[0]), len(roles))) < 0.15
    holed = []
    for space in spaces:
        columns = {
            space.roles[role]: space.items[space.roles[role]].astype(object).mask(empty, None)
            for role, empty in zip(roles, gone.T, strict=True)
        }
        holed.append(replace(space, items=space.items.assign(**columns)))
    if lens.key in ("retrieval.frechet_mean", "retrieval.hierarchical_zero_shot"):
        return  # prompts need their class
    result = lens(*holed)
    for reading in lens.readings:
        assert not any("(none)" in word for word in words(getattr(result, reading.name)))
    told = {"label"} & set(roles) if lens.by_label else set()
    told |= {role for role in (*lens.needs, *lens.apart) if role in ("modality", "domain")}
    for role in told:
        assert f"items have no {role}" in lens.left_out(*holed)


def test_items_that_are_all_of_one_pair_are_told_of_and_never_end_in_an_error(lens, spaces):
    """Nothing can be held out where all items stay together."""
    if lens.needs_encoder or "pair" not in spaces[0].roles:
        return
    one = [replace(s, items=s.items.assign(**{s.roles["pair"]: 0})) for s in spaces]
    with contextlib.suppress(ExplorerError):
        for name, number in numbers(lens, lens(*one)).items():
            assert isinstance(number, Undefined) or math.isfinite(number.value), name


TIED = {"bits": lambda rows: np.where(rows > 0, 1, -1), "counts": lambda rows: np.round(2 * rows)}


@pytest.mark.slow
@pytest.mark.parametrize("kind", TIED)
def test_the_order_of_items_that_are_level_changes_nothing(lens, spaces, kind):
    level = [replace(space, vectors=np.float32(TIED[kind](space.vectors))) for space in spaces]
    order = np.random.default_rng(9).permutation(len(level[0]))
    result, after = (
        lens(*each) for each in (level, [in_other_order(space, order) for space in level])
    )
    assert numbers(lens, after) == numbers(lens, result)
    for reading in lens.readings:
        if reading.kind is ItemScores:
            before, moved = (getattr(found, reading.name).values for found in (result, after))
            assert np.array_equal(before[order], moved, equal_nan=True), reading.name


@pytest.mark.slow
@pytest.mark.parametrize("key", [*transforms(), *projections()])
def test_the_order_of_the_items_changes_no_transform(key, joint):
    transform = {**transforms(), **projections()}[key]
    order = np.random.default_rng(9).permutation(len(joint))
    before, moved = transform(joint), transform(in_other_order(joint, order))
    assert moved.items.index.tolist() == list(range(len(joint)))
    np.testing.assert_allclose(moved.vectors, before.vectors[order], rtol=1e-4, atol=1e-5)


def in_other_order(space, order):
    items = space.items.iloc[order].reset_index(drop=True)
    return replace(space, vectors=space.vectors[order], items=items)


def value_of(number):
    return math.inf if isinstance(number, Undefined) else number.value


def test_partly_names_readings(lens):
    for names in lens.partly.values():
        assert set(names) <= {reading.name for reading in lens.readings if reading.score}


def test_time_is_told_before_it_is_taken(lens, spaces):
    seconds = lens.seconds(*spaces)
    assert 0 < seconds < math.inf
    assert lens.seconds(*(replace(space, roles={}) for space in spaces)) > 0


def test_every_source_is_cited():
    described = [*LENSES.values(), *transforms().values(), *projections().values()]
    cited = {key for each in described for key in each.sources}
    assert cited | {"schakel-2015"} == set(SOURCES)  # that one by CONTRIBUTING.md


def test_two_sources_are_two_papers():
    assert len({paper.url for paper in SOURCES.values()}) == len(SOURCES)


def test_called_in_a_notebook_a_lens_says_what_it_takes(lens):
    assert lens.__doc__ == lens.run.__doc__
    assert list(inspect.signature(lens).parameters)[-len(lens.knobs) or 99 :] == [
        knob.name for knob in lens.knobs
    ]
    assert repr(lens) == f"<lens {lens.key}>"


def test_lens_leaves_the_space_alone(lens, spaces):
    before = spaces[0].items.copy(deep=True), spaces[0].vectors.copy()
    lens(*spaces)
    assert spaces[0].items.equals(before[0])
    assert np.array_equal(spaces[0].vectors, before[1])


def test_zero_vectors_are_left_out_where_only_directions_count(lens, spaces):
    if not lens.directions:
        return
    holed = spaces[0].vectors.copy()
    holed[5] = 0
    result = lens(replace(spaces[0], vectors=holed), *spaces[1:])
    for reading in lens.readings:
        value = getattr(result, reading.name)
        if isinstance(value, ItemScores):
            assert value.values.shape == (len(spaces[0]),)
            assert np.isnan(value.values[5])
        if isinstance(value, Estimate):
            assert math.isfinite(value.value)


def test_a_missing_role_is_an_obstacle_with_a_reason(lens, spaces):
    bare = [replace(space, roles={}) for space in spaces]
    obstacle = lens.obstacle(*bare)
    if lens.needs:
        assert f"{lens.title!r} needs a" in obstacle
        with pytest.raises(NotApplicable, match=r"needs a .* column"):
            lens(*bare)
    else:
        assert obstacle is None


def test_an_unknown_encoder_is_an_obstacle_with_a_reason(lens, spaces):
    obstacle = lens.obstacle(*(replace(space, encoder=None) for space in spaces))
    assert bool(obstacle) == lens.needs_encoder
    if lens.needs_encoder:
        assert f"{lens.title!r} needs a space whose encoder is known" in obstacle


def test_too_few_items_is_an_obstacle_with_a_reason(lens, spaces):
    few = [space.take(np.arange(2)) for space in spaces]
    with pytest.raises(NotApplicable):
        lens(*few)


BOUNDED = [
    pytest.param(lens, knob, id=f"{key}.{knob.name}")
    for key, lens in LENSES.items()
    for knob in lens.knobs
    if isinstance(knob.kind, Between)
]


@pytest.mark.parametrize(("lens_", "knob"), BOUNDED)
def test_a_knob_out_of_range_is_refused_by_name(lens_, knob: Knob, joint):
    spaces = (joint, replace(joint, name="other"))[: lens_.arity[0]]
    if lens_.needs_encoder:
        spaces = [replace(joint, encoder=EncoderId("open_clip", "none"))]
    with pytest.raises(BadParameter, match=f"'{knob.name}' must be between"):
        lens_(*spaces, **{knob.name: knob.kind.high + 1})


def test_an_unknown_knob_is_refused_by_name(lens, spaces):
    with pytest.raises(BadParameter, match="no knob 'volume'"):
        lens(*spaces, volume=11)
