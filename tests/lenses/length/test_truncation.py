"""Laws and known answers of crowding under truncation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import NotApplicable
from core.lenses.length._cuts import cuts
from core.lenses.length.truncation import truncation
from core.space import EmbeddingSpace

LENGTHS = (8, 16, 64)


def documents(vectors, lengths=LENGTHS, **columns):
    """Vectors ``(n_documents, n_cuts, n_dims)`` as a space."""
    n, k, d = vectors.shape
    items = pd.DataFrame(
        {"document": np.repeat(np.arange(n), k), "tokens": np.tile(lengths, n), **columns}
    )
    roles = {"pair": "document", "length": "tokens"}
    return EmbeddingSpace("documents", vectors.reshape(-1, d), items, roles)


def collapsing(rng, n=80, d=24, pull=(0.0, 0.6, 1.5)):
    """Documents with content, pulled to one direction by an amount for each length."""
    content = rng.normal(size=(n, 1, d))
    noise = 0.3 * rng.normal(size=(n, len(pull), d))
    return content + noise + np.array(pull)[None, :, None] * 2 * np.eye(d)[0]


def test_documents_pulled_together_with_length_have_all_numbers_rise(rng):
    found = truncation(documents(collapsing(rng)))
    assert found.mean_cosine_rise.interval.low > found.mean_cosine_rise.chance.high
    assert found.uniformity_rise.interval.low > 0
    assert found.mean_cosine.x.tolist() == list(LENGTHS)
    assert np.all(np.diff(found.mean_cosine.lines["mean cosine"]) > 0)
    assert np.all(np.diff(found.uniformity.lines["uniformity"]) > 0)


def test_lengths_that_play_no_role_show_a_rise_as_rarely_as_the_level_says(rng):
    drawn = [collapsing(rng, n=40, pull=(0.5, 0.5)) for _ in range(100)]
    found = [truncation(documents(vectors, LENGTHS[:2])).mean_cosine_rise for vectors in drawn]
    assert np.mean([it.interval.low < 0 < it.interval.high for it in found]) > 0.84
    told = sum(it.differs_from_chance for it in found)
    assert told <= 5 + 3 * np.sqrt(100 * 0.05 * 0.95)


def test_the_rise_turns_its_sign_when_lengths_are_reversed(rng):
    vectors = collapsing(rng)
    forth, back = truncation(documents(vectors)), truncation(documents(vectors[:, ::-1].copy()))
    assert back.mean_cosine_rise.value == pytest.approx(-forth.mean_cosine_rise.value)
    assert back.uniformity_rise.value == pytest.approx(-forth.uniformity_rise.value)


def test_mean_cosine_is_that_of_all_pairs_of_documents(rng):
    vectors = collapsing(rng)
    found = truncation(documents(vectors))
    for j in range(3):
        rows = vectors[:, j] / np.linalg.norm(vectors[:, j], axis=1, keepdims=True)
        cosines = (rows @ rows.T)[np.triu_indices(len(rows), 1)]
        assert found.mean_cosine.lines["mean cosine"][j] == pytest.approx(cosines.mean(), abs=1e-6)
    assert found.crowding.values.reshape(-1, 3)[:, 0].mean() == pytest.approx(
        found.mean_cosine_shortest.value
    )


def test_cuts_that_equal_the_full_document_find_it(rng):
    vectors = np.repeat(rng.normal(size=(60, 1, 16)), 3, axis=1)
    found = truncation(documents(vectors))
    assert found.recall_at_1.value == 1
    assert found.mean_cosine_rise.value == pytest.approx(0, abs=1e-12)
    ranks = found.rank_of_full.values.reshape(-1, 3)
    assert np.all(ranks[:, :2] == 1) and np.isnan(ranks[:, 2]).all()


def test_short_cuts_without_content_find_the_full_document_by_chance(rng):
    vectors = collapsing(rng)
    vectors[:, 0] = rng.normal(size=vectors[:, 0].shape)
    found = truncation(documents(vectors))
    assert found.recall_at_1.interval.low <= found.recall_at_1.chance.value
    assert found.recall.lines["recall at 1"][1] > 0.9


def test_the_unit_of_length_changes_nothing(rng):
    space = documents(collapsing(rng))
    plain = truncation(space)
    other = truncation(
        replace(space, items=space.items.assign(tokens=space.items["tokens"] / 1000))
    )
    for name in ("mean_cosine_rise", "uniformity_rise", "recall_at_1"):
        found, known = getattr(other, name), getattr(plain, name)
        assert found.value == pytest.approx(known.value, abs=1e-5)
        assert found.interval.low == pytest.approx(known.interval.low, abs=1e-5)


def test_documents_with_fewer_cuts_are_left_out_and_counted(rng):
    space = documents(collapsing(rng))
    missing = np.arange(len(space)) != 2  # the longest cut of the first document
    found = truncation(space.where(missing))
    assert found.mean_cosine_rise.sample == (79, 80)
    assert found.by_length.rows["documents"].tolist() == [79] * 3
    assert np.isnan(found.crowding.values[:2]).all()


def test_cuts_go_by_length_and_the_first_of_equal_lengths_counts(rng):
    lengths = np.tile([64, 8, 8, 16], 40)
    items = pd.DataFrame({"document": np.repeat(np.arange(40), 4), "tokens": lengths})
    space = EmbeddingSpace(
        "shuffled", rng.normal(size=(160, 4)), items, {"pair": "document", "length": "tokens"}
    )
    found = cuts(space)
    assert found.rows[0].tolist() == [1, 3, 0]
    assert found.lengths.tolist() == [8, 16, 64]


def test_documents_of_any_name_are_told_apart(rng):
    vectors = collapsing(rng, n=60)
    space = documents(vectors)
    names = [f"d{i}" if i % 2 else i for i in range(60)]
    mixed = space.items["document"].map(dict(enumerate(names))).astype(object)
    renamed = replace(space, items=space.items.assign(document=mixed))
    there, here = truncation(renamed).mean_cosine_rise, truncation(space).mean_cosine_rise
    assert there.value == pytest.approx(here.value, abs=1e-12)
    assert there.ends == pytest.approx(here.ends, abs=1e-12)
    assert there.sample == here.sample


def test_items_that_are_no_cuts_are_refused_with_what_to_do(rng):
    one = documents(rng.normal(size=(80, 1, 4)), (8,))
    with pytest.raises(NotApplicable, match=r"has 0 such documents\. Encode the same texts cut"):
        truncation(one)
    with pytest.raises(NotApplicable, match="has 29 such documents"):
        truncation(documents(rng.normal(size=(29, 3, 4))))


@pytest.mark.slow
def test_the_interval_of_the_rise_covers():
    rng = np.random.default_rng(3)
    draws = [truncation(documents(collapsing(rng, n=40, d=8))).mean_cosine_rise for _ in range(200)]
    truth = truncation(documents(collapsing(rng, n=4_000, d=8))).mean_cosine_rise.value
    covered = np.mean([it.interval.low <= truth <= it.interval.high for it in draws])
    assert covered > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200)
