"""What a stranger wrote into a label is shown as written, in every kind of chart."""

import html

import numpy as np
import plotly.graph_objects as go
import pytest

from core.readouts import Bars, Curve, Distribution, Heatmap, Plane
from explorer.look.charts import chart
from explorer.look.labels import as_text

LINK = "<a href='https://evil.example'>cats & dogs</a>"
SAFE = html.escape(LINK, quote=False)
NUMBERS = np.array([1.0, 2.0, 3.0])
READOUTS = [
    Distribution(NUMBERS, LINK, np.array([LINK, "b", "b"], object)),
    Curve(NUMBERS, {LINK: NUMBERS}, LINK, "y", levels={LINK: 1.5}, marks={LINK: 2.0}),
    Bars((LINK, "b", "c"), NUMBERS, LINK, levels={LINK: 1.0}),
    Heatmap(np.eye(2), (LINK, "b"), (LINK, "b"), LINK),
    Plane(NUMBERS[:2], NUMBERS[:2], (LINK, "b"), LINK, "y", references={LINK: (0.0, 0.0)}),
]


@pytest.mark.parametrize("readout", READOUTS, ids=lambda one: type(one).__name__)
def test_no_label_becomes_a_link(readout):
    drawn = chart(readout).to_json().replace("\\u003c", "<")
    assert "<a href" not in drawn
    assert "&lt;a href" in drawn.replace("\\u0026", "&")


def test_the_bar_of_colors_and_what_is_written_at_a_point_are_text_too():
    look = {"color": [1, 2], "colorbar": {"title": {"text": LINK}}}
    figure = go.Figure(go.Scatter(x=[1, 2], y=[1, 2], marker=look, text=[LINK, "b"]))
    (trace,) = as_text(figure).data
    assert trace.marker.colorbar.title.text == SAFE
    assert trace.text == (SAFE, "b")
    assert list(trace.x) == [1, 2]
