"""What every lesson says of its numbers holds for the lenses that they are read from."""

import re
from functools import cache
from string import Formatter

import pytest

from core.catalog import catalog, projections
from core.lesson import Map, Panel, Play, TwoMaps
from core.lessons import lessons
from core.reels.reel import Reel

STEPS = [(name, at) for name, lesson in lessons().items() for at in range(len(lesson.steps))]
FIELD = re.compile(r"^[a-z_]+(\.(interval|chance))?$")


@cache
def result(of, spaces, knobs):
    run = catalog()[of] if isinstance(of, str) else of
    return run(*(load() for load in spaces), **dict(knobs))


def numbers(step):
    return {
        name: getattr(result(one.of, one.spaces, tuple(sorted(one.knobs.items()))), one.reading)
        for name, one in step.reads.items()
    }


def texts(step):
    return [step.title, step.says, step.shows, *([step.question.asks] if step.question else [])]


def fields(step):
    found = {name for text in texts(step) for _, name, _, _ in Formatter().parse(text) if name}
    assert all(FIELD.match(name) for name in found)
    return {name.partition(".")[0] for name in found}


def test_ten_lessons_have_three_to_six_steps_and_lead_to_lenses():
    assert len(lessons()) >= 10
    assert len({lesson.order for lesson in lessons().values()}) == len(lessons())
    for lesson in lessons().values():
        assert 3 <= len(lesson.steps) <= 6
        assert lesson.own and set(lesson.own) <= set(catalog())


@pytest.mark.parametrize(("name", "at"), STEPS)
def test_every_number_of_a_text_is_read_and_every_number_read_is_said_or_claimed(name, at):
    step = lessons()[name].steps[at]
    assert fields(step) <= set(step.reads)
    claimed = {word for claim in step.claims for word in claim.words.split()}
    assert set(step.reads) <= fields(step) | claimed
    assert step.claims
    if step.question:
        assert 0 <= step.question.right < len(step.question.answers)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "at"), STEPS)
def test_what_a_step_claims_holds(name, at):
    step = lessons()[name].steps[at]
    found = numbers(step)
    assert not [(claim.words, found) for claim in step.claims if not claim.holds(found)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "at"), STEPS)
def test_every_view_can_be_drawn(name, at):
    drawable(lessons()[name].steps[at].view)


def drawable(view):
    match view:
        case TwoMaps(left, right):
            drawable(left)
            drawable(right)
        case Map():
            space = view.space()
            assert projections()[view.projection].obstacle(space) is None
            assert view.color is None or view.color in space.roles
        case Panel():
            lens = catalog()[view.lens]
            assert lens.obstacle(*(load() for load in view.spaces)) is None
            assert set(view.shows) <= {reading.name for reading in lens.readings}
            assert {*view.turns, *view.knobs} <= {knob.name for knob in lens.knobs}
        case Play():
            reel = view.reel(*(load() for load in view.spaces), **view.knobs)
            assert isinstance(reel, Reel)
            assert view.color is None or view.color in reel.space.roles
