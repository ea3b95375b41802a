"""Two encoders in one table: from the files to what tells them apart."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving import go, idle

pytestmark = pytest.mark.browser


def test_two_encoders_in_one_table(page, server):
    page.goto(f"{server}/?space=Digits,+raw+pixels")
    idle(page)
    go(page, "Models")
    table = page.get_by_role("region", name="Models side by side")
    table.wait_for()
    idle(page)
    rows = table.get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("baseline")
    expect(rows.nth(2)).to_contain_text(re.compile("better|worse"))
    expect(page.get_by_text("1,797 items").first).to_be_visible()
    page.get_by_role("region", name="Items and what lies nearest").wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="LaTeX").click()
    text = saved.value.path().read_text(encoding="utf-8")
    assert text.count("Digits") >= 2 and "\\toprule" in text
