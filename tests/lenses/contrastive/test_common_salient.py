"""Common and salient parts: planted factors, no difference, laws, held-out items, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import linalg

from core.errors import BadParameter, NotApplicable
from core.estimates import Undefined
from core.lenses.contrastive._salience import contrast
from core.lenses.contrastive._salience_estimates import Group, mean_shift, variance_ratio
from core.lenses.contrastive.common_salient import common_salient
from core.space import EmbeddingSpace

KNOBS = {"left": "target", "right": "background"}


def space_of(target, background, **roles):
    names = ["target"] * len(target) + ["background"] * len(background)
    items = pd.DataFrame({"domain": names, "item": range(len(names)), **roles})
    return EmbeddingSpace(
        "made",
        np.vstack([target, background]).astype(np.float32),
        items,
        {role: role for role in ("domain", *roles)},
    )


@pytest.fixture
def planted(rng):
    """The target varies nine times as much along the first axis; both are loud along the last."""
    scale = np.r_[np.ones(5), 4]
    target = rng.normal(size=(300, 6)) * scale * np.r_[3, np.ones(5)]
    return space_of(target, rng.normal(size=(300, 6)) * scale)


def test_the_planted_direction_and_its_ratio_are_found(planted):
    found = common_salient(planted, **KNOBS)
    assert found.n_salient.value == 1
    assert found.variance_ratio.interval.low < 9 < found.variance_ratio.interval.high
    assert found.variance_ratio.differs_from_chance
    own = found.salient_space.vectors[:, 0]
    assert abs(np.corrcoef(own, planted.vectors[:, 0])[0, 1]) > 0.98
    assert np.nanmean(found.salient_strength.values[:300]) > 6
    assert np.nanmean(found.salient_strength.values[300:]) == pytest.approx(1, abs=0.4)


def test_groups_that_vary_alike_have_no_salient_direction(rng):
    found = common_salient(space_of(rng.normal(size=(200, 6)), rng.normal(size=(200, 6))), **KNOBS)
    assert found.n_salient.value <= found.n_salient.chance.high
    assert not found.variance_ratio.differs_from_chance
    if not found.n_salient.value:
        for reading in ("salient_share_target", "shared_information", "k_jem"):
            assert isinstance(getattr(found, reading), Undefined)


def test_the_split_tells_target_only_factors_from_shared_ones():
    example = common_salient.example(np.random.default_rng(1))
    found = common_salient(*example.spaces, **example.knobs)
    assert found.label_from_salient.interval.low > found.label_from_common.interval.high
    assert found.label_from_salient.value > found.label_from_principal.value
    assert found.salient_share_target.value > 2 * found.salient_share_background.value
    plain = common_salient(*example.spaces, left="healthy", right="patient")
    assert plain.variance_ratio.value < 2


def test_common_and_salient_positions_are_uncorrelated_in_both_groups(planted):
    target, background = planted.vectors[:300], planted.vectors[300:]
    found = contrast(target, background, n_components=6, n_common=10, ridge=1e-9)
    assert found.common.shape == (6, 5)
    for group in (target, background):
        both = np.hstack([group @ found.salient, group @ found.common])
        assert np.cov(both.T)[0, 1:] == pytest.approx(0, abs=1e-3)


def test_ratios_are_those_of_the_generalized_eigenproblem(planted):
    target, background = planted.vectors[:300], planted.vectors[300:]
    found = contrast(target, background, n_components=6, n_common=3, ridge=0)
    covariances = (np.cov(rows.astype(float).T, ddof=0) for rows in (target, background))
    assert found.ratios == pytest.approx(linalg.eigh(*covariances)[0][::-1], rel=1e-4)
    positions = background @ found.directions
    assert np.cov(positions.T, ddof=0) == pytest.approx(np.eye(6), abs=1e-3)


def test_a_shift_of_the_mean_shows_in_the_mean_shift_alone(rng):
    target, background = rng.normal(size=(200, 4)) + 5 * np.eye(4)[0], rng.normal(size=(200, 4))
    found = common_salient(space_of(target, background), **KNOBS)
    assert found.mean_shift.value == pytest.approx(5 / 2, rel=0.1)
    assert found.mean_shift.value > 5 * found.mean_shift.chance.value
    assert found.n_salient.value == 0


def test_half_of_each_group_is_held_out_and_pairs_are_not_parted(planted):
    paired = replace(
        planted,
        items=planted.items.assign(pair=np.repeat(range(300), 2)),
        roles={"domain": "domain", "pair": "pair"},
    )
    known = ~np.isnan(common_salient(paired, **KNOBS).salient_strength.values)
    assert known[:300].sum() == known[300:].sum() == 150
    assert (known[::2] == known[1::2]).all()


def test_without_labels_there_is_nothing_to_probe(planted):
    assert "label" in common_salient(planted, **KNOBS).label_from_salient.reason
    one = replace(
        planted, items=planted.items.assign(label="a"), roles={**planted.roles, "label": "label"}
    )
    assert "needs 2 classes" in common_salient(one, **KNOBS).label_from_common.reason
    own = replace(
        planted,
        items=planted.items.assign(label=range(len(planted))),
        roles={**planted.roles, "label": "label"},
    )
    assert "in 2 separate groups" in common_salient(own, **KNOBS).label_from_common.reason


def test_groups_too_small_or_constant_are_refused(rng):
    with pytest.raises(NotApplicable, match="needs 20 items in each"):
        common_salient(space_of(rng.normal(size=(60, 4)), rng.normal(size=(8, 4))), **KNOBS)
    with pytest.raises(NotApplicable, match="background that varies"):
        common_salient(space_of(rng.normal(size=(60, 4)), np.ones((60, 4))), **KNOBS)
    with pytest.raises(BadParameter, match="two different domains"):
        common_salient(
            space_of(rng.normal(size=(60, 4)), rng.normal(size=(60, 4))),
            left="target",
            right="target",
        )


@pytest.mark.parametrize("name", ["target", "background"])
def test_a_group_of_one_pair_cannot_be_halved(planted, name):
    pair = np.where(planted.names("domain") == name, -1, np.arange(len(planted)))
    paired = replace(
        planted,
        items=planted.items.assign(pair=pair),
        roles={**planted.roles, "pair": "pair"},
    )
    with pytest.raises(NotApplicable, match=f"items of '{name}' are in too few pairs"):
        common_salient(paired, **KNOBS)


def test_a_background_that_does_not_vary_gives_no_scale_to_a_shift(rng):
    shift = mean_shift(rng.normal(size=(20, 3)).astype(np.float32), np.full((20, 3), 0.1, "f4"))
    assert shift == Undefined("needs a background that varies on the items held out")


def test_fewer_items_than_dimensions_are_worked_on_in_few_components(rng):
    target, background = rng.normal(size=(50, 80)), rng.normal(size=(50, 80))
    assert len(common_salient(space_of(target, background), **KNOBS).spectrum.x) == 5


def groups(rng, size, scale):
    """Held-out items of which the target varies more along the first direction."""

    def group(factor, first):
        rows = (rng.normal(size=(size, 3)) * [factor, 1, 1]).astype(np.float32)
        return Group(np.arange(0), np.arange(size), rows, first + np.arange(size))

    return group(scale, 0), group(1, size)


def test_the_ratio_is_that_of_the_unbiased_variances(rng):
    target, background = groups(rng, 30, 2)
    spreads = [np.var(group.vectors[:, 0], ddof=1) for group in (target, background)]
    found = variance_ratio(target, background, np.eye(3)[0])
    assert found.value == pytest.approx(spreads[0] / spreads[1], rel=1e-5)


@pytest.mark.parametrize("size", [1, 2, 30])
def test_the_ratio_of_groups_that_hardly_vary_is_undefined(rng, size):
    """Two items, or one that differs from all others: without it nothing varies."""
    target, background = groups(rng, size, 2)
    background.vectors[1:] = 0
    assert "three held-out items" in variance_ratio(target, background, np.eye(3)[0]).reason


@pytest.mark.slow
@pytest.mark.parametrize("size", [15, 60])
def test_the_interval_of_the_ratio_covers(size):
    """The delta method holds 90 % of the truths for 15 items."""
    rng = np.random.default_rng(7)
    found = [variance_ratio(*groups(rng, size, 2), np.eye(3)[0]).interval for _ in range(1000)]
    covered = np.mean([end.low <= 4 <= end.high for end in found])
    assert covered > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 1000)


def test_the_interval_counts_that_other_items_give_another_direction(rng):
    vectors = rng.normal(size=(160, 6))
    target, background = (
        Group(np.arange(0), np.arange(80), np.float32(rows), np.arange(80) + start)
        for start, rows in ((0, vectors[:80]), (80, vectors[80:]))
    )
    axes = np.eye(6)
    alone = variance_ratio(target, background, axes[0])
    same = variance_ratio(target, background, axes[0], np.repeat(axes[:, :1], 20, axis=1))
    varied = variance_ratio(target, background, axes[0], np.tile(axes, 3))
    assert same.interval.low == pytest.approx(alone.interval.low)
    assert varied.interval.low < alone.interval.low < alone.interval.high < varied.interval.high
    assert varied.chance == alone.chance
    low, high = alone.chance.low, alone.chance.high
    assert low * high == pytest.approx(1)
    assert alone.interval.high / alone.value == pytest.approx(high)
