"""A space in training, looked at one step at a time."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.engines.pairs.positives import positives
from core.errors import NotApplicable
from core.io.roles import guess_roles
from core.matching import match
from core.series import at_last_step, at_step, followed, spread, steps, ways
from core.space import EmbeddingSpace


@pytest.fixture
def series(rng):
    """Six pairs at steps 100, 20 and 3, in this order."""
    items = pd.DataFrame({"pair": np.tile(range(6), 3), "step": np.repeat([100, 20, 3], 6)})
    roles = {"pair": "pair", "step": "step"}
    return EmbeddingSpace("run", rng.normal(size=(18, 4)).astype(np.float32), items, roles)


def test_steps_stand_in_the_order_of_their_numbers(series):
    assert steps(series) == ("3", "20", "100")


def test_one_step_holds_its_items_and_says_which_it_is(series):
    one = at_step(series, "20")
    assert one.name == "run, step 20"
    np.testing.assert_array_equal(one.items["step"], [20] * 6)
    np.testing.assert_array_equal(one.vectors, series.vectors[6:12])


def test_the_last_step_stands_for_a_series_and_other_spaces_for_themselves(series, joint):
    assert at_last_step(series).name == "run, step 100"
    assert at_last_step(at_last_step(series)).name == "run, step 100"
    assert at_last_step(joint) is joint


def test_a_step_matches_another_space_and_two_series_match_by_pair_and_step(series):
    order = np.random.default_rng(1).permutation(18)
    moved = replace(series.take(order), name="again")
    found = match(series, moved)
    assert found.by == "'pair'"
    np.testing.assert_array_equal(*(space.vectors for space in found.spaces))
    assert len(match(at_step(series, "3"), at_step(moved, "100")).spaces[1]) == 6


@pytest.mark.parametrize("name", ["step", "global_step", "Epoch"])
def test_pairs_that_are_all_there_at_every_step_make_a_series(series, name):
    items = series.items.rename(columns={"step": name})
    assert guess_roles(items) == {"pair": "pair", "step": name}
    assert guess_roles(items.iloc[1:]) == {"pair": "pair", "position": name}
    assert guess_roles(items[[name]]) == {"position": name}


def test_steps_of_one_series_are_found_among_other_spaces(series, joint):
    again = replace(series, name="again")
    some = [at_step(series, "3"), joint, at_step(again, "3"), at_step(series, "20")]
    assert ways(some) == {"run": (0, 3)}


def test_steps_of_an_item_are_no_positives_of_each_other(series, rng):
    items = pd.concat([series.items, series.items], ignore_index=True)
    items["kind"] = np.repeat(["image", "text"], 18)
    twice = replace(series, vectors=rng.normal(size=(36, 4)), items=items)
    for roles in (series.roles, {**series.roles, "modality": "kind"}):
        found = positives(replace(twice, roles=roles), "pair").partners
        assert len(found) == 18
        assert (items["step"].to_numpy()[found.left] == items["step"].to_numpy()[found.right]).all()
    with pytest.raises(NotApplicable, match="No two items share"):
        positives(series, "pair")


def test_what_is_selected_at_one_step_is_followed_to_another(series):
    first = at_step(series, "100")
    picked = first.items.index[[1, 4]]
    there = followed(series, picked, at_step(series, "3"))
    assert series.items.loc[there, "pair"].tolist() == [1, 4]
    assert series.items.loc[there, "step"].tolist() == [3, 3]
    everywhere = followed(series, picked, series)
    assert sorted(series.items.loc[everywhere, "pair"]) == [1, 1, 1, 4, 4, 4]


def test_modalities_of_a_pair_are_followed_apart(rng):
    items = pd.DataFrame(
        {
            "pair": np.tile([0, 0, 1, 1], 2),
            "modality": np.tile(["image", "text"], 4),
            "step": np.repeat([1, 2], 4),
        }
    )
    roles = {name: name for name in items}
    run = EmbeddingSpace("run", rng.normal(size=(8, 3)).astype(np.float32), items, roles)
    assert followed(run, items.index[[1]], at_step(run, "2")).tolist() == [5]


def test_without_pairs_an_item_is_at_its_own_step_only(series):
    alone = replace(series, roles={"step": "step"})
    assert not len(followed(alone, alone.items.index[:2], at_step(alone, "3")))


def test_values_given_at_one_step_are_those_of_all(series):
    step = at_step(series, "20")
    given = np.array(list("abcdef"), object)
    assert spread(series, step, given, rest="-").tolist() == list("abcdef") * 3
    some = step.where(np.arange(6) < 2)
    assert spread(series, some, given[:2], rest="-")[:3].tolist() == ["a", "b", "-"]
