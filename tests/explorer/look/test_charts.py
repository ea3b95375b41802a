"""Every readout that is a chart can be drawn, also when it is nearly empty."""

import numpy as np
import pytest
from plotly.colors import sample_colorscale

from core.readouts import Band, Bars, Curve, Distribution, Heatmap, Plane
from explorer.look.charts import Drawable, chart
from explorer.look.contrast import luminance
from explorer.look.heatmap import LONGEST_TICK, MOST_TICKS

ONE = np.arange(3.0)
EXAMPLES = [
    Distribution(ONE, "x"),
    Distribution(np.array([np.nan, np.nan]), "x"),
    Distribution(np.array([1.0, 1.0 + 1e-16, 1.0 - 1e-16]), "x"),
    Distribution(ONE, "x", np.array(["a", "b", "a"], object)),
    Curve(ONE, {"y": ONE, "z": -ONE}, "x", "y", {"y": Band(ONE - 1, ONE + 1)}, {"chance": 0.5}),
    Bars(("a", "b", "c"), ONE, "x", Band(ONE, ONE + 1), {"chance": 0.5}),
    Heatmap(np.eye(2), ("a", "b"), ("c", "d"), "x"),
    Heatmap(np.array([[np.nan, -1], [1, 0]]), ("a", "b"), ("c", "d"), "x"),
    Heatmap(np.array([[1, np.nan], [0, 1]]), ("a", "b"), ("a", "b"), "x", "agreement.cka"),
    Plane(("a", "b", "c"), ONE, ONE, "x", "y", {"ideal": (0, 0)}),
]


@pytest.mark.parametrize("readout", EXAMPLES, ids=lambda readout: type(readout).__name__)
def test_a_readout_can_be_drawn(readout):
    figure = chart(readout)
    assert figure.to_json()


def test_every_kind_of_chart_is_tried_here():
    assert {type(readout) for readout in EXAMPLES} == set(Drawable.__args__)


def test_a_histogram_counts_every_defined_value():
    figure = chart(Distribution(np.array([1.0, 2, 2, np.nan]), "x"))
    assert sum(sum(trace.y) for trace in figure.data) == 3


@pytest.mark.parametrize(
    ("x", "ticks"),
    [
        ([8, 48], ["1", "2", "5", "10", "20", "50", "100", "200", "500"]),
        ([0.5, 3], ["0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50"]),
        ([1, 10**5], ["1", "10", "100", "1,000", "10,000", "100,000"]),
        ([0, 0], []),
    ],
)
def test_ticks_of_a_logarithmic_axis_are_written_in_full(x, ticks):
    figure = chart(Curve(np.array(x, float), {"y": np.ones(2)}, "x", "y", log_x=True))
    assert list(figure.layout.xaxis.ticktext) == ticks


def test_whiskers_reach_the_ends_of_the_interval():
    figure = chart(
        Bars(("a", "b"), np.array([1.0, 2]), "x", Band(np.array([0.5, 1]), np.array([2.0, 5])))
    )
    bars = figure.data[0]
    assert list(bars.y) == ["b", "a"]
    assert list(bars.error_x.array) == [3, 1]
    assert list(bars.error_x.arrayminus) == [1, 0.5]


def test_a_click_meets_every_cell_of_two_different_spaces_and_no_other():
    names = ("a", "b", "c")
    figure = chart(Heatmap(np.arange(9.0).reshape(3, 3), names, names, "x", "agreement.cka"))
    cover = figure.data[-1]
    met = dict(zip(zip(cover.y, cover.x, strict=True), cover.customdata, strict=True))
    assert met == {
        (r, c): 3.0 * i + j for i, r in enumerate(names) for j, c in enumerate(names) if i != j
    }


def test_only_the_whole_numbers_of_a_short_row_have_ticks():
    def ticks(x):
        return chart(Curve(np.array(x, float), {"y": np.ones(len(x))}, "x", "y")).layout.xaxis

    assert list(ticks([0, 1, 2]).tickvals) == [0, 1, 2]
    assert ticks([0.4, 0.5, 1.2]).tickvals is None
    assert ticks(range(100)).tickvals is None


def test_names_of_two_levels_stand_at_different_ends():
    close = {"partner": 0.5, "stranger": 0.51}
    curve = chart(Curve(ONE, {"y": ONE}, "x", "y", levels=close))
    assert len({note.xanchor for note in curve.layout.annotations}) == 2
    assert [note.yanchor for note in curve.layout.annotations] == ["top", "bottom"]  # lower, upper
    bars = chart(Bars(("a", "b", "c"), ONE, "x", levels=close))
    assert len({note.xanchor for note in bars.layout.annotations}) == 2


def test_every_point_of_a_plane_is_named_in_its_legend():
    corners = {
        "ideal corner in 64 dimensions": (-3.9, 0),
        "ideal corner in 32 dimensions": (-3.8, 0),
    }
    figure = chart(Plane(("a", "b", "c"), ONE, ONE, "x", "y", corners))
    assert [trace.name for trace in figure.data] == ["a", "b", "c", *corners]
    assert len({trace.marker.symbol for trace in figure.data}) == 5


