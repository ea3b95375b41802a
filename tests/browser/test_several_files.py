"""Files that people have: parts with their tables, a file that asks, one refused, two models."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.driving import go, idle, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("server", [["--no-demo"]], indirect=True),
]
N, D = 60, 8
X = np.random.default_rng(0).normal(size=(N, D)).astype(np.float32)
TEXTS = [f"text {i}" for i in range(N)]


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def upload(page, server, files):
    page.goto(f"{server}/data")
    idle(page)
    page.locator("input[type=file]").first.set_input_files([
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        for name, content in files.items()
    ])  # fmt: skip


def test_shards_get_their_own_tables(page, server):
    halves = slice(0, N // 2), slice(N // 2, N)
    files = {}
    for number, rows in enumerate(halves):
        files[f"img_emb_{number}.npy"] = npy(X[rows])
        files[f"metadata_{number}.csv"] = pd.DataFrame({"caption": TEXTS[rows]}).to_csv().encode()
    upload(page, server, files)
    page.get_by_text("30 items in 8 dimensions").nth(1).wait_for()
    idle(page)
    page.get_by_role("button", name="Open these 2 spaces").click()
    page.get_by_text(
        "'img_emb_0' and 'img_emb_1' are open; 'img_emb_0' is now the current space."
    ).wait_for()
    go(page, "Map")
    page.get_by_role("combobox", name="Search").wait_for()
    expect(page.get_by_text("30 items · 8 dimensions")).to_have_count(1)


def test_tables_that_could_belong_to_either_file_are_asked_about(page, server):
    tables = [pd.DataFrame({"caption": TEXTS[:30], "of": [mark] * 30}) for mark in "ab"]
    upload(page, server, {
        "red.npy": npy(X[:30]), "blue.npy": npy(X[30:]),
        "one.csv": tables[0].to_csv(index=False).encode(),
        "two.csv": tables[1].to_csv(index=False).encode(),
    })  # fmt: skip
    page.get_by_text("no name says which belongs to which").wait_for()
    page.get_by_role("button", name="Join them so").click()
    page.get_by_text("no name says which belongs to which").wait_for(state="detached")
    idle(page)
    expect(page.get_by_text("What the columns mean")).to_have_count(2)


def test_what_is_an_item_is_asked_where_a_file_does_not_say_it(page, server):
    stream = io.BytesIO()
    np.savez(stream, embeddings=X.T, labels=np.array(["u", "v"] * (N // 2)))
    upload(page, server, {"matrix.npz": stream.getvalue()})
    page.get_by_text("In 'matrix.npz' it is not certain what an item is").wait_for()
    idle(page)
    page.get_by_role("button", name="Take these").click()
    page.get_by_text("60 items in 8 dimensions").wait_for()


def test_a_refused_upload_says_why_and_gives_the_lines_that_convert_it(page, server):
    upload(page, server, {"model.pkl": b"\x80\x04.", "good.npy": npy(X)})
    alert = page.get_by_test_id("stAlert").filter(has_text="'model.pkl' cannot be opened")
    alert.wait_for()
    first = re.compile(re.escape("""data = pickle.load(open('model.pkl', "rb"))""") + r"\n")
    expect(page.get_by_test_id("stCode")).to_have_text(first, use_inner_text=True)
    page.get_by_text("60 items in 8 dimensions").wait_for()
    expect(page.get_by_role("button", name="Open this space")).to_be_visible()


def test_two_models_over_the_same_ids_in_another_order_agree(page, server):
    order = np.random.default_rng(1).permutation(N)
    rotation, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(D, D)))
    ids = np.array([f"doc-{i}" for i in range(N)])
    files = {}
    for name, rows, vectors in (("first", np.arange(N), X), ("second", order, X @ rotation)):
        stream = io.BytesIO()
        table = pd.DataFrame({"id": ids[rows], "emb": list(vectors[rows].astype(np.float32))})
        table.to_parquet(stream)
        files[f"{name}.parquet"] = stream.getvalue()
    upload(page, server, files)
    page.get_by_text("60 items in 8 dimensions").nth(1).wait_for()
    idle(page)
    page.get_by_role("button", name="Open these 2 spaces").click()
    page.get_by_text("'first' and 'second' are open").wait_for()
    go(page, "Models")
    page.get_by_text("all 60 items match by 'id'").first.wait_for()
    go(page, "Subspace alignment")
    page.get_by_role("combobox", name=re.compile("Compare with")).click()
    page.get_by_role("option", name="second").click()
    page.keyboard.press("Escape")
    page.get_by_text("all 60 items match by 'id'").first.wait_for()
    idle(page)
    agreement = page.get_by_test_id("stMetric").filter(has_text="CKA").first
    value = agreement.get_by_test_id("stMetricValue")
    until(page, lambda: float(value.inner_text()), lambda found: found == 1)
