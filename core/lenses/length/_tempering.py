"""The same texts read at several temperatures of attention, and how well their vectors serve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.arrays import Codes, Floats, Mask, Vectors
from core.engines.attention.filtered_texts import n_tokens, text_rows
from core.engines.pairs.pairs import partners
from core.engines.probes.linear import CrossValidation
from core.engines.retrieval.partner_search import partner_places
from core.errors import NotApplicable
from core.estimates import Chance, Estimate, Undefined
from core.numerics.unit import unit_rows
from core.progress import stage, ticked
from core.space import EmbeddingSpace
from core.statistics.influence import pair_clusters, paired_change_interval
from core.statistics.resampling import SEED
from core.statistics.sampling import sample_size, stratified

if TYPE_CHECKING:
    from core.encoders import Encoder

BATCH = 16
FEWEST = 3  # texts
FEWEST_OF_CLASS = 5  # texts, so that every fold of a probe can have one


@dataclass(frozen=True, eq=False)
class Texts:
    """A sample of the texts of a space.

    Attributes
    ----------
    space
        Where they come from.
    rows
        ``(n,)`` their positions in it.
    tokens
        ``(n,)`` tokens that the encoder reads of each.
    clusters
        ``(n,)`` which of them are one observation.
    n_available
        How many texts the space has.
    """

    space: EmbeddingSpace
    rows: Codes
    tokens: Codes
    clusters: Codes
    n_available: int

    @property
    def values(self) -> list[str]:
        """The texts."""
        return list(self.space.column("text")[self.rows])

    @property
    def sample(self) -> tuple[int, int] | None:
        """How many texts stand for how many; None where all take part."""
        used = len(self.rows)
        return sample_size(used, self.n_available)


def sampled(space: EmbeddingSpace, encoder: "Encoder", n_texts: int, *, seed: int) -> Texts:
    """A seeded sample of the texts, the same share of every label.

    Raises
    ------
    NotApplicable
        If there are fewer than :data:`FEWEST`.
    """
    able = text_rows(space)
    if len(able) < FEWEST:
        msg = f"{FEWEST} items with a text are needed; {space.name!r} has {len(able)}."
        raise NotApplicable(msg)
    rows = able[stratified(space.take(able), n_texts, seed)]
    tokens = n_tokens(encoder, list(space.column("text")[rows]))
    return Texts(space, rows, tokens, pair_clusters(space)[rows], len(able))


def vectors_at(encoder: "Encoder", texts: Texts, taus: Sequence[float]) -> dict[float, Vectors]:
    """``(n, n_dims)`` vectors of the texts at each temperature, as the model gives them.

    Raises
    ------
    NotApplicable
        If the model gives vectors of another size than the space has.
    """
    from core.encoders.attention import tempered  # noqa: PLC0415 - imports torch

    order = np.argsort(-texts.tokens, kind="stable")  # texts of a batch are about equally long
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    values, by_tau = texts.values, {}
    for tau in taus:
        stage(f"texts at temperature {tau:g}")
        vectors = np.empty((len(order), texts.space.n_dims), np.float32)
        for batch in ticked(batches):
            with tempered(tau):
                part = encoder.encode_texts([values[row] for row in batch])
            if part.shape[1] != vectors.shape[1]:
                msg = (
                    f"The encoder of {texts.space.name!r} gives {part.shape[1]} dimensions, the "
                    f"space has {vectors.shape[1]}: its vectors are of another model. Encode the "
                    "texts again."
                )
                raise NotApplicable(msg)
            vectors[batch] = part
        by_tau[tau] = vectors
    return by_tau


@dataclass(frozen=True, eq=False)
class Task:
    """What texts are good for: finding their partners, or telling their class.

    Attributes
    ----------
    name
        What a hit is.
    hits
        By temperature ``(n,)`` how often each text is served, in part where candidates tie; of no
        meaning where it is not judged.
    judged
        ``(n,)`` which texts are judged.
    """

    name: str
    hits: Mapping[float, Floats]
    judged: Mask


def task(texts: Texts, by_tau: Mapping[float, Vectors]) -> Task | Undefined:
    """Retrieval of partners of another modality at 1, or accuracy of a cross-validated probe.

    Partners are the items of the same pair that have no text; they keep their vectors. The probe is
    a linear one on held-out texts, where there are no such partners but labels.
    """
    space = texts.space
    if "pair" in space.roles:
        others = np.setdiff1d(np.arange(len(space)), text_rows(space))
        pairs = partners(space, texts.rows, others)
        if len(pairs) >= FEWEST:
            stage("retrieval of partners")
            judged = np.isin(np.arange(len(texts.rows)), pairs.left)
            candidates = space.unit[others]
            found_first = {
                tau: partner_places(unit_rows(vectors), candidates, pairs)[0].hits(1)
                for tau, vectors in by_tau.items()
            }
            return Task("recall at 1", found_first, judged)
    if "label" not in space.roles:
        return Undefined("needs partners without text in a 'pair' column, or a 'label' column")
    codes = space.codes("label")[0][texts.rows]
    labeled = pd.notna(space.column("label"))[texts.rows]
    judged = labeled & (np.bincount(codes)[codes] >= FEWEST_OF_CLASS)
    codes = np.unique(codes[judged], return_inverse=True)[1].astype(np.int64)
    if codes.max(initial=0) < 1:
        return Undefined(f"needs 2 labels with {FEWEST_OF_CLASS} texts each in the sample")
    hits = {}
    stage("linear probe")
    for tau, vectors in by_tau.items():
        seen = unit_rows(vectors)[judged]
        correct = CrossValidation(seen, codes, texts.clusters[judged]).predictions.codes == codes
        hits[tau] = np.zeros(len(judged))
        hits[tau][judged] = correct
    return Task("probe accuracy", hits, judged)


def held_out_gain(done: Task, clusters: Codes) -> Estimate:
    """Change of the share of hits from temperature 1, at the best temperature of other texts.

    Two seeded halves that part no cluster: each is judged at the temperature that served the other
    half best, the closest to 1 of equals.
    """
    rows = np.flatnonzero(done.judged)
    names, members = np.unique(clusters[rows], return_inverse=True)
    half = (np.random.default_rng(SEED).permutation(len(names)) % 2)[members]
    taus = sorted(done.hits, key=lambda tau: abs(np.log(tau)))
    changes = np.zeros(len(rows))
    for side in (0, 1):
        other, own = rows[half != side], rows[half == side]
        best = max(taus, key=lambda tau: float(done.hits[tau][other].sum()))
        changes[half == side] = done.hits[best][own] - done.hits[1.0][own]
    return Estimate(
        float(changes.mean()), paired_change_interval(changes), Chance(0.0, "the untouched model")
    )
