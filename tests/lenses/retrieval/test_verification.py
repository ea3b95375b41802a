"""Same or different: known answers, sklearn, versions, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from core.engines.labels import Labels
from core.errors import NotApplicable
from core.estimates import Chance
from core.lenses.retrieval._decisions import Identities, auc, decisions, equal_error_rate
from core.lenses.retrieval.verification import verification
from core.space import EmbeddingSpace


def identities(rng, n=60, each=4, d=24, noise=0.5):
    who = np.repeat(np.arange(n), each)
    vectors = rng.normal(size=(n, d))[who] + rng.normal(scale=noise, size=(n * each, d))
    return EmbeddingSpace(
        "people", vectors, pd.DataFrame({"who": who.astype(str)}), {"label": "who"}
    )


def test_the_area_is_that_of_all_pairs(rng):
    space = identities(rng, noise=1)
    cosines = space.unit @ space.unit.T
    upper = np.triu_indices(len(space), 1)
    codes = space.codes("label")[0]
    same = codes[upper[0]] == codes[upper[1]]
    found = verification(space)
    assert found.auc.value == pytest.approx(roc_auc_score(same, cosines[upper]), abs=1e-4)
    accepted = np.quantile(cosines[upper][~same], 1 - 1e-3)
    assert found.val_at_far.value == pytest.approx(
        (cosines[upper][same] > accepted).mean(), abs=0.02
    )


def test_triplets_are_counted_one_by_one(rng):
    space = identities(rng, n=20, each=3, noise=1)
    cosines, codes = space.unit @ space.unit.T, space.codes("label")[0]
    violated = [
        np.mean([cosines[a, n] > cosines[a, p] for p in np.flatnonzero(codes == codes[a]) if p != a
                 for n in np.flatnonzero(codes != codes[a])])
        for a in range(len(space))
    ]  # fmt: skip
    assert verification(space).by_item.values == pytest.approx(violated, abs=1e-6)


def test_random_identities_are_at_chance(rng):
    found = verification(identities(rng, noise=50))
    for reading in (found.auc, found.equal_error_rate):
        assert reading.interval.low < 0.5 < reading.interval.high
    assert found.val_at_far.chance.value == pytest.approx(1e-3, rel=0.1)


def test_noisier_identities_are_harder(rng):
    values = [verification(identities(rng, noise=s)).val_at_far.value for s in (0.3, 0.8, 1.5)]
    assert values == sorted(values, reverse=True)


def test_a_rotated_version_compares_after_a_rotation_and_only_then(rng):
    old = identities(rng)
    turn = stats.ortho_group.rvs(24, random_state=0)
    new = replace(old, name="new", vectors=old.vectors @ turn)
    rows = verification(old, other=new).versions.rows.set_index("compared")["same pairs accepted"]
    assert rows["one with the other, rotated"] == pytest.approx(
        rows["people with itself"], abs=0.02
    )
    assert rows["one with the other, as they are"] < 0.2


def test_clusters_are_the_identities_where_these_lie_apart(rng):
    curve = verification(identities(rng, noise=0.05)).clusters
    assert curve.lines["clusters"].max() == 1


def test_few_identities_are_refused(rng):
    items = pd.DataFrame({"who": ["a"] * 9 + ["b", "c"]})
    space = EmbeddingSpace("few", rng.normal(size=(11, 4)), items, {"label": "who"})
    with pytest.raises(NotApplicable, match=r"2 labels with two items or more.*found 1"):
        verification(space)


def pairs_of(seed, n, noise):
    space = identities(np.random.default_rng(seed), n=n, noise=noise)
    return decisions(space.unit, space.unit, Identities.of(Labels.of(space)))


@pytest.mark.slow
def test_intervals_cover_the_area():
    """Against the area of ten times as many identities, five times."""
    truth = np.mean([pairs_of(1000 + i, 400, 1).rate(auc) for i in range(5)])
    intervals = [pairs_of(seed, 40, 1).interval(auc) for seed in range(100)]
    assert sum(each.low <= truth <= each.high for each in intervals) >= 90


@pytest.mark.slow
def test_random_identities_seldom_differ_from_chance():
    """Of 100 spaces of noise, at most 10 have an interval without one half, for each rate."""
    outside = np.zeros(3, int)
    for seed in range(100):
        pairs = pairs_of(seed, 40, 50)
        rates = pairs.interval(auc), pairs.interval(equal_error_rate)
        folds = pairs.accuracy(Chance(0.5, "noise"), None).interval
        outside += [not each.low <= 0.5 <= each.high for each in (*rates, folds)]
    assert (outside <= 10).all(), outside
