"""From a search to selections that have names, are combined and compared."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving import canvas, choose, count, idle, painted, until, wait_selected

pytestmark = pytest.mark.browser


@pytest.fixture
def frame(page, server):
    """The map of the shapes, by PCA."""
    page.goto(f"{server}/map?space=Shapes+and+captions&dock=Selection")
    page.get_by_role("heading", name="Map", level=1).wait_for()
    idle(page)
    return canvas(page)


def searched(page, frame, placeholder, query):
    """Search, and return how many items were found."""
    before = count(frame, "selected")
    page.get_by_placeholder(placeholder).fill(query)
    page.keyboard.press("Enter")
    found = wait_selected(page, frame, lambda n: n not in {0, before})
    idle(page)
    return found


def kept(page, name):
    """Give the selection a name."""
    page.get_by_role("textbox", name="Name of this selection").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Keep", exact=True).click()
    idle(page)


def test_searches_become_selections_that_are_kept_combined_and_compared(page, frame):
    red = searched(page, frame, "text in any column", "red")
    kept(page, "red ones")
    page.get_by_text("Combine", exact=True).click()
    page.get_by_role("combobox", name="First").wait_for()
    choose(page, "Search by", "Condition")
    rings = searched(page, frame, "size > 10 AND", "shape = 'ring'")
    kept(page, "rings")

    # Combine is still open, though more stands above it by now.
    choose(page, "First", "red ones")
    choose(page, "Second", "rings")
    page.get_by_role("button", name="Select", exact=True).click()
    both = wait_selected(page, frame, lambda n: n not in {0, rings})
    assert both < min(red, rings)
    page.get_by_text("red ones and rings").first.wait_for()

    page.get_by_text("What differs between two selections").click()
    idle(page)
    page.get_by_text("Shares of values").wait_for()


def test_a_condition_that_is_no_sql_is_explained_and_the_map_stays(page, frame):
    choose(page, "Search by", "Condition")
    page.get_by_placeholder("size > 10 AND").fill("shape = ")
    page.keyboard.press("Enter")
    page.get_by_test_id("stAlert").first.wait_for()
    expect(frame).to_have_attribute("data-ready", "1200")


def test_every_kind_of_search_can_be_chosen_after_every_other(page, frame):
    for kind in ("Alike", "Meaning", "Pattern", "Vector", "Words"):
        choose(page, "Search by", kind)
    expect(page.get_by_placeholder("text in any column")).to_have_count(1)
    assert page.get_by_text(re.compile("delta path")).count() == 0


def test_a_text_lands_on_the_map_as_a_star_with_its_neighbors(page, frame):
    assert painted(frame, accent=True) == 0
    version = frame.get_attribute("data-version")
    page.get_by_role("button", name="Drop in").click()
    page.get_by_placeholder("a red circle at the top").fill("a red circle")
    page.keyboard.press("Enter")
    page.get_by_text("Nearest: image").wait_for()  # the model is loaded first
    expect(frame).not_to_have_attribute("data-version", version)
    idle(page)
    star = re.compile("A star shows where “a red circle” lands")
    expect(frame).to_have_attribute("aria-label", star)
    until(page, lambda: painted(frame, accent=True), lambda found: found > 300)
    page.keyboard.press("Escape")  # the box closes, the star stays
    page.get_by_text("Nearest: image").wait_for(state="hidden")
    idle(page)
    until(page, lambda: painted(frame, accent=True), lambda found: found > 300)
    page.get_by_role("button", name="Drop in").click()
    page.get_by_text("Nearest: image").wait_for()
    page.get_by_role("radio", name="a vector").click()
    expect(frame).not_to_have_attribute("aria-label", re.compile("star"))


def test_how_far_a_search_by_meaning_is_and_what_the_model_tells_apart_are_said(page, frame):
    choose(page, "Search by", "Meaning")
    tools = page.locator(".st-key-tools")
    height = tools.bounding_box()["height"]
    page.get_by_placeholder("what it is about").fill("a large green circle")
    page.keyboard.press("Enter")
    for _ in range(100):  # while it is computed, whatever is said, the row of tools stays one row
        assert tools.bounding_box()["height"] == height
        if count(frame, "selected"):
            break
        page.wait_for_timeout(100)
    wait_selected(page, frame, lambda n: n == 20)
    page.get_by_text("What the model tells apart: of 600 texts here").wait_for()
    page.get_by_role("link", name="Where it fails").wait_for()
