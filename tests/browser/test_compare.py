"""Two maps of the same items: what is done on one is seen on the other, or one turns into it."""

import re

import pytest

from tests.browser.driving import (
    choose,
    dock,
    drag,
    drawn_again,
    go,
    idle,
    painted,
    point,
    wait_selected,
)

pytestmark = pytest.mark.browser


def opened(page, server, view):
    """The two spaces of the digits in one of the views; the frames of their maps."""
    spaces = "space=Digits,+raw+pixels&compare=Digits,+network+features"
    page.goto(f"{server}/compare?{spaces}&compare.view={view}")
    page.get_by_role("heading", name="Compare maps", level=1).wait_for()
    idle(page)
    frames = page.locator(".frame[data-ready='1797']")
    frames.first.wait_for()
    return frames


def test_a_selection_on_one_map_is_brought_out_on_the_other(page, server):
    frames = opened(page, server, "Side by side")
    frames.nth(1).wait_for()
    drag(page, frames.first, [(0.1, 0.15), (0.4, 0.4), (0.6, 0.9)], keys=("Shift",))
    found = wait_selected(page, frames.first, lambda n: n > 0)
    assert wait_selected(page, frames.nth(1), lambda n: n > 0) == found


def test_a_point_under_the_mouse_is_ringed_on_both_maps(page, server):
    frames = opened(page, server, "Side by side")
    other = frames.nth(1)
    other.wait_for()
    other.get_by_role("button", name="Labels (T)").click()
    page.wait_for_timeout(200)
    assert painted(other) == 0
    box = frames.first.bounding_box()
    for share in (0.4, 0.45, 0.5, 0.55, 0.6):  # somewhere on this line lies a point
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
        page.wait_for_timeout(200)
        if painted(other):
            break
    assert painted(other) > 20


def test_the_change_of_neighbors_colors_both_and_changed_groups_can_be_selected(page, server):
    frames = opened(page, server, "Side by side")
    version = frames.nth(1).get_attribute("data-version")
    choose(page, "Color by", "change of neighbors")
    drawn_again(page, frames.nth(1), version)
    for frame in (frames.first, frames.nth(1)):
        assert frame.locator(".legend .bar").count() == 1
    page.get_by_role("button", name=re.compile(r"^digit: \d · ")).first.click()
    assert wait_selected(page, frames.nth(1), lambda n: n > 0) > 100
    go(page, "Map")
    dock(page, "Selection")
    page.get_by_text("changed most: digit").first.wait_for()


def test_one_map_turns_into_the_other_and_keeps_what_is_selected(page, server):
    frame = opened(page, server, "Morph").first
    drag(page, frame, [(0.3, 0.2), (0.5, 0.4), (0.7, 0.8)], keys=("Shift",))
    found = wait_selected(page, frame, lambda n: n > 0)
    idle(page)
    version, asked = frame.get_attribute("data-version"), []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Go to the other end").click()
    drawn_again(page, frame, version)
    idle(page)
    assert any("/array/" in url for url in asked)
    assert wait_selected(page, frame, lambda n: n > 0) == found


def test_over_time_groups_leave_trails_and_a_selected_point_has_its_own(page, server):
    frame = opened(page, server, "Over+time").first
    frame.press("t")  # without the names of classes, which are painted there too
    idle(page)
    start = painted(frame)
    version = frame.get_attribute("data-version")
    page.get_by_role("slider", name=re.compile("Frame")).focus()
    page.keyboard.press("ArrowRight")
    drawn_again(page, frame, version)
    page.get_by_text("Trails: the centroid of each color").wait_for()
    assert painted(frame) > start + 500
    point(page, frame)
    page.keyboard.press("Enter")
    page.get_by_text("Trails: the selected items.").wait_for()
    idle(page)
    assert painted(frame) < start
