"""Two people with two tokens see nothing of each other, and nobody gets in without one."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import BASE
from tests.browser.driving import idle

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("server", [["--guests", "1", "--no-demo"]], indirect=True),
]


@pytest.fixture
def visitor(browser):
    """What opens the app in a browser of its own, as nobody is known there yet."""
    contexts = []

    def visit(address):
        contexts.append(browser.new_context(storage_state=None))
        page = contexts[-1].new_page()
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()


def upload(page, name, content):
    page.get_by_role("link", name="Data", exact=True).click()
    idle(page)
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_role("button", name="Open this space").click()
    page.get_by_text(f"{name.removesuffix('.npy')}' is open").wait_for()
    idle(page)


def test_two_people_see_nothing_of_each_other(server, visitor, tmp_path, printed):
    stranger = visitor(BASE)
    expect(stranger.locator("body")).to_contain_text("This address is not complete")
    owner_address, guest_address = re.findall(r"http://\S+\?token=\S+", printed())
    np.save(tmp_path / "a.npy", np.random.default_rng(0).normal(size=(30, 4)).astype("f4"))
    content = (tmp_path / "a.npy").read_bytes()

    owner = visitor(owner_address)
    assert "token" not in owner.url
    upload(owner, "ours.npy", content)
    guest = visitor(guest_address)
    idle(guest)
    upload(guest, "theirs.npy", content)
    assert guest.get_by_text("ours", exact=True).count() == 0
    assert guest.get_by_text("Or a file on this machine").count() == 0
    assert guest.get_by_text("Kept for the next run").count() == 0

    owner.reload()
    idle(owner)
    expect(owner.get_by_text("ours", exact=True).first).to_be_attached()
    assert owner.get_by_text("theirs", exact=True).count() == 0
    guest.reload()
    idle(guest)
    assert guest.get_by_text("theirs", exact=True).count() == 0  # it was of that session
    assert guest.get_by_text("ours", exact=True).count() == 0
