"""A file that is rewritten while it is open: what is shown stays, and is read again on request."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.driving import idle

pytestmark = pytest.mark.browser


def test_a_rewritten_file_is_told_and_read_again(page, server, tmp_path):
    path = tmp_path / "run.npy"
    rng = np.random.default_rng(0)
    np.save(path, rng.normal(size=(50, 4)).astype(np.float32))
    page.goto(f"{server}/data")
    idle(page)
    named = page.get_by_role("textbox", name="Or a file on this machine")
    named.fill(str(path))
    named.press("Enter")
    page.get_by_role("button", name="Open this space").click()
    page.get_by_text("50 items · 4 dimensions").wait_for()
    assert page.get_by_text("changed on disk").count() == 0

    np.save(path, rng.normal(size=(60, 4)).astype(np.float32))
    page.get_by_role("link", name="Measures").click()
    page.get_by_text("run.npy changed on disk since it was opened").wait_for()
    expect(page.get_by_text("50 items · 4 dimensions")).to_have_count(1)
    page.get_by_role("button", name="Read it again").click()
    page.get_by_text("60 items · 4 dimensions").wait_for()
    idle(page)
    assert page.get_by_text("changed on disk").count() == 0

    path.write_bytes(b"")
    page.get_by_role("link", name="Map", exact=True).click()
    page.get_by_role("button", name="Read it again").click()
    page.get_by_text("'run.npy' cannot be opened: it is empty").wait_for()
    expect(page.get_by_text("60 items · 4 dimensions")).to_have_count(1)
