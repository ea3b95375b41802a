"""Every lens at both ends of every knob, on very few items and on items that are all equal."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.catalog import catalog
from core.errors import ExplorerError
from core.estimates import Estimate, Undefined
from core.knobs import Between, OneOf, Switch
from core.readouts import ItemScores
from core.space import EmbeddingSpace

SIZES = (4, 5, 7, 10)  # where a lens needs no more


def few(n, rng):
    """So many items with every role filled."""
    at = np.arange(n)
    items = pd.DataFrame(
        {
            "kind": np.array(["image", "text"])[at % 2],
            "species": np.array(["cat", "cat", "dog", "dog", "owl"])[at % 5],
            "pair": at // 2,
            "words": 1 + at * 7 % 31,
            "caption": [f"sentence {i}" for i in at],
            "source": np.array(["web", "book"])[at // 2 % 2],
            "tags": np.array(["fur; paws", "fur; tail", "beak", "fur", "beak; tail"])[at % 5],
            "prompt": np.where(at % 10 < 5, "species", None),
        }
    )
    roles = {
        "modality": "kind",
        "label": "species",
        "pair": "pair",
        "length": "words",
        "text": "caption",
        "group": "source",
        "domain": "source",
        "tags": "tags",
        "level": "prompt",
    }
    return EmbeddingSpace(f"{n} items", rng.normal(size=(n, 3)), items, roles)


def ends(knob):
    match knob.kind:
        case Between(low, high):
            kind = type(knob.default)
            return [kind(low), kind(high)]
        case OneOf(options):
            return list(options)
        case Switch():
            return [False, True]
        case _:
            return []


def settings(lens):
    yield {}
    for knob in lens.knobs:
        for value in ends(knob):
            yield {knob.name: value}


def numbers_are_sound(lens, result, n):
    for reading in lens.readings:
        value = getattr(result, reading.name)
        if isinstance(value, ItemScores):
            assert value.values.shape == (n,), reading.name
            assert not np.isinf(value.values).any(), reading.name
        if reading.score is None:
            continue
        assert isinstance(value, Estimate | Undefined), reading.name
        if isinstance(value, Estimate):
            ends = [value.value]
            ends += [value.interval.low, value.interval.high] if value.interval else []
            ends += [value.chance.value] if value.chance else []
            assert all(map(math.isfinite, ends)), f"{reading.name}: {value}"


KEYS = [key for key, lens in catalog().items() if not lens.needs_encoder]


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
def test_a_lens_at_the_ends_of_its_knobs_gives_numbers_or_a_reason(key):
    lens, rng = catalog()[key], np.random.default_rng(0)
    answered, refusals = 0, []
    sizes = sorted({max(n, lens.min_items) for n in SIZES})
    for n in sizes:
        space = few(n, rng)
        equal = replace(space, name="equal", vectors=np.ones((n, 3)))
        for one in (space, equal):
            spaces = (one, replace(one, name="other"))[: lens.arity[0]]
            for knobs in settings(lens) if n == sizes[0] else [{}]:
                try:
                    result = lens(*spaces, **knobs)
                except ExplorerError as refusal:
                    refusals.append(str(refusal))
                    continue
                numbers_are_sound(lens, result, n)
                answered += 1
    assert answered, refusals
    assert all(refusal.endswith(".") for refusal in refusals), refusals
