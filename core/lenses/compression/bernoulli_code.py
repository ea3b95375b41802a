"""How many yes/no questions describe the vectors."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from core.annotations import Amount, Distance, Share
from core.errors import Degenerate
from core.estimates import Estimate
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.compression._bernoulli import (
    clustered,
    entropies,
    explained,
    fitted_questions,
    flip_curve,
    projected,
    relative_error,
)
from core.progress import stage
from core.readouts import Bars, Curve, ItemScores
from core.space import EmbeddingSpace
from core.statistics.estimating import from_mean
from core.statistics.influence import pair_clusters
from core.statistics.resampling import SEED, chance_of
from core.statistics.sampling import laid_out, of_sample
from core.trial import by_content, in_turn

MOST_ITEMS = 4_000
STEPS = 400
_DEALS = 20
_USED = 0.01  # entropy of a bit that says anything


@dataclass(frozen=True)
class BernoulliCode:
    """How well bits rebuild the vectors, beside other codes of as many."""

    error: Annotated[
        Distance, "Squared error of vectors rebuilt from their bits, relative to their spread."
    ]
    explained: Annotated[Share, "What the bits explain of the spread, at least 0."]
    clusters_error: Annotated[Amount, "The same for k-means with 2^bits centers, ten bits at most."]
    signs_error: Annotated[Amount, "The same for the signs of as many principal coordinates."]
    floats_error: Annotated[
        Amount, "The same for those coordinates as real numbers: a lower bound."
    ]
    entropy: Annotated[Amount, "Sum of the entropies of the bits, in bits."]
    used: Annotated[Amount, "Bits that are not nearly always the same."]
    flips: Annotated[Curve, "Error by share of bits flipped."]
    bits: Annotated[Bars, "Entropy of each bit."]
    by_item: Annotated[ItemScores, "Error of an item rebuilt from its bits."]


def _bernoulli_code(
    space: EmbeddingSpace,
    /,
    *,
    n_bits: Annotated[int, Between(2, 64, log=True), "Questions asked of every item."] = 16,
) -> BernoulliCode:
    """Relative error of ``b A + c``, b the hard bits of an autoencoder, on items it has not seen.

    ``sum |x - rebuilt|^2 / sum |x - mean|^2``: 0 where the bits determine the vector, 1 where
    they predict no better than the mean does. The best of three runs of 400 steps; the decoder is
    then solved in closed form. Chance is the error of answers dealt to other items.
    """
    order = by_content(space)[:MOST_ITEMS]
    if not np.ptp(space.vectors[order], axis=0).any():
        raise Degenerate("all vectors are equal")
    fit = in_turn(pair_clusters(space)[order]) % 2 == 0
    vectors = space.vectors[order]
    stage("questions")
    questions = fitted_questions(vectors, fit, n_bits, STEPS)
    test, bits_of_test, clusters = (
        vectors[~fit],
        questions.bits[~fit],
        pair_clusters(space)[order[~fit]],
    )
    errors = relative_error(test, questions.decode(bits_of_test))
    rng = np.random.default_rng(SEED)
    dealt = [
        float(relative_error(test, questions.decode(rng.permutation(bits_of_test))).mean())
        for _ in range(_DEALS)
    ]
    chance = chance_of(np.array(dealt), "answers of other items")
    stage("other codes")

    def other(rebuilt: np.ndarray) -> Estimate:
        return from_mean(relative_error(test, rebuilt[~fit]), clusters, within=(0, np.inf))

    entropy = entropies(questions.bits)
    error = from_mean(errors, clusters, within=(0, np.inf), chance=chance)
    found = BernoulliCode(
        error,
        explained(error),
        other(clustered(vectors, fit, n_bits)),
        other(projected(vectors, fit, n_bits, signs=True)),
        other(projected(vectors, fit, n_bits, signs=False)),
        Estimate(float(entropy.sum())),
        Estimate(float((entropy >= _USED).sum())),
        flip_curve(questions, test, bits_of_test, clusters=clusters, rng=rng),
        Bars(tuple(f"bit {at}" for at in range(n_bits)), entropy, "entropy, bits"),
        ItemScores(laid_out(errors, order[~fit], len(space)), "relative error", "low"),
    )
    return of_sample(found, len(order), len(space))


def example(rng: np.random.Generator) -> Example:
    """Six planted bits, each with a vector of its own: eight questions find them."""
    bits = rng.integers(2, size=(800, 6))
    vectors = bits @ rng.normal(size=(6, 24)) + 0.02 * rng.normal(size=(800, 24))
    return Example(
        (EmbeddingSpace.bare("planted bits", vectors),),
        {"error": (0, 0.02), "signs_error": (0.05, 1)},
        "Six bits made the vectors; eight questions rebuild them, signs of axes do not.",
        {"n_bits": 8},
    )


bernoulli_code = Lens(
    run=_bernoulli_code,
    title="Yes/no questions",
    question="How many yes/no questions describe my vectors?",
    reading_guide=(
        "Raise the number of bits until the error stops falling: that many questions are needed. "
        "Compare with signs of principal coordinates, as many bits, and with k-means, its centers "
        "doubled with every bit."
    ),
    caution=(
        "At few bits k-means is as good or better; bits win by growing further. A run may miss a "
        "question at exactly the planted number: allow a few more. No diffusion model is trained."
    ),
    headline="error",
    sources=("wang-2023",),
    fidelity="inspired by the paper",
    example=example,
    cost=lambda size: 5 + 2e-6 * min(size.n, MOST_ITEMS) * size.d,
    min_items=40,
    verdicts=Verdicts(
        above="The bits describe the vectors no better than those of other items would.",
        below="The bits describe the vectors.",
        unclear="The bits cannot be distinguished from those of other items.",
    ),
)
