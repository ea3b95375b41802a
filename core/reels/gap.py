"""The gap between two modalities, closed on a slider."""

import numpy as np

from core.arrays import Floats, Positions
from core.counts import counted
from core.engines.losses.batch_loss import batch
from core.engines.pairs.gaps import Shift, shifted
from core.engines.pairs.modalities import modalities
from core.engines.retrieval.partner_search import share_chance
from core.engines.retrieval.shift_line import Batch, Place
from core.errors import NotApplicable
from core.estimates import Chance, Estimate, Number, Score
from core.numerics.directions import RESOLUTION
from core.progress import stage, tick
from core.reels.reel import Queries, Reel, Shifted, Slider, Track
from core.space import EmbeddingSpace
from core.statistics.estimating import from_hits, from_influence, from_mean

STOPS = 41  # of the slider, from the vectors as they are to those that went all the way
MOST_PAIRS = 1_000
QUERIES = 12  # right items whose search is shown, with lines to their partners
FOUND = 5  # shown of what a query finds
HOW = (Shift(renormalize=False), Shift())
_Z = 1.96
_SHARE = Score(low=0, high=1, best="high")


def gap_reel(  # noqa: PLR0913 - which pairs, and how finely
    space: EmbeddingSpace,
    /,
    *,
    left: str,
    right: str,
    temperature: float = 0.01,
    pairs: int = MOST_PAIRS,
    stops: int = STOPS,
) -> Reel:
    """Both modalities on their way to each other, with and without the return to the sphere.

    ``x' = x - t Delta`` and ``y' = y + t Delta`` of vectors of length one, Delta the gap vector and
    t from 0 to 1; at 0.5 the centers of the shifted vectors coincide. Brought back to length one
    they part again, unless both clouds have one shape. Seen on the plane of the gap, upwards, and
    of the direction in which the items spread most besides. Readings are those of the lens Gap
    shift among the same pairs, similarity being the inner product.

    Raises
    ------
    NotApplicable
        If no item of one side is paired with one of the other, or the centroids coincide.
    """
    order = space.standing  # what is drawn is drawn by what items are
    two = modalities(space.take(order), left, right)
    found = two.all_pairs
    delta = two.centroids[0] - two.centroids[1]
    if np.linalg.norm(delta) < RESOLUTION:
        msg = "The two centroids coincide: there is no gap to close."
        raise NotApplicable(msg)
    chosen = batch(two, found, pairs)
    n = len(chosen)
    x, y = two.exact(chosen.left), two.exact(chosen.right)
    line = Batch(x, y, delta, np.full((n, 2), -1), temperature)
    amounts = np.linspace(0, 1, stops)
    asked = np.arange(n)[:QUERIES]
    rows: list[list[Number]] = []
    near, places = [], []
    stage("shifts along the gap")
    for amount in amounts:
        for how in HOW:
            place = line.at(how, float(amount))
            sides = shifted(x, y, amount * delta, how=how)
            rows.append(_readings(line, place, sides, moved=(how, float(amount))))
            near.append(_nearest(sides, asked))
            places.append(place.found.places_back.mean[asked])
        tick(len(rows) / (stops * len(HOW)))
    path = _path(line)
    return Reel(
        space,
        f"{left} and {right} on both sides of the gap",
        _note(n, len(found)),
        (
            Slider("Multiples of the gap vector", tuple(f"{one:.3g}" for one in amounts), amounts),
            Slider.named("Length", ("as shifted", "renormalized"), switch=True),
        ),
        path,
        tuple(
            Track(name, text, score, tuple(numbers), "modality.gap_shift")
            for (name, text, score), numbers in zip(_TRACKS, zip(*rows, strict=True), strict=True)
        ),
        order[np.concatenate([chosen.left, chosen.right])],
        _box(path, amounts),
        np.column_stack([asked, asked + n]),
        Queries(asked + n, asked, np.stack(near), np.stack(places)),
    )


_TRACKS = (
    (
        "Distance along the gap",
        "Signed distance of the two centers along the gap vector; 0 is closed.",
        Score(best="zero"),
    ),
    ("Recall at 1", "Left items that find their partner first.", _SHARE),
    ("Recall at 1, back", "Right items that find their partner first.", _SHARE),
    ("Contrastive loss", "Symmetric InfoNCE of these pairs as one batch.", Score(best="low")),
)


def _readings(
    line: Batch, place: Place, sides: tuple[Floats, Floats], *, moved: tuple[Shift, float]
) -> list[Number]:
    """Of one frame, in the order of `_TRACKS`; pairs are the units of every interval."""
    n = len(line.x)
    units = np.arange(n)
    found = place.found
    steps = (sides[0] - sides[1]) @ line.delta / np.linalg.norm(line.delta)
    spread = _Z * float(np.sqrt((steps**2).sum())) / n
    chance = share_chance(1 / n, n, n)
    stranger = float(sides[0].mean(axis=0) @ sides[1].mean(axis=0)) / line.temperature
    shuffled = float((found.forth.mean() + found.back.mean()) / 2) - stranger
    swapped = Chance(0.0, "the two of each pair swapped at random", -spread, spread)
    recalls: list[Number] = [
        from_hits(side.hits(1), units, chance=chance) for side in (found.places, found.places_back)
    ]
    loss: Estimate = from_influence(
        found.loss,
        line.influence(*moved, place),
        units,
        within=(0, np.inf),
        unit="pairs",
        chance=Chance(shuffled, "partners shuffled, in expectation"),
    )
    return [from_mean(steps, units, chance=swapped), *recalls, loss]


def _nearest(sides: tuple[Floats, Floats], asked: Positions) -> Positions:
    """``(n_queries, FOUND)`` rows of the left side most similar to some of the right."""
    similar = sides[1][asked] @ sides[0].T
    nearest: Positions = np.argsort(-similar, axis=1, kind="stable")[:, :FOUND]
    return nearest


def _path(line: Batch) -> Shifted:
    """The plane of what spreads most, from side to side, and of the gap, upwards."""
    across = line.delta / np.linalg.norm(line.delta)
    both = np.vstack([line.x, line.y])
    rest = both - both.mean(axis=0)
    rest -= np.outer(rest @ across, across)
    beside = np.linalg.eigh(rest.T @ rest)[1][:, -1]
    beside *= np.sign(beside[np.argmax(np.abs(beside))])
    plane = np.column_stack([beside, across])
    move = np.repeat([-line.delta, line.delta], [len(line.x), len(line.y)], axis=0)
    along = np.einsum("ij,ij->i", both, move)
    return Shifted(both @ plane, move @ plane, along, float(line.delta @ line.delta))


def _box(path: Shifted, amounts: Floats) -> Floats:
    """``(2, 2)`` of all frames."""
    seen = [path.at(float(one), rescaled=on) for one in amounts for on in (False, True)]
    flat = np.concatenate(seen)
    return np.stack([flat.min(axis=0), flat.max(axis=0)])


def _note(used: int, available: int) -> str:
    pairs = counted(used, "pair")
    if used == available:
        return f"All {pairs}: as they are, the numbers are those of the lens Gap shift."
    return (
        f"A seeded sample of {pairs} of {available:,}, no two of which share an item: recall among "
        "fewer candidates is easier than that of the lens Retrieval."
    )
