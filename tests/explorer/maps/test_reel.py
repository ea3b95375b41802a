"""What the player of a reel is sent."""

import json

import numpy as np
import pytest

from core.estimates import Chance, Estimate, Interval, Score, Undefined
from core.reels.reel import Keyframes, Reel, Slider, Track
from explorer.maps.draw.reel import FINEST, written


@pytest.fixture
def reel(joint):
    """Three points at two steps, with a reading that is undefined at the second."""
    places = np.array([[[0, 0], [1, 0], [2, 4]], [[0, 1], [1, 1], [0, 0]]], float)
    share = Estimate(0.25, Interval(0.2, 0.3, "Wilson"), Chance(0.1, "exact"))
    numbers = (share, Undefined("needs 2 classes, found 1"))
    path = Keyframes(places)
    return Reel(
        joint, "three points", "All.", (Slider.named("step", ("0", "10")),), path,
        (Track("Share", "Of all.", Score(low=0, high=1), numbers),), np.array([4, 5, 6]), path.box,
    )  # fmt: skip


def read(content):
    """The head and the arrays, as the browser reads them."""
    length = int(np.frombuffer(content, np.uint32, 1)[0])
    head = json.loads(content[4 : 4 + length])
    arrays = {
        name: np.frombuffer(content, np.dtype(kind), count, 4 + length + start)
        for name, (kind, start, count) in head["arrays"].items()
    }
    return head, arrays


def test_positions_come_back_to_a_part_of_the_box_too_small_to_see(reel):
    head, arrays = read(written(reel))
    low, high = np.array(head["box"])
    back = low + (high - low) * arrays["frames"].reshape(2, 2, 3).transpose(0, 2, 1) / FINEST
    np.testing.assert_allclose(back, reel.path.places, atol=4 / FINEST)
    assert arrays["rows"].tolist() == [4, 5, 6]


def test_numbers_are_written_as_everywhere_else_with_interval_and_chance(reel):
    (track,) = read(written(reel))[0]["tracks"]
    assert track["text"] == ["0.25", "undefined"]
    assert [note.replace("\u00a0", " ") for note in track["notes"][0]] == [
        "95 %: 0.20 to 0.30", "chance level: 0.10",
    ]  # fmt: skip
    assert track["notes"][1] == ["needs 2 classes, found 1"]
    assert track["values"] == [0.25, None]


def test_arrays_begin_where_a_browser_can_read_them(reel):
    content = written(reel)
    head, _ = read(content)
    length = int(np.frombuffer(content, np.uint32, 1)[0])
    assert all((4 + length + start) % 4 == 0 for _, start, _ in head["arrays"].values())


def test_a_reel_has_a_number_for_every_frame(reel):
    with pytest.raises(ValueError, match="Share of 'three points': 1, where there must be 2"):
        Reel(
            reel.space, "three points", "", reel.sliders, reel.path,
            (Track("Share", "", Score(), reel.tracks[0].numbers[:1]),), reel.rows, reel.box,
        )  # fmt: skip
