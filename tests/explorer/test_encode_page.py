"""The Encode page makes a space of files, or says what is wrong."""

import pytest

from explorer.encoding import UPLOADED
from tests.encoders.conftest import archive, images, model_folder  # noqa: F401 - fixtures
from tests.explorer.driving import settled

pytestmark = pytest.mark.slow  # whole pages are run


def test_an_archive_becomes_the_current_space(app, archive, model_folder):  # noqa: F811 - the fixture imported above
    settled(app, "encode")
    app.text_input(key="encode.folder").set_value(str(model_folder))
    app.text_input(key="encode.path").set_value(str(archive))
    settled(app)
    assert "41 pictures, 4 texts" in " ".join(one.value for one in app.markdown)
    assert [one.label for one in app.metric] == ["Time left", "Output", "Memory"]
    app.button(key="encode.go").click()
    settled(app)
    assert "43 items in 16 dimensions" in app.success[0].value
    assert "broken.jpg" in app.warning[0].value
    assert app.selectbox(key="space").value == "pets"


def test_a_model_that_is_not_there_gives_a_sentence(app, archive):  # noqa: F811 - the fixture imported above
    settled(app, "encode")
    app.text_input(key="encode.folder").set_value("/no/such/model")
    app.text_input(key="encode.path").set_value(str(archive))
    settled(app)
    assert "cannot be loaded" in app.warning[0].value


def test_layers_tokens_and_patches_open_as_spaces(app, archive, model_folder):  # noqa: F811 - the fixture imported above
    settled(app, "encode")
    app.text_input(key="encode.folder").set_value(str(model_folder))
    app.text_input(key="encode.path").set_value(str(archive))
    settled(app)
    app.segmented_control(key="encode.what.4").set_value("layers")
    settled(app)
    app.multiselect(key="encode.poolings").set_value(["cls", "mean"])
    settled(app)
    app.button(key="encode.go").click()
    settled(app)
    assert "6 spaces are open" in app.success[0].value
    assert app.selectbox(key="space").value == "pets, pictures, layer 0, cls"
    for what, said in (("tokens", "texts: tokens, layer 1"), ("patches", "patches, layer 1")):
        app.segmented_control(key="encode.what.4").set_value(what)
        settled(app)
        app.button(key="encode.go").click()
        settled(app)
        assert said in app.success[0].value
    assert "broken.jpg" in app.warning[0].value


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
