"""Length collapse: the closed form of averaged noise, laws, controls, degenerate lengths."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

from core.engines.lengths.bins import length_bins
from core.errors import NotApplicable
from core.estimates import Undefined
from core.lenses.length.collapse import length_collapse
from core.space import EmbeddingSpace
from core.statistics.rank_correlation import rank_correlation


def space_of(vectors, lengths, **roles):
    items = pd.DataFrame({"length": lengths, **roles}, index=range(len(vectors)))
    return EmbeddingSpace("made", vectors, items, {role: role for role in ("length", *roles)})


def averaged(rng, lengths, sigma=1.0, d=64):
    """A common direction of length one plus noise, averaged over as many words as an item has."""
    noise = rng.normal(size=(len(lengths), d)) / np.sqrt(lengths)[:, None]
    return np.eye(d)[0] + sigma * noise


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_averaged_noise_has_the_mean_cosine_of_its_closed_form(rng):
    lengths = np.repeat([4.0, 16, 64, 256], 150)
    found = length_collapse(space_of(averaged(rng, lengths, d=400), lengths))
    curve = found.mean_cosine
    expected = 1 / (1 + 400 / np.array([4, 16, 64, 256]))
    assert curve.x.tolist() == [4, 16, 64, 256]
    assert curve.lines["mean cosine"] == pytest.approx(expected, abs=0.02)
    assert np.all(np.diff(curve.lines["mean cosine"]) > 0)
    assert np.all(np.diff(found.uniformity.lines["uniformity"]) > 0)
    assert np.all(np.diff(found.distance_to_mean.lines["distance to the mean"]) < 0)
    assert found.length_correlation.interval.low > found.length_correlation.chance.high
    assert found.short_long_separability.value > 0.5


def test_every_bin_has_the_numbers_of_their_definitions(rng):
    lengths = np.repeat([50.0, 150, 250], 40)
    vectors = averaged(rng, lengths)
    table = length_collapse(space_of(vectors, lengths)).bins.rows
    rows = unit(vectors.astype(np.float32).astype(float))
    center = rows.mean(axis=0)
    for b in range(3):
        inside = rows[40 * b : 40 * b + 40]
        squared = pdist(inside) ** 2
        assert table["mean cosine"][b] == pytest.approx(1 - squared.mean() / 2, abs=1e-6)
        assert table["uniformity"][b] == pytest.approx(
            np.log(np.exp(-2 * squared).mean()), abs=1e-6
        )
        assert table["distance to the mean"][b] == pytest.approx(
            np.linalg.norm(inside - center, axis=1).mean(), abs=1e-6
        )
    assert table["items"].tolist() == [40, 40, 40]


def test_the_correlation_is_spearmans_of_length_and_cosine_to_the_mean(rng):
    lengths = rng.integers(1, 90, 200).astype(float)
    vectors = averaged(rng, lengths)
    found = length_collapse(space_of(vectors, lengths))
    cosine = unit(vectors) @ unit(unit(vectors).mean(axis=0)[None])[0]
    assert found.centrality.values == pytest.approx(cosine, abs=1e-6)
    assert found.length_correlation.value == pytest.approx(
        spearmanr(lengths, cosine).statistic, abs=1e-4
    )


def test_shuffled_lengths_show_no_collapse(rng):
    lengths = rng.integers(1, 300, 400).astype(float)
    found = length_collapse(space_of(averaged(rng, lengths), rng.permutation(lengths)))
    assert not found.length_correlation.differs_from_chance
    assert found.permutation_p.value > 0.02
    level = found.mean_cosine.levels["all lengths together"]
    assert found.mean_cosine.lines["mean cosine"] == pytest.approx(level, abs=0.06)


def test_content_that_comes_with_length_is_taken_out_by_labels(rng):
    """All of it: the matched correlation differs from chance as often as the level says."""
    topics, found = np.repeat([0, 1], 100), []
    for _ in range(30):
        lengths = rng.integers(1, 100, 200) + 300.0 * topics
        vectors = rng.normal(size=(200, 16)) + 3 * np.eye(16)[0] * topics[:, None]
        found.append(length_collapse(space_of(vectors, lengths, label=topics)))
    assert all(each.length_correlation.differs_from_chance for each in found)
    told = sum(each.matched_correlation.differs_from_chance for each in found)
    assert told <= 30 * 0.05 + 3 * np.sqrt(30 * 0.05 * 0.95)


def test_items_without_a_label_are_not_of_one_content(rng):
    lengths = rng.integers(1, 300, 200).astype(float)
    vectors = averaged(rng, lengths)
    labels = np.array(["cat", "dog", "owl", None] * 50, object)
    known = np.flatnonzero(labels != None)  # noqa: E711 - cell by cell
    some = rank_correlation(
        lengths[known],
        length_collapse(space_of(vectors, lengths)).centrality.values[known],
        clusters=known,
        groups=np.unique(labels[known].astype(str), return_inverse=True)[1],
    )[0]
    found = length_collapse(space_of(vectors, lengths, label=labels)).matched_correlation
    assert found.value == pytest.approx(some.value, abs=1e-9)
    unknown = length_collapse(space_of(vectors, lengths, label=[None] * 200))
    assert isinstance(unknown.matched_correlation, Undefined)


def test_the_cosine_between_labels_leaves_out_pairs_of_one_label(rng):
    labels = np.arange(120) % 3
    vectors = rng.normal(size=(120, 8)) + 2 * np.eye(8)[labels]
    curve = length_collapse(space_of(vectors, np.full(120, 7.0), label=labels)).mean_cosine
    rows = unit(vectors)
    apart = labels[:, None] != labels
    assert curve.lines["between different labels"] == pytest.approx(
        [(rows @ rows.T)[apart].mean()], abs=1e-6
    )


def test_the_unit_of_length_does_not_matter_where_bins_are_chosen(joint):
    doubled = replace(joint, items=joint.items.assign(words=joint.items["words"] / 1000))
    for reading in ("length_correlation", "matched_correlation", "short_long_separability"):
        assert (
            getattr(length_collapse(doubled), reading).value
            == getattr(length_collapse(joint), reading).value
        )


def test_items_without_a_length_are_left_out(joint):
    words = joint.items["words"].astype(float)
    words[joint.items["kind"] == "image"] = np.nan
    found = length_collapse(replace(joint, items=joint.items.assign(words=words)))
    alone = length_collapse(joint.where((joint.items["kind"] == "text").to_numpy()))
    assert found.length_correlation == alone.length_correlation
    assert np.isnan(found.centrality.values).sum() == 60


def test_long_lengths_get_bins_of_a_hundred_and_short_ones_equal_shares(rng):
    wide = length_bins(np.repeat([20.0, 99, 100, 250, 499], 30), 0)
    assert [(part.shortest, part.longest) for part in wide] == [
        (20, 99),
        (100, 100),
        (250, 250),
        (499, 499),
    ]
    short = length_bins(rng.permutation(200).astype(float) / 100, 0)
    assert [len(part.rows) for part in short] == [40] * 5
    assert [part.mean_length for part in short] == sorted(part.mean_length for part in short)
    assert len(length_bins(np.arange(70.0), 0)) == 2
    assert len(length_bins(np.full(200, 3.0), 0)) == 1
    assert len(length_bins(np.arange(100.0), 10)) == 10


def test_a_bin_of_few_items_is_listed_but_not_measured(rng):
    lengths = np.r_[np.full(60, 5.0), np.full(29, 15.0)]
    found = length_collapse(space_of(averaged(rng, lengths), lengths), bin_width=10)
    assert found.bins.rows["items"].tolist() == [60, 29]
    assert found.bins.rows["mean cosine"].isna().tolist() == [False, True]
    assert len(found.mean_cosine.x) == 1


def test_bins_too_narrow_are_refused_with_what_to_do(rng):
    lengths = np.arange(100.0)
    with pytest.raises(NotApplicable, match="needs a bin with 30 items; the largest has 10"):
        length_collapse(space_of(averaged(rng, lengths + 1), lengths), bin_width=10)


def test_equal_lengths_leave_the_correlations_undefined(rng):
    found = length_collapse(space_of(rng.normal(size=(80, 6)) + 1, np.full(80, 7.0)))
    assert isinstance(found.length_correlation, Undefined)
    assert isinstance(found.permutation_p, Undefined)
    assert "at 7" in found.short_long_separability.reason
    assert "label" in found.matched_correlation.reason


def test_where_nearly_all_texts_were_cut_nothing_is_said_of_their_length(rng):
    lengths = np.where(np.arange(200) < 10, np.arange(200.0) + 5, 77.0)
    vectors = rng.normal(size=(200, 6)) + 1
    with pytest.raises(NotApplicable, match="95% of the items have the longest, 77"):
        length_collapse(space_of(vectors, lengths))
    half = np.where(np.arange(200) < 100, np.arange(200.0) % 70 + 5, 77.0)
    assert length_collapse(space_of(vectors, half)).length_correlation.interval


def test_vectors_that_cancel_out_are_refused(rng):
    half = rng.normal(size=(40, 6))
    with pytest.raises(NotApplicable, match="cancel out"):
        length_collapse(space_of(np.vstack([half, -half]), np.arange(80.0)))


def test_too_few_lengths_are_refused(joint):
    words = joint.items["words"].astype(float)
    words[10:] = np.nan
    with pytest.raises(NotApplicable, match="needs 60 items with a length; found 10"):
        length_collapse(replace(joint, items=joint.items.assign(words=words)))


def test_identical_vectors_have_mean_cosine_one(rng):
    found = length_collapse(space_of(np.ones((80, 4)), np.arange(80.0)))
    assert found.mean_cosine.lines["mean cosine"] == pytest.approx(1, abs=1e-6)
    assert isinstance(found.length_correlation, Undefined)


@pytest.mark.slow
def test_the_interval_of_the_correlation_covers():
    rng = np.random.default_rng(4)

    def draw(n):
        lengths = rng.integers(1, 50, n).astype(float)
        rows = unit(averaged(rng, lengths, sigma=2, d=8))
        return lengths, rows @ unit(rows.mean(axis=0)[None])[0]

    truth = spearmanr(*draw(300_000)).statistic
    found = [rank_correlation(*draw(120), clusters=np.arange(120))[0] for _ in range(300)]
    covered = np.mean([it.interval.low <= truth <= it.interval.high for it in found])
    assert covered > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300)
