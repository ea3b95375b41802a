"""Linked records: known answers, unequal views, thresholds, no match, strings, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import NotApplicable
from core.estimates import Undefined
from core.lenses.retrieval._records import best_threshold
from core.lenses.retrieval.record_linkage import example, record_linkage
from core.space import EmbeddingSpace

SIDES = {"left": "image", "right": "text", "queries": "query"}
ROLES = {"modality": "view", "pair": "record", "label": "entity", "side": "side"}


def records(rng, *, noise=(1.0, 1.0), n=150, unmatched=0):
    """Two records an entity, one of which asks; each view is the entity's vector and noise."""
    who = np.repeat(np.arange(n), 2)
    sides = np.tile(["query", "catalog"], n)
    kept = ~((sides == "catalog") & (who < unmatched))
    who, sides = who[kept], sides[kept]
    own = rng.normal(size=(n, 16))[who]
    views = [own + rng.normal(scale=scale, size=own.shape) for scale in noise]
    items = pd.DataFrame({"view": np.repeat(["image", "text"], len(who))})
    items["record"] = np.tile(np.arange(len(who)), 2)
    items["entity"] = np.tile(who, 2).astype(str)
    items["side"] = np.tile(sides, 2)
    return EmbeddingSpace("records", np.concatenate(views), items, ROLES)


def test_equally_noisy_views_are_better_together(rng):
    found = record_linkage(records(rng), **SIDES)
    assert found.gain.interval.low > 0
    best = max(found.accuracy_left.value, found.accuracy_right.value)
    assert found.accuracy.value > best + 0.15
    line = found.by_weight.lines["both views"]
    assert line[0] == pytest.approx(found.accuracy_right.value)
    assert line[-1] == pytest.approx(found.accuracy_left.value)


def test_a_useless_view_hurts_and_the_tuned_weight_leaves_it_out(rng):
    found = record_linkage(records(rng, noise=(1.0, 50.0)), **SIDES)
    assert found.gain.interval.high < 0
    tuned = found.accuracy_tuned.interval  # where tuning finds weight 1, up to what links can tell
    assert tuned.low <= found.accuracy_left.value <= tuned.high
    assert tuned.low > found.accuracy.interval.high
    assert found.accuracy_right.interval.low <= found.accuracy_right.chance.value + 0.01


def test_records_without_a_match_are_refused_where_similarity_tells(rng):
    found = record_linkage(records(rng, noise=(0.3, 0.3), unmatched=40), **SIDES)
    for reading in (found.decisions, found.precision, found.recall, found.refused):
        assert reading.value > 0.95
    assert found.clusters.lines["pooled"].max() > 0.98
    assert found.guessed_threshold.value == pytest.approx(found.threshold.value, abs=0.25)


def test_the_threshold_makes_the_fewest_wrong_decisions():
    score, right = np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 1.0, 0.0, 0.0])
    matched = np.array([True, True, False, False])
    assert best_threshold(score, right, matched) == pytest.approx(0.75)


def test_letters_link_what_is_written_alike(rng):
    space = records(rng, n=40)
    words = space.items["entity"].map(lambda who: f"entity number {int(who) * 7919}")
    spelled = replace(
        space, items=space.items.assign(words=words), roles={**ROLES, "text": "words"}
    )
    assert record_linkage(spelled, **SIDES).accuracy_of_strings.value == 1
    unspelled = record_linkage(space, **SIDES).accuracy_of_strings
    assert unspelled == Undefined("needs a 'text' of every record")


def test_a_record_that_lacks_a_view_goes_by_the_other(rng):
    space = records(rng, noise=(0.1, 0.1), n=40)
    kept = np.ones(len(space), bool)
    kept[:10] = False
    found = record_linkage(space.where(kept), weight=0.9, **SIDES)
    assert found.one_view.value == pytest.approx(10 / 80)


def test_without_entities_links_are_shown_and_not_judged(rng):
    space = replace(records(rng, n=30), roles={"modality": "view", "pair": "record"})
    found = record_linkage(space, left="image", right="text")
    assert found.accuracy == Undefined("needs 10 labels, each an entity of two records, found 0")
    assert len(found.uncertain.first) == 60


def test_one_side_alone_is_refused(rng):
    space = records(rng, n=20)
    alone = space.where((space.items["side"] == "query").to_numpy())
    with pytest.raises(NotApplicable, match="all are on side 'query'"):
        record_linkage(alone, **SIDES)


def test_records_stand_side_by_side_by_their_first_view(rng):
    (space,), knobs = example(rng).spaces, example(rng).knobs
    uncertain = record_linkage(space, **knobs).uncertain
    kinds = space.names("modality")
    assert set(kinds[uncertain.first]) == set(kinds[uncertain.second]) == {"image"}


def test_a_single_record_that_asks_is_linked(rng):
    many = records(rng, noise=(0.1, 0.1), n=10)
    sides = many.items["side"].where(many.items["record"] == 0, "catalog")
    found = record_linkage(replace(many, items=many.items.assign(side=sides)), **SIDES)
    assert isinstance(found.accuracy, Undefined)
    images, texts = np.split(many.vectors.astype(np.float64), 2)
    own = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (images, texts)]
    pooled = own[0] + own[1]
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    best = (pooled[1:] @ pooled[0]).max()
    assert found.guessed_threshold.value == pytest.approx(best, abs=1e-6)
