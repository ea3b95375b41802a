"""Bring a file, say what it means, make of it what is needed, take it away."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.explorer.driving import SHAPES, seen, settled

pytestmark = pytest.mark.slow  # whole pages are run


def table(n=60, n_dims=5):
    rng = np.random.default_rng(0)
    items = pd.DataFrame(
        {
            "label": np.array(["cat", "dog", "owl"])[np.arange(n) % 3],
            "modality": np.tile(["image", "text"], n // 2),
            "pair": np.repeat(np.arange(n // 2), 2),
            "n_tokens": rng.integers(1, 90, n),
        }
    )
    return items, rng.normal(size=(n, n_dims)).astype(np.float32)


def npz():
    items, vectors = table()
    stream = io.BytesIO()
    np.savez(stream, vectors=vectors, **{c: np.array(items[c].tolist()) for c in items})
    return stream.getvalue()


def parquet():
    items, vectors = table()
    stream = io.BytesIO()
    items.assign(vector=list(vectors)).to_parquet(stream)
    return stream.getvalue()


def csv():
    items, vectors = table()
    columns = pd.DataFrame(vectors, columns=[f"d{i}" for i in range(vectors.shape[1])])
    return pd.concat([items, columns], axis=1).to_csv(index=False).encode()


def upload(app, name, content):
    settled(app, "data")
    app.file_uploader[0].upload(name, content)
    return settled(app)


def button(app, label):
    return next(one for one in app.button if one.label == label)


@pytest.mark.parametrize(("name", "make"), [("a.npz", npz), ("a.parquet", parquet), ("a.csv", csv)])
def test_an_upload_with_guessed_roles_opens_every_page(app, name, make):
    upload(app, name, make())
    assert app.subheader[0].value == "60 items in 5 dimensions"
    chosen = {box.label: box.value for box in app.selectbox}
    assert (chosen["Label"], chosen["Modality"]) == ("label", "modality")
    assert (chosen["Pair"], chosen["Length"]) == ("pair", "n_tokens")
    button(app, "Open this space").click()
    app.session_state["dock"] = "Trust"  # of the docks the one that draws its numbers as metrics
    settled(app)
    assert app.selectbox(key="space").value == "a"
    for page in ("map", "modality", "contrastive", "length", "classes", "geometry"):
        settled(app, page)
        assert app.metric, page


def test_bare_vectors_are_enough_for_the_pages_that_need_nothing_else(app):
    stream = io.BytesIO()
    np.save(stream, table()[1])
    upload(app, "bare.npy", stream.getvalue())
    button(app, "Open this space").click()
    app.session_state["dock"] = "Trust"
    settled(app)
    for page in ("map", "contrastive", "geometry"):
        settled(app, page)
        assert app.metric, page
        assert not app.warning, page
    settled(app, "classes")
    assert "needs a 'label' column" in seen(app.info)[0]


def test_a_reason_quotes_the_name_of_a_file_and_draws_no_link_of_it(app):
    stream = io.BytesIO()
    np.save(stream, table()[1])
    upload(app, "[log in](www.evil.example).npy", stream.getvalue())
    button(app, "Open this space").click()
    settled(app)
    settled(app, "classes")
    assert "'[log in](www.evil.example)' has none" in seen(app.info)[0]
    assert "](" not in app.info[0].value and "www.e" not in app.info[0].value


def test_two_files_give_two_spaces_of_the_same_items(app):
    settled(app, "data")
    app.file_uploader[0].upload("a.npz", npz())
    app.file_uploader[0].upload("b.parquet", parquet())
    settled(app)
    button(app, "Open these 2 spaces").click()
    settled(app)
    assert {"a", "b"} <= set(app.selectbox(key="space").options)
    assert sum(" are open; " in one.value for one in app.success) == 1


def test_a_path_that_cannot_be_is_explained(app):
    settled(app, "data")
    for path in ("/nowhere/a.npy", "~nobody-here/a.npy", "/" + "a" * 400):
        app.text_input[0].set_value(path)
        settled(app)
        assert "Check the path" in app.warning[0].value


def test_a_role_can_be_changed_before_opening(app):
    upload(app, "a.csv", csv())
    box = next(one for one in app.selectbox if one.label == "Label")
    box.set_value("(none)")
    settled(app)
    button(app, "Open this space").click()
    settled(app)
    settled(app, "classes")
    assert "needs a 'label' column" in seen(app.info)[0]


def test_rows_with_nan_go_only_with_consent_and_with_a_count(app):
    _, vectors = table()
    vectors[[3, 8], 2] = np.nan
    stream = io.BytesIO()
    np.save(stream, vectors)
    upload(app, "holes.npy", stream.getvalue())
    assert any("2 vectors" in text.value for text in app.markdown)
    leave_out = next(one for one in app.toggle if one.label == "Leave these out")
    leave_out.set_value(False)
    settled(app)
    button(app, "Open this space").click()
    settled(app)
    assert "2 vectors with NaN" in app.warning[0].value
    next(one for one in app.toggle if one.label == "Leave these out").set_value(True)
    settled(app)
    button(app, "Open this space").click()
    settled(app)
    assert any("58 items · 5 dimensions" in text.value for text in app.caption)


def test_a_transform_makes_a_new_space_beside_the_old_one(app):
    settled(app, "data")
    app.segmented_control(key="data.tab").set_value("Transform")
    settled(app)
    before = list(app.selectbox(key="space").options)
    app.selectbox(key="transform.which").set_value("centre_per_modality")
    settled(app)
    app.button(key="transform.go").click()
    settled(app)
    after = app.selectbox(key="space")
    assert len(after.options) == len(before) + 1
    assert after.value not in before
    settled(app, "modality")
    distance = next(metric for metric in app.metric if metric.label == "Centroid distance")
    assert float(distance.value) < 0.1


def test_roles_of_an_open_space_can_be_changed(app):
    settled(app, "data")
    app.segmented_control(key="data.tab").set_value("Columns and quality")
    settled(app)
    next(one for one in app.selectbox if one.label == "Label").set_value("color")
    settled(app)
    app.button(key="roles.apply").click()
    settled(app)
    assert any("label: color" in text.value for text in app.caption)


def test_a_closed_space_is_gone_and_the_next_one_is_shown(app):
    settled(app, "data")
    first = app.selectbox(key="space").value
    app.button(key=f"close.{first}").click()
    settled(app)
    assert first not in app.selectbox(key="space").options
    assert app.selectbox(key="space").value != first


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.integers(0, 700).map(lambda cut: npz()[:cut]),
        st.integers(0, 900).map(lambda cut: csv()[:cut]),
    ),
    suffix=st.sampled_from(["npy", "npz", "parquet", "csv", "json", "pt", "safetensors", "bin"]),
)
def test_no_file_crashes_the_page_or_closes_what_was_open(app, content, suffix):
    upload(app, f"any.{suffix}", content)
    assert app.selectbox(key="space").value == SHAPES
