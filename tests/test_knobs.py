"""Knobs are read from annotations and checked by name."""

from dataclasses import replace
from typing import Annotated, Literal

import pytest

from core.errors import BadParameter
from core.knobs import Between, Knob, OneOf, Switch, ValueOf, bind, knobs_of


def turned(
    space,
    /,
    *,
    k: Annotated[int, Between(1, 9), "Neighbors."] = 3,
    way: Annotated[Literal["up", "down"], "Direction."] = "up",
    fast: Annotated[bool, "Hurry."] = False,
    right: Annotated[str, ValueOf("modality", nth=1), "Side."] = "",
):
    return space, k, way, fast, right


KNOBS = knobs_of(turned)


def test_knobs_come_from_the_annotations():
    kinds = [type(knob.kind) for knob in KNOBS]
    assert kinds == [Between, OneOf, Switch, ValueOf]
    assert [knob.help for knob in KNOBS] == ["Neighbors.", "Direction.", "Hurry.", "Side."]


def test_defaults_follow_the_space(joint):
    assert bind(KNOBS, {}, joint) == {"k": 3, "way": "up", "fast": False, "right": "text"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"k": 10}, "'k' must be between 1 and 9; got 10"),
        ({"k": float("nan")}, "'k' must be between"),
        ({"way": "left"}, "'way' must be one of up, down; got 'left'"),
        ({"fast": "yes"}, "'fast' must be on or off"),
        ({"right": "sound"}, "'right' must be one of image, text"),
        ({"speed": 1}, "no knob 'speed'; there are: k, way, fast, right"),
    ],
)
def test_what_the_form_could_not_give_is_refused_by_name(joint, given, message):
    with pytest.raises(BadParameter, match=message):
        bind(KNOBS, given, joint)


def test_a_side_that_is_named_for_asking_asks(joint):
    sides = replace(
        joint,
        items=joint.items.assign(side=["query"] * 80 + ["target"] * 40),
        roles={"side": "side"},
    )
    knob = Knob("queries", ValueOf("side", nth=1), "Which asks.", "")
    assert knob.default_for(sides) == "query"
    other = sides.items.assign(side=["this"] * 80 + ["that"] * 40)
    assert knob.default_for(replace(sides, items=other)) == "that"
