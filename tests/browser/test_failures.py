"""Failures: from a slice to the pictures, to the map, and what a transform would change."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving import canvas, choose, go, idle, wait_selected

pytestmark = pytest.mark.browser


def test_from_captions_that_fail_to_the_map(page, server):
    page.goto(f"{server}/?space=Shapes+and+captions")
    idle(page)
    go(page, "Failures")
    walk = page.get_by_role("region", name="Failures, one by one")
    walk.wait_for()
    expect(walk.get_by_role("row")).to_have_count(1 + 8)
    expect(walk.get_by_role("img")).to_have_count(16)
    choose(page, "What if the vectors went through", "Center each modality")
    page.get_by_text("paired, query by query").wait_for()
    idle(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name=re.compile(r"CSV, \d+ slices")).click()
    text = saved.value.path().read_text(encoding="utf-8")
    assert "what if" in text.splitlines()[0] and "toward failures: " in text
    page.get_by_role("button", name="Queries on the map").click()
    page.get_by_role("heading", name="Failures", level=1).wait_for(state="detached")
    idle(page)
    wait_selected(page, canvas(page), lambda n: n > 100)
