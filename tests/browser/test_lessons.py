"""The first lesson, gone through by hand and by keys: predict, then see; a room; a link."""

import re

import pytest
from playwright.sync_api import expect

from core.lessons import lessons
from tests.browser.driving import idle
from tests.browser.test_axe import findings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("server", [["--no-demo"], []], ids=["empty", "demo"], indirect=True),
]
STEPS = lessons()["gap"].steps


def heading(page, at):
    page.get_by_role("heading", name=STEPS[at].title, level=2).wait_for()
    idle(page)


def predict(page, at):
    """Answer what is asked; wrong answers open the view as well."""
    asked = STEPS[at].question
    page.get_by_role("button", name=asked.answers[0], exact=True).click()
    idle(page)
    if asked.right:
        page.get_by_text(f"It is: {asked.answers[asked.right]}").wait_for()


def test_the_first_lesson_is_gone_through(page, server):
    page.goto(f"{server}/lessons")
    page.get_by_role("button", name="The modality gap").click()
    heading(page, 0)
    assert page.locator(".frame[data-ready]").count() == 0  # predict first
    predict(page, 0)
    page.locator(".frame[data-ready]").wait_for()
    page.get_by_text(re.compile("Their centers are")).wait_for()
    page.keyboard.press("ArrowRight")
    heading(page, 1)
    predict(page, 1)
    reel = page.locator(".reel[data-ready]")
    reel.wait_for()
    reel.locator("input[type=range]").press("End")
    page.locator('.reel[data-frame="9"]').wait_for()
    expect(reel.locator("figure")).to_have_count(5)
    page.keyboard.press("PageUp")  # of the slider, which has the keys
    page.get_by_role("button", name="Next").click()
    heading(page, 2)
    expect(page).to_have_url(re.compile("lesson=gap&at=3"))
    page.reload()
    heading(page, 2)


def test_a_room_sees_the_step_alone_with_a_code(page, server):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server}/lessons?lesson=gap&at=4&present=1")
    heading(page, 3)
    page.get_by_test_id("stHeader").wait_for(state="hidden")
    page.get_by_alt_text("Code of the link to this step").wait_for()
    page.locator(".reel[data-ready]").wait_for()
    page.mouse.move(600, 300)
    page.keyboard.press("PageDown")
    heading(page, 4)
    page.get_by_role("button", name="Stop presenting").click()
    expect(page.get_by_test_id("stHeader")).to_be_visible()
    expect(page).not_to_have_url(re.compile("present"))


def test_a_link_to_a_lesson_that_is_not_there_says_so_beside_all_lessons(page, server):
    page.goto(f"{server}/lessons?lesson=hubris&at=2")
    page.get_by_text("There is no lesson 'hubris'. These are all:").wait_for()
    page.get_by_role("button", name="Hubs").click()
    page.get_by_role("heading", name="Few dimensions", level=2).wait_for()
    assert page.get_by_text("There is no lesson").count() == 0


def test_a_made_space_answers_to_its_slider_and_is_opened(page, server):
    page.goto(f"{server}/lessons?stage=Playground&made.n_items=100&made.noise=0.0")
    reel = page.locator(".reel[data-ready]")
    reel.wait_for()
    idle(page)
    begin = reel.get_attribute("data-frame")
    reel.locator("input[type=range]").press("End")
    page.locator('.reel[data-frame="11"]').wait_for()
    assert begin != "11"
    gap = reel.locator("figure").filter(has_text="Centroid distance")
    expect(gap).to_contain_text("true: 1.800")
    page.get_by_role("button", name="Open this space").click()
    page.locator(".frame[data-ready]").wait_for()
    page.get_by_text("200 items · 64 dimensions").first.wait_for()  # 100 pairs


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_a_lesson(page, server, scheme):
    page.emulate_media(color_scheme=scheme)
    found = {}
    for at in (
        "",
        "lesson=gap&at=1",
        "lesson=gap&at=4&present=1",
        "lesson=hubs&at=1",
        "stage=Playground",
    ):
        page.goto(f"{server}/lessons?{at}")
        page.get_by_role("heading", level=1, name="Lessons").wait_for(state="attached")
        idle(page)
        if "at=4" in at or "stage" in at:
            page.locator(".reel[data-ready]").wait_for()
        if wrong := findings(page):
            found[at] = wrong
    assert found == {}
