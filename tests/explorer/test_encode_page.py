"""The Encode page makes a space of files, or says what is wrong."""

import numpy as np
import pandas as pd
import pytest

from core.encoders import load
from core.encoders.states import at_layer
from core.space import EmbeddingSpace
from explorer.bring.encoding import UPLOADED
from explorer.session.workspace import registry
from tests.encoders.conftest import archive, clip, images, model_folder  # noqa: F401 - fixtures
from tests.explorer.driving import seen, settled

pytestmark = pytest.mark.slow  # whole pages are run


def test_an_archive_becomes_the_current_space(app, archive, model_folder):  # noqa: F811 - the fixture imported above
    settled(app, "encode")
    app.text_input(key="encode.folder").set_value(str(model_folder))
    app.text_input(key="encode.path").set_value(str(archive))
    settled(app)
    assert "41 pictures, 4 texts" in " ".join(one.value for one in app.markdown)
    assert [one.label for one in app.metric] == ["On disk", "Memory"]
    app.button(key="encode.go").click()
    settled(app)
    assert f"43 items in 16 dimensions, by {model_folder.name}." in seen(app.success)[0]
    assert "broken.jpg" in " ".join(seen(app.warning))
    assert app.selectbox(key="space").value == "pets"
    app.button(key="encode.to.map").click()
    settled(app)
    assert app.selectbox(key="space").value == "pets"


def test_an_encoding_opens_on_whatever_page_one_is_when_it_is_done(app, tmp_path, model_folder):  # noqa: F811
    path = tmp_path / "lines.txt"
    path.write_text("a cat\na dog\n" + "cat " * 100)
    settled(app, "encode")
    app.text_input(key="encode.folder").set_value(str(model_folder))
    app.text_input(key="encode.path").set_value(str(path))
    settled(app)
    assert "1 text of 3 is longer than the 18 tokens" in " ".join(seen(app.warning))
    app.text_input(key="encode.name.lines").set_value("mine")
    app.segmented_control(key="encode.long").set_value("mean")
    settled(app)
    app.button(key="encode.go").click()
    app.run()
    heard = seen(app.success)  # a small model may be done by now
    settled(app, "data", heard)
    assert "'mine' is open: 3 items in 16 dimensions" in heard[0]
    assert "windows mean" in seen(app.success)[0]


def test_a_model_that_is_not_there_gives_a_sentence(app, archive):  # noqa: F811 - the fixture imported above
    settled(app, "encode")
    app.text_input(key="encode.folder").set_value("/no/such/model")
    app.text_input(key="encode.path").set_value(str(archive))
    settled(app)
    assert "cannot be loaded" in " ".join(seen(app.warning))


def test_a_path_that_is_not_there_gives_a_sentence_and_the_page_stays(app, model_folder):  # noqa: F811
    settled(app, "encode")
    app.text_input(key="encode.folder").set_value(str(model_folder))
    app.text_input(key="encode.path").set_value("/no/such/pictures")
    settled(app)
    assert "There is no file '/no/such/pictures'" in " ".join(seen(app.warning))
    assert "Choose a model, and bring pictures" in " ".join(seen(app.info))


def test_layers_tokens_and_patches_open_as_spaces(app, archive, model_folder):  # noqa: F811 - the fixture imported above
    settled(app, "encode")
    app.text_input(key="encode.folder").set_value(str(model_folder))
    app.text_input(key="encode.path").set_value(str(archive))
    settled(app)
    app.segmented_control(key="encode.what.5").set_value("layers")
    settled(app)
    app.multiselect(key="encode.poolings").set_value(["cls", "mean"])
    settled(app)
    app.button(key="encode.go").click()
    settled(app)
    assert "6 spaces are open" in app.success[0].value
    assert app.selectbox(key="space").value == "pets, pictures, layer 0, cls"
    for what, said in (("tokens", "texts: tokens, layer 1"), ("patches", "patches, layer 1")):
        app.segmented_control(key="encode.what.5").set_value(what)
        settled(app)
        app.button(key="encode.go").click()
        settled(app)
        assert said in app.success[0].value
    assert "broken.jpg" in " ".join(seen(app.warning))


def test_texts_cut_to_lengths_lead_to_the_lens_they_are_for(app, tmp_path, model_folder):  # noqa: F811
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(f"{animal} {n} " * 8 for animal in ("cat", "dog") for n in range(5)))
    settled(app, "encode")
    app.text_input(key="encode.folder").set_value(str(model_folder))
    app.text_input(key="encode.path").set_value(str(path))
    settled(app)
    app.segmented_control(key="encode.what.4").set_value("lengths")
    settled(app)
    app.button(key="encode.go").click()
    settled(app)
    assert "lines, cut to lengths" in seen(app.success)[0]
    app.button(key="encode.to.lens").click()
    settled(app)
    assert app.session_state["length.lens"] == "truncation"
    assert [one.value for one in app.exception] == []


def test_all_text_files_are_read(app, tmp_path, model_folder):  # noqa: F811 - the fixture imported above
    paths = tmp_path / "first.txt", tmp_path / "second.txt"
    for path, lines in zip(paths, ("a cat\na dog\n", "an owl\n"), strict=True):
        path.write_text(lines)
    settled(app, "encode")
    app.text_input(key="encode.folder").set_value(str(model_folder))
    app.session_state[UPLOADED] = paths
    settled(app)
    assert "0 pictures, 3 texts" in " ".join(one.value for one in app.markdown)
    app.button(key="encode.go").click()
    settled(app)
    assert "3 items in 16 dimensions" in app.success[0].value


@pytest.mark.parametrize("layer", [None, 1])
def test_the_model_of_the_current_space_encodes_more_of_the_same(
    layer,
    app,
    tmp_path,
    clip,  # noqa: F811 - the fixture imported above
    monkeypatch,
):
    encoder = clip.id if layer is None else at_layer(clip.id, layer, "mean")
    texts = pd.DataFrame({"text": ["a cat", "a tabby"]})
    vectors = load(encoder).encode_texts(texts["text"])
    known = EmbeddingSpace("known", vectors, texts, {"text": "text"}, encoder)
    monkeypatch.setattr("explorer.session.workspace.DEMOS", {"known": lambda: known})
    path = tmp_path / "more.txt"
    path.write_text("a tabby\na cat\n")
    settled(app, "encode")
    app.pills(key="encode.source").set_value("current")
    app.text_input(key="encode.path").set_value(str(path))
    settled(app)
    assert f"{encoder}** (open_clip) made known." in " ".join(seen(app.markdown))
    app.button(key="encode.go").click()
    settled(app)
    assert f", by {encoder}." in seen(app.success)[0]
    state = app.session_state["session"]
    more = registry().get(state.spaces["more"], state.id)
    assert more.encoder == encoder
    np.testing.assert_allclose(more.vectors[::-1], known.vectors, atol=1e-5)


def test_a_current_space_without_a_model_says_so(app):
    app.query_params["space"] = "Digits, raw pixels"
    settled(app, "encode")
    app.pills(key="encode.source").set_value("current")
    settled(app)
    assert "No model is known" in app.info[0].value