def test_a_front_is_a_stair_that_names_its_points_over_a_logarithmic_axis():
    x = np.array([1.0, 8.0, 16.0])
    figure = chart(Plane(("a", "b", "c"), x, ONE, "bits", "y", front=(0, 2), log_x=True))
    stair = figure.data[0]
    assert (list(stair.x), list(stair.text), stair.line.shape) == ([1, 16], ["a", "c"], "hv")
    assert [trace.name for trace in figure.data] == ["front", "a", "b", "c"]
    assert figure.layout.xaxis.type == "log"


def test_a_plane_of_many_long_names_is_taller():
    few, many = (
        chart(Plane(tuple("a" * (40 + at) for at in range(n)), np.ones(n), np.ones(n), "x", "y"))
        for n in (2, 12)
    )
    assert many.layout.height - few.layout.height >= 150


def test_a_marked_place_stands_upright():
    figure = chart(Curve(ONE, {"y": ONE}, "x", "y", marks={"now": 1.5}))
    assert [(line.x0, line.x1) for line in figure.layout.shapes] == [(1.5, 1.5)]
    assert figure.layout.annotations[0].text == "now"


def test_a_low_heat_map_leaves_room_for_the_name_of_its_scale():
    name = "share of 10 neighbors with the label"
    drawn = [chart(Heatmap(np.eye(2), ("a", "b"), ("c", "d"), axis)) for axis in ("x", name)]
    assert drawn[1].layout.height - drawn[0].layout.height >= 100


@pytest.mark.parametrize(("values", "low"), [(np.full((2, 2), 0.9), 0), (-np.eye(2), None)])
def test_colors_of_a_heat_map_begin_at_zero_where_nothing_is_negative(values, low):
    drawn = chart(Heatmap(values, ("a", "b"), ("c", "d"), "x")).data[0]
    assert drawn.zmin == low
    assert (drawn.zmax is None) == (low is None)  # Plotly heeds one only beside the other


@pytest.mark.parametrize(
    ("largest", "written"), [(0.5, "0.50"), (0.04, "0.040"), (0.0012, "0.0012")]
)
def test_cells_of_a_heat_map_have_digits_that_differ(largest, written):
    heat = Heatmap(np.array([[0.0, largest]]), ("row",), ("a", "b"), "value")
    assert chart(heat).data[1].text == ("0" if len(written) > 4 else "0.00", written)


def test_long_names_beside_a_heat_map_leave_room_for_its_cells():
    names = tuple(f"a space of a very long name, step {step}" for step in range(3))
    figure = chart(Heatmap(np.eye(3), names, names, "x", "agreement.cka"))
    assert tuple(figure.layout.xaxis.tickvals) == names
    assert max(map(len, figure.layout.xaxis.ticktext)) == LONGEST_TICK
    assert len(set(figure.layout.xaxis.ticktext)) == 3
    short = chart(Heatmap(np.eye(3), ("a", "b", "c"), ("a", "b", "c"), "x"))
    assert figure.layout.height > short.layout.height


def test_a_heat_map_names_as_many_rows_as_can_be_read():
    names = tuple(map(str, range(100)))
    ticks = chart(Heatmap(np.eye(100), names, names, "x")).layout.yaxis.tickvals
    assert 20 < len(ticks) <= MOST_TICKS


def test_a_histogram_says_what_it_counts():
    figure = chart(Distribution(ONE, "distance", counted="pairs"))
    assert figure.layout.yaxis.dtick == 1
    assert figure.layout.yaxis.title.text == "pairs"
    assert "pairs" in figure.data[0].hovertemplate


@pytest.mark.parametrize("highest", [5, 27, 300])
def test_every_bar_of_counts_holds_equally_many_of_them(highest):
    figure = chart(Distribution(np.arange(highest + 1.0), "lists"))
    *inner, last = figure.data[0].y
    assert len(set(inner)) == 1
    assert 0 < last <= inner[0]
    assert sum(inner) + last == highest + 1


@pytest.mark.parametrize(("scale", "low"), [("Cividis", 0.0), ("RdBu_r", -1.0)])
def test_numbers_on_a_heat_map_can_be_read_on_the_color_of_their_cell(scale, low):
    values = np.linspace(low, 1, 49).reshape(7, 7)
    names = tuple("abcdefg")
    written = chart(Heatmap(values, names, names, "x")).data[1]
    places = (values.ravel() - low) / (1 - low)
    grounds = sample_colorscale(scale, places.tolist(), colortype="tuple")
    for ground, color, text in zip(grounds, written.textfont.color, written.text, strict=True):
        light, dark = sorted((luminance(ground), float(color == "#FFFFFF")), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, text


def test_counts_in_a_heat_map_have_no_decimals_and_cells_without_a_value_no_number():
    counts = chart(Heatmap(np.array([[3, np.nan], [0, 1200]]), ("a", "b"), ("c", "d"), "items"))
    assert list(counts.data[1].text) == ["3", "0", "1,200"]
    shares = chart(Heatmap(np.eye(2), ("a", "b"), ("c", "d"), "share"))
    assert list(shares.data[1].text) == ["1.00", "0.00", "0.00", "1.00"]


def test_a_falling_curve_runs_from_high_to_low_and_another_does_not():
    falls, rises = (chart(Curve(ONE, {"y": ONE}, "x", "y", falling=one)) for one in (True, False))
    assert falls.layout.xaxis.autorange == "reversed"
    assert rises.layout.xaxis.autorange is None
