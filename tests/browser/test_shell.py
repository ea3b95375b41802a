"""What the shell does beyond one page: cells that open a pair, work that ends with its visitor."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.driving import idle
from tests.explorer.driving import SCRIPTS

pytestmark = pytest.mark.browser


def test_a_click_on_a_cell_of_the_matrix_opens_the_pair(page, server):
    first, second = "Digits, raw pixels", "Digits, network features"
    page.goto(f"{server}/agreement?agreement.lens=Agreement+matrix&space={first}&compare={second}")
    idle(page)
    cells = page.locator(".js-plotly-plot .nsewdrag").first
    cells.scroll_into_view_if_needed()
    box = cells.bounding_box()
    lower_left = box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.9
    page.mouse.move(lower_left[0] - 4, lower_left[1])
    page.mouse.move(*lower_left)
    page.mouse.click(*lower_left)
    page.get_by_role("heading", name="Do two spaces find the same items similar?").wait_for()
    for name, value in (("space", second), ("compare", first)):
        expect(page).to_have_url(re.compile(re.escape(urlencode({name: value}))))


@pytest.mark.parametrize("width", [390, 1024])
def test_no_page_is_wider_than_the_window(page, server, width):
    page.set_viewport_size({"width": width, "height": 800})
    wider = {}
    for name in SCRIPTS:
        page.goto(f"{server}/{name}")
        idle(page)
        beside = page.get_by_test_id("stMain").evaluate(
            "main => main.scrollWidth - main.clientWidth"
        )
        if beside:
            wider[name] = beside
    assert wider == {}
