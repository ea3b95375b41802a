"""What links are worth, held out by entity, and clusters of records."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Codes, Floats, Mask
from core.estimates import Chance, Estimate, Number, Undefined
from core.lenses.retrieval._records import Links, Records, best_threshold
from core.readouts import Curve
from core.statistics.estimating import from_hits

MOST_CLUSTERED = 2_000  # records, in all pairs
WEIGHTS = np.linspace(0, 1, 11)
_CUTS = np.linspace(0.02, 1.5, 50)


@dataclass(frozen=True, eq=False)
class Judged:
    """Links of the records whose entity is known, in two halves of entities.

    Attributes
    ----------
    own
        ``(n,)`` which of the records that ask are judged.
    entity
        ``(n,)`` what they are.
    half
        ``(n,)`` 0 or 1: what is tuned on one half is reported on the other.
    matched
        ``(n,)`` whether there is a record of the entity to be found.
    """

    own: Codes
    entity: Codes
    half: Codes
    matched: Mask

    @classmethod
    def of(cls, records: Records) -> "Judged":
        """Every second entity is of a half."""
        own = np.flatnonzero(records.entity[records.asks] >= 0)
        entity = records.entity[records.asks][own]
        place = np.unique(entity, return_inverse=True)[1]
        return cls(own, entity, place % 2, records.matched[own])

    def accepted(self, links: Links) -> Mask:
        """``(n,)`` which links are accepted, by the threshold that is best for the other half."""
        score, accepted = links.score[self.own], np.zeros(len(self.own), bool)
        for half in (0, 1):
            here = self.half == half
            if here.any() and not here.all():
                right = links.right[self.own][~here]
                least = best_threshold(score[~here], right, self.matched[~here])
                accepted[here] = score[here] >= least
        return accepted

    def tuned(self, right: Floats, among: Mask | None = None) -> Codes:
        """``(n,)`` which row of ``(n_ways, n)`` hits is best for the other half, or some of it."""
        best = np.zeros(len(self.own), np.int64)
        known = self.matched if among is None else self.matched & among
        for half in (0, 1):
            others = (self.half != half) & known
            best[self.half == half] = right[:, others].mean(axis=1).argmax() if others.any() else 0
        return best

    def found(self, right: Floats, chance: float) -> Estimate:
        """Right links among the records that have one."""
        level = Chance(chance, "a random record")
        return from_hits(right[self.matched], self.entity[self.matched], chance=level)

    def decided(self, links: Links) -> dict[str, Number]:
        """Shares of right decisions, of right ones among accepted links, and of links found."""
        accepted, right = self.accepted(links), links.right[self.own]
        decisions = np.where(accepted, right, ~self.matched)
        shares = {
            "right decisions": (decisions, np.ones(len(right), bool), "records"),
            "precision": (right, accepted, "an accepted link"),
            "recall": (np.where(accepted, right, 0.0), self.matched, "a record with a match"),
            "refused": ((~accepted).astype(float), ~self.matched, "a record without a match"),
        }
        return {
            name: from_hits(values[of], self.entity[of])
            if of.any()
            else Undefined(f"needs {needed}, found none")
            for name, (values, of, needed) in shares.items()
        }


def clusters(entity: Codes, ways: dict[str, Floats]) -> Curve:
    """Agreement of clusters with entities, where average linkage is cut at a squared distance.

    The adjusted Rand index of the records whose entity is known, up to 2,000 of them.
    """
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - only when used
    from scipy.spatial.distance import pdist  # noqa: PLC0415 - the same
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - a second to import

    axes = "squared distance at the cut", "adjusted Rand index"
    rows = np.flatnonzero(entity >= 0)
    counts = np.bincount(entity[rows])
    rows = rows[np.cumsum(counts)[entity[rows]] <= MOST_CLUSTERED]
    lines = {}
    for way, vectors in ways.items():
        tree = linkage(pdist(vectors[rows], "sqeuclidean"), "average")
        labels = [fcluster(tree, cut, "distance") for cut in _CUTS]
        lines[way] = np.array([adjusted_rand_score(entity[rows], each) for each in labels])
    return Curve(_CUTS, lines, *axes)
