"""The contrastive loss: closed forms, its parts, the extended losses written out, coverage."""

import numpy as np
import pytest

from core.engines.losses.batch_loss import contrast
from core.errors import BadParameter, NotApplicable
from core.lenses.modality._loss_terms import (
    cross_uniformity_term,
    loss_terms,
    mean_term,
    uniformity_term,
)
from core.lenses.modality.contrastive_loss import contrastive_loss


def unit(vectors):
    vectors = np.asarray(vectors, np.float32).astype(np.float64)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def squared_distances(a, b):
    return ((a[:, None] - b[None]) ** 2).sum(axis=2)


def uniformity_of(squared):
    return np.log(np.exp(-2 * squared[~np.eye(len(squared), dtype=bool)]).mean())


def test_items_that_cannot_be_told_apart_lose_the_logarithm_of_their_number(image_text):
    found = contrastive_loss(image_text(np.ones((25, 3)), np.ones((25, 3))))
    assert found.loss.value == pytest.approx(np.log(25), abs=1e-5)
    assert found.uniformity.value == pytest.approx(0, abs=1e-6)
    assert found.loss.differs_from_chance is False


def test_the_loss_is_the_mean_of_its_directions_and_the_sum_of_its_parts(image_text, clouds):
    found = contrastive_loss(image_text(*clouds), temperature=0.1)
    both = (found.loss_forth.value + found.loss_back.value) / 2
    assert found.loss.value == pytest.approx(both, abs=1e-9)
    parts = found.alignment_part.value + found.uniformity_part.value
    assert found.loss.value == pytest.approx(parts, abs=1e-9)
    assert np.nanmean(found.by_item.values) == pytest.approx(found.loss.value, abs=1e-9)


def test_numbers_agree_with_the_papers_formulas_written_out(image_text, clouds):
    x, y = (unit(side) for side in clouds)
    found = contrastive_loss(image_text(*clouds), temperature=0.07)
    logits = x @ y.T / 0.07
    forth = np.log(np.exp(logits).sum(axis=1)) - np.diagonal(logits)
    back = np.log(np.exp(logits).sum(axis=0)) - np.diagonal(logits)
    assert found.by_item.values == pytest.approx(np.concatenate([forth, back]), abs=1e-5)
    align = ((x - y) ** 2).sum(axis=1).mean()
    uniform = (uniformity_of(squared_distances(x, x)) + uniformity_of(squared_distances(y, y))) / 2
    across = uniformity_of(squared_distances(x, y))
    loss = (forth.mean() + back.mean()) / 2
    for name, expected in {
        "loss": loss,
        "alignment": align,
        "uniformity": uniform,
        "cross_uniformity": across,
        "loss_cua": loss + uniform + align,
        "loss_cuaxu": loss + uniform + align + across,
    }.items():
        assert getattr(found, name).value == pytest.approx(expected, abs=1e-5), name


def test_chance_is_the_mean_over_shuffled_partners(rng, image_text, clouds):
    x, y = clouds
    level = contrastive_loss(image_text(x, y), temperature=0.2).loss.chance.value
    drawn = [
        contrast(
            unit(x).astype(np.float32), unit(y)[rng.permutation(60)].astype(np.float32), 0.2
        ).loss
        for _ in range(200)
    ]
    assert level == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / np.sqrt(200))


def test_the_curve_passes_through_the_number(image_text, clouds):
    found = contrastive_loss(image_text(*clouds), temperature=0.1)
    at = np.argmin(np.abs(found.by_temperature.x - 0.1))
    assert found.by_temperature.x[at] == pytest.approx(0.1)
    lines = found.by_temperature.lines
    assert lines["loss"][at] == pytest.approx(found.loss.value)
    assert lines["alignment part"] + lines["uniformity part"] == pytest.approx(lines["loss"])


def test_noisier_partners_cost_more(image_text, rng):
    x, noise = rng.normal(size=(2, 60, 6))
    losses = [
        contrastive_loss(image_text(x, x + s * noise), temperature=0.1).loss.value
        for s in (0, 0.3, 1, 3)
    ]
    assert losses == sorted(losses)


def test_one_caption_of_each_image_enters_the_batch(image_text, rng):
    x, y = rng.normal(size=(20, 5)), rng.normal(size=(60, 5))
    found = contrastive_loss(
        image_text(x, y, pair_y=np.repeat(np.arange(20), 3)), left="image", right="text"
    )
    assert found.loss.sample == (20, 60)
    assert (~np.isnan(found.by_item.values)).sum() == 40


def test_a_batch_of_one_pair_is_refused(image_text, rng):
    x, y = rng.normal(size=(1, 3)), rng.normal(size=(3, 3))
    with pytest.raises(NotApplicable, match="needs two pairs"):
        contrastive_loss(image_text(x, y, pair_y=[0, 0, 0]))
    with pytest.raises(BadParameter, match="two different modalities"):
        contrastive_loss(image_text(x, y), left="text", right="text")


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.1, 0.5])
def test_intervals_cover_the_expected_value_of_a_batch(temperature):
    """The loss of a batch of 150 pairs has an expectation; uniformity and alignment have too."""

    def terms(seed):
        rng = np.random.default_rng(seed)
        content = rng.normal(size=(150, 8))
        x, y = (
            unit(content + 0.6 * rng.normal(size=(150, 8)) + height * np.eye(8)[0]).astype(
                np.float32
            )
            for height in (0.8, -0.8)
        )
        found = contrast(x, y, temperature)
        forth, back = loss_terms(x, y, found)
        return {
            "loss": (forth + back).scaled(0.5),
            "forth": forth,
            "uniformity": uniformity_term(x),
            "cross uniformity": cross_uniformity_term(x, y),
            "alignment": mean_term(((x - y) ** 2).sum(axis=1, dtype=np.float64)),
        }

    many = [terms(10_000 + seed) for seed in range(1500)]
    truth = {name: np.mean([found[name].value for found in many]) for name in many[0]}
    covered = dict.fromkeys(truth, 0)
    for seed in range(400):
        for name, term in terms(seed).items():
            interval = term.estimate().interval
            covered[name] += interval.low <= truth[name] <= interval.high
    error = 3 * np.sqrt(0.95 * 0.05 / 400)
    for name, hits in covered.items():
        assert hits / 400 >= 0.95 - error, (name, hits)
    # the jackknife counts what is left of a kernel beyond its projections twice, so that the
    # intervals of the uniformities are wider than they need be
    for name in ("loss", "forth", "alignment"):
        assert covered[name] / 400 <= 0.95 + error, (name, covered[name])
