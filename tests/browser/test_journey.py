"""A person's first visit, from start to export."""

import io
import math
import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.driving import canvas, dock, drag, go, idle, selected_said, until

pytestmark = pytest.mark.browser


def features(n_pairs=300, n_dims=24):
    """Pairs of images and texts of three classes, as a person's file holds them."""
    rng = np.random.default_rng(0)
    label = rng.integers(3, size=n_pairs)
    content = 3 * np.eye(3, n_dims)[label] + rng.normal(size=(n_pairs, n_dims)) * 0.6
    shift = np.zeros(n_dims)
    shift[-1] = 4
    stream = io.BytesIO()
    np.savez(
        stream,
        image_features=(content + shift).astype(np.float32),
        text_features=(content - shift).astype(np.float32),
        label=np.array(["cat", "dog", "owl"])[label],
    )
    return stream.getvalue()


def lasso(page, share):
    """Draw a closed loop on the map: an ellipse that covers a share of its width, on the left."""
    frame = canvas(page)
    frame.get_by_role("button", name="Lasso").click()
    loop = [
        (share / 2 * (1 + 0.98 * math.cos(angle)), 0.5 + 0.48 * math.sin(angle))
        for angle in np.linspace(-0.9 * math.pi, math.pi, 40)
    ]
    drag(page, frame, loop)


def test_upload_map_lasso_diagnostics_and_export(page, server, tmp_path):
    page.goto(server)
    page.get_by_role("heading", name="Map", level=1).wait_for()
    idle(page)
    expect(page.get_by_text("there is a gap")).to_have_count(1)

    go(page, "Data")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "mine.npz", "mimeType": "application/octet-stream", "buffer": features()}
    )
    page.get_by_text("600 items in 24 dimensions").wait_for()
    idle(page)
    page.get_by_role("button", name="Open this space").click()
    page.get_by_text("'mine' is open and is now the current space.").wait_for()

    go(page, "Modality gap")
    gap = page.get_by_test_id("stMetric").filter(has_text="Centroid distance").first
    value = gap.get_by_test_id("stMetricValue")
    until(page, lambda: float(value.inner_text()), lambda found: found > 1)

    go(page, "Map")
    dock(page, "Selection")
    lasso(page, 0.5)
    page.get_by_text("drawn on the map").first.wait_for()
    idle(page)
    said = selected_said(page)
    count = until(page, lambda: int(said.inner_text()), lambda n: 0 < n < 600)

    with page.expect_download() as download:
        page.locator(".st-key-inspector-csv").get_by_role("button").click()
    download.value.save_as(tmp_path / "selection.csv")
    rows = pd.read_csv(tmp_path / "selection.csv")
    assert len(rows) == count
    assert set(rows["label"]) <= {"cat", "dog", "owl"}

    page.get_by_text("Use as the subset").click()
    page.get_by_text(f"{count:,} of 600 items").wait_for()
    go(page, "Class separability")
    expect(page.get_by_test_id("stMetric").filter(has_text="Silhouette").first).to_be_visible()
    with page.expect_download() as numbers:
        page.get_by_test_id("stDownloadButton").filter(has_text="JSON").first.click()
    assert f'"items": {count}' in numbers.value.path().read_text()


def test_a_deep_link_restores_space_and_projection_on_a_cold_session(page, server):
    page.goto(f"{server}/map?space=Digits,+raw+pixels&map.view=3-D")
    page.get_by_role("heading", name="Map", level=1).wait_for()
    idle(page)
    expect(page.get_by_text("1,797 items · 64 dimensions")).to_have_count(1)
    canvas(page)
    go(page, "Geometry")
    expect(page).to_have_url(re.compile("space=Digits"))


def test_a_bad_file_is_explained_and_nothing_that_was_open_is_lost(page, server):
    page.goto(f"{server}/data")
    idle(page)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "broken.npy", "mimeType": "application/octet-stream", "buffer": b"\x93NUMPY junk"}
    )
    page.get_by_test_id("stAlert").filter(has_text="'broken.npy' cannot be opened").wait_for()
    go(page, "Map")
    expect(page.get_by_text("1,200 items · 64 dimensions")).to_have_count(1)


def test_two_visitors_do_not_disturb_each_other(page, server, browser):
    page.goto(f"{server}/?space=Digits,+raw+pixels")
    idle(page)
    other = browser.new_context().new_page()
    other.goto(server)
    idle(other)
    expect(other.get_by_text("1,200 items · 64 dimensions")).to_have_count(1)
    expect(page.get_by_text("1,797 items · 64 dimensions")).to_have_count(1)
    other.context.close()
