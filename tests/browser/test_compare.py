"""Two maps of the same items: what is done on one is seen on the other, or one turns into it."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.browser.driving import (
    along,
    at_rest,
    choose,
    dock,
    drag,
    enlarged,
    go,
    idle,
    painted,
    places_on,
    tools_below,
    until,
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
    wait_selected(page, frames.nth(1), lambda n: n == found)


def test_a_point_under_the_mouse_is_ringed_on_both_maps(page, server):
    frames = opened(page, server, "Side by side")
    other = frames.nth(1)
    other.wait_for()
    other.get_by_role("button", name="Labels (T)").click()
    until(page, lambda: painted(other), lambda found: found == 0)
    line = [(share, 0.5) for share in (0.4, 0.45, 0.5, 0.55, 0.6)]  # somewhere lies a point
    along(page, places_on(frames.first, line), page.mouse.move, lambda: painted(other) > 20)


def test_the_tools_of_a_narrow_map_lie_over_no_point(page, server):
    frames = opened(page, server, "Side by side")
    expect(frames).to_have_count(2)
    for frame in frames.all():
        until(page, partial(tools_below, frame), lambda ends: ends[1] <= 0)


def test_the_change_of_neighbors_colors_both_and_changed_groups_can_be_selected(page, server):
    frames = opened(page, server, "Side by side")
    version = frames.nth(1).get_attribute("data-version")
    choose(page, "Color by", "change of neighbors")
    expect(frames.nth(1)).not_to_have_attribute("data-version", version)
    for frame in (frames.first, frames.nth(1)):
        expect(frame.locator(".legend .bar")).to_have_count(1)
    page.get_by_role("button", name=re.compile(r"^digit: \d · ")).first.click()
    wait_selected(page, frames.nth(1), lambda n: n > 100)
    go(page, "Map")
    dock(page, "Selection")
    page.get_by_text("changed most: digit").first.wait_for()


def played(page, server, view):
    """The two spaces of the digits on a reel."""
    spaces = "space=Digits,+raw+pixels&compare=Digits,+network+features"
    page.goto(f"{server}/compare?{spaces}&compare.view={view}")
    page.get_by_role("heading", name="Compare maps", level=1).wait_for()
    reel = page.locator(".reel[data-ready='1797']")
    reel.wait_for()
    idle(page)
    return reel


def test_one_map_turns_into_the_other_under_the_hand(page, server):
    reel = played(page, server, "Morph")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    kept = reel.locator("figure").filter(has_text="Neighbors kept of the first map")
    slider = reel.locator("input[type=range]")
    expect(kept.locator("output")).to_have_text("1.000")
    slider.press("End")
    page.locator('.reel[data-frame="10"]').wait_for()
    until(page, lambda: float(kept.locator("output").inner_text()), lambda share: share < 0.5)
    idle(page)  # once it rests, the page is told where
    expect(slider).to_have_value("10")
    assert not [url for url in asked if "/array/" in url]


def test_on_the_way_from_one_map_to_the_other_points_are_enlarged_and_drawn_around(page, server):
    reel = played(page, server, "Morph")
    slider = reel.locator("input[type=range]")
    for _ in range(5):
        slider.press("ArrowRight")
    page.locator('.reel[data-frame="5"]').wait_for()
    idle(page)
    stage = reel.locator(".stage")
    box = stage.bounding_box()
    page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.5 * box["height"])
    for _ in range(3):
        page.mouse.wheel(0, -200)
        page.wait_for_timeout(100)
    enlarged(page, reel, lambda zoom: zoom == pytest.approx(4.48, abs=0.01))
    drag(page, stage, [(0.4, 0.4), (0.45, 0.45), (0.5, 0.55)], keys=("Shift",))
    page.get_by_text("Clear selection").wait_for()
    idle(page)
    expect(slider).to_have_value("5")
    enlarged(page, reel, lambda zoom: zoom == pytest.approx(4.48, abs=0.01))
    reel.get_by_role("button", name="Whole map (0)").click()
    expect(reel).to_have_attribute("data-zoom", "1.000")
    page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.5 * box["height"])
    for turn, end in ((-2000, "80.000"), (2000, "0.600")):
        for _ in range(6):
            page.mouse.wheel(0, turn)
            page.wait_for_timeout(50)
        page.locator(f'.reel[data-zoom="{end}"]').wait_for()
    stage.focus()
    page.keyboard.press("Escape")
    page.get_by_text("Clear selection").wait_for(state="hidden")


def test_groups_leave_trails_over_time_and_what_is_selected_is_brought_out(page, server):
    reel = played(page, server, "Over+time")
    page.get_by_text("Trails: the centroid of each color").wait_for()
    reel.locator("input[type=range]").press("ArrowRight")
    page.locator('.reel[data-frame="1"]').wait_for()
    idle(page)
    canvas = reel.locator("canvas")
    trailed = at_rest(page, canvas.screenshot)
    page.get_by_text("Trails", exact=True).click()
    until(page, canvas.screenshot, lambda now: now != trailed)
    idle(page)
    plain = at_rest(page, canvas.screenshot)
    assert plain != trailed
    page.get_by_role("radio", name="Side by side").click()
    idle(page)
    page.get_by_role("button", name=re.compile(r"^digit: \d · ")).first.click()
    idle(page)
    page.get_by_role("radio", name="Over time").click()
    idle(page)
    page.get_by_text("Trails: the 60 of").or_(
        page.get_by_text("Trails", exact=True)
    ).first.wait_for()
    page.locator(".reel[data-ready='1797']").wait_for()
    until(page, canvas.screenshot, lambda now: now != plain)
