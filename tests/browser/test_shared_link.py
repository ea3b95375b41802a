"""A link that one person sends restores for another what was on the screen."""

import re

import pytest
from playwright.sync_api import expect

from explorer.session.links import Link, read, written
from tests.browser.driving import canvas, choose, drag, enlarged, idle, until, wait_selected

pytestmark = pytest.mark.browser
LOST = Link("0" * 32, "lost", {})


def copied(page, accept):
    """The link that the page offers, once it is as it should be."""
    page.get_by_test_id("stPopover").get_by_text("Link", exact=True).click()
    code = page.get_by_test_id("stCode")
    code.wait_for()

    def asked(text):
        _, known, link = text.partition("link=")
        return bool(known) and accept(read(link))

    return until(page, lambda: code.inner_text().replace("\n", "").strip(), asked)


def test_a_new_visitor_sees_the_map_the_colors_the_part_in_view_and_the_selection(
    page, server, browser
):
    page.goto(f"{server}/map?space=Digits,+raw+pixels")
    idle(page)
    choose(page, "Projection", "t-SNE")
    frame = canvas(page)
    choose(page, "Color by", "half")
    frame.focus()
    for key in ("+", "+", "+", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    enlarged(page, frame, lambda zoom: zoom > 2)
    drag(page, frame, [(0.1, 0.15), (0.5, 0.5), (0.8, 0.9)], keys=("Shift",))
    found = wait_selected(page, frame, lambda n: n > 0)
    idle(page)
    zoom = f"{enlarged(page, frame, lambda zoom: zoom > 2):.3f}"
    link = copied(page, lambda link: bool(link.camera))

    other = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    other.goto(link)
    other.get_by_role("heading", name="Map", level=1).wait_for()
    idle(other)
    there = canvas(other)
    wait_selected(other, there, lambda n: n == found)
    expect(there).to_have_attribute("data-zoom", zoom)
    expect(other.get_by_role("combobox", name="Projection")).to_have_value("t-SNE")
    expect(there.locator(".legend")).to_contain_text("half")
    expect(other).not_to_have_url(re.compile("link="))
    again = copied(other, lambda link: bool(link.camera))
    ours, theirs = (read(text.partition("link=")[2]) for text in (link, again))
    assert theirs.camera == pytest.approx(ours.camera, abs=1e-3)
    assert theirs.selected == ours.selected
    other.context.close()


def test_a_link_restores_the_first_look(page, server, browser):
    page.goto(f"{server}/map?space=Digits,+raw+pixels")
    idle(page)
    canvas(page)
    link = copied(page, lambda link: bool(link.camera))
    assert page.get_by_test_id("stException").count() == 0

    other = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    other.goto(f"{server}/map?map.projection=PCA")
    idle(other)
    other.goto(link)
    idle(other)
    canvas(other)
    expect(other.get_by_role("combobox", name="Projection")).to_have_value("First look")
    other.context.close()


def test_a_new_visitor_sees_the_maps_that_are_compared_and_how_far_one_has_become_the_other(
    page, server, browser
):
    spaces = "space=Digits,+raw+pixels&compare=Digits,+network+features"
    page.goto(f"{server}/compare?{spaces}&compare.view=Morph")
    idle(page)
    choose(page, "Second map", "Digits, network features: UMAP, seed 0")
    choose(page, "Color by", "half")
    page.get_by_role("button", name=re.compile(r"^digit: \d · ")).first.click()
    idle(page)
    page.locator(".reel input[type=range]").press("End")
    page.locator('.reel[data-frame="10"]').wait_for()

    def there_to_the_end(link):
        return bool(link.maps and link.selected) and link.controls["compare.share"] == 100

    link = copied(page, there_to_the_end)

    other = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    other.goto(link)
    other.get_by_role("heading", name="Compare maps", level=1).wait_for()
    idle(other)
    there = other.locator(".reel[data-ready]")
    there.wait_for()
    for name, value in (
        ("First map", "Digits, raw pixels: PCA"),
        ("Second map", "Digits, network features: UMAP, seed 0"),
        ("Color by", "half"),
    ):
        expect(other.get_by_role("combobox", name=name)).to_have_value(value)
    expect(other.get_by_role("radio", name="Morph")).to_be_checked()
    expect(there.locator("input[type=range]")).to_have_value("10")
    expect(there.locator(".legend")).to_contain_text("half")
    expect(other).not_to_have_url(re.compile("link="))
    again = copied(other, there_to_the_end)
    ours, theirs = (read(text.partition("link=")[2]) for text in (link, again))
    assert theirs == ours
    other.context.close()


def test_a_link_to_a_space_that_is_not_open_says_which_and_harms_nothing(page, server):
    page.goto(f"{server}/data?link={written(LOST)[:40]}")
    page.get_by_text("The link cannot be read; perhaps it was cut").wait_for()
    page.goto(f"{server}/data?link={written(LOST)}")
    page.get_by_text("This link needs the space “lost”").wait_for()
    expect(page.get_by_text("1,200 items · 64 dimensions")).to_have_count(1)
