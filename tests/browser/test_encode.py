"""From a zip of drawings with captions to a space on which every page works."""

import io
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from core.demo.assets import ASSETS
from core.demo.scenes import SHAPES, caption, drawing, png, scenes
from tests.browser.driving import canvas, go, idle

pytestmark = pytest.mark.browser
N = 60  # drawings
FAMILIES = (
    "Modality gap",
    "Uniformity & alignment",
    "Length collapse",
    "Subspace alignment",
    "Class separability",
    "Geometry",
)


def archive():
    """Drawings in a folder for each shape, two captions for each, and a file that is damaged."""
    rng = np.random.default_rng(5)
    stream, rows = io.BytesIO(), []
    with zipfile.ZipFile(stream, "w") as made:
        for at, scene in enumerate(scenes(N, rng, held_out=True)):
            name = f"drawings/{SHAPES[scene.things[0].shape]}/{at}.png"
            made.writestr(name, png(drawing(scene)))
            said = other = caption(scene, rng)
            while other == said:  # the same words twice would be one text
                other = caption(scene, rng)
            rows.append({"file": name, "other": "not read", "caption": said, "caption 2": other})
        made.writestr("drawings/ring/damaged.png", png(drawing(scene))[:80])
        made.writestr("drawings/captions.csv", pd.DataFrame(rows).to_csv(index=False))
    return stream.getvalue()


def without_a_traceback(page):
    idle(page)
    assert page.get_by_test_id("stException").count() == 0


def test_a_zip_of_drawings_with_captions_becomes_a_space_on_which_every_page_works(page, server):
    page.goto(f"{server}/encode")
    page.get_by_role("heading", name="Encode", level=1).wait_for()
    page.get_by_role("textbox", name="Folder, configuration file, or checkpoint").fill(
        str(ASSETS / "shapes-model")
    )
    page.locator("input[type=file]").set_input_files(
        {"name": "mine.zip", "mimeType": "application/zip", "buffer": archive()}
    )
    page.get_by_text(f"{N + 1} pictures, {2 * N} texts, {N} pairs, 6 labels.").wait_for()
    page.get_by_role("button", name="Encode", exact=True).wait_for()
    idle(page)
    expect(page.get_by_test_id("stMetric").filter(has_text="Time left")).to_have_count(1)

    page.get_by_role("button", name="Encode", exact=True).click()
    page.get_by_text(f"'mine' is open: {3 * N} items in 64 dimensions, by shapes-model.").wait_for()
    expect(page.get_by_test_id("stAlert").nth(1)).to_contain_text("damaged.png")
    page.get_by_role("button", name="About").click()
    known = page.get_by_test_id("stPopoverBody")
    for role in ("modality", "pair", "label", "text", "image: picture", "length: tokens"):
        expect(known.get_by_text(re.compile(role)).first).to_be_attached()
    expect(known.get_by_text("Encoder: shapes-model")).to_have_count(1)

    page.keyboard.press("Escape")
    go(page, "Data")
    without_a_traceback(page)
    go(page, "Map")
    canvas(page)
    without_a_traceback(page)
    go(page, "Compare maps")
    without_a_traceback(page)

    for family in FAMILIES:
        go(page, family)
        lenses = page.get_by_test_id("stButtonGroup").first.get_by_role("radio")
        lenses.first.wait_for()
        for at in range(lenses.count()):
            lenses.nth(at).click()
            without_a_traceback(page)

    go(page, "Ask the model")
    page.get_by_role("textbox", name="Text", exact=True).fill("a red circle")
    page.keyboard.press("Enter")
    page.get_by_test_id("stDataFrame").first.wait_for()
    without_a_traceback(page)
    page.get_by_role("radio", name="Classify").click()
    page.get_by_test_id("stMetric").filter(has_text="Accuracy").wait_for()
    beside = page.get_by_text(re.compile(r"95\s%.*chance")).inner_text()
    low, _, chance = map(float, re.findall(r"\d\.\d+", beside))
    assert low > chance
    without_a_traceback(page)


def test_what_was_uploaded_is_still_there_after_a_look_at_another_page(page, server):
    page.goto(f"{server}/encode")
    idle(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "lines.txt", "mimeType": "text/plain", "buffer": b"a red circle\na blue bar\n"}
    )
    page.get_by_text("0 pictures, 2 texts.").wait_for()
    go(page, "Data")
    go(page, "Encode")
    page.get_by_text("Uploaded: lines.txt").wait_for()
    page.get_by_text("0 pictures, 2 texts.").wait_for()
    page.get_by_role("button", name="Use other files").click()
    page.get_by_text("Choose a model, and bring pictures").wait_for()
