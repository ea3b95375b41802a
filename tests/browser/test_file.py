"""A map as one file, opened without a server: look, select, search, filter, color."""

import re

import pandas as pd
import pytest
from playwright.sync_api import expect

import explorer
from core.demo.shapes import shapes
from tests.browser.driving import at_rest, canvas, drag, painted, until, wait_selected

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The map of the shapes with a measure and a selection."""
    space = shapes()
    return explorer.save_map(
        space,
        tmp_path_factory.mktemp("file") / "map.html",
        measures=[explorer.measure(space, "geometry.hubness")],
        selections={"all bars": space.items[space.items["shape"] == "bar"]},
    )


@pytest.fixture
def page(browser, path):
    """The file in a new window. Any request, script error or page error fails the test."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    asked, errors = [], []
    visitor = context.new_page()
    visitor.on("request", lambda request: asked.append(request.url))
    visitor.on("pageerror", lambda error: errors.append(str(error)))
    visitor.goto(path.as_uri())
    yield visitor
    context.close()
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [path.as_uri()]
    assert errors == []


@pytest.fixture
def frame(page):
    return canvas(page)


def test_a_card_with_its_picture_is_shown_under_the_mouse(page, frame):
    expect(frame.locator(".status")).to_contain_text("1,200 items")
    box = frame.bounding_box()
    page.mouse.move(box["x"] + 0.32 * box["width"], box["y"] + 0.4 * box["height"])  # in the images
    card = frame.locator(".stage > .card")
    card.locator("img[src^='data:image/webp']").wait_for()
    expect(card).to_contain_text("shape: ")
    page.mouse.move(box["x"] + 0.02 * box["width"], box["y"] + 0.5 * box["height"])
    card.wait_for(state="hidden")


def test_a_lasso_selects_what_the_list_and_the_columns_show(page, frame):
    frame.get_by_role("button", name="Lasso (L)").click()
    drag(page, frame, [(0.05, 0.15), (0.4, 0.12), (0.45, 0.9), (0.05, 0.9)])
    found = wait_selected(page, frame, lambda n: n > 0)
    page.get_by_text(f"Selected {found:,}: drawn on the map").wait_for()
    page.get_by_role("tab", name="Columns").click()
    page.get_by_text(f"{found:,} of 1,200 items").wait_for()
    frame.focus()
    page.keyboard.press("Control+z")
    wait_selected(page, frame, lambda n: n == 0)


def test_words_are_found_and_marked_and_neighbors_are_joined_by_lines(page, frame):
    page.get_by_role("searchbox", name="Search").fill("purple RING")
    page.keyboard.press("Enter")
    found = wait_selected(page, frame, lambda n: n > 0)
    selection = page.get_by_role("tab", name="Selection")
    expect(selection).to_have_attribute("aria-selected", "true")
    marks = page.locator("mark")
    said = {"purple", "ring"}
    until(
        page,
        lambda: {mark.lower() for mark in marks.all_inner_texts()},
        lambda found: found == said,
    )
    before = at_rest(page, lambda: painted(frame, accent=True))
    page.locator("aside .card button.open").first.click()
    page.get_by_role("heading", name="Nearest in the space (cosine)").wait_for()
    expect(page.get_by_text(re.compile(r"^1 - cosine \d"))).to_have_count(12)
    until(page, lambda: painted(frame, accent=True), lambda now: now > before)
    wait_selected(page, frame, lambda n: n == found)


def test_columns_filter_and_their_colors_and_numbers_are_a_click_away(page, frame):
    page.get_by_role("button", name="Color the map by it").click()
    colored = page.get_by_role("combobox", name="Color by").locator("option:checked")
    expect(colored).to_have_text(re.compile(r"\w"))
    page.get_by_role("tab", name="Columns").click()
    page.get_by_role("region", name="shape").get_by_role("button", name=re.compile("^bar")).click()
    found = wait_selected(page, frame, lambda n: n > 0)
    page.get_by_role("tab", name="Selection").click()
    page.get_by_text(f"Selected {found:,}: shape: bar").wait_for()
    page.get_by_role("button", name="all bars").click()
    wait_selected(page, frame, lambda n: n == found)
    with page.expect_download() as told:
        page.get_by_role("button", name="CSV").click()
    table = pd.read_csv(told.value.path())
    assert len(table) == found
    assert set(table["shape"]) == {"bar"}
