"""A model in training: the same pairs at every step, of one run or of several that are alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats
from core.counts import counted
from core.engines.maps.frames import column_frames
from core.engines.maps.layouts import mapped, principal_coordinates
from core.errors import NotApplicable
from core.progress import stage
from core.reels.readings import Wanted, tracks
from core.reels.reel import Keyframes, Reel, Slider
from core.series import at_step, steps
from core.space import EmbeddingSpace

READINGS: Mapping[Wanted, str] = {
    ("modality.gap", "centroid_distance"): "Modality gap",
    ("modality.contrastive_loss", "loss"): "Contrastive loss",
    ("modality.retrieval", "recall_at_1"): "Recall at 1",
    ("contrastive.uniformity", "uniformity"): "Uniformity",
    ("contrastive.alignment", "alignment"): "Alignment",
}
LINES = 8  # pairs joined by a line


def course_reel(
    *spaces: EmbeddingSpace, temperature: float = 0.02, names: tuple[str, ...] = ()
) -> Reel:
    """Every step of training, seen on the principal plane of all steps of all runs together.

    Parameters
    ----------
    spaces
        One a run, with the roles step, modality and pair; the same pairs at the same steps.
    temperature
        Of the contrastive loss that is read, one for all runs.
    names
        What the runs are called, if not by the names of their spaces.

    Raises
    ------
    NotApplicable
        If there are no two steps, no pairs of two modalities, or the runs differ in their steps.
    """
    first, known = spaces[0], steps(spaces[0])
    if not known or not {"modality", "pair"} <= set(first.roles):
        msg = "Training is played with the roles step, modality and pair, and two steps at least."
        raise NotApplicable(msg)
    if any(steps(space) != known or len(space) != len(first) for space in spaces):
        msg = "Runs that are played together hold the same pairs at the same steps."
        raise NotApplicable(msg)
    stage("the plane of all steps")
    ends = np.cumsum([len(space) for space in spaces])[:-1]
    flat = np.split(principal_coordinates(np.concatenate([s.unit for s in spaces]), 2), ends)
    runs = [
        column_frames(space, mapped(space, places, "PCA"), space.roles["step"])
        for space, places in zip(spaces, flat, strict=True)
    ]
    path = Keyframes(
        np.stack([run.places[at] for at in range(len(known)) for run in runs]).astype(np.float64)
    )
    rows = runs[0].rows[0]
    sliders = [Slider("Training step", known, _values(known))]
    if len(spaces) > 1:
        sliders.append(
            Slider.named("Run", names or tuple(space.name for space in spaces), switch=True)
        )
    seen = [at_step(space, step) for step in known for space in spaces]
    loss = {"modality.contrastive_loss": {"temperature": temperature}}
    pairs = first.names("pair")[rows]
    return Reel(
        first,
        "Images and texts during training",
        f"{counted(len(rows), 'item')} at {counted(len(known), 'step')}, on the principal plane of "
        f"all steps together: nothing is rotated. The loss is read at temperature {temperature:g}, "
        "of all pairs as one batch.",
        tuple(sliders),
        path,
        tracks(READINGS, seen, knobs=loss),
        rows,
        path.box,
        np.array(_joined(pairs), np.int64).reshape(-1, 2),
    )


def _values(known: tuple[str, ...]) -> Floats:
    """Where steps that are numbers lie: far apart as their square roots, else one after another."""
    try:
        values = np.sqrt(np.array(known, np.float64))
    except ValueError:
        return np.arange(len(known), dtype=np.float64)
    return values if np.all(np.diff(values) > 0) else np.arange(len(known), dtype=np.float64)


def _joined(pairs: NDArray[Any]) -> list[tuple[int, int]]:
    """The two points of the first few pairs that have two."""
    found: list[tuple[int, int]] = []
    for pair in dict.fromkeys(pairs):
        places = np.flatnonzero(pairs == pair)
        if len(places) == 2:
            found.append((int(places[0]), int(places[1])))
        if len(found) == LINES:
            break
    return found
