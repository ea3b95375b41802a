"""The model of a space answers on its page and on the map."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from core.demo.scenes import png
from core.space import EmbeddingSpace
from explorer.session.state import Selection
from tests.encoders.conftest import clip, images, model_folder  # noqa: F401 - fixtures
from tests.explorer.driving import seen, settled

pytestmark = pytest.mark.slow  # whole pages are run

PNG = png(Image.new("RGB", (30, 30)))
TEXTS = ["a cat", "a dog", "an owl", "a bee", "a fish", "an ant"]


@pytest.fixture
def asking(app, clip, images, monkeypatch):  # noqa: F811
    """The app with one space, made by the tiny model: six pictures and their captions."""
    vectors = np.concatenate([clip.encode_images(images[:6]), clip.encode_texts(TEXTS)])
    items = pd.DataFrame(
        {
            "modality": ["image"] * 6 + ["text"] * 6,
            "pair": [*range(6), *range(6)],
            "label": [text.split()[-1] for text in TEXTS] * 2,
            "text": [None] * 6 + TEXTS,
        }
    )
    roles = {role: role for role in items}
    space = EmbeddingSpace("tiny", vectors, items, roles, clip.id)
    monkeypatch.setattr("explorer.session.workspace.DEMOS", {"tiny": lambda: space})
    return app


def test_a_text_finds_the_item_with_the_same_text(asking):
    settled(asking, "ask")
    asking.text_input(key="ask.text").set_value("an owl")
    kind = next(box for box in asking.selectbox if box.label == "Search among")
    kind.set_value("text")
    settled(asking)
    table = asking.dataframe[0].value
    assert table["text"].iloc[0] == "an owl"
    assert table["cosine"].iloc[0] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("data", [b"", b"no picture", PNG[:60]])
def test_a_picture_that_cannot_be_read_is_refused_with_a_sentence(asking, data):
    settled(asking, "ask")
    asking.file_uploader(key="ask.picture").set_value(("odd.png", data, "image/png"))
    settled(asking)
    assert "odd.png" in seen(asking.warning)[0]


def test_classes_are_the_labels_and_texts_that_name_them_are_right(asking):
    settled(asking, "ask")
    asking.segmented_control(key="ask.what").set_value("Classify")
    settled(asking)
    asking.text_area(key="ask.templates").set_value("a {}\nan {}")
    kind = next(box for box in asking.selectbox if box.label == "Classify")
    kind.set_value("text")
    settled(asking)
    assert asking.metric[0].label == "Accuracy"
    assert float(asking.metric[0].value) > 0.8
    by_class = asking.dataframe[0].value
    assert by_class["items"].sum() == 6
    assert set(by_class["found (recall)"]) <= {0.0, 1.0}
    asking.button(key="ask.open").click()
    settled(asking)
    assert "classified" in asking.success[0].value


def test_names_are_the_labels_whatever_their_case_and_columns_of_the_space_stay(
    asking,
    clip,  # noqa: F811
    monkeypatch,
):
    items = pd.DataFrame({"label": ["CAT", "Dog"], "text": TEXTS[:2], "predicted": ["x", "y"]})
    roles = {"label": "label", "text": "text"}
    space = EmbeddingSpace("tiny", clip.encode_texts(TEXTS[:2]), items, roles, clip.id)
    monkeypatch.setattr("explorer.session.workspace.DEMOS", {"tiny": lambda: space})
    settled(asking, "ask")
    asking.segmented_control(key="ask.what").set_value("Classify")
    settled(asking)
    asking.text_area(key="ask.names").set_value("cat\ndog")
    asking.text_area(key="ask.templates").set_value("a {}")
    settled(asking)
    assert float(asking.metric[0].value) == 1
    by_class = asking.dataframe[0].value
    assert by_class["class"].tolist() == ["cat", "dog"]
    assert by_class["found (recall)"].tolist() == [1.0, 1.0]
    shown = asking.dataframe[1].value
    assert sorted(shown["predicted"]) == ["x", "y"]
    assert sorted(shown["predicted (2)"]) == ["cat", "dog"]


def test_a_text_less_itself_is_refused_with_a_sentence(asking):
    settled(asking, "ask")
    asking.segmented_control(key="ask.what").set_value("Add and subtract")
    settled(asking)
    asking.text_input(key="ask.start").set_value("a cat")
    asking.text_input(key="ask.minus").set_value("a cat")
    settled(asking)
    assert "cancel each other" in asking.warning[0].value


def test_a_sum_starts_from_the_selected_item_and_does_not_find_it_again(asking):
    settled(asking, "ask")
    asking.session_state["session"].selection = Selection("tiny", pd.Index([2]), "clicked")
    asking.segmented_control(key="ask.what").set_value("Add and subtract")
    settled(asking)
    asking.text_input(key="ask.plus").set_value("a bee")
    settled(asking)
    start, found = (table.value.index.tolist() for table in asking.dataframe)
    assert start == [2]
    assert sorted(found) == [0, 1, 3, 4, 5]


def test_a_template_without_a_place_for_the_name_is_refused(asking):
    settled(asking, "ask")
    asking.segmented_control(key="ask.what").set_value("Classify")
    settled(asking)
    asking.text_area(key="ask.templates").set_value("a photo")
    settled(asking)
    assert "holds {}" in seen(asking.warning)[0]


def test_a_space_without_a_model_says_so(app):
    app.query_params["space"] = "Digits, raw pixels"
    settled(app, "ask")
    assert "No model is known" in app.info[0].value
