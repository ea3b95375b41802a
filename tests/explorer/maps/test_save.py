"""The map as one file, from the app: how large it becomes is said before it is made."""

import pytest
from streamlit.testing.v1 import AppTest

from explorer.maps.panels import save
from tests.explorer.driving import settled

pytestmark = pytest.mark.slow


def _script():  # run as a script: it knows nothing of this module
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    from core.space import EmbeddingSpace  # noqa: PLC0415
    from explorer.maps.panels.save import save_popover  # noqa: PLC0415

    vectors = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    items = pd.DataFrame({"kind": ["a", "b"] * 30, "said": [f"text {row}" for row in range(60)]})
    space = EmbeddingSpace("few", vectors, items, {"label": "kind", "text": "said"})
    save_popover(space, EmbeddingSpace("plane", vectors[:, :2].copy(), items), "kind")


def test_a_small_file_is_made_where_it_is_offered():
    app = AppTest.from_function(_script, default_timeout=120)
    app.session_state["save"] = True
    settled(app)
    assert not app.button
    assert app.download_button[0].label.startswith("map.html, 0.")


def test_the_size_is_said_and_a_large_file_made_of_the_chosen_columns_when_asked_for(monkeypatch):
    monkeypatch.setattr(save, "AT_ONCE", 0)
    app = AppTest.from_function(_script, default_timeout=120)
    app.session_state["save"] = True
    settled(app)
    assert "MB: 60 items, 2 columns, 12 neighbors each" in app.markdown[0].value
    assert not app.download_button
    app.multiselect(key="save.columns").set_value(["kind"])
    settled(app)
    assert "60 items, 1 column, " in app.markdown[0].value
    app.button(key="save.make").click()
    settled(app)
    assert app.download_button[0].label.startswith("map.html, 0.")
