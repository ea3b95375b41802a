"""Searches with tasks: what competes, and what does not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.engines.failures.found import found
from core.engines.failures.ways import EVERYTHING, OWN_TASK, among, ways
from core.errors import NotApplicable
from core.space import EmbeddingSpace

ROLES = {"side": "side", "pair": "answer", "label": "task"}
N = 24  # queries of a task


@pytest.fixture
def two_tasks(rng):
    """Two tasks whose targets lie in the same places: only the own task's tells them apart."""
    target = np.eye(N)
    query = target + 0.01 * rng.normal(size=(N, N))
    items = pd.DataFrame(
        {
            "side": np.repeat(["query", "target"], 2 * N),
            "task": np.tile(np.repeat(["names", "places"], N), 2),
            "answer": np.tile(np.arange(2 * N), 2),
        }
    )
    vectors = np.concatenate([query, query, target, target]).astype(np.float32)
    return EmbeddingSpace("two tasks", vectors, items, ROLES)


def test_targets_of_another_task_do_not_compete_within_a_task(two_tasks):
    assert among(two_tasks, 0) == (OWN_TASK, "names", "places", EVERYTHING)
    assert found(two_tasks, way=0, compete=OWN_TASK).failed.tolist() == [0.0] * 2 * N
    assert found(two_tasks, way=0, compete=EVERYTHING).failed.tolist() == [0.5] * 2 * N


def test_a_task_has_its_own_queries_and_targets_alone(two_tasks):
    made = found(two_tasks, way=0, compete="places")
    assert made.queries.tolist() == list(range(N, 2 * N))
    assert set(made.instead) <= set(range(3 * N, 4 * N))


def test_labels_are_no_tasks_where_they_are_too_many_or_nothing_has_a_side(two_tasks):
    many = replace(two_tasks, roles=ROLES | {"label": "answer"})
    assert among(many, 0) == (EVERYTHING,)
    roles = {"modality": "side", "pair": "answer", "label": "task"}
    assert among(replace(two_tasks, roles=roles), 0) == (EVERYTHING,)


def test_what_has_nothing_that_competes_does_not_ask(two_tasks):
    alike = replace(two_tasks, items=two_tasks.items.assign(answer=0))
    with pytest.raises(NotApplicable, match="tells no right answers"):
        ways(replace(alike, roles={"side": "side", "pair": "answer"}))


def test_rows_of_one_group_ask_together(rng):
    """A target is its picture and its words, which other targets share one of: both find it."""
    picture, word = np.divmod(np.arange(25), 5)
    axes = np.eye(10)
    items = pd.DataFrame({"answer": np.tile(np.arange(25), 3)})
    items["side"] = np.repeat(["query", "query", "target"], 25)
    items["kind"] = np.repeat(["image", "text", "image"], 25)
    items["question"] = [*range(25), *range(25), *[None] * 25]
    vectors = np.concatenate([axes[picture], axes[5 + word], axes[picture] + axes[5 + word]])
    roles = {"side": "side", "pair": "answer", "modality": "kind"}
    space = EmbeddingSpace("both", vectors.astype(np.float32), items, roles)
    assert found(space, way=0).rate().value == pytest.approx(0.8)
    together = found(replace(space, roles=roles | {"group": "question"}), way=0)
    assert together.failed.tolist() == [0.0] * 25
    assert together.queries.tolist() == list(range(25))
    assert together.beside.tolist() == list(range(25, 50))


def test_questions_of_one_document_do_not_ask_together(two_tasks):
    items = two_tasks.items.assign(document=np.tile(np.arange(2 * N) // 4, 2), kind="text")
    roles = ROLES | {"group": "document", "modality": "kind"}
    space = replace(two_tasks, items=items, roles=roles)
    assert len(found(space, way=0).queries) == 2 * N
