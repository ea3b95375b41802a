"""Documents by merged vector or best part: known answers, kinds of queries, parts, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.estimates import Undefined
from core.lenses.retrieval.document_pooling import document_pooling
from core.numerics.unit import unit_rows
from core.space import EmbeddingSpace

ROLES = {"group": "document", "side": "side", "pair": "part", "position": "place"}


def documents(rng, *, whole=True, n=200, each=6, d=64):
    """Parts are their document plus their own direction plus noise, queries one of the two."""
    own = np.repeat(np.arange(n), each)
    about, section = rng.normal(size=(n, d)), rng.normal(size=(n * each, d))
    parts = about[own] + section + rng.normal(size=section.shape)
    asked = np.arange(n) * each + rng.integers(each, size=n)
    queries = (about if whole else section[asked]) + rng.normal(scale=0.8, size=(n, d))
    items = pd.DataFrame({"document": np.concatenate([own, np.arange(n)])})
    items["side"] = ["part"] * len(own) + ["query"] * n
    items["part"] = np.concatenate([np.arange(n * each), asked])
    items["place"] = np.concatenate([np.tile(np.arange(each), n), np.zeros(n)]).astype(int)
    return EmbeddingSpace("documents", np.concatenate([parts, queries]), items, ROLES)


def test_merged_vectors_serve_queries_about_whole_documents(rng):
    found = document_pooling(documents(rng))
    assert found.merged_less_best.interval.low > 0
    assert found.recall_merged.value > found.recall_best_part.value > found.recall_first_part.value
    assert found.by_query.rows["asks for"].tolist() == ["whole documents"]


def first_among(rng, others, *, d):
    """How often a part comes first before others of random directions, and what 200 queries allow.

    A query is its part's direction and noise of 0.8, a part two more of variance 1.
    """
    x, y = rng.normal(size=(2, 20_000, d))
    y = (x + np.sqrt(2) * y) / np.sqrt(3)
    x = (x + 0.8 * rng.normal(size=x.shape)) / np.sqrt(1.64)
    cosines = (unit_rows(x) * unit_rows(y)).sum(axis=1)
    each = (d - 1) / 2  # (1 + cosine) / 2 of two random directions is of a beta distribution
    share = (stats.beta.cdf((1 + cosines) / 2, each, each) ** others).mean()
    return share, 3 * np.sqrt(share * (1 - share) / 200)


def test_the_best_part_serves_queries_about_one(rng):
    found = document_pooling(documents(rng, whole=False))
    assert found.merged_less_best.interval.high < 0
    share, within = first_among(rng, 1199, d=64)
    assert found.part_recall.value == pytest.approx(share, abs=within)
    assert found.by_query.rows["asks for"].tolist() == ["one part"]
    assert found.recall_of_either.value >= found.recall_best_part.value


def test_a_mix_is_each_of_the_two_at_its_ends(rng):
    space = documents(rng)
    for mix, way in ((0.0, "recall_best_part"), (1.0, "recall_merged")):
        found = document_pooling(space, mix=mix)
        assert found.recall_mix.value == pytest.approx(getattr(found, way).value)


def test_two_stages_over_all_documents_order_parts_by_both_scores(rng):
    space = documents(rng, n=60)
    unit, parts = space.unit.astype(np.float64), np.arange(360)
    merged = unit[parts].reshape(60, 6, -1).sum(axis=1)
    merged /= np.linalg.norm(merged, axis=1, keepdims=True)
    scores = unit[360:] @ unit[parts].T + np.repeat(unit[360:] @ merged.T, 6, axis=1)
    right = space.items["part"].to_numpy()[360:]
    share = (scores.argmax(axis=1) == right).mean()
    found = document_pooling(space, k_documents=60)
    assert found.part_recall_two_stage.value == pytest.approx(share)


def test_of_two_modalities_the_one_that_tells_should_weigh_all(rng):
    space = documents(rng)
    kind = np.where(np.arange(len(space)) % 3 == 0, "table", "text")
    vectors = np.where(
        (kind == "table")[:, None], rng.normal(size=space.vectors.shape), space.vectors
    )
    vectors[1200:] = space.vectors[1200:]
    items = space.items.assign(kind=kind)
    mixed = replace(space, vectors=vectors, items=items, roles={**ROLES, "modality": "kind"})
    line = document_pooling(mixed).weights.lines["merged"]
    assert line[-1] > line[5] > line[0]


def test_without_sides_a_part_of_each_document_asks(rng):
    space = documents(rng).where(np.arange(1400) < 1200)
    found = document_pooling(replace(space, roles={"group": "document"}))
    assert np.isfinite(found.by_item.values).sum() == 200
    assert found.recall_first_part == Undefined("needs a 'position' column")
    assert "share a 'pair'" in found.part_recall.reason


def test_few_documents_and_documents_of_one_part_leave_nothing_to_compare(rng):
    few = documents(rng, n=4)
    assert document_pooling(few).merged_less_best == Undefined("needs 10 documents, found 4")
    alone = document_pooling(documents(rng, each=1)).merged_less_best
    assert "documents of several parts, found 0" in alone.reason


def test_places_of_all_queries_are_counted():
    lens = document_pooling
    example = lens.example(np.random.default_rng(0))
    ranks = lens(*example.spaces, **example.knobs).ranks
    assert ranks.values.sum() == 30
    assert ranks.columns[0] == "merged: 1"
    assert ranks.values[:, 0].sum() == 30


def test_parts_without_a_modality_are_none_to_be_weighed(rng):
    """They count neither as the most frequent one nor as another where a document has others."""
    space = documents(rng, n=20)
    kinds = np.where(np.arange(len(space)) % 6 < 1, "a", "b").astype(object)
    kinds[np.arange(len(space)) % 6 > 2] = None  # of each six parts one is a, two are b
    given = replace(
        space, items=space.items.assign(kind=kinds), roles={**ROLES, "modality": "kind"}
    )
    found = document_pooling(given)
    assert found.weights.x_axis == "weight of b"
    told = (np.arange(len(space)) % 6 <= 2) | (space.items["side"] == "query").to_numpy()
    alone = document_pooling(given.where(told))
    assert found.recall_merged.value == alone.recall_merged.value
    assert found.weights.lines["merged"] == pytest.approx(alone.weights.lines["merged"])
    one = document_pooling(
        replace(given, items=given.items.assign(kind=pd.Series(kinds).replace("a", None)))
    )
    assert one.recall_merged.value == document_pooling(space).recall_merged.value
    assert not len(one.weights.x)
